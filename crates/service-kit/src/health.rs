//! `/healthz` (the process lives) and `/readyz` (it can do its work, and if not, why).

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use async_trait::async_trait;
use serde_json::json;

use crate::drain::Drain;

/// One thing that a service needs in order to work.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Short name in the answer, such as `store`.
    fn name(&self) -> &'static str;

    /// `Ok` when it works.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    async fn check(&self) -> Result<(), String>;
}

/// Everything that a service needs.
#[derive(Clone, Default)]
pub struct Needs(Vec<Arc<dyn Readiness>>);

impl Needs {
    /// The same with one more need.
    #[must_use]
    pub fn with(mut self, need: Arc<dyn Readiness>) -> Self {
        self.0.push(need);
        self
    }
}

/// Adds `/healthz` and `/readyz`.
pub fn routes(needs: &Needs) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let needs = web::Data::new(needs.clone());
    move |config| {
        config
            .app_data(needs)
            .route("/healthz", web::get().to(healthz))
            .route("/readyz", web::get().to(readyz));
    }
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "alive"}))
}

async fn readyz(needs: web::Data<Needs>, drain: Option<web::Data<Drain>>) -> HttpResponse {
    if drain.is_some_and(|drain| drain.has_begun()) {
        return HttpResponse::ServiceUnavailable()
            .json(json!({"status": "stopping", "checks": {}}));
    }
    let mut checks = serde_json::Map::new();
    let mut is_ready = true;
    for need in &needs.0 {
        let answer = need.check().await;
        is_ready &= answer.is_ok();
        checks.insert(
            need.name().to_owned(),
            answer.map_or_else(Into::into, |()| "ok".into()),
        );
    }
    let body = json!({"status": if is_ready { "ready" } else { "not ready" }, "checks": checks});
    if is_ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;

    struct Need(Result<(), String>);

    #[async_trait]
    impl Readiness for Need {
        fn name(&self) -> &'static str {
            "thing"
        }

        async fn check(&self) -> Result<(), String> {
            self.0.clone()
        }
    }

    #[actix_web::test]
    async fn a_service_that_stops_is_not_ready_and_closes_connections() {
        let drain = Drain::new(&crate::metrics::Metrics::new("test"));
        let app = init_service(
            App::new()
                .app_data(web::Data::new(drain.clone()))
                .wrap(actix_web::middleware::from_fn(crate::drain::middleware))
                .configure(routes(&Needs::default())),
        )
        .await;
        for (begins, status, closes) in [(false, 200, false), (true, 503, true)] {
            if begins {
                drain.begin();
            }
            let response = call_service(&app, TestRequest::get().uri("/readyz").to_request()).await;
            assert_eq!(response.status(), status);
            assert_eq!(!response.response().head().keep_alive(), closes);
        }
    }

    #[actix_web::test]
    async fn one_failing_need_makes_the_service_not_ready() {
        for (answer, status) in [(Ok(()), 200), (Err("is gone".to_owned()), 503)] {
            let needs = Needs::default().with(Arc::new(Need(answer)));
            let app = init_service(App::new().configure(routes(&needs))).await;
            let response = call_service(&app, TestRequest::get().uri("/readyz").to_request()).await;
            assert_eq!(response.status(), status);
        }
    }
}
