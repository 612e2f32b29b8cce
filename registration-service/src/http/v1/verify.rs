//! `POST /v1/verify`: one claim, checked.

use actix_web::web;
use face_types::Similarity;
use face_wire::problem::ProblemKind;
use face_wire::registration::{VerifyRequest, VerifyResponse};
use service_kit::Problem;

use crate::http::v1::convert;
use crate::openapi::VerifyProblems;
use crate::policy::FraudDetection;
use crate::usecases::Refusal;
use crate::usecases::picture::Picture;
use crate::usecases::verify::{Claim, Verify};

/// Whether the largest face of a picture is the person claimed, or the same as in another picture.
///
/// # Errors
/// `unprocessable` unless exactly one of `person_id` and `reference_picture` is given; `not-found`; `model-mismatch` when
/// the person has no sample of the active model; `no-face`; what is wrong with a picture; the services behind.
#[utoipa::path(
    post, path = "/v1/verify", tag = "recognition", operation_id = "verify",
    request_body = VerifyRequest,
    responses((status = 200, description = "The outcome", body = VerifyResponse), VerifyProblems)
)]
#[tracing::instrument(name = "http.verify", skip_all)]
pub(crate) async fn verify(
    verify: web::Data<Verify>,
    fraud: web::Data<FraudDetection>,
    body: web::Json<VerifyRequest>,
) -> Result<web::Json<VerifyResponse>, Problem> {
    let claim = claim(&body)?;
    let probe = Picture::from_text(&body.picture).map_err(Refusal::Picture)?;
    let outcome = verify
        .run(probe, claim, fraud.applies(body.fraud_detection))
        .await?;
    Ok(web::Json(VerifyResponse {
        is_mated: outcome.is_mated(),
        similarity: outcome.similarity.map(Similarity::value),
        threshold: outcome.threshold.value(),
        attack_suspected: outcome.similarity.is_none(),
    }))
}

fn claim(request: &VerifyRequest) -> Result<Claim, Problem> {
    match (&request.person_id, &request.reference_picture) {
        (Some(id), None) => Ok(Claim::Person(convert::body_id("person_id", id)?)),
        (None, Some(picture)) => {
            let picture = Picture::from_text(picture).map_err(Refusal::Picture)?;
            Ok(Claim::Picture(picture))
        }
        (Some(_), Some(_)) | (None, None) => Err(Problem::new(
            ProblemKind::Unprocessable,
            "send either `person_id` or `reference_picture`",
        )),
    }
}
