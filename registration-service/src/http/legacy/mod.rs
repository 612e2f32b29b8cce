//! The four calls of the original under `/api`, with its codes and texts. Bodies of errors are plain text.

pub(crate) mod delete;
pub(crate) mod find_match;
pub(crate) mod get_all;
mod plain_text;
pub(crate) mod store;

use actix_web::HttpResponse;
use face_types::PersonId;
use face_wire::legacy;
use face_wire::problem::ProblemKind;
use service_kit::Problem;

pub(crate) use plain_text::problems_as_text;

/// The person's id in a path.
///
/// # Errors
/// `bad-request`.
fn employee_id(text: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|error: face_types::PersonIdError| {
        Problem::new(ProblemKind::BadRequest, error.to_string())
    })
}

/// The original's 200.
fn ok() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(legacy::OK)
}
