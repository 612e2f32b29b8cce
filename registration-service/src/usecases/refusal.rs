//! Why a use case did not do what was asked. A refused call changes nothing.

use std::time::Duration;

use face_store::StoreError;
use face_types::{PersonId, TemplateError};

use super::picture::PictureFault;
use super::quality::QualityFault;
use crate::ports::AnalyserError;
use crate::ticket::ForeignTicket;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The picture was not even shown to the networks.
    #[error("{0}")]
    Picture(#[from] PictureFault),
    /// Each picture of an enrolment was refused; by its place in the request.
    #[error("no picture was accepted")]
    EveryPicture(Vec<(usize, Refusal)>),
    /// The picture shows no face.
    #[error("the picture shows no face; look at the camera with the whole face in the picture")]
    NoFace,
    /// The picture shows several people where one is to be enrolled.
    #[error(
        "the picture shows more than one face; use a picture with only the person to be enrolled"
    )]
    SeveralFaces,
    /// The face is not fit to be enrolled.
    #[error("{0}")]
    Quality(#[from] QualityFault),
    /// Ready-made features have a wrong length.
    #[error("a template has {found} values, the active model's have {expected}")]
    FeatureLength {
        /// As sent.
        found: usize,
        /// As the active model makes them.
        expected: usize,
    },
    /// Ready-made features are no template.
    #[error("{0}")]
    Features(#[from] TemplateError),
    /// The id is taken.
    #[error("person {0} is already enrolled")]
    AlreadyEnrolled(PersonId),
    /// There is no such person.
    #[error("there is no person {0}")]
    NoSuchPerson(PersonId),
    /// The person has no such sample.
    #[error("the person has no such sample")]
    NoSuchSample,
    /// The person's samples were made by another model.
    #[error(
        "the person has no sample of the active model; enrol the person again with a new picture"
    )]
    NoSampleOfModel,
    /// The request reads well and cannot be fulfilled.
    #[error("{0}")]
    Unprocessable(&'static str),
    /// The challenge was not handed out by this service.
    #[error(transparent)]
    NoSuchChallenge(#[from] ForeignTicket),
    /// The challenge's time is over.
    #[error("the challenge has expired; ask for a new one")]
    ChallengeExpired,
    /// The challenge was answered before.
    #[error("the challenge has been answered before; ask for a new one")]
    ChallengeUsed,
    /// Frames came with an earlier answer.
    #[error("frames of this answer were sent before; take new ones for a new challenge")]
    FramesReplayed,
    /// Too many failures; so long it must be waited.
    #[error("too many attempts failed; wait, or use another way in")]
    Paused(Duration),
    /// The networks gave no facts.
    #[error(transparent)]
    Analyser(AnalyserError),
    /// The store did not do it.
    #[error(transparent)]
    Store(StoreError),
    /// The gallery is not loaded, or the networks have just been exchanged.
    #[error("the gallery is being loaded; try again in a moment")]
    NotReady,
}

impl Refusal {
    /// Whether the picture is at fault, rather than the service or the person: other pictures may fare better.
    pub(crate) const fn concerns_one_picture(&self) -> bool {
        match self {
            Self::Picture(_)
            | Self::NoFace
            | Self::SeveralFaces
            | Self::Quality(_)
            | Self::Analyser(AnalyserError::Refused { .. }) => true,
            Self::EveryPicture(_)
            | Self::FeatureLength { .. }
            | Self::Features(_)
            | Self::AlreadyEnrolled(_)
            | Self::NoSuchPerson(_)
            | Self::NoSuchSample
            | Self::NoSampleOfModel
            | Self::Unprocessable(_)
            | Self::NoSuchChallenge(_)
            | Self::ChallengeExpired
            | Self::ChallengeUsed
            | Self::FramesReplayed
            | Self::Paused(_)
            | Self::Analyser(AnalyserError::Busy { .. } | AnalyserError::Unavailable(_))
            | Self::Store(_)
            | Self::NotReady => false,
        }
    }
}

impl From<AnalyserError> for Refusal {
    fn from(error: AnalyserError) -> Self {
        Self::Analyser(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AlreadyExists(id) => Self::AlreadyEnrolled(id),
            StoreError::NotFound(id) => Self::NoSuchPerson(id),
            StoreError::Unavailable(_) | StoreError::Corrupt(_) => Self::Store(error),
        }
    }
}
