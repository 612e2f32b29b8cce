//! `GET /v1/people/{id}/samples`: what is enrolled of a person, without the templates.

use actix_web::web;
use face_wire::registration::{Sample, Samples};
use service_kit::Problem;

use crate::http::v1::convert;
use crate::openapi::PersonProblems;
use crate::usecases::people::People;

/// A person's samples, oldest first.
///
/// # Errors
/// `bad-request` for an id that is no number, `not-found`, `store-unavailable`.
#[utoipa::path(
    get, path = "/v1/people/{id}/samples", tag = "samples", operation_id = "list_samples",
    params(("id" = String, Path, pattern = "^[0-9]{1,19}$", description = "The person's number")),
    responses((status = 200, description = "The samples", body = Samples), PersonProblems)
)]
#[tracing::instrument(name = "http.list_samples", skip_all)]
pub(crate) async fn list(
    people: web::Data<People>,
    id: web::Path<String>,
) -> Result<web::Json<Samples>, Problem> {
    let person = people.get(convert::path_id(&id)?).await?;
    let mut samples: Vec<Sample> = person
        .samples
        .iter()
        .map(|sample| Sample {
            id: sample.id.to_string(),
            quality: sample.quality,
            enrolled_at_ms: sample.enrolled_at.0,
        })
        .collect();
    samples.sort_by_key(|sample| sample.enrolled_at_ms);
    Ok(web::Json(Samples { samples }))
}
