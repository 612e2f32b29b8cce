//! 1:N: whose face is it, of all the people enrolled.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use face_types::{BoundingBox, FaceFacts};
use face_wire::inference::{FacesQuery, Facts, Select};

use super::Refusal;
use super::picture::Picture;
use crate::observed::Observed;
use crate::ports::{AnalyserError, FaceAnalyser, Pack};
use crate::replica::{Active, Replica, Verdict};

/// A picture and what is asked about it.
pub(crate) struct Probe {
    /// The picture.
    pub(crate) picture: Picture,
    /// Find the face first; without it the picture is a close crop of one face.
    pub(crate) detect: bool,
    /// Every face rather than the largest.
    pub(crate) all_faces: bool,
    /// Refuse pictures of pictures.
    pub(crate) fraud_detection: bool,
}

/// Who one face is.
#[derive(Debug)]
pub(crate) struct Identified {
    /// Where the face is.
    pub(crate) bounding_box: BoundingBox,
    /// The decision.
    pub(crate) verdict: Verdict,
}

/// Decides who faces are.
pub(crate) struct Identify {
    analyser: Arc<dyn FaceAnalyser>,
    replica: Arc<Replica>,
    observed: Observed,
}

impl Identify {
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

    /// The decision about each face asked for, largest first.
    ///
    /// # Errors
    /// [`Refusal::NoFace`], [`Refusal::Unprocessable`] when the pack cannot do what is asked, [`Refusal::Analyser`],
    /// [`Refusal::NotReady`].
    #[tracing::instrument(name = "identify.run", skip_all)]
    pub(crate) async fn run(&self, probe: Probe) -> Result<Vec<Identified>, Refusal> {
        let active = self.replica.active()?;
        let fraud_detection = probe.fraud_detection;
        let faces = self.look(&active, probe).await?;
        let mut identified = Vec::with_capacity(faces.len());
        for face in faces {
            identified.push(self.decide(&active, fraud_detection, face).await?);
        }
        Ok(identified)
    }

    /// The faces of the probe, at least one, with templates and, if asked for, attack scores.
    pub(super) async fn look(
        &self,
        active: &Active,
        probe: Probe,
    ) -> Result<Vec<FaceFacts>, Refusal> {
        let select = if probe.all_faces {
            Select::All
        } else {
            Select::Largest
        };
        let bytes = probe.picture.into_bytes();
        let question = Question {
            select,
            detect: probe.detect,
            fraud_detection: probe.fraud_detection,
        };
        probe_faces(self.analyser.as_ref(), active.pack(), bytes, question).await
    }

    /// Who one face is.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub(super) async fn decide(
        &self,
        active: &Arc<Active>,
        fraud_detection: bool,
        face: FaceFacts,
    ) -> Result<Identified, Refusal> {
        let bounding_box = face.bounding_box;
        let verdict = if fraud_detection && is_attack(active.pack(), &face)? {
            Verdict::AttackSuspected
        } else {
            let template = self.replica.template_of(active, face)?;
            let started = Instant::now();
            let verdict = active.identify(template).await?;
            self.observed.searched(started);
            verdict
        };
        self.observed.decided(&verdict);
        Ok(Identified {
            bounding_box,
            verdict,
        })
    }
}

/// What a probe is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) select: Select,
    pub(super) detect: bool,
    pub(super) fraud_detection: bool,
}

/// The faces of a probe that facts were made for, at least one.
///
/// # Errors
/// [`Refusal::NoFace`]; [`Refusal::Unprocessable`] when attacks are to be detected and the pack cannot.
pub(super) async fn probe_faces(
    analyser: &dyn FaceAnalyser,
    pack: &Pack,
    picture: Bytes,
    question: Question,
) -> Result<Vec<FaceFacts>, Refusal> {
    if question.fraud_detection {
        needs_attack_detection(pack)?;
    }
    let query = FacesQuery {
        select: question.select,
        facts: Facts {
            template: true,
            attack: question.fraud_detection,
            ..Facts::default()
        },
        detect: question.detect,
    };
    let mut faces = analyser.faces(picture, &query, pack).await?;
    if question.select == Select::Largest {
        faces.truncate(1);
    }
    if faces.is_empty() {
        return Err(Refusal::NoFace);
    }
    Ok(faces)
}

/// Refuses to look for attacks with a pack that cannot.
///
/// # Errors
/// [`Refusal::Unprocessable`].
pub(super) fn needs_attack_detection(pack: &Pack) -> Result<(), Refusal> {
    if pack.attack_threshold.is_some() {
        return Ok(());
    }
    Err(Refusal::Unprocessable(
        "the active pack has nothing against presentation attacks",
    ))
}

/// Whether the face looks like a photograph, screen or mask.
///
/// # Errors
/// [`AnalyserError::Unavailable`] when the fact that was asked for is missing or no number: an unchecked face is never
/// taken for a live one.
pub(super) fn is_attack(pack: &Pack, face: &FaceFacts) -> Result<bool, AnalyserError> {
    match (face.attack, pack.attack_threshold) {
        (Some(score), Some(threshold)) if score.0.is_finite() => Ok(score.0 >= threshold),
        _ => Err(AnalyserError::Unavailable(
            "the answer lacks the attack score".into(),
        )),
    }
}
