//! Photographs through the service: the facts, the sequences, the blink.

use face_wire::inference::{FacesQuery, Facts, Select};

use crate::support::{TestService, blink, person};

const EVERYTHING: FacesQuery = FacesQuery {
    select: Select::Largest,
    facts: Facts {
        template: true,
        quality: true,
        eyes: true,
        attack: true,
        changes: false,
    },
    detect: true,
};

#[tokio::test]
async fn photographs_come_back_as_facts_that_tell_people_apart() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let pack = service.client.pack().await.expect("a pack");
    let mut templates = Vec::new();
    for picture in [
        person(0)[0].clone(),
        person(0)[1].clone(),
        person(1)[0].clone(),
    ] {
        let answer = service
            .client
            .faces(picture.into(), &EVERYTHING)
            .await
            .expect("faces");
        assert_eq!((&answer.pack, &answer.model), (&pack.pack, &pack.model));
        let faces = answer
            .into_facts(pack.dimension)
            .expect("templates of the pack's length");
        let face = &faces[0];
        assert!(face.quality.is_some() && face.eyes.is_some() && face.attack.is_some());
        templates.push(face.template.clone().expect("it was asked for"));
    }
    let similarity = |a: usize, b: usize| {
        templates[a]
            .similarity(&templates[b])
            .expect("one model")
            .value()
    };
    assert!(
        similarity(0, 1) > 0.4 && similarity(0, 2) < 0.3,
        "{} and {}",
        similarity(0, 1),
        similarity(0, 2)
    );
}

#[tokio::test]
async fn photographs_in_a_sequence_are_answered_in_order_as_each_alone() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let pictures: Vec<bytes::Bytes> = (0..6)
        .map(|index| person(index)[0].clone().into())
        .collect();
    let query = FacesQuery {
        facts: Facts {
            template: true,
            ..Facts::default()
        },
        ..EVERYTHING
    };
    let dimension = service.client.pack().await.expect("a pack").dimension;
    let together = service
        .client
        .frames(pictures.clone(), &query)
        .await
        .expect("frames");
    let together = together.into_facts(dimension).expect("templates").frames;
    for (picture, together) in pictures.into_iter().zip(together) {
        let alone = service
            .client
            .faces(picture, &query)
            .await
            .expect("faces")
            .into_facts(dimension)
            .expect("templates");
        assert_eq!(alone[0].bounding_box, together[0].bounding_box);
        let similarity = alone[0]
            .template
            .as_ref()
            .zip(together[0].template.as_ref())
            .map(|(a, b)| a.similarity(b));
        assert!(similarity.expect("asked for").expect("one model").value() > 0.9999);
    }
}

#[tokio::test]
async fn photographs_of_a_blink_are_alive_and_a_stare_and_a_still_are_not() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let still = vec![person(0)[0].clone(); 15];
    for (name, frames, alive) in [
        ("live", blink("live"), true),
        ("live-no-blink", blink("live-no-blink"), false),
        ("a still", still, false),
    ] {
        let answer = service.liveness_check(&frames).await;
        assert_eq!(answer.status(), 200);
        let body: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(body, serde_json::json!({ "result": alive }), "{name}");
    }
}

/// Frames as files again.
fn files(frames: &[image::RgbImage]) -> Vec<Vec<u8>> {
    let frames = frames.iter();
    frames.map(|frame| face_synth::jpeg(frame, 90)).collect()
}

fn picture(file: &[u8]) -> image::RgbImage {
    let picture = image::load_from_memory(file).expect("a picture");
    picture.into_rgb8()
}

/// The photographs in turns, each for as many frames as `shown` says, in a hand.
fn slideshow(photographs: &[&[u8]], shown: &[usize]) -> Vec<Vec<u8>> {
    let each = photographs.iter().zip(shown).enumerate();
    let frames = each.flat_map(|(seed, (photograph, &frames))| {
        face_synth::hand_held(&picture(photograph), frames, seed as u64)
    });
    files(&frames.collect::<Vec<_>>())
}

