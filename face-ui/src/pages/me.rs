//! `GET /me`: who one is, after a sign-in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::html;
use crate::clock::moment;
use crate::error::PageError;
use crate::sessions::Account;
use crate::visitor::{Chrome, Visitor};

/// The page.
#[derive(Template)]
#[template(path = "me.html")]
pub(crate) struct MeView {
    chrome: Chrome,
    name: String,
    since: String,
}

impl MeView {
    fn new(chrome: Chrome, account: &Account) -> Self {
        Self {
            chrome,
            name: account.name.clone(),
            since: moment(account.since_ms),
        }
    }
}

/// Shows the page.
///
/// # Errors
/// [`PageError::SignInNeeded`].
pub(crate) async fn get(visitor: Visitor) -> Result<HttpResponse, PageError> {
    let account = visitor.account.as_ref().ok_or(PageError::SignInNeeded)?;
    let view = MeView::new(visitor.chrome(), account);
    Ok(html(StatusCode::OK, &view))
}

#[cfg(test)]
impl super::Samples for MeView {
    fn samples() -> Vec<(&'static str, Self)> {
        let ada = Account::new(crate::sessions::Role::Person, "Ada <Lovelace>", 0);
        let chrome = Chrome {
            account: Some(ada.clone()),
            ..Chrome::sample()
        };
        let admin = Chrome::sample_admin();
        let account = admin.account.clone().unwrap();
        vec![
            ("person", Self::new(chrome, &ada)),
            ("admin", Self::new(admin, &account)),
        ]
    }
}
