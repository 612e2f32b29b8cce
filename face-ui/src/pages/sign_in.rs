//! `POST /sign-in`: the administrator's ID and password.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use service_kit::attempts::network;

use super::form::{FieldError, FieldErrors};
use super::start::{StartView, home};
use super::{html, see_other};
use crate::clock::now_ms;
use crate::error::PageError;
use crate::sessions::{Account, Role};
use crate::ui::{Method, SignIn};
use crate::visitor::Visitor;

/// The form.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    password: String,
}

/// Signs the administrator in, or says why not.
///
/// # Errors
/// [`PageError::Token`].
pub(crate) async fn post(
    visitor: Visitor,
    form: web::Form<SignInForm>,
) -> Result<HttpResponse, PageError> {
    let SignInForm { csrf, id, password } = form.into_inner();
    visitor.require_token(Some(&csrf))?;
    let missing = missing(&id, &password);
    if !missing.is_empty() {
        return Ok(again(
            &visitor,
            StatusCode::UNPROCESSABLE_ENTITY,
            id,
            missing,
        ));
    }
    let attempts = &visitor.ui.password_attempts;
    let from = network(visitor.address);
    if let Err(wait) = attempts.begin(&from, Instant::now()) {
        visitor.ui.count(Method::Password, SignIn::Throttled);
        return Ok(wait_page(&visitor, id, wait));
    }
    if !admits(&visitor, &id, password).await {
        visitor.ui.count(Method::Password, SignIn::Refused);
        tracing::warn!("a sign-in with a password failed");
        let errors = FieldErrors::one("sign-in-password", "The ID or the password is wrong.");
        return Ok(again(&visitor, StatusCode::UNAUTHORIZED, id, errors));
    }
    attempts.succeeded(&from);
    visitor.ui.count(Method::Password, SignIn::Accepted);
    tracing::info!("an administrator signed in");
    let account = Account::new(Role::Admin, id.trim(), now_ms());
    let wanted = visitor.sign_in(&account);
    Ok(see_other(wanted.as_deref().unwrap_or(home(&account))))
}

/// Hashing takes tens of milliseconds, which the thread that draws pages does not have.
async fn admits(visitor: &Visitor, id: &str, password: String) -> bool {
    let (admin, id) = (visitor.ui.admin.clone(), id.to_owned());
    web::block(move || admin.admits(&id, &password))
        .await
        .unwrap_or(false)
}

fn missing(id: &str, password: &str) -> FieldErrors {
    let mut errors = Vec::new();
    if id.trim().is_empty() {
        errors.push(FieldError::new("sign-in-id", "Enter your ID."));
    }
    if password.is_empty() {
        errors.push(FieldError::new("sign-in-password", "Enter your password."));
    }
    FieldErrors(errors)
}

fn again(visitor: &Visitor, status: StatusCode, id: String, errors: FieldErrors) -> HttpResponse {
    html(status, &StartView::new(visitor).with_errors(id, errors))
}

fn wait_page(visitor: &Visitor, id: String, wait: Duration) -> HttpResponse {
    let text = format!("Too many attempts. Try again in {}.", words(wait));
    let errors = FieldErrors::one("sign-in-password", text);
    let mut page = again(visitor, StatusCode::TOO_MANY_REQUESTS, id, errors);
    let seconds = wait.as_secs().max(1).into();
    page.headers_mut().insert(RETRY_AFTER, seconds);
    page
}

/// A pause for people, rounded up.
pub(crate) fn words(wait: Duration) -> String {
    match wait.as_secs() + 1 {
        seconds @ ..60 => format!("{seconds} seconds"),
        seconds if seconds <= 60 => "1 minute".to_owned(),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_rounded_up() {
        for (seconds, text) in [
            (4, "5 seconds"),
            (59, "1 minute"),
            (61, "2 minutes"),
            (179, "3 minutes"),
        ] {
            assert_eq!(words(Duration::from_secs(seconds)), text);
        }
    }
}
