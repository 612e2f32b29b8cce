//! Liveness challenges: what a person is asked to do, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Person;
use crate::legacy::LivenessHelp;

/// Body of `POST /v1/liveness/challenges`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChallenge {
    /// Who is to answer, as the caller tells its visitors apart: a device, an address. Failures are counted by it; without it by the
    /// address that calls.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(min_length = 1, max_length = 200)]
    pub source: Option<String>,
}

/// Answer of `POST /v1/liveness/challenges`: good for one answer until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    /// Names it in `POST /v1/liveness/challenges/{id}`; opaque, signed, and not to be guessed.
    pub id: String,
    /// Until when it can be answered: milliseconds since 1970-01-01 UTC.
    pub expires_at_ms: i64,
    /// What to do, in this order.
    #[schema(min_items = 1, max_items = 3)]
    pub actions: Vec<Action>,
    /// The fewest frames of an answer.
    pub min_frames: usize,
    /// The most.
    pub max_frames: usize,
}

/// One thing to do. Left and right are the person's own; frames must not be mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Close both eyes and open them.
    Blink {
        /// So many times.
        times: u8,
    },
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Bring the face closer to the camera.
    ComeCloser,
}

/// Body of `POST /v1/liveness/challenges/{id}`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerChallenge {
    /// Pictures as base64 in the order of time, about 150 to 200 ms apart, the first few with the face straight ahead.
    #[schema(min_items = 10, max_items = 30)]
    pub frames: Vec<String>,
    /// The probe as base64; without it the best of the frames is taken.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub picture: Option<String>,
    /// The claimed person's id: the face is compared with that person alone. Without it everybody is searched.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(pattern = "^[0-9]{1,19}$")]
    pub person_id: Option<String>,
    /// Refuse pictures of pictures.
    #[serde(default)]
    pub fraud_detection: bool,
}

/// What came of an answer; never a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum ChallengeOutcome {
    /// One living person did what was asked for.
    Pass {
        /// Who it is.
        identity: Identity,
    },
    /// It looks like an attack; nothing more is said.
    Fail,
    /// It fell short, and the person can do better.
    Help {
        /// In what.
        help: LivenessHelp,
    },
}

/// Who passed: the outcomes of `POST /v1/identify`, without their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Identity {
    /// One person, clearly, or the one claimed.
    Match {
        /// Who.
        person: Person,
    },
    /// Two people too near each other to choose between.
    Ambiguous {
        /// Those within the margin, best first.
        people: Vec<Person>,
    },
    /// Nobody enrolled, or not the person claimed.
    Unknown,
}
