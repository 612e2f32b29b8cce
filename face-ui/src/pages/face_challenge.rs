//! `POST /face-login/challenge`: what the person at the camera is asked to do, for the script.

use std::time::Instant;

use actix_web::HttpResponse;
use face_wire::registration::{Action, Challenge, CreateChallenge};
use serde::Serialize;
use service_kit::attempts::network;

use super::face_login::FaceAnswer;
use crate::error::PageError;
use crate::visitor::Visitor;

/// Between two frames, in milliseconds: a blink lasts longer than one such step, and a slow turn leaves neighbours much alike.
const INTERVAL_MS: u32 = 200;

/// Frames of the beginning, with the face straight ahead and the eyes open, and of each action.
const READY_FRAMES: usize = 6;
const BLINK_FRAMES: usize = 9;
const ACTION_FRAMES: usize = 12;

/// What the script does: says the words of each step and takes its frames.
#[derive(Debug, Serialize)]
struct Plan {
    id: String,
    interval_ms: u32,
    steps: Vec<Step>,
}

/// One instruction.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Step {
    say: &'static str,
    /// `left` or `right`, as the person and the mirrored preview have them, or `closer`; else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign: Option<&'static str>,
    frames: usize,
}

/// Asks the registration service for a challenge and makes it a plan.
///
/// # Errors
/// [`PageError::Token`].
pub(crate) async fn post(visitor: Visitor) -> Result<HttpResponse, PageError> {
    visitor.require_token(None)?;
    let from = network(visitor.address);
    if let Some(wait) = visitor.ui.face_attempts.waits(&from, Instant::now()) {
        return Ok(FaceAnswer::Wait(wait).as_json());
    }
    let request = CreateChallenge {
        source: Some(from.to_string()),
    };
    let challenge = visitor.ui.registration().create_challenge(&request).await;
    Ok(match challenge {
        Ok(challenge) => HttpResponse::Ok().json(plan(challenge)),
        Err(error) => FaceAnswer::from(error).as_json(),
    })
}

fn plan(challenge: Challenge) -> Plan {
    let most = challenge.max_frames.saturating_sub(READY_FRAMES) / challenge.actions.len().max(1);
    let beginning = Step {
        say: "Look ahead, eyes open",
        sign: None,
        frames: READY_FRAMES,
    };
    let actions = challenge.actions.iter().map(|action| step(*action, most));
    Plan {
        id: challenge.id,
        interval_ms: INTERVAL_MS,
        steps: std::iter::once(beginning).chain(actions).collect(),
    }
}

fn step(action: Action, most: usize) -> Step {
    let (say, sign, frames) = match action {
        Action::Blink { times: 0 | 1 } => ("Look ahead and blink", None, BLINK_FRAMES),
        Action::Blink { times: 2 } => ("Look ahead, blink twice", None, ACTION_FRAMES),
        Action::Blink { .. } => ("Look ahead, blink three times", None, ACTION_FRAMES),
        Action::TurnLeft => ("Turn left, slowly", Some("left"), ACTION_FRAMES),
        Action::TurnRight => ("Turn right, slowly", Some("right"), ACTION_FRAMES),
        Action::ComeCloser => ("Come closer, slowly", Some("closer"), ACTION_FRAMES),
    };
    Step {
        say,
        sign,
        frames: frames.min(most),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const BLINK: Action = Action::Blink { times: 1 };

    fn steps(actions: &[Action]) -> Vec<Step> {
        let challenge = Challenge {
            id: "x".to_owned(),
            expires_at_ms: 0,
            actions: actions.to_vec(),
            min_frames: 10,
            max_frames: 30,
        };
        plan(challenge).steps
    }

    #[rstest]
    #[case(&[BLINK], 15)]
    #[case(&[BLINK, Action::TurnLeft], 27)]
    #[case(&[Action::TurnLeft, Action::TurnRight], 30)]
    #[case(&[Action::TurnLeft, Action::Blink { times: 3 }, Action::ComeCloser], 30)]
    fn a_plan_begins_with_a_look_ahead_and_fits_into_an_answer(
        #[case] actions: &[Action],
        #[case] frames: usize,
    ) {
        let steps = steps(actions);
        assert_eq!(steps.len(), actions.len() + 1);
        assert!(steps[0].say.starts_with("Look ahead"));
        assert_eq!(steps.iter().map(|step| step.frames).sum::<usize>(), frames);
    }

    #[test]
    fn left_is_said_as_the_persons_own() {
        let said = &steps(&[Action::TurnLeft])[1];
        assert_eq!(said.say, "Turn left, slowly");
        assert_eq!(said.sign, Some("left"));
    }
}
