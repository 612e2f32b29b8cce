//! Problem details (RFC 9457): one stable `type` for each way a call can be refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        /// Every problem the services report; `docs/problems.md` explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $variant,)* }

        impl ProblemKind {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The last segment of the problem's `type`.
            #[must_use]
            pub const fn slug(self) -> &'static str { match self { $(Self::$variant => $slug,)* } }

            /// The HTTP status code.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status,)* } }

            /// What kind of problem it is, for people.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title,)* } }
        }
    };
}

problems! {
    /// The request cannot be read: broken JSON, a missing field, a parameter out of range.
    BadRequest = "bad-request", 400, "The request cannot be read";
    /// The base64 text of a picture or template is broken.
    BadBase64 = "bad-base64", 400, "The base64 text is broken";
    /// The bytes are no picture, or a broken one.
    BadPicture = "bad-picture", 400, "The picture cannot be read";
    /// No key, or a wrong one.
    Unauthorized = "unauthorized", 401, "A valid key is needed";
    /// The key does not allow this.
    Forbidden = "forbidden", 403, "The key does not allow this";
    /// No such person, sample or page.
    NotFound = "not-found", 404, "There is no such thing";
    /// The path exists, the method does not.
    MethodNotAllowed = "method-not-allowed", 405, "The method is not allowed here";
    /// The id is taken.
    AlreadyEnrolled = "already-enrolled", 409, "The id is already enrolled";
    /// The template was made by another model.
    ModelMismatch = "model-mismatch", 409, "The template belongs to another model";
    /// A liveness challenge that was answered before.
    ChallengeUsed = "challenge-used", 409, "The challenge has been answered";
    /// A liveness challenge whose time is over.
    ChallengeExpired = "challenge-expired", 410, "The challenge has expired";
    /// The body or the picture has too many bytes or pixels.
    TooLarge = "too-large", 413, "The body or picture is too large";
    /// The body is neither JSON nor a picture of a known kind.
    UnsupportedMediaType = "unsupported-media-type", 415, "The media type is not supported";
    /// The request reads well and cannot be fulfilled: a blank name, too few frames.
    Unprocessable = "unprocessable", 422, "The request cannot be fulfilled";
    /// No face was found.
    NoFace = "no-face", 422, "No face was found";
    /// Several faces where one is wanted.
    SeveralFaces = "several-faces", 422, "There are several faces";
    /// The face is too small, blurred, dark, turned away or cut off.
    QualityRefused = "quality-refused", 422, "The face is not clear enough";
    /// The template has a wrong number of values, or values that are no numbers.
    BadTemplate = "bad-template", 422, "The template is not valid";
    /// Frames of an earlier answer to a challenge.
    FramesReplayed = "frames-replayed", 422, "The frames were sent before";
    /// Too many failed liveness checks; a pause is made.
    TooManyFailures = "too-many-failures", 429, "Too many failed attempts";
    /// The queue in front of the networks is full, or a source asks too often.
    TooManyRequests = "too-many-requests", 429, "Too many requests";
    /// A failure of ours.
    Internal = "internal", 500, "Something failed";
    /// The inference service cannot be reached or did not answer in time.
    InferenceUnavailable = "inference-unavailable", 503, "The inference service is unavailable";
    /// The database cannot be reached or did not answer in time.
    StoreUnavailable = "store-unavailable", 503, "The database is unavailable";
    /// The service is starting or stopping.
    NotReady = "not-ready", 503, "The service is not ready";
}

impl ProblemKind {
    /// The kind whose slug ends the `type` of a problem body.
    #[must_use]
    pub fn from_type(problem_type: &str) -> Option<Self> {
        let slug = problem_type.rsplit('/').next()?;
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}

/// `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// `/problems/<slug>`; stable, made for programs.
    #[serde(rename = "type")]
    #[schema(example = "/problems/no-face")]
    pub problem_type: String,
    /// What kind of problem it is; the same for every occurrence.
    pub title: String,
    /// The HTTP status code.
    #[schema(example = 422)]
    pub status: u16,
    /// What went wrong this time, and what to do about it.
    pub detail: String,
    /// Finds the call in the logs; also in the `X-Request-Id` header.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}

impl ProblemBody {
    /// A body of this kind.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            problem_type: format!("/problems/{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            request_id: None,
        }
    }

    /// The kind, unless a newer service names one unknown here.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemKind> {
        ProblemKind::from_type(&self.problem_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_found_again() {
        for kind in ProblemKind::ALL {
            assert_eq!(
                ProblemKind::from_type(&format!("/problems/{}", kind.slug())),
                Some(*kind)
            );
        }
    }
}
