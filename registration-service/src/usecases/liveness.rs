//! A liveness run: does a living person blink in the frames, and is it the person of the probe?

use std::sync::Arc;

use bytes::Bytes;
use face_liveness::{FrameFacts, Person, Reason, Sequence, assess, repeats};
use face_types::{FaceFacts, Template};
use face_wire::inference::{FacesQuery, Facts, Select};

use super::Refusal;
use super::identify::is_attack;
use super::picture::Picture;
use crate::observed::Observed;
use crate::ports::FaceAnalyser;
use crate::replica::{Active, Replica};

/// The frames of a run in the order of time.
pub(crate) struct Frames(pub(crate) Vec<Picture>);

/// No living person was shown, or another one than the probe's, or a picture of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAlive {
    /// What the person before the camera can do better; nothing where it looks like an attack.
    pub(crate) help: Option<Reason>,
}

/// Assesses liveness runs.
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

    /// Whether the person of `probe` is seen alive in `frames`; an error within says why not.
    ///
    /// One frame with another person's face than the probe's fails the run: neither eyes opened by one person and closed by
    /// another, nor the probe of one and the blink of another, pass. With `fraud_detection` a frame that looks like a
    /// picture of a picture fails it as well.
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
        let pictures: Vec<Bytes> = frames.0.into_iter().map(Picture::into_bytes).collect();
        let repeats = repeats(&pictures);
        let query = FacesQuery {
            select: Select::Largest,
            facts: Facts {
                template: true,
                eyes: true,
                attack: fraud_detection,
                quality: false,
                changes: true,
            },
            detect: true,
        };
        let seen = self
            .analyser
            .frames(pictures, &query, active.pack())
            .await?;
        let mut facts = Vec::with_capacity(seen.frames.len());
        for (faces, is_repeat) in seen.frames.into_iter().zip(repeats) {
            if fraud_detection
                && let Some(face) = faces.first()
                && is_attack(active.pack(), face)?
            {
                return Ok(Err(NotAlive { help: None }));
            }
            let mut frame = FrameFacts::of(&faces, is_repeat);
            if let (1, Some(face)) = (frame.faces, faces.into_iter().next()) {
                frame.person = self.person(active, probe, face)?;
            }
            facts.push(frame);
        }
        let sequence = Sequence {
            frames: &facts,
            changes: &seen.changes,
        };
        let verdict = assess(sequence, &active.pack().blink_rule);
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
