//! `PATCH /v1/people/{id}`: new names.

use actix_web::web;
use face_store::{PersonPatch, PersonSummary};
use face_wire::registration::{PatchPerson, Person};
use service_kit::Problem;

use crate::http::v1::convert;
use crate::openapi::PatchProblems;
use crate::usecases::people::People;

/// Changes names; what is absent stays.
///
/// # Errors
/// `bad-request` for an id that is no number, `not-found`, `unprocessable` for a name that is none, `store-unavailable`.
#[utoipa::path(
    patch, path = "/v1/people/{id}", tag = "people", operation_id = "patch_person",
    params(("id" = String, Path, pattern = "^[0-9]{1,19}$", description = "The person's number")),
    request_body = PatchPerson,
    responses((status = 200, description = "The person as now", body = Person), PatchProblems)
)]
#[tracing::instrument(name = "http.patch_person", skip_all)]
pub(crate) async fn patch(
    people: web::Data<People>,
    id: web::Path<String>,
    body: web::Json<PatchPerson>,
) -> Result<web::Json<Person>, Problem> {
    let id = convert::path_id(&id)?;
    let name = |field, text: &Option<String>| {
        text.as_deref()
            .map(|text| convert::name(field, text))
            .transpose()
    };
    let patch = PersonPatch {
        name: name("name", &body.name)?,
        surname: name("surname", &body.surname)?,
    };
    let person = people.rename(id, patch).await?;
    Ok(web::Json(convert::person(&PersonSummary::from(&person))))
}
