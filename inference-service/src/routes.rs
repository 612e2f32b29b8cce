//! The table of routes.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web;
use service_kit::health::Needs;
use service_kit::{extract, health, keys, metrics};

use crate::http::{MAX_JSON_BYTES, faces, frames, liveness_check, pack};

/// Everything that answers; calls need the service key, health and metrics do not.
pub(crate) fn routes(needs: &Needs) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let health = health::routes(needs);
    move |config| {
        config
            .app_data(extract::json_config(MAX_JSON_BYTES))
            .app_data(extract::path_config())
            .app_data(extract::query_config())
            .configure(health)
            .configure(metrics::routes)
            .service(
                web::scope("")
                    .wrap(from_fn(keys::middleware))
                    .service(post("/v1/faces").route(web::post().to(faces::faces)))
                    .service(post("/v1/frames").route(web::post().to(frames::frames)))
                    .service(
                        post("/liveness_check")
                            .route(web::post().to(liveness_check::liveness_check)),
                    )
                    .service(
                        web::resource("/v1/pack")
                            .route(web::get().to(pack::pack))
                            .default_service(extract::only(&[Method::GET])),
                    )
                    .default_service(extract::no_such_path()),
            );
    }
}

fn post(path: &str) -> actix_web::Resource {
    web::resource(path).default_service(extract::only(&[Method::POST]))
}
