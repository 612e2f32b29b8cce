//! Extractors whose failures are problems: broken JSON, paths and queries, unknown routes and methods.

use actix_web::error::{InternalError, JsonPayloadError, QueryPayloadError};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use face_wire::problem::ProblemKind;

use crate::Problem;

/// JSON bodies of at most `limit` bytes; anything else is a problem.
#[must_use]
pub fn json_config(limit: usize) -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(limit)
        .error_handler(move |error, _| json_problem(&error, limit).into())
}

/// The problem that a JSON body's failure is.
fn json_problem(error: &JsonPayloadError, limit: usize) -> Problem {
    match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            Problem::new(
                ProblemKind::TooLarge,
                format!("the body is larger than {limit} bytes"),
            )
        }
        JsonPayloadError::ContentType => Problem::new(
            ProblemKind::UnsupportedMediaType,
            "send the body as `Content-Type: application/json`",
        ),
        JsonPayloadError::Deserialize(error) => {
            Problem::new(ProblemKind::BadRequest, describe(error))
        }
        _ => Problem::new(
            ProblemKind::BadRequest,
            "the body could not be read to its end",
        ),
    }
}

/// Where and why JSON cannot be read, without repeating values: they may be pictures or templates.
#[must_use]
pub fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax => "the JSON is malformed",
        // serde names the field or the expected type before the first value it would quote.
        _ if text.starts_with("missing field") || text.starts_with("unknown field") => {
            return text.split(" at line").next().unwrap_or_default().to_owned();
        }
        _ => "a field has the wrong type",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

/// Path segments; a segment that cannot be read is a 400 that says so.
#[must_use]
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, _| {
        Problem::new(
            ProblemKind::BadRequest,
            "a part of the path is not of the form it must have",
        )
        .into()
    })
}

/// Query strings; one that cannot be read is a 400 that says why.
#[must_use]
pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error, _| query_problem(&error).into())
}

fn query_problem(error: &QueryPayloadError) -> Problem {
    Problem::new(ProblemKind::BadRequest, error.to_string())
}

/// The default service of an application: 404 for paths that no route has.
#[must_use]
pub fn no_such_path() -> actix_web::Route {
    web::route().to(|request: HttpRequest| async move {
        let detail = format!("there is nothing at {}", request.path());
        Err::<HttpResponse, _>(Problem::new(ProblemKind::NotFound, detail))
    })
}

/// The default service of a resource: 405 with the methods it has in `Allow`.
#[must_use]
pub fn only(methods: &'static [Method]) -> actix_web::Route {
    web::route().to(move || async move {
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        let names = names.join(", ");
        let problem = Problem::new(
            ProblemKind::MethodNotAllowed,
            format!("this path answers {names}"),
        );
        let mut response = problem.error_response();
        response
            .headers_mut()
            .insert(ALLOW, names.parse().expect("method names are ASCII"));
        Err::<HttpResponse, _>(InternalError::from_response(problem, response))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Form {
        #[expect(dead_code, reason = "only the failure to read it is looked at")]
        name: u32,
    }

    #[test]
    fn a_wrong_value_is_described_and_not_repeated() {
        let error = serde_json::from_str::<Form>(r#"{"name":"secret"}"#).unwrap_err();
        assert!(!describe(&error).contains("secret"));
        let error = serde_json::from_str::<Form>("{}").unwrap_err();
        assert_eq!(describe(&error), "missing field `name`");
        let error = serde_json::from_str::<Form>(r#"{"name": 1, "#).unwrap_err();
        assert!(describe(&error).contains("too early"));
    }
}
