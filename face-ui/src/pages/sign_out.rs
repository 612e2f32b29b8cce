//! `POST /sign-out`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::see_other;
use crate::error::PageError;
use crate::visitor::Visitor;

/// A form with nothing but its token.
#[derive(Deserialize)]
pub(crate) struct TokenForm {
    /// Proves that the form is ours.
    #[serde(default)]
    pub(crate) csrf: String,
}

/// Ends the session.
///
/// # Errors
/// [`PageError::Token`].
pub(crate) async fn post(
    visitor: Visitor,
    form: web::Form<TokenForm>,
) -> Result<HttpResponse, PageError> {
    if visitor.account.is_some() {
        visitor.require_token(Some(&form.csrf))?;
        visitor.sign_out();
    }
    Ok(see_other("/"))
}
