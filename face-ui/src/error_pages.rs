//! Middleware that draws refusals: as a page in the look of the others, or as JSON for the scripts.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse};

use crate::error::PageError;
use crate::pages::{self, ErrorView};
use crate::visitor::Visitor;

/// Draws what a handler or an extractor refused; every other answer passes as it is.
///
/// # Errors
/// Those of the handler that are no answers.
pub(crate) async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let is_refusal = response.response().error().is_some()
        || response.status() == StatusCode::METHOD_NOT_ALLOWED;
    if !is_refusal {
        return Ok(response.map_into_boxed_body());
    }
    let status = response.status();
    let error = response.response().error();
    let page_error = error.and_then(actix_web::Error::as_error::<PageError>);
    let drawn = draw(response.request(), status, page_error);
    Ok(response.into_response(drawn))
}

fn draw(request: &HttpRequest, status: StatusCode, error: Option<&PageError>) -> HttpResponse {
    if let Some(PageError::Unavailable(cause)) = error {
        log(cause);
    }
    let visitor = Visitor::of(request);
    if matches!(error, Some(PageError::SignInNeeded)) {
        return sign_in(request, &visitor);
    }
    let view = ErrorView::new(&visitor, request, status, error);
    let mut response = if visitor.wants_json {
        HttpResponse::build(status).json(serde_json::json!({ "message": view.message() }))
    } else {
        pages::html(status, &view)
    };
    if let Some(PageError::Busy(pause)) = error {
        let seconds = pause.as_secs().max(1).into();
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

/// Sends the visitor to the start page, from where a sign-in leads back to the page that was asked for.
fn sign_in(request: &HttpRequest, visitor: &Visitor) -> HttpResponse {
    if visitor.wants_json {
        let message = "Your session has ended. Sign in again in another tab, then repeat this.";
        return HttpResponse::Unauthorized().json(serde_json::json!({ "message": message }));
    }
    if request.method() == actix_web::http::Method::GET {
        visitor.remember_wanted(request.uri());
    }
    pages::see_other("/")
}

fn log(error: &dyn std::error::Error) {
    let mut causes = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push_str(": ");
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!("{error}{causes}");
}
