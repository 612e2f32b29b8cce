//! Problems as the original's callers expect them: the status, and a sentence as plain text.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::middleware::Next;
use face_wire::problem::ProblemBody;

/// Middleware: turns `application/problem+json` into its `detail` as `text/plain`, whoever refused the call.
///
/// # Errors
/// Those of the handler.
pub(crate) async fn problems_as_text<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answer = next.call(request).await?.map_into_boxed_body();
    let is_problem = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    if !is_problem {
        return Ok(answer);
    }
    let (request, response) = answer.into_parts();
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body).await.unwrap_or_default();
    let text = serde_json::from_slice::<ProblemBody>(&body)
        .map_or_else(|_| String::new(), |problem| problem.detail);
    head.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    Ok(ServiceResponse::new(
        request,
        head.set_body(BoxBody::new(text)),
    ))
}
