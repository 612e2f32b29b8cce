//! The original's question: who is in this picture, and, if asked, is it a living person who blinks?

use std::sync::Arc;

use face_store::PersonSummary;
use face_types::{FaceFacts, Template};

use super::Refusal;
use super::identify::{Identify, Probe};
use super::liveness::{Frames, Liveness, NotAlive};
use crate::replica::{Active, Replica, Verdict};

/// A probe with, perhaps, the frames of a liveness run.
pub(crate) struct MatchQuestion {
    /// The probe; its largest face counts.
    pub(crate) probe: Probe,
    /// The frames in order; `None` when liveness was not asked for.
    pub(crate) frames: Option<Frames>,
}

/// The answer.
#[derive(Debug)]
pub(crate) enum MatchAnswer {
    /// One person, clearly.
    Found(PersonSummary),
    /// Nobody enrolled, or two people too near each other to choose between: the original's caller gets no guess.
    NoMatch,
    /// No living person was shown, or another one than in the probe, or a picture of a picture.
    NotAlive(NotAlive),
}

/// Decides who is in a picture, and whether alive.
pub(crate) struct FindMatch {
    identify: Arc<Identify>,
    liveness: Liveness,
    replica: Arc<Replica>,
}

impl FindMatch {
    pub(crate) fn new(identify: Arc<Identify>, liveness: Liveness, replica: Arc<Replica>) -> Self {
        Self {
            identify,
            liveness,
            replica,
        }
    }

    /// The answer to `question`.
    ///
    /// # Errors
    /// Those of [`Identify::run`].
    #[tracing::instrument(name = "find_match.run", skip_all, fields(liveness = question.frames.is_some()))]
    pub(crate) async fn run(&self, question: MatchQuestion) -> Result<MatchAnswer, Refusal> {
        let active = self.replica.active()?;
        let fraud_detection = question.probe.fraud_detection;
        let faces = self.identify.look(&active, question.probe).await?;
        let largest = faces.into_iter().next().ok_or(Refusal::NoFace)?;
        if let Some(frames) = question.frames
            && let Err(not_alive) = self
                .is_alive(&active, &largest, frames, fraud_detection)
                .await?
        {
            return Ok(MatchAnswer::NotAlive(not_alive));
        }
        let identified = self
            .identify
            .decide(&active, fraud_detection, largest)
            .await?;
        Ok(match identified.verdict {
            Verdict::Match { candidate, .. } => MatchAnswer::Found(candidate.person),
            Verdict::Ambiguous { .. } | Verdict::Unknown { .. } => MatchAnswer::NoMatch,
            Verdict::AttackSuspected => MatchAnswer::NotAlive(NotAlive { help: None }),
        })
    }

    /// Whether the frames show the probe's person, alive.
    async fn is_alive(
        &self,
        active: &Active,
        face: &FaceFacts,
        frames: Frames,
        fraud_detection: bool,
    ) -> Result<Result<(), NotAlive>, Refusal> {
        let probe: Template = self.replica.template_of(active, face.clone())?;
        self.liveness
            .holds(active, &probe, frames, fraud_detection)
            .await
    }
}

#[cfg(test)]
mod tests {
    use face_liveness::Reason;

    use super::*;
    use crate::usecases::picture::Picture;
    use crate::usecases::testing::{
        Seen, World, face_of, person, picture_text, template, with_attack, with_eyes,
    };

    const ADA: [f32; 3] = [1.0, 0.0, 0.0];
    const EVE: [f32; 3] = [0.0, 0.0, 1.0];

    fn picture() -> Picture {
        Picture::from_text(&picture_text()).unwrap()
    }

    /// As many pictures, no two alike.
    fn different(count: usize) -> Vec<Picture> {
        let text = picture_text();
        let bytes = face_wire::picture::decode(&text).unwrap();
        let numbered = |number: usize| {
            let mut bytes = bytes.to_vec();
            *bytes.last_mut().unwrap() = number as u8;
            Picture::from_text(&face_wire::picture::encode(&bytes)).unwrap()
        };
        (0..count).map(numbered).collect()
    }

    /// The answer to a probe that shows `probe`, with frames, if any, that show what they say.
    async fn answer(
        probe: FaceFacts,
        fraud_detection: bool,
        frames: Vec<FaceFacts>,
    ) -> Result<MatchAnswer, Refusal> {
        let sent = different(frames.len());
        answered(probe, fraud_detection, sent, frames).await
    }

    /// The answer to a probe of Ada with frames that are `sent` and show `frames`.
    async fn answer_to(sent: Vec<Picture>, frames: Vec<FaceFacts>) -> Result<MatchAnswer, Refusal> {
        answered(face_of(template(ADA)), false, sent, frames).await
    }

