//! `POST /api/find_match`: who is in a picture.

use actix_web::{HttpResponse, HttpResponseBuilder, web};
use face_wire::legacy::{
    FindMatchRequest, LIVENESS_CHECK_FAILED, LIVENESS_FRAMES, LIVENESS_HELP, NO_MATCHES_FOUND, User,
};
use service_kit::Problem;

use super::get_all::user;
use crate::http::help::help;
use crate::openapi::FindMatchTexts;
use crate::policy::FraudDetection;
use crate::usecases::Refusal;
use crate::usecases::find_match::{FindMatch, MatchAnswer, MatchQuestion};
use crate::usecases::identify::Probe;
use crate::usecases::liveness::Frames;
use crate::usecases::picture::{Picture, PictureFault};

/// The person whose face is the largest in the picture.
///
/// 406 `no matches found` when nobody is, and also when two people are too near each other to choose between. 406
/// `Liveness check failed` when the frames do not show the probe's person blinking, and when `fraud_detection` takes the
/// probe for a picture of a picture; its header `Liveness-Help` then says what the person before the camera can do better:
/// `no-blink`, `no-face`, `several-faces`, `unclear` or `no-eyes`. It is missing where the frames look like an attack. Where both names of the picture are given, `img_base64` counts.
///
/// # Errors
/// 400 what cannot be read, 413 and 415 a picture's size and kind, 422 no face or a wrong number of frames, 429 and 503
/// the services behind.
#[utoipa::path(
    post, path = "/api/find_match", tag = "original", operation_id = "legacy_find_match",
    request_body = FindMatchRequest,
    responses(
        (status = 200, description = "The person", body = User),
        (status = 406, description = "`no matches found` or `Liveness check failed`", body = String,
            content_type = "text/plain"),
        FindMatchTexts
    )
)]
#[tracing::instrument(name = "http.legacy_find_match", skip_all)]
pub(crate) async fn find_match(
    find_match: web::Data<FindMatch>,
    fraud: web::Data<FraudDetection>,
    body: web::Json<FindMatchRequest>,
) -> Result<HttpResponse, Problem> {
    let question = question(body.into_inner(), **fraud)?;
    Ok(match find_match.run(question).await? {
        MatchAnswer::Found(person) => HttpResponse::Ok().json(user(person)),
        MatchAnswer::NoMatch => not_acceptable().body(NO_MATCHES_FOUND),
        MatchAnswer::NotAlive(not_alive) => {
            let mut answer = not_acceptable();
            if let Some(help) = not_alive.help.and_then(help) {
                answer.insert_header((LIVENESS_HELP, help.name()));
            }
            answer.body(LIVENESS_CHECK_FAILED)
        }
    })
}

fn not_acceptable() -> HttpResponseBuilder {
    let mut answer = HttpResponse::NotAcceptable();
    answer.content_type("text/plain; charset=utf-8");
    answer
}

fn question(request: FindMatchRequest, fraud: FraudDetection) -> Result<MatchQuestion, Refusal> {
    let picture = request
        .img_base64
        .or(request.image_base64)
        .ok_or(PictureFault::Missing)?;
    let frames = if request.liveness {
        Some(frames(&request.frames.unwrap_or_default())?)
    } else {
        None
    };
    Ok(MatchQuestion {
        probe: Probe {
            picture: Picture::from_text(&picture)?,
            detect: request.img_crop,
            all_faces: false,
            fraud_detection: fraud.applies(request.fraud_detection),
        },
        frames,
    })
}

fn frames(texts: &[String]) -> Result<Frames, Refusal> {
    if texts.len() != LIVENESS_FRAMES {
        return Err(Refusal::Unprocessable(
            "a liveness check needs 15 pictures in `frames`",
        ));
    }
    let pictures: Result<Vec<Picture>, PictureFault> =
        texts.iter().map(|text| Picture::from_text(text)).collect();
    Ok(Frames(pictures?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> Refusal {
        question(
            serde_json::from_str(json).unwrap(),
            FraudDetection::default(),
        )
        .err()
        .expect("a refusal")
    }

    #[test]
    fn liveness_needs_exactly_fifteen_frames() {
        for frames in ["", r#","frames":[]"#, r#","frames":["aGVsbG8="]"#] {
            let json = format!(r#"{{"img_base64":"aGVsbG8=","liveness":true{frames}}}"#);
            assert!(
                matches!(refusal(&json), Refusal::Unprocessable(_)),
                "{json}"
            );
        }
    }

    #[test]
    fn a_picture_is_needed_under_either_name() {
        assert!(matches!(
            refusal("{}"),
            Refusal::Picture(PictureFault::Missing)
        ));
        for name in ["img_base64", "image_base64"] {
            let json = format!(r#"{{"{name}":"aGVsbG8="}}"#);
            assert!(matches!(
                refusal(&json),
                Refusal::Picture(PictureFault::Kind(_))
            ));
        }
    }
}
