//! `POST /people/{id}`: change the names.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use face_wire::registration::PatchPerson;
use serde::Deserialize;

use super::new::name;
use super::{person_id, show};
use crate::error::PageError;
use crate::pages::form::FieldErrors;
use crate::pages::{html, see_other};
use crate::visitor::{Admin, Notice};

/// The form.
#[derive(Deserialize)]
pub(crate) struct NamesForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    surname: String,
}

/// Changes the names, or shows the page again with what is wrong.
///
/// # Errors
/// [`PageError::Token`], [`PageError::NotFound`], [`PageError::Unavailable`], and those of signing in.
pub(crate) async fn post(
    Admin(visitor): Admin,
    path: web::Path<String>,
    form: web::Form<NamesForm>,
) -> Result<HttpResponse, PageError> {
    visitor.require_token(Some(&form.csrf))?;
    let id = person_id(&path)?;
    let mut errors = Vec::new();
    let change = PatchPerson {
        name: Some(name(&form.name, "person-name", "first name", &mut errors)),
        surname: Some(name(
            &form.surname,
            "person-surname",
            "surname",
            &mut errors,
        )),
    };
    if !errors.is_empty() {
        let NamesForm { name, surname, .. } = form.into_inner();
        let page = show::load(&visitor, id).await?;
        let page = page.with_names(name, surname, FieldErrors(errors));
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    visitor.ui.registration().patch(id, &change).await?;
    visitor.notify(&Notice::success("The names were saved."));
    Ok(see_other(&format!("/people/{id}")))
}
