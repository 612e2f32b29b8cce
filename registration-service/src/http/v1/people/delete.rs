//! `DELETE /v1/people/{id}`: erases a person.

use actix_web::web;
use face_wire::registration::Erasure;
use service_kit::Problem;

use crate::http::v1::convert;
use crate::openapi::PersonProblems;
use crate::usecases::Refusal;
use crate::usecases::people::People;

/// Erases a person with all templates, from the store and from memory, before it answers.
///
/// # Errors
/// `bad-request` for an id that is no number, `not-found`, `store-unavailable`.
#[utoipa::path(
    delete, path = "/v1/people/{id}", tag = "people", operation_id = "delete_person",
    params(("id" = String, Path, pattern = "^[0-9]{1,19}$", description = "The person's number")),
    responses((status = 200, description = "What was erased", body = Erasure), PersonProblems)
)]
#[tracing::instrument(name = "http.delete_person", skip_all)]
pub(crate) async fn delete(
    people: web::Data<People>,
    id: web::Path<String>,
) -> Result<web::Json<Erasure>, Problem> {
    let id = convert::path_id(&id)?;
    let templates_erased = people.erase(id).await?.ok_or(Refusal::NoSuchPerson(id))?;
    Ok(web::Json(Erasure {
        id: id.to_string(),
        templates_erased,
    }))
}
