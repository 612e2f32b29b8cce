//! `POST /v1/faces`: the faces of one picture.

use actix_web::{HttpRequest, web};
use face_wire::inference::{FacesQuery, FacesResponse};
use face_wire::problem::ProblemKind;
use futures::TryStreamExt as _;
use service_kit::Problem;

use super::{MAX_PICTURE_BYTES, body};
use crate::networks::{Networks, on_the_wire, wishes};

/// The body is the picture's bytes.
///
/// # Errors
/// `bad-request` and `bad-picture` 400, `too-large` 413, `unsupported-media-type` 415, `unprocessable` 422,
/// `too-many-requests` 429.
#[tracing::instrument(name = "http.faces", skip_all)]
pub(crate) async fn faces(
    request: HttpRequest,
    query: web::Query<FacesQuery>,
    payload: web::Payload,
    networks: web::Data<Networks>,
) -> Result<web::Json<FacesResponse>, Problem> {
    if query.facts.changes {
        let detail = "changes are of a sequence; send the pictures to /v1/frames";
        return Err(Problem::new(ProblemKind::Unprocessable, detail));
    }
    body::check_media_type(request.headers())?;
    body::check_length(&request, MAX_PICTURE_BYTES)?;
    let picture = body::picture(payload.map_err(|error| body::payload_error(&error))).await?;
    let analysis = networks.picture(picture, wishes(&query)).await?;
    Ok(web::Json(FacesResponse {
        pack: networks.pack.to_string(),
        model: networks.model.clone(),
        analysis: on_the_wire(analysis),
    }))
}
