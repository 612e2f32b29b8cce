//! `POST /liveness_check`: the original's call; open eyes, then closed ones, in a sequence of pictures of a living face.

use actix_web::web;
use bytes::Bytes;
use face_liveness::{BlinkRule, FrameFacts, Person, Sequence, assess, repeats};
use face_pipeline::{Analysis, Facts, Select, Wishes};
use face_wire::legacy::{LivenessRequest, LivenessResponse};
use face_wire::picture;
use face_wire::problem::ProblemKind;
use service_kit::Problem;

use super::check_count;
use crate::networks::{Networks, changes, nth};

/// A face at least this share of the largest one's side is a second person; smaller ones are in the background.
const SECOND_PERSON: f32 = 0.5;

/// The body is JSON: `{"frames": [base64, …]}`, in the order of time.
///
/// # Errors
/// `bad-request`, `bad-base64` and `bad-picture` 400, `too-large` 413, `unprocessable` 422, `too-many-requests` 429.
#[tracing::instrument(name = "http.liveness_check", skip_all)]
pub(crate) async fn liveness_check(
    body: web::Json<LivenessRequest>,
    networks: web::Data<Networks>,
    rule: web::Data<BlinkRule>,
) -> Result<web::Json<LivenessResponse>, Problem> {
    let frames = body.into_inner().frames;
    check_count(frames.len())?;
    let pictures = decode(&frames)?;
    drop(frames);
    let facts = Facts {
        eyes: true,
        patch: true,
        ..Facts::default()
    };
    let wishes = Wishes {
        facts,
        select: Select::Largest,
        detect: true,
    };
    let repeats = repeats(&pictures);
    let mut analyses = networks.pictures(pictures, wishes).await?;
    let changes = changes(&mut analyses).await?;
    let frames: Vec<FrameFacts> = analyses
        .iter()
        .zip(repeats)
        .map(|(analysis, is_repeat)| frame(analysis, is_repeat))
        .collect();
    let sequence = Sequence {
        frames: &frames,
        changes: &changes,
    };
    let verdict = assess(sequence, &rule);
    tracing::debug!(alive = verdict.alive, reasons = ?verdict.reasons, "liveness assessed");
    Ok(web::Json(LivenessResponse {
        result: verdict.alive,
    }))
}

fn decode(frames: &[String]) -> Result<Vec<Bytes>, Problem> {
    let pictures = frames.iter().enumerate().map(|(index, text)| {
        picture::decode(text).map_err(|error| {
            Problem::new(
                ProblemKind::BadBase64,
                format!("{}the text {error}", nth(index)),
            )
        })
    });
    pictures.collect()
}

/// What one picture says about the person before the camera. Whose face it is, nobody asked.
fn frame(analysis: &Analysis, is_repeat: bool) -> FrameFacts {
    let side = |face: &face_types::FaceFacts| face.bounding_box.width.max(face.bounding_box.height);
    let largest = analysis.faces.first().map_or(0.0, side);
    FrameFacts {
        faces: analysis
            .faces
            .iter()
            .filter(|face| side(face) >= SECOND_PERSON * largest)
            .count(),
        person: Person::Probes,
        is_repeat,
        eyes: analysis.faces.first().and_then(|face| face.eyes),
    }
}

#[cfg(test)]
mod tests {
    use face_pipeline::StageTimes;
    use face_types::{BoundingBox, EyeState, FaceFacts, Landmarks, Point};

    use super::*;

    fn face(side: f32) -> FaceFacts {
        FaceFacts {
            bounding_box: BoundingBox::new(0.0, 0.0, side * 0.8, side),
            score: 0.9,
            landmarks: Landmarks([Point::new(0.0, 0.0); 5]),
            quality: None,
            template: None,
            eyes: Some(EyeState {
                left_open: side / 100.0,
                right_open: 1.0,
            }),
            attack: None,
        }
    }

    #[test]
    fn a_small_face_in_the_background_is_no_second_person() {
        let count = |sides: &[f32]| {
            let faces = sides.iter().copied().map(face).collect();
            let analysis = Analysis {
                width: 640,
                height: 480,
                faces,
                patch: None,
                times: StageTimes::default(),
            };
            frame(&analysis, false)
        };
        assert_eq!(count(&[100.0, 49.0]).faces, 1);
        assert_eq!(count(&[100.0, 51.0]).faces, 2);
        assert_eq!(count(&[]).faces, 0);
        assert!(
            count(&[100.0, 49.0]).eyes.unwrap().left_open > 0.9,
            "the largest face's eyes"
        );
    }
}