    async fn answered(
        probe: FaceFacts,
        fraud_detection: bool,
        sent: Vec<Picture>,
        frames: Vec<FaceFacts>,
    ) -> Result<MatchAnswer, Refusal> {
        let world = World::of(vec![person(1, template(ADA))]).await;
        let asked = (!sent.is_empty()).then(|| Frames(sent));
        let seen = Arc::new(Seen {
            faces: vec![probe],
            frames,
        });
        let identify = Identify::new(seen.clone(), world.replica.clone(), world.observed.clone());
        let liveness = Liveness::new(seen, world.replica.clone(), world.observed.clone());
        let find_match = FindMatch::new(Arc::new(identify), liveness, world.replica.clone());
        let probe = Probe {
            picture: picture(),
            detect: true,
            all_faces: false,
            fraud_detection,
        };
        let question = MatchQuestion {
            probe,
            frames: asked,
        };
        find_match.run(question).await
    }

    /// Eyes of `first` that are open, then those of `second`, at first `blink_open`, at last open again.
    fn run(first: [f32; 3], second: [f32; 3], blink_open: f32) -> Vec<FaceFacts> {
        let open = with_eyes(&template(first), 0.95);
        let [blink, end] = [blink_open, 0.95].map(|open| with_eyes(&template(second), open));
        [vec![open; 8], vec![blink; 3], vec![end; 4]].concat()
    }

    #[tokio::test]
    async fn a_person_is_found_and_a_stranger_is_not() {
        let found = answer(face_of(template(ADA)), false, vec![]).await;
        assert!(matches!(found, Ok(MatchAnswer::Found(person)) if person.id.get() == 1));
        let stranger = answer(face_of(template(EVE)), false, vec![]).await;
        assert!(matches!(stranger, Ok(MatchAnswer::NoMatch)));
    }

    #[tokio::test]
    async fn the_probes_person_must_blink() {
        let probe = || face_of(template(ADA));
        let blink = answer(probe(), false, run(ADA, ADA, 0.05)).await;
        assert!(matches!(blink, Ok(MatchAnswer::Found(_))));
        let still = answer(probe(), false, run(ADA, ADA, 0.95)).await;
        let help = Some(Reason::NoBlink);
        assert!(
            matches!(still, Ok(MatchAnswer::NotAlive(not_alive)) if not_alive.help == help),
            "told to blink"
        );
    }

    #[tokio::test]
    async fn a_blink_of_somebody_else_is_none() {
        let probe = || face_of(template(ADA));
        for frames in [
            run(EVE, EVE, 0.05),
            run(ADA, EVE, 0.05),
            run(EVE, ADA, 0.05),
        ] {
            let answer = answer(probe(), false, frames).await;
            assert!(
                matches!(answer, Ok(MatchAnswer::NotAlive(NotAlive { help: None }))),
                "an attacker is not helped"
            );
        }
    }

    #[tokio::test]
    async fn one_frame_of_somebody_else_spoils_a_blink() {
        let mut frames = run(ADA, ADA, 0.05);
        frames[14] = with_eyes(&template(EVE), 0.95);
        let answer = answer(face_of(template(ADA)), false, frames).await;
        assert!(matches!(answer, Ok(MatchAnswer::NotAlive(_))));
    }

    #[tokio::test]
    async fn the_same_picture_over_and_over_is_no_camera() {
        let same = vec![picture(); 15];
        let question = |frames: Vec<Picture>| answer_to(frames, run(ADA, ADA, 0.05));
        assert!(matches!(question(same).await, Ok(MatchAnswer::NotAlive(_))));
        let mut slow_camera = different(15);
        slow_camera[3] = slow_camera[2].clone();
        assert!(matches!(
            question(slow_camera).await,
            Ok(MatchAnswer::Found(_))
        ));
    }

    #[tokio::test]
    async fn fraud_detection_refuses_pictures_of_pictures_in_probe_and_frames() {
        let bona_fide = || with_attack(&template(ADA), 0.1);
        let found = answer(bona_fide(), true, vec![]).await;
        assert!(matches!(found, Ok(MatchAnswer::Found(_))));
        let attack = answer(with_attack(&template(ADA), 0.5), true, vec![]).await;
        assert!(matches!(attack, Ok(MatchAnswer::NotAlive(_))));

        let mut frames = run(ADA, ADA, 0.05);
        for frame in &mut frames {
            frame.attack = Some(face_types::AttackScore(0.1));
        }
        let found = answer(bona_fide(), true, frames.clone()).await;
        assert!(matches!(found, Ok(MatchAnswer::Found(_))));
        for frame in &mut frames[..7] {
            frame.attack = Some(face_types::AttackScore(0.9));
        }
        let found = answer(bona_fide(), true, frames.clone()).await;
        assert!(matches!(found, Ok(MatchAnswer::Found(_))), "less than half");
        frames[9].attack = Some(face_types::AttackScore(0.9));
        let attack = answer(bona_fide(), true, frames).await;
        assert!(matches!(attack, Ok(MatchAnswer::NotAlive(_))));
    }

    #[tokio::test]
    async fn a_missing_attack_score_is_never_taken_for_a_good_one() {
        for score in [None, Some(face_types::AttackScore(f32::NAN))] {
            let mut unchecked = face_of(template(ADA));
            unchecked.attack = score;
            let answer = answer(unchecked, true, vec![]).await;
            assert!(matches!(answer, Err(Refusal::Analyser(_))));
        }
    }
}
