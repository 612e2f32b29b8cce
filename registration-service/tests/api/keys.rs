//! A key, where one is set, guards everything but health, metrics and the API's description.

use face_wire::problem::ProblemKind;

use crate::support::{TestService, problem, text};

const KEY: &str = "0123456789abcdef";

#[tokio::test]
async fn calls_without_the_key_are_refused_and_change_nothing() {
    let service = TestService::start(&["--service-key", KEY]).await;
    service.add(1, "Ada", "Lovelace").await;
    problem(service.get("/v1/people").await, ProblemKind::Unauthorized).await;
    text(service.delete("/api/1").await, 401).await;
    let with = |key: &str| {
        service
            .http
            .delete(service.url("/api/1"))
            .bearer_auth(key)
            .send()
    };
    text(with("wrong").await.unwrap(), 403).await;
    assert_eq!(service.count().await, 1);
    assert_eq!(text(with(KEY).await.unwrap(), 200).await, "ok");
    assert_eq!(service.count().await, 0);
}

#[tokio::test]
async fn health_metrics_and_description_need_no_key() {
    let service = TestService::start(&["--service-key", KEY]).await;
    for path in ["/healthz", "/metrics", "/openapi.json"] {
        assert_eq!(service.get(path).await.status(), 200, "{path}");
    }
    assert_eq!(service.get("/readyz").await.status(), 503);
}

#[tokio::test]
async fn an_address_that_others_reach_needs_a_key() {
    use clap::Parser;
    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        service: service_kit::ServiceSettings,
        #[command(flatten)]
        registration: registration_service::RegistrationSettings,
    }
    let open = ["test", "--bind", "0.0.0.0", "--registration-port", "0"];
    let cli = Cli::try_parse_from(open).unwrap();
    let refused = registration_service::start(&cli.service, &cli.registration).await;
    let told = refused.expect_err("a refusal").to_string();
    assert!(told.contains("WHOS_THAT_SERVICE_KEY"), "{told}");
}
