//! `POST /v1/identify`: whose faces are in a picture.

use actix_web::web;
use face_wire::registration::{IdentifiedFace, IdentifyRequest, IdentifyResponse};
use service_kit::Problem;

use crate::http::v1::convert;
use crate::openapi::IdentifyProblems;
use crate::policy::FraudDetection;
use crate::usecases::Refusal;
use crate::usecases::identify::{Identify, Probe};
use crate::usecases::picture::Picture;

/// The decision about the largest face of a picture, or about every one.
///
/// # Errors
/// `no-face`; what is wrong with the picture; `unprocessable` when fraud detection is asked for and the pack cannot do
/// it; the services behind.
#[utoipa::path(
    post, path = "/v1/identify", tag = "recognition", operation_id = "identify",
    request_body = IdentifyRequest,
    responses((status = 200, description = "One entry a face, largest first", body = IdentifyResponse), IdentifyProblems)
)]
#[tracing::instrument(name = "http.identify", skip_all)]
pub(crate) async fn identify(
    identify: web::Data<Identify>,
    fraud: web::Data<FraudDetection>,
    body: web::Json<IdentifyRequest>,
) -> Result<web::Json<IdentifyResponse>, Problem> {
    let probe = Probe {
        picture: Picture::from_text(&body.picture).map_err(Refusal::Picture)?,
        detect: true,
        all_faces: body.all_faces,
        fraud_detection: fraud.applies(body.fraud_detection),
    };
    let identified = identify.run(probe).await?;
    let faces = identified
        .into_iter()
        .map(|face| IdentifiedFace {
            bounding_box: face.bounding_box.into(),
            decision: convert::decision(face.verdict),
        })
        .collect();
    Ok(web::Json(IdentifyResponse { faces }))
}
