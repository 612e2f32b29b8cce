//! Bodies of bytes, read up to a limit.

use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use bytes::{Bytes, BytesMut};
use face_wire::problem::ProblemKind;
use futures::{Stream, StreamExt as _};
use service_kit::Problem;

use super::MAX_PICTURE_BYTES;

/// What a picture may be sent as; what it is, its first bytes tell.
const MEDIA_TYPES: [&str; 5] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/bmp",
    "application/octet-stream",
];

/// Refuses a body that says it is no picture.
///
/// # Errors
/// `unsupported-media-type` 415.
pub(crate) fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let named = headers
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or_default());
    let essence = named
        .unwrap_or("application/octet-stream")
        .split(';')
        .next()
        .unwrap_or_default();
    if MEDIA_TYPES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(essence.trim()))
    {
        return Ok(());
    }
    let detail = format!(
        "send the picture's bytes as one of {}",
        MEDIA_TYPES.join(", ")
    );
    Err(Problem::new(ProblemKind::UnsupportedMediaType, detail))
}

/// Refuses a body that says it is too long, before any of it is read.
///
/// # Errors
/// `too-large` 413.
pub(crate) fn check_length(request: &HttpRequest, limit: usize) -> Result<(), Problem> {
    let header = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    match header.and_then(|text| text.parse::<u64>().ok()) {
        Some(length) if length > limit as u64 => Err(too_large(limit)),
        _ => Ok(()),
    }
}

/// The bytes of `stream`, at most [`MAX_PICTURE_BYTES`].
///
/// # Errors
/// `too-large` 413; `bad-request` 400 when the body breaks off.
pub(crate) async fn picture<E>(
    stream: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Bytes, Problem>
where
    E: Into<BodyError>,
{
    let mut stream = std::pin::pin!(stream);
    let mut bytes = BytesMut::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| broken_off(error.into()))?;
        if bytes.len() + piece.len() > MAX_PICTURE_BYTES {
            return Err(too_large(MAX_PICTURE_BYTES));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

/// A body that cannot be read to its end.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) fn too_large(limit: usize) -> Problem {
    Problem::new(
        ProblemKind::TooLarge,
        format!("at most {limit} bytes are read"),
    )
}

/// A body that breaks off.
pub(crate) fn broken_off(error: BodyError) -> Problem {
    Problem::new(
        ProblemKind::BadRequest,
        "the body could not be read to its end",
    )
    .caused_by(error)
}

/// An error of the payload with the traits that problems need.
pub(crate) fn payload_error(error: &PayloadError) -> BodyError {
    error.to_string().into()
}
