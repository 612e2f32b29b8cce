//! Challenges against a store in a file, and facts as if networks had seen the frames.

use std::collections::HashSet;
use std::time::Instant;

use face_liveness::Reason;
use face_types::Quality;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::usecases::testing::{
    GOOD_QUALITY, Seen, World, id, person, picture_text, template, with_attack, with_eyes,
};

const ADA: [f32; 3] = [1.0, 0.0, 0.0];
const BOB: [f32; 3] = [0.0, 1.0, 0.0];
const EVE: [f32; 3] = [0.0, 0.0, 1.0];
const BLINK: Action = Action::Blink { times: 1 };

fn start() -> Moment {
    Moment {
        at: Timestamp(1_700_000_000_000),
        instant: Instant::now(),
    }
}

fn later(moment: Moment, by: Duration) -> Moment {
    Moment {
        at: after(moment.at, by),
        instant: moment.instant + by,
    }
}

/// Challenges of `actions` in a world of Ada (1) and Bob (2), before a camera that sees `frames`.
struct Door {
    world: World,
    challenges: Challenges,
    random: StdRng,
    /// Numbers the pictures that were sent, so that none is sent twice.
    sent: u32,
}

impl Door {
    async fn of(actions: &[Action], frames: Vec<FaceFacts>) -> Self {
        let people = vec![person(1, template(ADA)), person(2, template(BOB))];
        let world = World::of(people).await;
        Self {
            challenges: beside(&world, actions, frames),
            world,
            random: StdRng::seed_from_u64(1),
            sent: 0,
        }
    }

    /// The same before another camera: what was counted is counted on.
    fn sees(&mut self, frames: Vec<FaceFacts>) {
        let seen = beside(&self.world, &self.challenges.actions, frames);
        self.challenges.parts = seen.parts;
    }

    fn ask(&mut self, now: Moment) -> Result<Created, Refusal> {
        let source = Source::named("door");
        self.challenges.create(source, now, &mut self.random)
    }

    /// Frames that were never sent.
    fn frames(&mut self, count: usize) -> Frames {
        let first = self.sent;
        self.sent += count as u32;
        pictures(first..self.sent)
    }

    async fn answer(&mut self, id: &str, now: Moment) -> Result<Outcome, Refusal> {
        let answer = answer_of(self.frames(15));
        self.challenges.answer(id, answer, now).await
    }

    /// A challenge, and these frames as the answer to it.
    async fn send(&mut self, frames: Frames, now: Moment) -> Result<Outcome, Refusal> {
        let created = self.ask(now)?;
        let answer = answer_of(frames);
        self.challenges.answer(&created.id, answer, now).await
    }

    /// A challenge, and the answer to it.
    async fn run(&mut self, now: Moment) -> Result<Outcome, Refusal> {
        let frames = self.frames(15);
        self.send(frames, now).await
    }

    async fn claim(&mut self, claimed: i64, now: Moment) -> Result<Outcome, Refusal> {
        let created = self.ask(now)?;
        let answer = ChallengeAnswer {
            claimed: Some(id(claimed)),
            ..answer_of(self.frames(15))
        };
        self.challenges.answer(&created.id, answer, now).await
    }
}

/// Challenges on the store of `world`, as another replica with the same key has them.
fn beside(world: &World, actions: &[Action], frames: Vec<FaceFacts>) -> Challenges {
    let seen = Arc::new(Seen {
        faces: frames.first().cloned().into_iter().collect(),
        frames,
    });
    let (store, replica) = (world.store.clone(), world.replica.clone());
    let identify = Identify::new(seen.clone(), replica.clone(), world.observed.clone());
    let observed = world.observed.clone();
    let verify = Verify::new(
        seen.clone(),
        store.clone(),
        replica.clone(),
        observed.clone(),
    );
    let parts = Parts {
        identify: Arc::new(identify),
        verify: Arc::new(verify),
        liveness: Liveness::new(seen, replica.clone(), observed.clone()),
        replica,
        store,
        tickets: TicketSigner::new(Some(&"0123456789abcdef".into())),
        observed,
    };
    Challenges::new(parts, actions.to_vec())
}

/// An answer of frames alone.
const fn answer_of(frames: Frames) -> ChallengeAnswer {
    ChallengeAnswer {
        frames,
        probe: None,
        claimed: None,
        fraud_detection: false,
    }
}

fn pictures(numbers: std::ops::Range<u32>) -> Frames {
    let bytes = face_wire::picture::decode(&picture_text()).unwrap();
    let numbered = |number: u32| {
        let mut bytes = bytes.to_vec();
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(&number.to_le_bytes());
        Picture::from_text(&face_wire::picture::encode(&bytes)).unwrap()
    };
    Frames(numbers.map(numbered).collect())
}

