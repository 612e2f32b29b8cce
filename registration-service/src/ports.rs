//! The port to whatever turns pictures into facts about faces.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use face_liveness::BlinkRule;
use face_types::{FaceFacts, ModelId};
use face_wire::inference::{FacesQuery, SequenceFacts};
use face_wire::problem::ProblemKind;

/// What is known of the networks in use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pack {
    /// The model that makes the templates.
    pub(crate) model: ModelId,
    /// Number of values of a template.
    pub(crate) dimension: usize,
    /// Measured impostor curve: similarity and the share of non-mated comparisons at or above it.
    pub(crate) impostor_curve: Vec<(f32, f64)>,
    /// Attack score from which a presentation is refused; `None` when the pack has nothing against attacks.
    pub(crate) attack_threshold: Option<f32>,
    /// When its eye scores count as open and as closed.
    pub(crate) blink_rule: BlinkRule,
}

/// Turns pictures into facts about faces. Every answer comes within a deadline, as an error if need be.
///
/// The question is put in the words of the inference service's query; the answers are the field's values.
#[async_trait]
pub(crate) trait FaceAnalyser: Send + Sync {
    /// The networks in use.
    ///
    /// # Errors
    /// [`AnalyserError::Unavailable`].
    async fn pack(&self) -> Result<Pack, AnalyserError>;

    /// The faces of one encoded picture, largest first; templates have the dimension of `pack`.
    ///
    /// # Errors
    /// [`AnalyserError`].
    async fn faces(
        &self,
        picture: Bytes,
        query: &FacesQuery,
        pack: &Pack,
    ) -> Result<Vec<FaceFacts>, AnalyserError>;

    /// The faces of 2 to 30 encoded pictures, in order, and how they differ if the query asks for it.
    ///
    /// # Errors
    /// [`AnalyserError`].
    async fn frames(
        &self,
        pictures: Vec<Bytes>,
        query: &FacesQuery,
        pack: &Pack,
    ) -> Result<SequenceFacts, AnalyserError>;
}

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnalyserError {
    /// The picture is at fault.
    #[error("the picture was refused: {detail}")]
    Refused {
        /// In what way.
        kind: ProblemKind,
        /// For people.
        detail: String,
    },
    /// The queue in front of the networks is full.
    #[error("the inference service is busy")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// No answer, or none in time, or one that makes no sense.
    #[error("the inference service is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
