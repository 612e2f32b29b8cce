//! The pages: one file each, with its view (ready-to-print values) and its handler.

pub(crate) mod confirm;
mod error;
pub(crate) mod face_challenge;
pub(crate) mod face_login;
pub(crate) mod form;
pub(crate) mod me;
pub(crate) mod people;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod start;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use askama::Template;

pub(crate) use error::ErrorView;

/// A page.
pub(crate) fn html(status: StatusCode, view: &impl Template) -> HttpResponse {
    let page = view
        .render()
        .expect("writing to memory does not fail, and the templates call nothing that can");
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(page)
}

/// Leads on after a form (303), so that reloading does not send it again.
pub(crate) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .finish()
}

/// Examples of a view: each state in which it can be seen.
#[cfg(test)]
pub(crate) trait Samples: Template + Sized {
    /// Name of the state, and the view in it.
    fn samples() -> Vec<(&'static str, Self)>;
}

#[cfg(test)]
mod tests;
