//! `POST /v1/people/{id}/samples`: more pictures of a person.

use actix_web::{HttpResponse, web};
use face_wire::registration::{AddSamples, Enrolment};

use crate::http::v1::convert;
use crate::http::v1::refused_pictures::EnrolmentRefused;
use crate::openapi::AddSamplesProblems;
use crate::usecases::enrol::Enrol;

/// Adds samples; each picture has its own outcome, and nothing is stored unless one is accepted.
///
/// # Errors
/// `not-found` before a picture is looked at; what is wrong with the pictures; `unprocessable` for their number; the
/// services behind.
#[utoipa::path(
    post, path = "/v1/people/{id}/samples", tag = "samples", operation_id = "add_samples",
    params(("id" = String, Path, pattern = "^[0-9]{1,19}$", description = "The person's number")),
    request_body = AddSamples,
    responses((status = 201, description = "Enrolled", body = Enrolment), AddSamplesProblems)
)]
#[tracing::instrument(name = "http.add_samples", skip_all)]
pub(crate) async fn add(
    enrol: web::Data<Enrol>,
    id: web::Path<String>,
    body: web::Json<AddSamples>,
) -> Result<HttpResponse, EnrolmentRefused> {
    let id = convert::path_id(&id)?;
    convert::some_pictures(&body.pictures)?;
    let (person, outcomes) = enrol.more_pictures(id, &body.pictures).await?;
    Ok(HttpResponse::Created().json(convert::enrolment(&person, &outcomes)))
}
