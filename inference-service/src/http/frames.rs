//! `POST /v1/frames`: the faces of each of 2 to 30 pictures, in one call.

use actix_multipart::{Multipart, MultipartError};
use actix_web::{HttpRequest, web};
use bytes::Bytes;
use face_wire::inference::{FacesQuery, FramesResponse};
use face_wire::problem::ProblemKind;
use futures::TryStreamExt as _;
use service_kit::Problem;

use super::{FRAMES, MAX_CALL_BYTES, body, check_count};
use crate::networks::{Networks, on_the_wire, wishes};

/// Room for the boundaries and headers between the pictures.
const ENVELOPE_BYTES: usize = 64 << 10;

/// The body is `multipart/form-data`; every part is a picture, whatever its name, in the order of time.
///
/// # Errors
/// As `POST /v1/faces`; `unprocessable` 422 when there are too few or too many pictures.
#[tracing::instrument(name = "http.frames", skip_all)]
pub(crate) async fn frames(
    request: HttpRequest,
    query: web::Query<FacesQuery>,
    payload: web::Payload,
    networks: web::Data<Networks>,
) -> Result<web::Json<FramesResponse>, Problem> {
    body::check_length(&request, MAX_CALL_BYTES + ENVELOPE_BYTES)?;
    let pictures = pictures(Multipart::new(request.headers(), payload)).await?;
    check_count(pictures.len())?;
    let mut analyses = networks.pictures(pictures, wishes(&query)).await?;
    let changes = networks.changes(&mut analyses).await?;
    Ok(web::Json(FramesResponse {
        pack: networks.pack.to_string(),
        model: networks.model.clone(),
        frames: analyses.into_iter().map(on_the_wire).collect(),
        changes,
    }))
}

/// The parts; reading stops at the first that is one too many.
async fn pictures(mut parts: Multipart) -> Result<Vec<Bytes>, Problem> {
    let (mut pictures, mut total) = (Vec::new(), 0);
    while let Some(part) = parts.try_next().await.map_err(multipart_problem)? {
        check_count((pictures.len() + 1).max(*FRAMES.start()))?;
        body::check_media_type(part.headers())?;
        let picture = body::picture(part.map_err(|error| error.to_string())).await?;
        total += picture.len();
        if total > MAX_CALL_BYTES {
            return Err(body::too_large(MAX_CALL_BYTES));
        }
        pictures.push(picture);
    }
    Ok(pictures)
}

fn multipart_problem(error: MultipartError) -> Problem {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Problem::new(
            ProblemKind::UnsupportedMediaType,
            "send the pictures as multipart/form-data",
        ),
        other => body::broken_off(other.to_string().into()),
    }
}
