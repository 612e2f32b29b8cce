//! Why the registration service did not do what was asked.

use std::error::Error;
use std::time::Duration;

use crate::problem::ProblemBody;
use crate::registration::PictureOutcome;

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The service read the call and refused it; the caller can mend something.
    #[error("the registration service refused: {}", .0.problem.detail)]
    Refused(Box<Refusal>),
    /// The service has too much to do.
    #[error("the registration service is busy")]
    Busy {
        /// The pause it asks for.
        retry_after: Duration,
    },
    /// Whoever is asking failed too often.
    #[error("the registration service makes a pause after too many failures")]
    Paused {
        /// How long it still is.
        retry_after: Duration,
    },
    /// The service cannot be reached, did not answer in time, failed, or answered what nobody can read.
    #[error("the registration service is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// What was refused, and why.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Refusal {
    /// The problem as a whole.
    #[serde(flatten)]
    pub problem: ProblemBody,
    /// What became of each picture, where the service says it (the extension member `pictures`); else empty.
    #[serde(default)]
    pub pictures: Vec<PictureOutcome>,
}

impl RegistrationError {
    pub(super) fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// A failure of `reqwest`, whose URL is left out: it may hold a person's id.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        Self::unavailable(error.without_url())
    }

    /// The service spoke a language of its own.
    pub(super) fn status(status: reqwest::StatusCode) -> Self {
        Self::unavailable(format!("it answered with status {}", status.as_u16()))
    }

    pub(super) fn refused(problem: ProblemBody, pictures: Vec<PictureOutcome>) -> Self {
        Self::Refused(Box::new(Refusal { problem, pictures }))
    }
}
