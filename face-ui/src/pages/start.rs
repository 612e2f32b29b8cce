//! `GET /`: sign in with ID and password, or with the face.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::face_login::{Checks, FaceAnswer};
use super::form::FieldErrors;
use super::{html, see_other};
use crate::sessions::{Account, Role};
use crate::visitor::{Chrome, Visitor};

/// The start page.
#[derive(Template)]
#[template(path = "start.html")]
pub(crate) struct StartView {
    chrome: Chrome,
    is_demo: bool,
    id: String,
    errors: FieldErrors,
    checks: Checks,
    answer: Option<FaceAnswer>,
}

impl StartView {
    /// The page as one meets it.
    pub(crate) fn new(visitor: &Visitor) -> Self {
        Self {
            chrome: visitor.chrome(),
            is_demo: visitor.ui.admin.is_demo(),
            id: String::new(),
            errors: FieldErrors::default(),
            checks: Checks::default(),
            answer: None,
        }
    }

    /// The page after a password that did not admit.
    pub(crate) fn with_errors(mut self, id: String, errors: FieldErrors) -> Self {
        (self.id, self.errors) = (id, errors);
        self
    }

    /// The page after a face that was looked at.
    pub(crate) fn with_answer(mut self, checks: Checks, answer: FaceAnswer) -> Self {
        (self.checks, self.answer) = (checks, Some(answer));
        self
    }
}

/// Shows the page; who has signed in is led on.
pub(crate) async fn get(visitor: Visitor) -> HttpResponse {
    match &visitor.account {
        Some(account) => see_other(home(account)),
        None => html(StatusCode::OK, &StartView::new(&visitor)),
    }
}

/// The page to which a sign-in leads.
pub(crate) const fn home(account: &Account) -> &'static str {
    match account.role {
        Role::Admin => "/people",
        Role::Person => "/me",
    }
}

#[cfg(test)]
impl super::Samples for StartView {
    fn samples() -> Vec<(&'static str, Self)> {
        let view = || Self {
            chrome: Chrome::sample(),
            is_demo: true,
            id: String::new(),
            errors: FieldErrors::default(),
            checks: Checks::default(),
            answer: None,
        };
        let refused = FieldErrors::one("sign-in-password", "The ID or the password is wrong.");
        let checks = Checks {
            is_cropped: false,
            has_liveness: true,
            has_fraud_detection: true,
        };
        vec![
            ("plain", view()),
            (
                "wrong-password",
                Self {
                    is_demo: false,
                    ..view().with_errors("<admin>".to_owned(), refused)
                },
            ),
            (
                "not-recognised",
                view().with_answer(checks, FaceAnswer::NotRecognised),
            ),
        ]
    }
}