#[tokio::test]
async fn photographs_in_a_hand_and_in_turns_are_not_alive() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let live = blink("live");
    // Frame 7 has closed eyes; the next two are other frames of the same person with open ones.
    let (open, closed, later) = (&live[1], &live[7], &live[13]);
    let mut attacks = vec![
        ("one photograph", slideshow(&[open], &[15])),
        ("closed eyes", slideshow(&[closed], &[15])),
        ("open, then closed", slideshow(&[open, closed], &[8, 7])),
        (
            "a blink of two photographs",
            slideshow(&[open, closed, open], &[6, 3, 6]),
        ),
        (
            "a blink of three photographs",
            slideshow(&[open, closed, later], &[5, 5, 5]),
        ),
    ];
    for index in 0..8 {
        attacks.push(("a portrait", slideshow(&[&person(index)[0]], &[15])));
    }
    let mut spoilt = live.clone();
    spoilt[4] = spoilt[0].clone();
    spoilt[5] = spoilt[1].clone();
    spoilt[12] = spoilt[10].clone();
    spoilt[13] = spoilt[11].clone();
    attacks.push(("repeated frames", spoilt));
    // Drawn by chance; one order in several hundred would pass.
    let orders = [
        [3, 11, 0, 7, 14, 5, 9, 1, 13, 6, 2, 10, 4, 12, 8],
        [1, 10, 9, 5, 11, 2, 3, 7, 8, 4, 0, 14, 12, 6, 13],
        [14, 10, 0, 13, 6, 5, 3, 8, 7, 11, 4, 1, 12, 9, 2],
        [9, 3, 6, 12, 10, 7, 8, 4, 2, 5, 11, 1, 0, 14, 13],
        [12, 10, 6, 11, 14, 0, 4, 1, 7, 13, 5, 2, 8, 9, 3],
        [9, 13, 5, 8, 14, 10, 0, 12, 2, 7, 6, 11, 1, 4, 3],
        [2, 3, 13, 12, 14, 1, 6, 7, 0, 8, 10, 5, 11, 4, 9],
    ];
    for order in orders {
        attacks.push((
            "shuffled frames",
            order.map(|at: usize| live[at].clone()).to_vec(),
        ));
    }
    let mut passed = Vec::new();
    for (name, frames) in &attacks {
        let answer = service.liveness_check(frames).await;
        assert_eq!(answer.status(), 200);
        let body: serde_json::Value = answer.json().await.expect("JSON");
        if body != serde_json::json!({ "result": false }) {
            passed.push(*name);
        }
    }
    assert!(passed.is_empty(), "{passed:?}");
}

/// In thousandths: the median difference of neighbours, that of frames at least three apart, and the median over the frames of
/// the least difference from a frame at least three away.
async fn motion(service: &TestService, frames: Vec<Vec<u8>>) -> [f32; 3] {
    let query = FacesQuery {
        facts: Facts {
            changes: true,
            ..Facts::default()
        },
        ..EVERYTHING
    };
    let pictures = frames.into_iter().map(Into::into).collect();
    let answer = service.client.frames(pictures, &query).await;
    let changes = answer.expect("frames").changes;
    let of = |is_wanted: &dyn Fn(usize, usize) -> bool| -> Vec<f32> {
        let wanted = changes.iter().filter(|c| is_wanted(c.earlier, c.later));
        wanted.map(|change| 1e3 * change.residual).collect()
    };
    let least = (0..15).map(|frame| {
        let others = of(&|a, b| b - a >= 3 && (a == frame || b == frame));
        others.into_iter().fold(f32::INFINITY, f32::min)
    });
    [
        of(&|a, b| b - a == 1),
        of(&|a, b| b - a >= 3),
        least.collect(),
    ]
    .map(|mut values| {
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    })
}

#[tokio::test]
async fn photographs_in_a_hand_move_otherwise_than_living_faces() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    for kind in ["live", "live-no-blink"] {
        let [near, far, least] = motion(&service, blink(kind)).await;
        println!("{kind}: neighbours {near:.2}, distant {far:.2}, least distant {least:.2}");
        assert!(near < 0.65 * far, "in the order of time");
        assert!(least > 0.45, "a living face is never twice the same");
    }
    for index in 0..12 {
        let held = slideshow(&[&person(index)[0]], &[15]);
        let [near, far, least] = motion(&service, held).await;
        println!(
            "portrait {index}: neighbours {near:.2}, distant {far:.2}, least distant {least:.2}"
        );
        assert!(least < 0.45, "a photograph is always the same");
    }
}

