//! The problem of an enrolment whose every picture was refused: with the outcome of each, as `pictures`.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, ResponseError};
use face_wire::problem::ProblemBody;
use face_wire::registration::PictureOutcome;
use serde::Serialize;
use service_kit::{Problem, request_id};

use super::convert;
use crate::usecases::Refusal;

/// Why nobody was enrolled: a problem, and the outcome of each picture where pictures are at fault.
#[derive(Debug)]
pub(crate) struct EnrolmentRefused {
    problem: Problem,
    pictures: Vec<PictureOutcome>,
}

/// RFC 9457, with the extension member `pictures`.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    problem: ProblemBody,
    pictures: &'a [PictureOutcome],
}

impl From<Refusal> for EnrolmentRefused {
    fn from(refusal: Refusal) -> Self {
        let pictures = match &refusal {
            Refusal::EveryPicture(refusals) => refusals
                .iter()
                .map(|(index, refusal)| convert::refused_picture(*index, refusal))
                .collect(),
            _ => Vec::new(),
        };
        Self {
            problem: refusal.into(),
            pictures,
        }
    }
}

impl From<Problem> for EnrolmentRefused {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            pictures: Vec::new(),
        }
    }
}

impl std::fmt::Display for EnrolmentRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl ResponseError for EnrolmentRefused {
    fn status_code(&self) -> StatusCode {
        self.problem.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        if self.pictures.is_empty() {
            return self.problem.error_response();
        }
        let mut problem = ProblemBody::new(self.problem.kind(), self.problem.detail());
        problem.request_id = request_id::current();
        let body = Body {
            problem,
            pictures: &self.pictures,
        };
        HttpResponse::build(self.status_code())
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(serde_json::to_vec(&body).expect("a problem holds nothing but text and numbers"))
    }
}
