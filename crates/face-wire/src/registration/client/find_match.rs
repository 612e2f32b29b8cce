//! The answers of the original's `find_match`: codes and plain texts, not problems.

use reqwest::{Response, StatusCode};

use super::{RegistrationError, accepted};
use crate::legacy::{LIVENESS_CHECK_FAILED, LIVENESS_HELP, LivenessHelp, User};
use crate::problem::{ProblemBody, ProblemKind};

/// Who the probe is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindMatchOutcome {
    /// This person.
    Match(User),
    /// Nobody enrolled, or nobody for certain.
    NoMatch,
    /// The frames, or the probe under fraud detection, show no living person.
    LivenessFailed {
        /// What the person can do better, if anything.
        help: Option<LivenessHelp>,
    },
}

/// Reads an answer. A 406 is a decision, not an error.
pub(super) async fn read(response: Response) -> Result<FindMatchOutcome, RegistrationError> {
    if response.status() == StatusCode::NOT_ACCEPTABLE {
        let help = response.headers().get(LIVENESS_HELP);
        let help = help.and_then(|name| LivenessHelp::named(name.to_str().ok()?));
        let is_liveness = text(response).await?.trim() == LIVENESS_CHECK_FAILED;
        return Ok(if is_liveness {
            FindMatchOutcome::LivenessFailed { help }
        } else {
            FindMatchOutcome::NoMatch
        });
    }
    if let Some(kind) = refusal_of(response.status()) {
        let problem = ProblemBody::new(kind, text(response).await?);
        return Err(RegistrationError::refused(problem, Vec::new()));
    }
    let user = accepted(response).await?.json().await;
    user.map(FindMatchOutcome::Match)
        .map_err(RegistrationError::transport)
}

/// The problem that a status of the old paths stands for; their body is the detail as plain text.
const fn refusal_of(status: StatusCode) -> Option<ProblemKind> {
    match status {
        StatusCode::BAD_REQUEST => Some(ProblemKind::BadRequest),
        StatusCode::PAYLOAD_TOO_LARGE => Some(ProblemKind::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(ProblemKind::UnsupportedMediaType),
        StatusCode::UNPROCESSABLE_ENTITY => Some(ProblemKind::Unprocessable),
        _ => None,
    }
}

async fn text(response: Response) -> Result<String, RegistrationError> {
    response.text().await.map_err(RegistrationError::transport)
}