#[tokio::test]
async fn a_living_face_that_was_recompressed_cut_or_made_smaller_is_alive_all_the_same() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let live: Vec<image::RgbImage> = blink("live").iter().map(|file| picture(file)).collect();
    let changed = |change: fn(&image::RgbImage) -> image::RgbImage| -> Vec<Vec<u8>> {
        files(&live.iter().map(change).collect::<Vec<_>>())
    };
    let smaller = |frame: &image::RgbImage, share: f32| {
        let side = |pixels: u32| (pixels as f32 * share) as u32;
        let (width, height) = (side(frame.width()), side(frame.height()));
        image::imageops::resize(frame, width, height, image::imageops::FilterType::Triangle)
    };
    let takes = [
        ("recompressed", changed(Clone::clone)),
        ("mirrored", changed(image::imageops::flip_horizontal)),
        (
            "lighter",
            changed(|frame| image::imageops::brighten(frame, 10)),
        ),
        (
            "half the size",
            files(&live.iter().map(|f| smaller(f, 0.5)).collect::<Vec<_>>()),
        ),
        (
            "a third of the size",
            files(&live.iter().map(|f| smaller(f, 0.35)).collect::<Vec<_>>()),
        ),
    ];
    let mut refused = Vec::new();
    for (name, frames) in &takes {
        let body: serde_json::Value = service
            .liveness_check(frames)
            .await
            .json()
            .await
            .expect("JSON");
        if body != serde_json::json!({ "result": true }) {
            refused.push(*name);
        }
    }
    assert!(refused.is_empty(), "{refused:?}");
}

#[tokio::test]
async fn photographs_of_a_replay_are_attacks_and_a_living_face_is_not() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let threshold = service
        .client
        .pack()
        .await
        .expect("a pack")
        .attack_threshold
        .expect("the pack detects attacks");
    for (kind, is_attack) in [("live", false), ("replay", true)] {
        let pictures = blink(kind).into_iter().map(Into::into).collect();
        let answer = service
            .client
            .frames(pictures, &EVERYTHING)
            .await
            .expect("frames");
        let scores: Vec<f32> = answer
            .frames
            .iter()
            .map(|frame| frame.faces[0].attack.expect("asked for"))
            .collect();
        let mean = scores.iter().sum::<f32>() / scores.len() as f32;
        assert_eq!(mean >= threshold, is_attack, "{kind}: {mean}");
    }
}

#[tokio::test]
async fn a_close_crop_is_taken_at_its_word_and_a_wall_is_not_a_face() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let wall = bmp(96, 96);
    let seen = service
        .client
        .faces(wall.clone().into(), &EVERYTHING)
        .await
        .expect("an answer");
    assert!(
        seen.analysis.faces.is_empty(),
        "no face: 200 with an empty list"
    );
    let close = FacesQuery {
        detect: false,
        ..EVERYTHING
    };
    let assumed = service
        .client
        .faces(wall.into(), &close)
        .await
        .expect("an answer");
    assert!(assumed.analysis.faces.len() == 1 && assumed.analysis.faces[0].template.is_some());
}

#[tokio::test]
async fn the_pack_names_its_networks_and_their_terms() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let pack = service.client.pack().await.expect("a pack");
    let roles: Vec<&str> = pack
        .networks
        .iter()
        .map(|network| network.role.as_str())
        .collect();
    assert_eq!(
        roles,
        [
            "detector", "embedder", "eyes", "attack", "attack", "quality"
        ]
    );
    assert!(
        pack.networks
            .iter()
            .all(|network| !network.licence.is_empty() && network.sha256.len() == 64)
    );
    assert!(
        pack.impostor_curve
            .is_sorted_by(|a, b| a.threshold < b.threshold)
            && pack.impostor_curve.len() > 3
    );
}

/// A grey bitmap.
pub(crate) fn bmp(width: u32, height: u32) -> Vec<u8> {
    let row = (3 * width).next_multiple_of(4);
    let size = 54 + row * height;
    let mut file = b"BM".to_vec();
    for value in [size, 0, 54, 40, width, height] {
        file.extend(value.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    file.resize(size as usize, 120);
    file
}
