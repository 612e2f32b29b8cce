//! The four calls of the original, as its users send them. Field names and texts are theirs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `POST /api/store/…` and `DELETE /api/…`.
pub const OK: &str = "ok";
/// Body of the 406 when the probe is nobody enrolled.
pub const NO_MATCHES_FOUND: &str = "no matches found";
/// Body of the 406 when the frames show no living person.
pub const LIVENESS_CHECK_FAILED: &str = "Liveness check failed";
/// Header of that 406 with what helps, a name of [`LivenessHelp`]; missing where nothing does.
pub const LIVENESS_HELP: &str = "liveness-help";

/// What the person before the camera can do better in a liveness run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LivenessHelp {
    /// Blink: open eyes, then closed ones, and soon open ones again.
    NoBlink,
    /// Turn the head further, to the side asked for, and not too fast. Of challenges only.
    NoTurn,
    /// Come closer to the camera. Of challenges only.
    NotCloser,
    /// Find better light: the face is too dark, too bright or without contrast. Of challenges only.
    BadLight,
    /// Look into the camera: most frames show no face.
    NoFace,
    /// Be alone: frames show more than one face.
    SeveralFaces,
    /// Come nearer, hold still: the face is hard to tell.
    Unclear,
    /// Show the eyes.
    NoEyes,
}

impl LivenessHelp {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NoBlink,
        Self::NoTurn,
        Self::NotCloser,
        Self::BadLight,
        Self::NoFace,
        Self::SeveralFaces,
        Self::Unclear,
        Self::NoEyes,
    ];

    /// Its name in the header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoBlink => "no-blink",
            Self::NoTurn => "no-turn",
            Self::NotCloser => "not-closer",
            Self::BadLight => "bad-light",
            Self::NoFace => "no-face",
            Self::SeveralFaces => "several-faces",
            Self::Unclear => "unclear",
            Self::NoEyes => "no-eyes",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|help| help.name() == name)
    }
}

/// Number of frames of a liveness run.
pub const LIVENESS_FRAMES: usize = 15;

/// Body of `POST /api/store/{employee_id}`: names and either features or a picture.
#[derive(Clone, Deserialize, ToSchema)]
pub struct StoreRequest {
    /// First name; white space around it is removed.
    pub name: Option<String>,
    /// Surname; white space around it is removed.
    pub surname: Option<String>,
    /// Templates, of the active model's length.
    pub img_features: Option<Vec<Vec<f32>>>,
    /// A picture (JPEG, PNG, WebP, BMP) as base64; a `data:` URL is accepted.
    pub img_base64: Option<String>,
}

/// Body of `POST /api/find_match`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct FindMatchRequest {
    /// The probe as base64 (the documented name).
    pub img_base64: Option<String>,
    /// The probe as base64 (the name that the original's code reads).
    pub image_base64: Option<String>,
    /// Find and align the face first; without it the picture is taken as a close crop of the face.
    #[serde(default = "yes")]
    pub img_crop: bool,
    /// Refuse pictures of pictures.
    #[serde(default)]
    pub fraud_detection: bool,
    /// Refuse a person who does not blink in `frames`.
    #[serde(default)]
    pub liveness: bool,
    /// [`LIVENESS_FRAMES`] pictures as base64, in order; needed when `liveness` is true.
    pub frames: Option<Vec<String>>,
}

const fn yes() -> bool {
    true
}

/// A person as the original shows one, without templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Employee number.
    #[serde(rename = "_id")]
    pub id: i64,
    /// First name.
    pub name: String,
    /// Surname.
    pub surname: String,
}

/// Answer of `GET /api/get_all/{page_size}/{page_number}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Users {
    /// The page, sorted by `_id`.
    pub users: Vec<User>,
}

/// Body of `POST /liveness_check` of the inference service.
#[derive(Clone, Deserialize, ToSchema)]
pub struct LivenessRequest {
    /// Pictures as base64, in order.
    pub frames: Vec<String>,
}

/// Answer of `POST /liveness_check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LivenessResponse {
    /// Open eyes, then closed ones, were seen.
    pub result: bool,
}