/// Fifteen frames of a person who blinks.
fn blink(values: [f32; 3]) -> Vec<FaceFacts> {
    let eyes = |open| with_eyes(&template(values), open);
    [
        vec![eyes(0.95); 8],
        vec![eyes(0.05); 3],
        vec![eyes(0.95); 4],
    ]
    .concat()
}

fn stare(values: [f32; 3]) -> Vec<FaceFacts> {
    vec![with_eyes(&template(values), 0.95); 15]
}

fn turned(values: [f32; 3], yaw: f32) -> FaceFacts {
    FaceFacts {
        quality: Some(Quality {
            yaw,
            ..GOOD_QUALITY
        }),
        ..with_eyes(&template(values), 0.95)
    }
}

fn matched(outcome: &Result<Outcome, Refusal>) -> Option<i64> {
    match outcome {
        Ok(Outcome::Pass(Identity::Match(person))) => Some(person.id.get()),
        _ => None,
    }
}

#[tokio::test]
async fn a_living_person_who_does_it_is_told_by_name() {
    let mut door = Door::of(&[BLINK], blink(BOB)).await;
    assert_eq!(matched(&door.run(start()).await), Some(2));
    door.sees(blink(EVE));
    let stranger = door.run(start()).await;
    assert!(matches!(stranger, Ok(Outcome::Pass(Identity::Unknown))));
    door.sees(stare(BOB));
    let stare = door.run(start()).await;
    let help = Some(Reason::NotDone { action: BLINK });
    assert!(matches!(stare, Ok(Outcome::NotAlive(not_alive)) if not_alive.help == help));
}

#[tokio::test]
async fn a_turn_to_the_side_asked_for_is_one() {
    // The person's left is the right of the picture.
    let run = |yaw| [vec![turned(ADA, 0.0); 7], vec![turned(ADA, yaw); 8]].concat();
    let mut door = Door::of(&[Action::TurnLeft], run(25.0)).await;
    assert_eq!(matched(&door.run(start()).await), Some(1));
    door.sees(run(-25.0));
    assert!(matches!(door.run(start()).await, Ok(Outcome::NotAlive(_))));
}

#[tokio::test]
async fn another_face_in_between_fails_and_is_told_nothing() {
    let mut frames = blink(ADA);
    frames[5] = with_eyes(&template(EVE), 0.95);
    let mut door = Door::of(&[BLINK], frames).await;
    let outcome = door.run(start()).await;
    assert!(matches!(
        outcome,
        Ok(Outcome::NotAlive(NotAlive { help: None }))
    ));
}

