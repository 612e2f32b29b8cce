//! `POST /v1/liveness/challenges`: something for a person to do before the camera.

use actix_web::{HttpRequest, HttpResponse, web};
use face_liveness::Action;
use face_wire::problem::ProblemKind;
use face_wire::registration::{self as wire, Challenge, CreateChallenge};
use service_kit::Problem;

use crate::clock::Moment;
use crate::openapi::CreateChallengeProblems;
use crate::ticket::Source;
use crate::usecases::challenges::{Challenges, MAX_FRAMES, MIN_FRAMES};

/// Longest name of a source in characters.
const MAX_SOURCE: usize = 200;

/// A challenge of actions drawn by chance: good for one answer within a minute, on every replica that has the same service key.
///
/// # Errors
/// `unprocessable` for a source without a name or with too long a one; `too-many-failures` while that source is held up.
#[utoipa::path(
    post, path = "/v1/liveness/challenges", tag = "liveness", operation_id = "create_challenge",
    request_body = CreateChallenge,
    responses((status = 201, description = "The challenge", body = Challenge), CreateChallengeProblems)
)]
#[tracing::instrument(name = "http.create_challenge", skip_all)]
pub(crate) async fn create(
    challenges: web::Data<Challenges>,
    request: HttpRequest,
    body: web::Json<CreateChallenge>,
) -> Result<HttpResponse, Problem> {
    let source = source(&request, body.into_inner())?;
    let created = challenges.create(source, Moment::now(), &mut rand::rng())?;
    let actions = created.ticket.challenge.actions();
    Ok(HttpResponse::Created().json(Challenge {
        id: created.id,
        expires_at_ms: created.ticket.expires_at.0,
        actions: actions.iter().map(|action| shown(*action)).collect(),
        min_frames: MIN_FRAMES,
        max_frames: MAX_FRAMES,
    }))
}

fn source(request: &HttpRequest, body: CreateChallenge) -> Result<Source, Problem> {
    match body.source {
        None => Ok(Source::at(request.peer_addr().map(|peer| peer.ip()))),
        Some(name) if (1..=MAX_SOURCE).contains(&name.chars().count()) => Ok(Source::named(&name)),
        Some(_) => Err(Problem::new(
            ProblemKind::Unprocessable,
            format!("`source` has 1 to {MAX_SOURCE} characters"),
        )),
    }
}

const fn shown(action: Action) -> wire::Action {
    match action {
        Action::Blink { times } => wire::Action::Blink { times },
        Action::TurnLeft => wire::Action::TurnLeft,
        Action::TurnRight => wire::Action::TurnRight,
        Action::ComeCloser => wire::Action::ComeCloser,
    }
}
