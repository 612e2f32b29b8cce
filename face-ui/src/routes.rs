//! The whole table of routes.

use std::path::Path;
use std::sync::Arc;

use actix_web::web::{self, get, post, resource};
use async_trait::async_trait;
use face_wire::registration::RegistrationClient;
use service_kit::health::{self, Needs, Readiness};
use service_kit::metrics;

use crate::assets;
use crate::error::PageError;
use crate::pages::{face_challenge, face_login, me, people, sign_in, sign_out, start};

/// Longest body of a form without files.
const FORM_BYTES: usize = 16 * 1024;

/// Adds every route.
pub(crate) fn table(
    needs: &Needs,
    static_dir: Option<&Path>,
) -> impl FnOnce(&mut web::ServiceConfig) {
    let health = health::routes(needs);
    let assets = assets::routes(static_dir);
    move |config| {
        config
            .app_data(web::FormConfig::default().limit(FORM_BYTES))
            .configure(health)
            .configure(metrics::routes)
            .configure(assets)
            .service(resource("/").route(get().to(start::get)))
            .service(resource("/sign-in").route(post().to(sign_in::post)))
            .service(resource("/face-login").route(post().to(face_login::post)))
            .service(resource("/face-login/challenge").route(post().to(face_challenge::post)))
            .service(resource("/me").route(get().to(me::get)))
            .service(resource("/sign-out").route(post().to(sign_out::post)))
            .configure(people_table)
            .default_service(web::to(|| async { Err::<String, _>(PageError::NotFound) }));
    }
}

fn people_table(config: &mut web::ServiceConfig) {
    config
        .service(resource("/people").route(get().to(people::list::get)))
        .service(
            resource("/people/new")
                .route(get().to(people::new::get))
                .route(post().to(people::new::post)),
        )
        .service(
            resource("/people/{id}")
                .route(get().to(people::show::get))
                .route(post().to(people::rename::post)),
        )
        .service(resource("/people/{id}/samples").route(post().to(people::add_samples::post)))
        .service(
            resource("/people/{id}/delete")
                .route(get().to(people::delete::get))
                .route(post().to(people::delete::post)),
        )
        .service(
            resource("/people/{id}/samples/{sample}/delete")
                .route(get().to(people::delete_sample::get))
                .route(post().to(people::delete_sample::post)),
        );
}

/// What the pages need: the registration service.
pub(crate) fn needs(registration: RegistrationClient) -> Needs {
    Needs::default().with(Arc::new(Registration(registration)))
}

struct Registration(RegistrationClient);

#[async_trait]
impl Readiness for Registration {
    fn name(&self) -> &'static str {
        "registration"
    }

    async fn check(&self) -> Result<(), String> {
        self.0.ready().await.map_err(|error| error.to_string())
    }
}
