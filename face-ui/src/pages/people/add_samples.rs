//! `POST /people/{id}/samples`: more pictures of a person.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::enrol::{LIMITS, RefusedPicture, Whose, enrol};
use super::new::{lead_on, with_refused};
use super::{count, person_id, show};
use crate::error::PageError;
use crate::pages::form::FieldErrors;
use crate::pages::html;
use crate::upload;
use crate::visitor::Visitor;

/// Enrols the pictures, or shows the page again with the reason for each.
///
/// # Errors
/// [`PageError::Token`], [`PageError::NotFound`], [`PageError::TooLarge`], [`PageError::Busy`],
/// [`PageError::Unavailable`], and those of signing in.
pub(crate) async fn post(
    visitor: Visitor,
    path: web::Path<String>,
    form: Multipart,
) -> Result<HttpResponse, PageError> {
    let may = |token: Option<&str>| {
        visitor.require_admin()?;
        visitor.require_token(token)
    };
    let upload = upload::read(form, LIMITS, may).await?;
    let id = person_id(&path)?;
    let whose = Whose::Known(id);
    if upload.files.is_empty() {
        let errors = FieldErrors::one("pictures", "Choose or take at least one picture.");
        return again(&visitor, id, errors, Vec::new()).await;
    }
    let outcome = enrol(&visitor.ui.registration(), whose, &upload.files).await?;
    if outcome.person.is_none() {
        let text = "No picture could be used. See the reason below each.";
        let errors = FieldErrors::one("pictures", text);
        return again(&visitor, id, errors, outcome.refused).await;
    }
    let added = count(outcome.enrolled, "picture was", "pictures were");
    let notice = with_refused(format!("{added} added."), &outcome.refused);
    visitor.notify(&notice);
    Ok(lead_on(&visitor, &format!("/people/{id}")))
}

async fn again(
    visitor: &Visitor,
    id: face_types::PersonId,
    errors: FieldErrors,
    refused: Vec<RefusedPicture>,
) -> Result<HttpResponse, PageError> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if visitor.wants_json {
        let body = json!({ "errors": errors, "pictures": refused });
        return Ok(HttpResponse::build(status).json(body));
    }
    let page = show::load(visitor, id).await?;
    Ok(html(status, &page.with_refused(errors, refused)))
}
