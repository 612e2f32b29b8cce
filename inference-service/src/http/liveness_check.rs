//! `POST /liveness_check`: the original's call; open eyes, then closed ones, in a sequence of pictures of a living face.

use actix_web::web;
use bytes::Bytes;
use face_liveness::{BlinkRule, FrameFacts, Sequence, assess, repeats};
use face_pipeline::{Facts, Select, Wishes};
use face_wire::legacy::{LivenessRequest, LivenessResponse};
use face_wire::picture;
use face_wire::problem::ProblemKind;
use service_kit::Problem;

use super::check_count;
use crate::metrics::LivenessMetrics;
use crate::networks::{Networks, nth};

/// The body is JSON: `{"frames": [base64, …]}`, in the order of time.
///
/// # Errors
/// `bad-request`, `bad-base64` and `bad-picture` 400, `too-large` 413, `unprocessable` 422, `too-many-requests` 429.
#[tracing::instrument(name = "http.liveness_check", skip_all)]
pub(crate) async fn liveness_check(
    body: web::Json<LivenessRequest>,
    networks: web::Data<Networks>,
    rule: web::Data<BlinkRule>,
    metrics: web::Data<LivenessMetrics>,
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
    let changes = networks.changes(&mut analyses).await?;
    // Whose face it is, nobody asked.
    let frames: Vec<FrameFacts> = analyses
        .iter()
        .zip(repeats)
        .map(|(analysis, is_repeat)| FrameFacts::of(&analysis.faces, is_repeat))
        .collect();
    let sequence = Sequence {
        frames: &frames,
        changes: &changes,
    };
    let verdict = assess(sequence, &rule);
    metrics.assessed(&verdict);
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
