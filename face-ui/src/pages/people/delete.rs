//! `GET` and `POST /people/{id}/delete`: ask, then erase a person.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::{count, person_id};
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
    path: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let id = person_id(&path)?;
    let person = visitor.ui.registration().get(id).await?;
    let templates = count(person.samples, "face template", "face templates");
    let view = ConfirmView {
        chrome: visitor.chrome(),
        title: format!("Delete {} {}?", person.name, person.surname),
        points: vec![
            format!("The name, the employee number {id} and {templates} will be erased."),
            "The person will no longer be recognised.".to_owned(),
            "This cannot be undone: to bring the person back, new pictures are needed.".to_owned(),
        ],
        submit: "Delete this person",
        action: format!("/people/{id}/delete"),
        cancel: "/people".to_owned(),
    };
    Ok(html(StatusCode::OK, &view))
}

/// Erases; the list then tells how it went.
///
/// # Errors
/// [`PageError::Token`], and those of signing in.
pub(crate) async fn post(
    Admin(visitor): Admin,
    path: web::Path<String>,
    form: web::Form<TokenForm>,
) -> Result<HttpResponse, PageError> {
    visitor.require_token(Some(&form.csrf))?;
    let id = person_id(&path)?;
    let notice = match visitor.ui.registration().delete(id).await {
        Ok(erasure) => {
            let templates = erasure.templates_erased;
            let templates = count(templates, "face template was", "face templates were");
            Notice::success(format!("Person {id} was deleted. {templates} erased."))
        }
        Err(error) => failure(&format!("Person {id}"), error.into()),
    };
    visitor.notify(&notice);
    Ok(see_other("/people"))
}

/// What is told when something could not be deleted.
pub(crate) fn failure(what: &str, error: PageError) -> Notice {
    let why = match error {
        PageError::NotFound => "it was gone already.".to_owned(),
        PageError::Busy(_) => "the service has too much to do. Try again in a moment.".to_owned(),
        PageError::Unavailable(cause) => {
            tracing::error!("a deletion failed: {cause}");
            "the service is not available. Try again in a moment.".to_owned()
        }
        other => other.to_string(),
    };
    Notice::failure(format!("{what} was not deleted: {why}"))
}
