//! A liveness run: does a living person blink in the frames, and is it the person of the probe?

use std::sync::Arc;

use face_liveness::{FrameFacts, assess};
use face_types::{FaceFacts, Template};
use face_wire::inference::{FacesQuery, Facts, Select};

use super::identify::is_attack;
use super::picture::Picture;
use super::{Refusal, quality};
use crate::ports::FaceAnalyser;
use crate::replica::{Active, Replica};

/// The frames of a run in the order of time.
pub(crate) struct Frames(pub(crate) Vec<Picture>);

/// Assesses liveness runs.
pub(crate) struct Liveness {
    analyser: Arc<dyn FaceAnalyser>,
    replica: Arc<Replica>,
}

impl Liveness {
    pub(crate) fn new(analyser: Arc<dyn FaceAnalyser>, replica: Arc<Replica>) -> Self {
        Self { analyser, replica }
    }

    /// Whether the person of `probe` is seen alive in `frames`.
    ///
    /// A frame counts for the blink only if its face is the probe's: neither eyes opened by one person and closed by
    /// another, nor the probe of one and the blink of another, pass. With `fraud_detection` a frame that looks like a
    /// picture of a picture fails the run.
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
    ) -> Result<bool, Refusal> {
        let pictures = frames.0.into_iter().map(Picture::into_bytes).collect();
        let query = FacesQuery {
            select: Select::Largest,
            facts: Facts {
                template: true,
                eyes: true,
                attack: fraud_detection,
                quality: false,
            },
            detect: true,
        };
        let seen = self
            .analyser
            .frames(pictures, &query, active.pack())
            .await?;
        let mut facts = Vec::with_capacity(seen.len());
        for faces in seen {
            if fraud_detection
                && let Some(face) = faces.first()
                && is_attack(active.pack(), face)?
            {
                return Ok(false);
            }
            facts.push(self.frame(active, probe, &faces)?);
        }
        let verdict = assess(&facts, &active.pack().blink_rule);
        tracing::debug!(alive = verdict.alive, reasons = ?verdict.reasons, "assessed");
        Ok(verdict.alive)
    }

    /// What a frame counts for: nothing, as if without a face, when its face is another than the probe's.
    fn frame(
        &self,
        active: &Active,
        probe: &Template,
        faces: &[FaceFacts],
    ) -> Result<FrameFacts, Refusal> {
        let count = quality::prominent(faces);
        let mut frame = FrameFacts {
            faces: count,
            eyes: None,
        };
        if let (1, Some(face)) = (count, faces.first()) {
            let template = self.replica.template_of(active, face.clone())?;
            let is_probes = template
                .similarity(probe)
                .is_ok_and(|similarity| similarity >= active.frame_threshold());
            frame.faces = usize::from(is_probes);
            frame.eyes = face.eyes;
        }
        Ok(frame)
    }
}
