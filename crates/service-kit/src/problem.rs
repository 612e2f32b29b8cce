//! The one error of every handler: RFC 9457 `application/problem+json`.

use std::error::Error;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use face_wire::problem::{ProblemBody, ProblemKind};

use crate::request_id;

/// Why a call was refused. A 5xx is logged once, when it is turned into a response, with its cause.
#[derive(Debug)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// A problem of this kind; `detail` says what went wrong this time and what to do about it.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            source: None,
            retry_after: None,
        }
    }

    /// A failure of ours; the client learns nothing internal, the log holds the cause.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            ProblemKind::Internal,
            "the service failed; the request id finds the cause in its log",
        )
        .caused_by(source)
    }

    /// The same with the cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same with a `Retry-After` header, in whole seconds, at least one.
    #[must_use]
    pub const fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    /// What kind of problem it is.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What went wrong this time.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The pause that the client is asked to make.
    #[must_use]
    pub const fn pause(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Writes a 5xx to the log with its causes; does nothing for what the client can mend.
    pub fn log(&self) {
        if self.kind.status() < 500 {
            return;
        }
        let mut causes = String::new();
        let mut cause: Option<&dyn Error> =
            self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            causes.push_str(": ");
            causes.push_str(&error.to_string());
            cause = error.source();
        }
        tracing::error!(problem.kind = self.kind.slug(), "{}{causes}", self.detail);
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind.slug(), self.detail)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status())
            .expect("the table of problems holds valid status codes")
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        let mut body = ProblemBody::new(self.kind, &self.detail);
        body.request_id = request_id::current();
        let mut response = HttpResponse::build(self.status_code());
        response
            .content_type("application/problem+json")
            .insert_header((CACHE_CONTROL, "no-store"));
        if let Some(pause) = self.retry_after {
            response.insert_header((RETRY_AFTER, whole_seconds(pause)));
        }
        if self.kind == ProblemKind::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        // Not `json()`: it would keep the content type only by accident of order.
        let mut response = response.body(
            serde_json::to_vec(&body).expect("a problem body holds nothing but text and a number"),
        );
        // For the metrics.
        response.extensions_mut().insert(self.kind);
        response
    }
}

/// `Retry-After` in whole seconds, rounded up, at least one.
pub(crate) fn whole_seconds(pause: Duration) -> u64 {
    (pause.as_secs() + u64::from(pause.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn a_problem_is_rendered_as_rfc_9457() {
        let problem = Problem::new(ProblemKind::TooManyRequests, "wait")
            .retry_after(Duration::from_millis(200));
        let response = problem.error_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers().get("retry-after").unwrap(), "1");
        assert_eq!(
            response.headers().get("content-type").unwrap(),
            "application/problem+json"
        );
        let body: ProblemBody =
            serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap();
        assert_eq!(body.kind(), Some(ProblemKind::TooManyRequests));
        assert_eq!(body.detail, "wait");
    }

    #[actix_web::test]
    async fn an_internal_failure_tells_the_client_nothing_of_its_cause() {
        let response = Problem::internal("password hunter2 leaked").error_response();
        let body = to_bytes(response.into_body()).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("hunter2"));
    }
}
