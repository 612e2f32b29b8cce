//! `GET` and `POST /people/{id}/samples/{sample}/delete`: ask, then erase one sample.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use face_types::{PersonId, SampleId};
use uuid::Uuid;

use super::delete::failure;
use crate::error::PageError;
use crate::pages::confirm::ConfirmView;
use crate::pages::sign_out::TokenForm;
use crate::pages::{html, see_other};
use crate::visitor::{Admin, Notice};

/// Asks.
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::Unavailable`], and those of signing in.
pub(crate) async fn get(
    Admin(visitor): Admin,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (id, sample) = ids(&path)?;
    let person = visitor.ui.registration().get(id).await?;
    let mut points = vec![
        format!("It shows {} {}.", person.name, person.surname),
        "This cannot be undone: to bring the sample back, a new picture is needed.".to_owned(),
    ];
    if person.samples <= 1 {
        points.push("It is the last one: without it the person is not recognised.".to_owned());
    }
    let view = ConfirmView {
        chrome: visitor.chrome(),
        title: "Delete this sample?".to_owned(),
        points,
        submit: "Delete this sample",
        action: format!("/people/{id}/samples/{sample}/delete"),
        cancel: format!("/people/{id}"),
    };
    Ok(html(StatusCode::OK, &view))
}

/// Erases; the person's page then tells how it went.
///
/// # Errors
/// [`PageError::Token`], [`PageError::NotFound`], and those of signing in.
pub(crate) async fn post(
    Admin(visitor): Admin,
    path: web::Path<(String, String)>,
    form: web::Form<TokenForm>,
) -> Result<HttpResponse, PageError> {
    visitor.require_token(Some(&form.csrf))?;
    let (id, sample) = ids(&path)?;
    let answer = visitor.ui.registration().delete_sample(id, sample).await;
    let notice = match answer {
        Ok(()) => Notice::success("The sample was deleted."),
        Err(error) => failure("The sample", error.into()),
    };
    visitor.notify(&notice);
    Ok(see_other(&format!("/people/{id}")))
}

fn ids(path: &web::Path<(String, String)>) -> Result<(PersonId, SampleId), PageError> {
    let id = path.0.parse().map_err(|_| PageError::NotFound)?;
    let sample = Uuid::parse_str(&path.1).map_err(|_| PageError::NotFound)?;
    Ok((id, SampleId(sample)))
}
