//! `GET /v1/people/{id}`.

use actix_web::web;
use face_store::PersonSummary;
use face_wire::registration::Person;
use service_kit::Problem;

use crate::http::v1::convert;
use crate::openapi::PersonProblems;
use crate::usecases::people::People;

/// One person.
///
/// # Errors
/// `bad-request` for an id that is no number, `not-found`, `store-unavailable`.
#[utoipa::path(
    get, path = "/v1/people/{id}", tag = "people", operation_id = "get_person",
    params(("id" = String, Path, pattern = "^[0-9]{1,19}$", description = "The person's number")),
    responses((status = 200, description = "The person", body = Person), PersonProblems)
)]
#[tracing::instrument(name = "http.get_person", skip_all)]
pub(crate) async fn get(
    people: web::Data<People>,
    id: web::Path<String>,
) -> Result<web::Json<Person>, Problem> {
    let person = people.get(convert::path_id(&id)?).await?;
    Ok(web::Json(convert::person(&PersonSummary::from(&person))))
}
