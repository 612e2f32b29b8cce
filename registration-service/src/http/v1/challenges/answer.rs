//! `POST /v1/liveness/challenges/{id}`: what a person did before the camera.

use actix_web::web;
use face_wire::registration::{AnswerChallenge, ChallengeOutcome, Identity};
use service_kit::Problem;

use crate::clock::Moment;
use crate::http::help::help;
use crate::http::v1::convert;
use crate::openapi::AnswerChallengeProblems;
use crate::policy::FraudDetection;
use crate::usecases::Refusal;
use crate::usecases::challenges::{
    self, ChallengeAnswer, Challenges, MAX_FRAMES, MIN_FRAMES, Outcome,
};
use crate::usecases::liveness::Frames;
use crate::usecases::picture::{Picture, PictureFault};

/// Whether the actions were done, in their order, by one living person throughout, and who that is. Never a score.
///
/// # Errors
/// `not-found` for a challenge that was not handed out, or a person who is not there; `challenge-expired`, `challenge-used`,
/// `frames-replayed`; `too-many-failures` while the source or the claimed person is held up; `unprocessable` for too few or too many
/// frames; `model-mismatch`; what is wrong with a picture; the services behind.
#[utoipa::path(
    post, path = "/v1/liveness/challenges/{id}", tag = "liveness", operation_id = "answer_challenge",
    params(("id" = String, Path, description = "As handed out")),
    request_body = AnswerChallenge,
    responses((status = 200, description = "What came of it", body = ChallengeOutcome), AnswerChallengeProblems)
)]
#[tracing::instrument(name = "http.answer_challenge", skip_all)]
pub(crate) async fn answer(
    challenges: web::Data<Challenges>,
    fraud: web::Data<FraudDetection>,
    id: web::Path<String>,
    body: web::Json<AnswerChallenge>,
) -> Result<web::Json<ChallengeOutcome>, Problem> {
    let answer = read(&body, **fraud)?;
    let outcome = challenges.answer(&id, answer, Moment::now()).await?;
    Ok(web::Json(shown(outcome)))
}

fn read(body: &AnswerChallenge, fraud: FraudDetection) -> Result<ChallengeAnswer, Problem> {
    let claimed = body
        .person_id
        .as_deref()
        .map(|id| convert::body_id("person_id", id))
        .transpose()?;
    let probe = body.picture.as_deref().map(Picture::from_text).transpose();
    Ok(ChallengeAnswer {
        frames: frames(&body.frames)?,
        probe: probe.map_err(Refusal::Picture)?,
        claimed,
        fraud_detection: fraud.applies(body.fraud_detection),
    })
}

fn frames(texts: &[String]) -> Result<Frames, Refusal> {
    if !(MIN_FRAMES..=MAX_FRAMES).contains(&texts.len()) {
        return Err(Refusal::Unprocessable(
            "an answer to a challenge has 10 to 30 pictures in `frames`",
        ));
    }
    let pictures: Result<Vec<Picture>, PictureFault> =
        texts.iter().map(|text| Picture::from_text(text)).collect();
    Ok(Frames(pictures?))
}

fn shown(outcome: Outcome) -> ChallengeOutcome {
    match outcome {
        Outcome::Pass(identity) => ChallengeOutcome::Pass {
            identity: match identity {
                challenges::Identity::Match(person) => Identity::Match {
                    person: convert::person(&person),
                },
                challenges::Identity::Ambiguous(people) => Identity::Ambiguous {
                    people: people.iter().map(convert::person).collect(),
                },
                challenges::Identity::Unknown => Identity::Unknown,
            },
        },
        Outcome::NotAlive(not_alive) => match not_alive.help.and_then(help) {
            Some(help) => ChallengeOutcome::Help { help },
            None => ChallengeOutcome::Fail,
        },
    }
}
