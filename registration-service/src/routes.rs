//! The whole table of routes.

use actix_web::http::Method;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{HttpResponse, Resource, web};
use service_kit::{extract, health, keys, metrics};

use crate::http::legacy::{self, problems_as_text};
use crate::http::v1;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// Every path with the methods that it answers; the OpenAPI document and the running service are tested against it.
pub const TABLE: &[(&str, &[Method])] = &[
    ("/api/store/{employee_id}", &[POST]),
    ("/api/find_match", &[POST]),
    ("/api/get_all/{page_size}/{page_number}", &[GET]),
    ("/api/{employee_id}", &[DELETE]),
    ("/v1/people", &[GET, POST]),
    ("/v1/people/{id}", &[GET, PATCH, DELETE]),
    ("/v1/people/{id}/samples", &[GET, POST]),
    ("/v1/people/{id}/samples/{sample_id}", &[DELETE]),
    ("/v1/identify", &[POST]),
    ("/v1/verify", &[POST]),
    ("/v1/liveness/challenges", &[POST]),
    ("/v1/liveness/challenges/{id}", &[POST]),
    ("/healthz", &[GET]),
    ("/readyz", &[GET]),
    ("/metrics", &[GET]),
    ("/openapi.json", &[GET]),
];

/// Adds every route; what the handlers need is application data.
pub(crate) fn configure(config: &mut web::ServiceConfig, needs: &health::Needs) {
    config
        .service(
            web::scope("/api")
                .wrap(from_fn(keys::middleware))
                .wrap(no_store())
                .wrap(from_fn(problems_as_text))
                .configure(legacy_routes)
                .default_service(extract::no_such_path()),
        )
        .service(
            web::scope("/v1")
                .wrap(from_fn(keys::middleware))
                .wrap(no_store())
                .configure(v1_routes)
                .default_service(extract::no_such_path()),
        )
        .configure(health::routes(needs))
        .configure(metrics::routes)
        // The routes above look at the method first; what they leave comes here.
        .service(resource("/healthz", &[GET]))
        .service(resource("/readyz", &[GET]))
        .service(resource("/metrics", &[GET]))
        .service(resource("/openapi.json", &[GET]).route(web::get().to(openapi_json)))
        .default_service(extract::no_such_path());
}

fn legacy_routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/store/{employee_id}", &[POST]).route(web::post().to(legacy::store::store)),
        )
        .service(
            resource("/find_match", &[POST]).route(web::post().to(legacy::find_match::find_match)),
        )
        .service(
            resource("/get_all/{page_size}/{page_number}", &[GET])
                .route(web::get().to(legacy::get_all::get_all)),
        )
        .service(
            resource("/{employee_id}", &[DELETE]).route(web::delete().to(legacy::delete::delete)),
        );
}

fn v1_routes(config: &mut web::ServiceConfig) {
    config
        .service(
            resource("/people", &[GET, POST])
                .route(web::get().to(v1::people::list::list))
                .route(web::post().to(v1::people::create::create)),
        )
        .service(
            resource("/people/{id}", &[GET, PATCH, DELETE])
                .route(web::get().to(v1::people::get::get))
                .route(web::patch().to(v1::people::patch::patch))
                .route(web::delete().to(v1::people::delete::delete)),
        )
        .service(
            resource("/people/{id}/samples", &[GET, POST])
                .route(web::get().to(v1::samples::list::list))
                .route(web::post().to(v1::samples::add::add)),
        )
        .service(
            resource("/people/{id}/samples/{sample_id}", &[DELETE])
                .route(web::delete().to(v1::samples::delete::delete)),
        )
        .service(resource("/identify", &[POST]).route(web::post().to(v1::identify::identify)))
        .service(resource("/verify", &[POST]).route(web::post().to(v1::verify::verify)))
        .service(
            resource("/liveness/challenges", &[POST])
                .route(web::post().to(v1::challenges::create::create)),
        )
        .service(
            resource("/liveness/challenges/{id}", &[POST])
                .route(web::post().to(v1::challenges::answer::answer)),
        );
}

/// A path that answers other methods with 405 and `Allow`.
fn resource(path: &str, methods: &'static [Method]) -> Resource {
    web::resource(path).default_service(extract::only(methods))
}

/// People are shown: nothing on the way may keep an answer.
fn no_store() -> DefaultHeaders {
    DefaultHeaders::new().add((CACHE_CONTROL, "no-store"))
}

async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().json(crate::openapi::document())
}
