//! Heads that turn and come closer, drawn, and real ones that do neither: what the rules of challenges are made for.

use bytes::Bytes;
use face_liveness::{Action, BlinkRule, Challenge, FrameFacts, Person, Reason, Sequence, perform};
use face_synth::{
    Identity, PORTRAIT_SIZE, Scene, jpeg, portrait_scene, render, well_separated_seeds,
};
use face_types::{FaceFacts, Quality};
use face_wire::inference::{FacesQuery, Facts, Select, SequenceFacts};

use crate::support::{TestService, blink};

const QUERY: FacesQuery = FacesQuery {
    select: Select::Largest,
    facts: Facts {
        template: false,
        quality: true,
        eyes: true,
        attack: false,
        changes: true,
    },
    detect: true,
};

/// What `perform` looks at, of frames that are all the same person's.
async fn facts(service: &TestService, frames: Vec<Vec<u8>>) -> (Vec<FrameFacts>, SequenceFacts) {
    let dimension = service.client.pack().await.expect("a pack").dimension;
    let pictures = frames.into_iter().map(Bytes::from).collect();
    let answer = service.client.frames(pictures, &QUERY).await;
    let seen = answer
        .expect("frames")
        .into_facts(dimension)
        .expect("facts");
    let fact = |faces: &Vec<FaceFacts>| FrameFacts {
        faces: 1,
        person: Person::Probes,
        eyes: faces[0].eyes,
        quality: faces[0].quality,
        is_repeat: false,
    };
    (seen.frames.iter().map(fact).collect(), seen)
}

/// Of `actions` those that the frames show, each asked for alone.
fn done(frames: &[FrameFacts], seen: &SequenceFacts, actions: &[Action]) -> Vec<Action> {
    let sequence = Sequence {
        frames,
        changes: &seen.changes,
    };
    let is_done = |action: &&Action| {
        let challenge = Challenge::new(vec![**action]).expect("one action");
        let undone = Reason::NotDone { action: **action };
        // The drawn heads are smooth: whether they live is not asked here.
        !perform(sequence, &challenge, &BlinkRule::default())
            .reasons
            .contains(&undone)
    };
    actions.iter().filter(is_done).copied().collect()
}

/// Yaw, size, and what neighbours leave of each other in thousandths, for people who look at thresholds.
fn told(frames: &[FrameFacts], seen: &SequenceFacts) -> String {
    let list = |values: Vec<f32>| -> String {
        let values = values.iter().map(|value| format!("{value:.1}"));
        values.collect::<Vec<_>>().join(" ")
    };
    let quality = |of: fn(&Quality) -> f32| {
        let qualities = frames.iter().filter_map(|frame| frame.quality.as_ref());
        list(qualities.map(of).collect())
    };
    let neighbours = seen.changes.iter().filter(|c| c.later == c.earlier + 1);
    let left = list(neighbours.map(|change| 1e3 * change.residual).collect());
    let (yaw, size) = (quality(|q| q.yaw), quality(|q| q.size));
    format!("yaw {yaw}\n  size {size}\n  left of neighbours {left}")
}

/// Frames of a drawn person whose scene `change` changes, each with noise of its own.
fn drawn(values: &[f32], change: impl Fn(&mut Scene, f32)) -> Vec<Vec<u8>> {
    let (width, height) = PORTRAIT_SIZE;
    let seed = well_separated_seeds()[2];
    let person = Identity::from_seed(seed);
    let frames = values.iter().zip(0..).map(|(value, number)| {
        let mut scene = Scene {
            yaw_deg: 0.0,
            noise_seed: number,
            ..portrait_scene(seed, 0)
        };
        change(&mut scene, *value);
        jpeg(&render(&person, &scene, width, height), 92)
    });
    frames.collect()
}

const MOVES: [Action; 3] = [Action::TurnLeft, Action::TurnRight, Action::ComeCloser];

#[tokio::test]
async fn heads_that_turn_and_come_closer_are_seen_to() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let turn = [
        0., 0., 0., 5., 10., 15., 20., 25., 30., 25., 20., 15., 10., 5., 0.,
    ];
    let growth = [
        1., 1., 1., 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.4, 1.4, 1.4, 1.4,
    ];
    // The nose of a person who turns to the left goes to the right of the picture.
    let left = drawn(&turn, |scene, value| scene.yaw_deg = value);
    let right = drawn(&turn, |scene, value| scene.yaw_deg = -value);
    let closer = drawn(&growth, |scene, value| scene.scale *= 0.9 * value);
    for (pictures, action) in [left, right, closer].into_iter().zip(MOVES) {
        let (frames, seen) = facts(&service, pictures).await;
        println!("{action}: {}", told(&frames, &seen));
        assert_eq!(done(&frames, &seen, &MOVES), [action]);
    }
}

#[tokio::test]
async fn heads_that_look_into_the_camera_do_not_turn_and_do_not_come_closer() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    for (kind, blinks) in [("live", true), ("live-no-blink", false)] {
        let (frames, seen) = facts(&service, blink(kind)).await;
        println!("{kind}: {}", told(&frames, &seen));
        assert_eq!(done(&frames, &seen, &MOVES), []);
        let blink = Action::Blink { times: 1 };
        assert_eq!(!done(&frames, &seen, &[blink]).is_empty(), blinks, "{kind}");
        let two = Action::Blink { times: 2 };
        assert_eq!(done(&frames, &seen, &[two]), [], "{kind}");
    }
}
