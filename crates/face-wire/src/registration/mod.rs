//! `/v1` of the registration service. Ids are strings; no template ever leaves the service.

mod challenges;
mod client;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use challenges::{
    Action, AnswerChallenge, Challenge, ChallengeOutcome, CreateChallenge, Identity,
};
pub use client::{FindMatchOutcome, Refusal, RegistrationClient, RegistrationError};

/// A person, without templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Employee number as decimal text.
    #[schema(example = "1024", pattern = "^[0-9]{1,19}$")]
    pub id: String,
    /// First name.
    pub name: String,
    /// Surname.
    pub surname: String,
    /// Number of enrolled samples.
    pub samples: usize,
    /// When the person was added: milliseconds since 1970-01-01 UTC.
    pub created_at_ms: i64,
}

/// Query of `GET /v1/people`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Only people whose name or surname contains this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 200)]
    pub search: Option<String>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Page size, 1 to 200; 30 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Answer of `GET /v1/people`, sorted by id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PeoplePage {
    /// The page.
    pub people: Vec<Person>,
    /// Number of people that the search finds in all.
    pub total: u64,
    /// Opaque and signed; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Body of `POST /v1/people`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePerson {
    /// Employee number as decimal text.
    #[schema(example = "1024", pattern = "^[0-9]{1,19}$")]
    pub id: String,
    /// First name, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Surname, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub surname: String,
    /// Pictures as base64, at least one must be accepted or nobody is created.
    #[schema(min_items = 1, max_items = 20)]
    pub pictures: Vec<String>,
}

/// Body of `PATCH /v1/people/{id}`; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPerson {
    /// First name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Surname.
    #[schema(min_length = 1, max_length = 200)]
    pub surname: Option<String>,
}

/// Body of `POST /v1/people/{id}/samples`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddSamples {
    /// Pictures as base64.
    #[schema(min_items = 1, max_items = 20)]
    pub pictures: Vec<String>,
}

/// What became of one picture, by its place in the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum PictureOutcome {
    /// It was enrolled.
    Enrolled {
        /// Place in `pictures`, from 0.
        index: usize,
        /// Names the sample.
        sample_id: String,
        /// Overall quality, 0 to 1.
        quality: f32,
    },
    /// It was refused.
    Refused {
        /// Place in `pictures`, from 0.
        index: usize,
        /// The problem's slug, such as `no-face`.
        reason: String,
        /// What to change, for people.
        detail: String,
    },
}

/// Answer of `POST /v1/people` and `POST /v1/people/{id}/samples`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// The person as now.
    pub person: Person,
    /// One entry a picture, in order.
    pub pictures: Vec<PictureOutcome>,
}

/// One enrolled sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// Names it.
    pub id: String,
    /// Overall quality of the picture, 0 to 1; absent when the template was given ready-made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<f32>,
    /// When it was enrolled: milliseconds since 1970-01-01 UTC.
    pub enrolled_at_ms: i64,
}

/// Answer of `GET /v1/people/{id}/samples`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Samples {
    /// Oldest first.
    pub samples: Vec<Sample>,
}

/// Answer of `DELETE /v1/people/{id}`: what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    /// Whose data it was.
    pub id: String,
    /// Number of templates removed from the store and from memory.
    pub templates_erased: usize,
}

/// Body of `POST /v1/identify`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentifyRequest {
    /// The probe as base64.
    pub picture: String,
    /// Every face instead of the largest.
    #[serde(default)]
    pub all_faces: bool,
    /// Refuse pictures of pictures.
    #[serde(default)]
    pub fraud_detection: bool,
}

/// Answer of `POST /v1/identify`: one entry a face, largest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IdentifyResponse {
    /// The faces.
    pub faces: Vec<IdentifiedFace>,
}

/// Who a face is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IdentifiedFace {
    /// x, y, width, height in pixels of the upright picture.
    #[serde(rename = "box")]
    pub bounding_box: [f32; 4],
    /// The decision.
    #[serde(flatten)]
    pub decision: Decision,
}

/// The decision about one probe. A person appears at most once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Decision {
    /// One person, clearly.
    Match {
        /// Who, and how alike.
        candidate: Candidate,
        /// Similarity that was needed.
        threshold: f32,
    },
    /// Two people too near each other to choose between; ask for another picture.
    Ambiguous {
        /// Those within the margin, best first.
        candidates: Vec<Candidate>,
        /// Similarity that was needed.
        threshold: f32,
    },
    /// Nobody enrolled.
    Unknown {
        /// Similarity that was needed.
        threshold: f32,
    },
    /// A picture of a picture; no search was made.
    AttackSuspected,
}

/// A person and how alike the probe is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// Who.
    pub person: Person,
    /// Cosine similarity, -1 to 1, of the best of the person's samples.
    pub similarity: f32,
}

/// Body of `POST /v1/verify`: a picture against a person, or against another picture.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The probe as base64.
    pub picture: String,
    /// The claimed person's id; this or `reference_picture`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(pattern = "^[0-9]{1,19}$")]
    pub person_id: Option<String>,
    /// Another picture as base64; this or `person_id`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference_picture: Option<String>,
    /// Refuse pictures of pictures.
    #[serde(default)]
    pub fraud_detection: bool,
}

/// Answer of `POST /v1/verify`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerifyResponse {
    /// The claim holds.
    pub is_mated: bool,
    /// Cosine similarity; absent when an attack was suspected and nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f32>,
    /// Similarity that was needed.
    pub threshold: f32,
    /// The probe looks like a picture of a picture.
    pub attack_suspected: bool,
}
