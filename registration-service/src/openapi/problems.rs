//! Which problems each call can answer with.

use std::collections::BTreeMap;

use face_wire::problem::ProblemKind;
use utoipa::IntoResponses;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder, Schema};

/// How problems are written.
#[derive(Clone, Copy)]
enum Form {
    /// `application/problem+json`.
    Problem,
    /// The detail as `text/plain`, as the original's callers expect.
    Text,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident ($form:ident) = $($kind:ident)+;)*) => {
        $($(#[$doc])* pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                responses(Form::$form, &[$(ProblemKind::$kind),+])
            }
        })*
    };
}

problems! {
    /// Of `GET /v1/people`.
    ListProblems(Problem) = Unauthorized Forbidden BadRequest Internal StoreUnavailable;
    /// Of calls about one person that carry no body.
    PersonProblems(Problem) = Unauthorized Forbidden BadRequest NotFound Internal StoreUnavailable;
    /// Of `PATCH /v1/people/{id}`.
    PatchProblems(Problem) = Unauthorized Forbidden BadRequest NotFound TooLarge UnsupportedMediaType Unprocessable
        Internal StoreUnavailable;
    /// Of `POST /v1/people`.
    CreateProblems(Problem) = Unauthorized Forbidden BadRequest BadBase64 BadPicture AlreadyEnrolled TooLarge
        UnsupportedMediaType Unprocessable NoFace SeveralFaces QualityRefused TooManyRequests Internal
        InferenceUnavailable StoreUnavailable NotReady;
    /// Of `POST /v1/people/{id}/samples`.
    AddSamplesProblems(Problem) = Unauthorized Forbidden BadRequest BadBase64 BadPicture NotFound TooLarge
        UnsupportedMediaType Unprocessable NoFace SeveralFaces QualityRefused TooManyRequests Internal
        InferenceUnavailable StoreUnavailable NotReady;
    /// Of `POST /v1/identify`.
    IdentifyProblems(Problem) = Unauthorized Forbidden BadRequest BadBase64 BadPicture TooLarge UnsupportedMediaType
        Unprocessable NoFace TooManyRequests Internal InferenceUnavailable StoreUnavailable NotReady;
    /// Of `POST /v1/verify`.
    VerifyProblems(Problem) = Unauthorized Forbidden BadRequest BadBase64 BadPicture NotFound ModelMismatch TooLarge
        UnsupportedMediaType Unprocessable NoFace TooManyRequests Internal InferenceUnavailable StoreUnavailable NotReady;
    /// Of `POST /v1/liveness/challenges`.
    CreateChallengeProblems(Problem) = Unauthorized Forbidden BadRequest TooLarge UnsupportedMediaType Unprocessable
        TooManyFailures Internal NotReady;
    /// Of `POST /v1/liveness/challenges/{id}`.
    AnswerChallengeProblems(Problem) = Unauthorized Forbidden BadRequest BadBase64 BadPicture NotFound ModelMismatch
        ChallengeUsed ChallengeExpired TooLarge UnsupportedMediaType Unprocessable NoFace FramesReplayed TooManyFailures
        TooManyRequests Internal InferenceUnavailable StoreUnavailable NotReady;
    /// Of `POST /api/store/{employee_id}`.
    StoreTexts(Text) = Unauthorized Forbidden BadRequest BadBase64 BadPicture AlreadyEnrolled TooLarge
        UnsupportedMediaType Unprocessable NoFace SeveralFaces QualityRefused BadTemplate TooManyRequests Internal
        InferenceUnavailable StoreUnavailable NotReady;
    /// Of `POST /api/find_match`.
    FindMatchTexts(Text) = Unauthorized Forbidden BadRequest BadBase64 BadPicture TooLarge UnsupportedMediaType
        Unprocessable NoFace TooManyRequests Internal InferenceUnavailable StoreUnavailable NotReady;
    /// Of `GET /api/get_all/{page_size}/{page_number}`.
    GetAllTexts(Text) = Unauthorized Forbidden BadRequest Internal StoreUnavailable;
    /// Of `DELETE /api/{employee_id}`.
    DeleteTexts(Text) = Unauthorized Forbidden BadRequest Internal StoreUnavailable;
}

/// One response a status; its description lists the problems that have it.
fn responses(form: Form, kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut descriptions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in kinds {
        let line = match form {
            Form::Problem => format!("`{}`: {}", kind.slug(), kind.title()),
            Form::Text => kind.title().to_owned(),
        };
        descriptions
            .entry(kind.status().to_string())
            .or_default()
            .push(line);
    }
    descriptions
        .into_iter()
        .map(|(status, lines)| {
            let response = ResponseBuilder::new()
                .description(lines.join("; "))
                .content(media_type(form), content(form))
                .build();
            (status, response.into())
        })
        .collect()
}

const fn media_type(form: Form) -> &'static str {
    match form {
        Form::Problem => "application/problem+json",
        Form::Text => "text/plain",
    }
}

fn content(form: Form) -> Content {
    let schema: RefOr<Schema> = match form {
        Form::Problem => Ref::from_schema_name("ProblemBody").into(),
        Form::Text => Schema::from(Object::with_type(Type::String)).into(),
    };
    Content::new(Some(schema))
}
