//! Why a page cannot be shown.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, ResponseError};
use face_wire::problem::ProblemKind;
use face_wire::registration::RegistrationError;

/// Why a page cannot be shown; `error_pages` draws it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nobody has signed in, or the session has ended.
    #[error("sign in first")]
    SignInNeeded,
    /// The page is for administrators.
    #[error("this page is for administrators")]
    Forbidden,
    /// The form carries no valid token: another site sent it, or it is older than the session.
    #[error("the form is out of date")]
    Token,
    /// There is no such page or person.
    #[error("there is no such page")]
    NotFound,
    /// The request makes no sense; the text says why.
    #[error("{0}")]
    BadRequest(String),
    /// A file or the whole form has too many bytes; the text says which.
    #[error("{0}")]
    TooLarge(String),
    /// The registration service has too much to do.
    #[error("the service has too much to do")]
    Busy(Duration),
    /// The registration service is down.
    #[error("the registration service is unavailable")]
    Unavailable(#[source] RegistrationError),
}

impl From<RegistrationError> for PageError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Refused(refusal) => match refusal.problem.kind() {
                Some(ProblemKind::NotFound) => Self::NotFound,
                Some(ProblemKind::TooLarge) => Self::TooLarge(sentence(&refusal.problem.detail)),
                _ => Self::BadRequest(sentence(&refusal.problem.detail)),
            },
            RegistrationError::Busy { retry_after } | RegistrationError::Paused { retry_after } => {
                Self::Busy(retry_after)
            }
            error @ RegistrationError::Unavailable(_) => Self::Unavailable(error),
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInNeeded => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Token => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if matches!(self, Self::SignInNeeded) {
            response.insert_header((LOCATION, "/"));
        }
        response.finish()
    }
}

/// A problem's detail as a sentence: upper case at its start, a full stop at its end.
pub(crate) fn sentence(detail: &str) -> String {
    let detail = detail.trim();
    let mut letters = detail.chars();
    let first = letters.next().map(char::to_uppercase);
    let mut text: String = first.into_iter().flatten().chain(letters).collect();
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_become_sentences() {
        assert_eq!(sentence("no face was found"), "No face was found.");
        assert_eq!(sentence("Try again."), "Try again.");
        assert_eq!(sentence("élan"), "Élan.");
        assert_eq!(sentence(" "), "");
    }
}