#[tokio::test]
async fn the_probe_beside_the_frames_must_be_the_same_person_s() {
    let door = Door::of(&[BLINK], blink(ADA)).await;
    let ask = |probe: [f32; 3]| {
        let seen = Seen {
            faces: vec![with_eyes(&template(probe), 0.95)],
            frames: blink(ADA),
        };
        let challenges = beside(&door.world, &[BLINK], vec![]);
        let seen = Arc::new(seen);
        let replica = door.world.replica.clone();
        let identify = Identify::new(seen.clone(), replica.clone(), door.world.observed.clone());
        let parts = Parts {
            identify: Arc::new(identify),
            liveness: Liveness::new(seen, replica, door.world.observed.clone()),
            ..challenges.parts
        };
        Challenges::new(parts, vec![BLINK])
    };
    let mut random = StdRng::seed_from_u64(2);
    for (probe, first, expected) in [(ADA, 100, Some(1)), (BOB, 200, None)] {
        let challenges = ask(probe);
        let created = challenges
            .create(Source::named("a"), start(), &mut random)
            .unwrap();
        let answer = ChallengeAnswer {
            probe: Some(pictures(first + 50..first + 51).0.remove(0)),
            ..answer_of(pictures(first..first + 15))
        };
        let outcome = challenges.answer(&created.id, answer, start()).await;
        assert_eq!(matched(&outcome), expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_claim_is_held_against_that_person_alone() {
    let mut door = Door::of(&[BLINK], blink(ADA)).await;
    assert_eq!(matched(&door.claim(1, start()).await), Some(1));
    let other = door.claim(2, start()).await;
    assert!(matches!(other, Ok(Outcome::Pass(Identity::Unknown))));
    let nobody = door.claim(9, start()).await;
    assert!(matches!(nobody, Err(Refusal::NoSuchPerson(_))));
}

#[tokio::test]
async fn a_challenge_is_good_for_one_answer_on_whichever_replica() {
    let mut door = Door::of(&[BLINK], blink(ADA)).await;
    let other = beside(&door.world, &[BLINK], blink(ADA));
    let id = door.ask(start()).unwrap().id;
    let first = other.answer(&id, answer_of(door.frames(15)), start()).await;
    assert_eq!(matched(&first), Some(1));
    let again = door.answer(&id, start()).await;
    assert!(matches!(again, Err(Refusal::ChallengeUsed)));
    // Two at once: one of them is first.
    let id = door.ask(start()).unwrap().id;
    let (a, b) = (answer_of(door.frames(15)), answer_of(door.frames(15)));
    let both = tokio::join!(
        door.challenges.answer(&id, a, start()),
        other.answer(&id, b, start())
    );
    let passed = [&both.0, &both.1].iter().filter(|it| it.is_ok()).count();
    assert_eq!(passed, 1, "{both:?}");
}

#[tokio::test]
async fn a_challenge_ends_after_a_minute() {
    let mut door = Door::of(&[BLINK], blink(ADA)).await;
    let created = door.ask(start()).unwrap();
    let late = later(start(), LIFETIME);
    assert!(matches!(
        door.answer(&created.id, late).await,
        Err(Refusal::ChallengeExpired)
    ));
    let created = door.ask(start()).unwrap();
    let in_time = later(start(), Duration::from_secs(59));
    assert_eq!(matched(&door.answer(&created.id, in_time).await), Some(1));
}

#[tokio::test]
async fn what_nobody_handed_out_is_no_challenge() {
    let mut door = Door::of(&[BLINK], blink(ADA)).await;
    let created = door.ask(start()).unwrap().id;
    for id in ["", "x", &created[1..]] {
        let answer = door.answer(id, start()).await;
        assert!(matches!(answer, Err(Refusal::NoSuchChallenge(_))), "{id}");
    }
}

#[tokio::test]
async fn frames_of_an_earlier_answer_are_refused_for_an_hour() {
    let mut door = Door::of(&[BLINK], blink(ADA)).await;
    let sent = start();
    assert_eq!(matched(&door.send(pictures(0..15), sent).await), Some(1));
    let mut with_one_of_them = pictures(100..114);
    with_one_of_them.0.extend(pictures(7..8).0);
    let soon = later(sent, Duration::from_mins(59));
    // Those of the refused answer count as sent, too.
    for frames in [with_one_of_them, pictures(100..114)] {
        let replayed = door.send(frames, soon).await;
        assert!(matches!(replayed, Err(Refusal::FramesReplayed)));
    }
    let forgotten = later(sent, MEMORY);
    assert_eq!(
        matched(&door.send(pictures(0..15), forgotten).await),
        Some(1)
    );
}

#[tokio::test]
async fn a_replay_is_a_failure() {
    let mut door = Door::of(&[BLINK], blink(ADA)).await;
    assert_eq!(matched(&door.send(pictures(0..15), start()).await), Some(1));
    for _ in 0..5 {
        let replayed = door.send(pictures(0..15), start()).await;
        assert!(matches!(replayed, Err(Refusal::FramesReplayed)));
    }
    assert!(matches!(door.ask(start()), Err(Refusal::Paused(_))));
}

#[tokio::test]
async fn five_failures_make_a_pause_of_three_minutes_for_their_source() {
    let mut door = Door::of(&[BLINK], stare(ADA)).await;
    let now = start();
    for _ in 0..5 {
        assert!(matches!(door.run(now).await, Ok(Outcome::NotAlive(_))));
    }
    let soon = later(now, Duration::from_mins(1));
    let wait = Duration::from_mins(2);
    assert!(matches!(door.ask(soon), Err(Refusal::Paused(it)) if it == wait));
    // Another source is let in, and this one too when the pause is over; a challenge it had from before does not help.
    let other = Source::named("another door");
    let asked = door.challenges.create(other, soon, &mut door.random);
    assert!(asked.is_ok());
    door.sees(blink(ADA));
    let over = later(now, Duration::from_mins(3));
    assert_eq!(matched(&door.run(over).await), Some(1));
}

#[tokio::test]
async fn challenges_of_before_the_pause_are_held_up_too() {
    let mut door = Door::of(&[BLINK], stare(ADA)).await;
    let kept = door.ask(start()).unwrap();
    for _ in 0..5 {
        assert!(door.run(start()).await.is_ok());
    }
    door.sees(blink(ADA));
    let held_up = door.answer(&kept.id, start()).await;
    assert!(matches!(held_up, Err(Refusal::Paused(_))));
}

#[tokio::test]
async fn failures_against_one_claimed_person_are_counted_over_all_sources() {
    let mut door = Door::of(&[BLINK], blink(EVE)).await;
    let claim = |number: u32| (Source::named(&number.to_string()), start());
    for number in 0..6 {
        let (source, now) = claim(number);
        let id = door
            .challenges
            .create(source, now, &mut door.random)
            .unwrap()
            .id;
        let answer = ChallengeAnswer {
            claimed: Some(PersonId::new(1).unwrap()),
            ..answer_of(door.frames(15))
        };
        let outcome = door.challenges.answer(&id, answer, now).await;
        let is_paused = matches!(outcome, Err(Refusal::Paused(_)));
        assert_eq!(is_paused, number == 5, "{number}: {outcome:?}");
    }
    assert!(matches!(door.claim(2, start()).await, Ok(Outcome::Pass(_))));
}

#[tokio::test]
async fn a_success_starts_afresh_and_an_outage_is_no_failure() {
    let mut door = Door::of(&[BLINK], stare(ADA)).await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(matches!(door.run(start()).await, Ok(Outcome::NotAlive(_))));
        }
        door.sees(blink(ADA));
        assert_eq!(matched(&door.run(start()).await), Some(1));
        // Frames without templates: the inference service answered what makes no sense.
        let mut nonsense = blink(ADA);
        for face in &mut nonsense {
            face.template = None;
        }
        door.sees(nonsense);
        for _ in 0..6 {
            assert!(matches!(door.run(start()).await, Err(Refusal::Analyser(_))));
        }
        door.sees(stare(ADA));
    }
}

#[tokio::test]
async fn fraud_detection_fails_a_picture_of_a_picture() {
    let mut door = Door::of(&[BLINK], vec![]).await;
    for (score, first, passes) in [(0.1, 0, true), (0.9, 100, false)] {
        let mut frames = blink(ADA);
        for face in &mut frames {
            face.attack = with_attack(&template(ADA), score).attack;
        }
        door.sees(frames);
        let answer = ChallengeAnswer {
            fraud_detection: true,
            ..answer_of(pictures(first..first + 15))
        };
        let id = door.ask(start()).unwrap().id;
        let outcome = door.challenges.answer(&id, answer, start()).await;
        assert_eq!(matched(&outcome).is_some(), passes, "{outcome:?}");
    }
}

#[tokio::test]
async fn fraud_detection_looks_at_the_probe_of_a_claim_too() {
    let mut door = Door::of(&[BLINK], vec![]).await;
    for (score, first, passes) in [(0.1, 0, true), (0.9, 100, false)] {
        let mut frames = blink(ADA);
        for face in &mut frames {
            face.attack = with_attack(&template(ADA), 0.1).attack;
        }
        // The picture beside the frames shows what the first frame does.
        frames[0].attack = with_attack(&template(ADA), score).attack;
        door.sees(frames);
        let answer = ChallengeAnswer {
            fraud_detection: true,
            claimed: Some(id(1)),
            probe: pictures(first + 50..first + 51).0.pop(),
            ..answer_of(pictures(first..first + 15))
        };
        let challenge = door.ask(start()).unwrap().id;
        let outcome = door.challenges.answer(&challenge, answer, start()).await;
        assert_eq!(matched(&outcome).is_some(), passes, "{outcome:?}");
    }
}

#[test]
fn challenges_are_drawn_by_chance_and_two_of_them_are_unlike() {
    let mut random = StdRng::seed_from_u64(3);
    let mut drawn = HashSet::new();
    for _ in 0..400 {
        let challenge = draw(&Action::ALL, &mut random);
        let actions = challenge.actions().to_vec();
        assert_eq!(actions.len(), ACTIONS);
        assert!(!actions[0].is_like(actions[1]));
        drawn.insert(actions);
    }
    // Six actions in pairs, without the pairs of two kinds of blinks.
    assert_eq!(drawn.len(), 6 * 5 - 3 * 2);
    assert_eq!(draw(&[BLINK], &mut random).actions(), [BLINK]);
    let blinks = [BLINK, Action::Blink { times: 2 }];
    assert_eq!(draw(&blinks, &mut random).actions().len(), 1);
}

#[tokio::test]
async fn no_two_challenges_are_alike() {
    let mut door = Door::of(&[BLINK], vec![]).await;
    let ids: HashSet<String> = (0..100).map(|_| door.ask(start()).unwrap().id).collect();
    assert_eq!(ids.len(), 100);
}
