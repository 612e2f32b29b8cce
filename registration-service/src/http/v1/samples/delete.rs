//! `DELETE /v1/people/{id}/samples/{sample_id}`.

use actix_web::{HttpResponse, web};
use face_types::SampleId;
use face_wire::problem::ProblemKind;
use service_kit::Problem;
use uuid::Uuid;

use crate::http::v1::convert;
use crate::openapi::PersonProblems;
use crate::usecases::samples::Samples;

/// Removes one sample of a person; it is searched no more once this answers.
///
/// # Errors
/// `bad-request` for ids that are none, `not-found`, `store-unavailable`.
#[utoipa::path(
    delete, path = "/v1/people/{id}/samples/{sample_id}", tag = "samples", operation_id = "delete_sample",
    params(
        ("id" = String, Path, pattern = "^[0-9]{1,19}$", description = "The person's number"),
        ("sample_id" = String, Path, pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description = "The sample"),
    ),
    responses((status = 204, description = "Removed"), PersonProblems)
)]
#[tracing::instrument(name = "http.delete_sample", skip_all)]
pub(crate) async fn delete(
    samples: web::Data<Samples>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, sample) = path.into_inner();
    let id = convert::path_id(&id)?;
    let sample = Uuid::try_parse(&sample)
        .map_err(|_| Problem::new(ProblemKind::BadRequest, "a sample's id is a UUID"))?;
    samples.remove(id, SampleId(sample)).await?;
    Ok(HttpResponse::NoContent().finish())
}
