//! Why the inference service gave no facts. Nothing here repeats an answer's text: it may hold templates.

use std::error::Error;
use std::time::Duration;

use crate::problem::ProblemBody;

/// Why the inference service gave no facts.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// The picture or the question is at fault; what the service said.
    #[error("the inference service refused: {}", .0.detail)]
    Refused(ProblemBody),
    /// Its queue is full.
    #[error("the inference service is busy")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// It cannot be reached, did not answer in time, failed, or answered something that cannot be read.
    #[error("the inference service is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// How an answer broke the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// A status that the call cannot have.
    #[error("it answered with status {0}")]
    Status(u16),
    /// A body that cannot be read.
    #[error("its answer cannot be read (line {line}, column {column})")]
    Unreadable {
        /// Line of the JSON text.
        line: usize,
        /// Column of the line.
        column: usize,
    },
    /// Another number of frames than was sent.
    #[error("it answered for another number of frames than was sent")]
    Frames,
    /// A difference of a frame that was not sent.
    #[error("it compared a frame that was not sent")]
    Changes,
    /// A template that is none, or of another length than the pack's.
    #[error("it sent a template that is not valid for its pack")]
    Template,
    /// It failed several times in a row and is not asked for a short while.
    #[error("it failed several times in a row and is left alone for a moment")]
    Resting,
}

/// No answer came: the connection was refused or lost, or the deadline passed.
#[derive(Debug, thiserror::Error)]
#[error("it {}", if *.timed_out { "did not answer in time" } else { "cannot be reached" })]
struct NoAnswer {
    timed_out: bool,
    source: reqwest::Error,
}

impl ContractError {
    /// An unreadable answer; the place alone, because serde quotes values.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        Self::Unreadable {
            line: error.line(),
            column: error.column(),
        }
    }
}

impl From<ContractError> for InferenceError {
    fn from(error: ContractError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl InferenceError {
    /// Unavailable, with its cause.
    pub(super) fn unavailable(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(source.into())
    }

    /// A call without an answer.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        // The cause stays in the chain for the log; it names addresses and never bodies.
        Self::Unavailable(Box::new(NoAnswer {
            timed_out: error.is_timeout(),
            source: error,
        }))
    }

    /// Whether the service itself is down, so that asking it again at once is of no use. A 500 is not: one hostile
    /// picture that makes it fail must not shut out everyone else's.
    pub(super) fn is_outage(&self) -> bool {
        let Self::Unavailable(source) = self else {
            return false;
        };
        source.is::<NoAnswer>()
            || matches!(
                source.downcast_ref(),
                Some(ContractError::Status(502..=504))
            )
    }
}
