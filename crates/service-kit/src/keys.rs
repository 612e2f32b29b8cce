//! The service key: callers prove themselves with `Authorization: Bearer KEY`.

use actix_web::HttpMessage as _;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{ResponseError as _, web};
use face_wire::problem::ProblemKind;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::Problem;

/// The key that callers must show; `None` lets everyone in, which only a loopback address may do.
#[derive(Clone, Default)]
pub struct RequiredKey(pub Option<SecretString>);

impl RequiredKey {
    /// Checks the value of an `Authorization` header, in constant time for a given length.
    ///
    /// # Errors
    /// `unauthorized` when there is no bearer key, `forbidden` when it is not ours.
    pub fn check(&self, authorization: Option<&str>) -> Result<(), Problem> {
        let Some(expected) = &self.0 else {
            return Ok(());
        };
        let shown = authorization
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| {
                Problem::new(
                    ProblemKind::Unauthorized,
                    "send the service key as `Authorization: Bearer KEY`",
                )
            })?;
        let is_ours: bool = shown
            .trim()
            .as_bytes()
            .ct_eq(expected.expose_secret().as_bytes())
            .into();
        if is_ours {
            Ok(())
        } else {
            Err(Problem::new(
                ProblemKind::Forbidden,
                "the service key is not valid",
            ))
        }
    }
}

/// Middleware: refuses calls without the key in `web::Data<RequiredKey>`; health and metrics are to stand outside it.
///
/// # Errors
/// Those of the handler; a missing or wrong key is an answer, not an error.
pub async fn middleware<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let required = request.app_data::<web::Data<RequiredKey>>().cloned();
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let answer = required.map_or(Ok(()), |required| required.check(header.as_deref()));
    if let Err(problem) = answer {
        // Nobody will read the body.
        drop(request.take_payload());
        return Ok(request
            .into_response(problem.error_response())
            .map_into_right_body());
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_left_body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_key_opens() {
        let key = RequiredKey(Some("s3cret".into()));
        assert!(key.check(Some("Bearer s3cret")).is_ok());
        for (header, kind) in [
            (None, ProblemKind::Unauthorized),
            (Some("Basic s3cret"), ProblemKind::Unauthorized),
            (Some("Bearer s3cre"), ProblemKind::Forbidden),
            (Some("Bearer "), ProblemKind::Forbidden),
        ] {
            assert_eq!(key.check(header).unwrap_err().kind(), kind, "{header:?}");
        }
        assert!(RequiredKey(None).check(None).is_ok());
    }
}
