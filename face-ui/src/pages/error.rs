//! The page of a refusal: what happened, what to do, a way on.

use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use askama::Template;

use crate::error::PageError;
use crate::visitor::{Chrome, Visitor};

/// What happened and what to do.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorView {
    chrome: Chrome,
    status: u16,
    title: &'static str,
    text: String,
    way_on: &'static str,
    href: String,
}

impl ErrorView {
    /// The page of `error`, or of what the framework refused with `status`.
    pub(crate) fn new(
        visitor: &Visitor,
        request: &HttpRequest,
        status: StatusCode,
        error: Option<&PageError>,
    ) -> Self {
        let (title, text) = words(status, error);
        let is_passing = matches!(error, Some(PageError::Unavailable(_) | PageError::Busy(_)));
        // Only what a link may repeat: a form is sent again from its own page.
        let again = (is_passing && request.method() == Method::GET)
            .then(|| request.uri().path_and_query())
            .flatten();
        let (way_on, href) = match again {
            Some(path) => ("Try again", path.to_string()),
            None if is_passing || matches!(error, Some(PageError::Token)) => {
                ("Back to the form", request.path().to_owned())
            }
            None => ("Go to the start page", "/".to_owned()),
        };
        Self {
            chrome: visitor.chrome(),
            status: status.as_u16(),
            title,
            text,
            way_on,
            href,
        }
    }

    /// The same in one line, for scripts.
    pub(crate) fn message(&self) -> String {
        format!("{}. {}", self.title, self.text)
    }
}

/// Title and explanation.
fn words(status: StatusCode, error: Option<&PageError>) -> (&'static str, String) {
    let (title, text) = match error {
        Some(PageError::Forbidden) => (
            "This page is for administrators",
            "You are signed in by face, which shows who you are and opens nothing else. \
             Sign out, then sign in with an administrator's ID and password.",
        ),
        Some(PageError::Token) => (
            "The form is out of date",
            "The page was open for too long, or cookies are switched off. Nothing was changed. \
             Open the form again and repeat what you wanted to do.",
        ),
        Some(PageError::BadRequest(text)) => ("That did not work", text.as_str()),
        Some(PageError::TooLarge(text)) => ("That is too large", text.as_str()),
        Some(PageError::Busy(_)) => (
            "Too much at once",
            "The recognition service has too much to do just now. Nothing was changed. Wait a moment, then try again.",
        ),
        Some(PageError::Unavailable(_)) => (
            "The service is not available",
            "The registration service does not answer. It may be starting. Wait a moment, then try again.",
        ),
        Some(PageError::SignInNeeded | PageError::NotFound) | None => framework(status),
    };
    (title, text.to_owned())
}

/// What the framework refuses by itself.
fn framework(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            "Page not found",
            "There is nothing at this address. It may be mistyped, or the person may have been deleted.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "This address takes no such call",
            "Use the links and buttons of the pages.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too large",
            "The form has more text than it may have.",
        ),
        status if status.is_client_error() => (
            "That did not work",
            "The form could not be read. Go back and try again.",
        ),
        _ => (
            "Something failed",
            "The fault is ours and is in the log. Try again in a moment.",
        ),
    }
}

#[cfg(test)]
impl super::Samples for ErrorView {
    fn samples() -> Vec<(&'static str, Self)> {
        let view = |status: StatusCode, error: Option<&PageError>, way_on, href: &str| {
            let (title, text) = words(status, error);
            Self {
                chrome: Chrome::sample_admin(),
                status: status.as_u16(),
                title,
                text,
                way_on,
                href: href.to_owned(),
            }
        };
        let down = PageError::Busy(std::time::Duration::from_secs(1));
        vec![
            (
                "not-found",
                view(StatusCode::NOT_FOUND, None, "Go to the start page", "/"),
            ),
            (
                "busy",
                view(
                    StatusCode::TOO_MANY_REQUESTS,
                    Some(&down),
                    "Try again",
                    "/people?search=a&page=2",
                ),
            ),
        ]
    }
}
