//! A liveness run: does a living person blink in the frames, and is it the person of the probe?

use std::sync::Arc;

use bytes::Bytes;
use face_liveness::{
    FrameFacts, Person, Reason, Sequence, Verdict, assess, looks_like_an_attack, repeats,
};
use face_types::{FaceFacts, Template};
use face_wire::inference::{FacesQuery, Facts, Select, SequenceFacts};

use super::Refusal;
use super::identify::is_attack;
use super::picture::Picture;
use crate::observed::Observed;
use crate::ports::FaceAnalyser;
use crate::replica::{Active, Replica};

/// What every run asks of its frames.
pub(super) const FACTS: Facts = Facts {
    template: true,
    eyes: true,
    attack: false,
    quality: false,
    changes: true,
};

/// The frames of a run in the order of time.
pub(crate) struct Frames(pub(crate) Vec<Picture>);

/// No living person was shown, or another one than the probe's, or a picture of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAlive {
    /// What the person before the camera can do better; nothing where it looks like an attack.
    pub(crate) help: Option<Reason>,
}

/// What the networks saw in the frames of a run.
pub(super) struct SeenFrames {
    pub(super) seen: SequenceFacts,
    /// Of each frame whether it is, to the byte, an earlier one.
    repeats: Vec<bool>,
}

/// Assesses liveness runs; cheap to clone.
#[derive(Clone)]
pub(crate) struct Liveness {
    analyser: Arc<dyn FaceAnalyser>,
    replica: Arc<Replica>,
    observed: Observed,
}

impl Liveness {
    pub(crate) fn new(
        analyser: Arc<dyn FaceAnalyser>,
        replica: Arc<Replica>,
        observed: Observed,
    ) -> Self {
        Self {
            analyser,
            replica,
            observed,
        }
    }

    /// Whether the person of `probe` is seen alive in `frames`, who blinks; an error within says why not.
    ///
    /// One frame with another person's face than the probe's fails the run: neither eyes opened by one person and closed by
    /// another, nor the probe of one and the blink of another, pass. With `fraud_detection` frames that look like
    /// pictures of a picture, half of them or more, fail it as well.
    ///
    /// # Errors
    /// [`Refusal::Analyser`], [`Refusal::NotReady`].
    #[tracing::instrument(name = "liveness.assess", skip_all, fields(frames = frames.0.len()))]
    pub(crate) async fn holds(
        &self,
        active: &Active,
        probe: &Template,
        frames: Frames,
        fraud_detection: bool,
    ) -> Result<Result<(), NotAlive>, Refusal> {
        let facts = Facts {
            attack: fraud_detection,
            ..FACTS
        };
        let seen = self.look(active, frames, facts).await?;
        self.judge(active, &seen, Some(probe), fraud_detection, |sequence| {
            assess(sequence, &active.pack().blink_rule)
        })
    }

    /// What the networks see in `frames`.
    ///
    /// # Errors
    /// [`Refusal::Analyser`].
    pub(super) async fn look(
        &self,
        active: &Active,
        frames: Frames,
        facts: Facts,
    ) -> Result<SeenFrames, Refusal> {
        let pictures: Vec<Bytes> = frames.0.into_iter().map(Picture::into_bytes).collect();
        let repeats = repeats(&pictures);
        let query = FacesQuery {
            select: Select::Largest,
            facts,
            detect: true,
        };
        let seen = self
            .analyser
            .frames(pictures, &query, active.pack())
            .await?;
        Ok(SeenFrames { seen, repeats })
    }

    /// What `judge` says of the frames when their faces are compared with `probe`, which is missing only where no frame shows one face.
    ///
    /// # Errors
    /// [`Refusal::Analyser`] when a fact is missing, [`Refusal::NotReady`].
    pub(super) fn judge(
        &self,
        active: &Active,
        frames: &SeenFrames,
        probe: Option<&Template>,
        fraud_detection: bool,
        judge: impl FnOnce(Sequence<'_>) -> Verdict,
    ) -> Result<Result<(), NotAlive>, Refusal> {
        let mut facts = Vec::with_capacity(frames.repeats.len());
        let mut attacks = Vec::new();
        for (faces, &is_repeat) in frames.seen.frames.iter().zip(&frames.repeats) {
            let mut frame = FrameFacts::of(faces, is_repeat);
            if let (1, Some(face)) = (frame.faces, faces.first()) {
                frame.person = match probe {
                    Some(probe) => self.person(active, probe, face.clone())?,
                    None => Person::Unclear,
                };
            }
            // Frames of anybody else must not outvote those of the person who is to be let in.
            if let (true, 1, Person::Probes, Some(face)) =
                (fraud_detection, frame.faces, frame.person, faces.first())
            {
                attacks.push(is_attack(active.pack(), face)?);
            }
            facts.push(frame);
        }
        if looks_like_an_attack(&attacks) {
            return Ok(Err(NotAlive { help: None }));
        }
        let verdict = judge(Sequence {
            frames: &facts,
            changes: &frames.seen.changes,
        });
        self.observed.assessed(&verdict);
        tracing::debug!(alive = verdict.alive, reasons = ?verdict.reasons, "assessed");
        Ok(if verdict.alive {
            Ok(())
        } else {
            Err(NotAlive {
                help: verdict.help(),
            })
        })
    }

    /// Whose the only face of a frame is.
    fn person(
        &self,
        active: &Active,
        probe: &Template,
        face: FaceFacts,
    ) -> Result<Person, Refusal> {
        let template = self.replica.template_of(active, face)?;
        let similarity = template.similarity(probe);
        Ok(similarity.map_or(Person::Another, |it| active.person_rule().tell(it)))
    }
}
