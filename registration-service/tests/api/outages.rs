//! An inference service that is down, or takes calls and never answers: 503 in time, never a match, and recovery.

use std::time::{Duration, Instant};

use face_wire::problem::ProblemKind;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{TestService, problem, small_picture, text};

fn store_body() -> Value {
    json!({"name": "Ada", "surname": "Lovelace", "img_base64": small_picture()})
}

#[tokio::test]
async fn without_inference_nothing_is_matched_or_enrolled() {
    let service = TestService::start(&[]).await;
    let body = json!({"img_base64": small_picture()});
    text(service.post("/api/find_match", body).await, 503).await;
    text(service.post("/api/store/1", store_body()).await, 503).await;
    let features = json!({"name": "a", "surname": "b", "img_features": [[1.0, 2.0]]});
    text(service.post("/api/store/1", features).await, 503).await;
    let kind = ProblemKind::InferenceUnavailable;
    let body = json!({"picture": small_picture()});
    problem(service.post("/v1/identify", body).await, kind).await;
    let body = json!({"picture": small_picture(), "person_id": "1"});
    problem(service.post("/v1/verify", body).await, kind).await;
    let body = json!({"id": "1", "name": "a", "surname": "b", "pictures": [small_picture()]});
    problem(service.post("/v1/people", body).await, kind).await;
    assert_eq!(service.count().await, 0);
}

#[tokio::test]
async fn without_inference_people_are_listed_and_erased_all_the_same() {
    let service = TestService::start(&[]).await;
    service.add(1, "Ada", "Lovelace").await;
    assert_eq!(service.get("/v1/people/1").await.status(), 200);
    assert_eq!(text(service.delete("/api/1").await, 200).await, "ok");
    assert_eq!(service.get("/v1/people/1").await.status(), 404);
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let service = TestService::start(&[]).await;
    let response = service.get("/readyz").await;
    assert_eq!(response.status(), 503);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["checks"]["store"], "ok");
    for need in ["inference", "gallery"] {
        assert_ne!(body["checks"][need], "ok");
    }
}

#[tokio::test]
async fn an_inference_service_that_never_answers_costs_no_more_than_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let held = tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok((connection, _)) = silent.accept().await {
            connections.push(connection);
        }
    });
    let deadline = ["--inference-deadline-ms", "300"];
    let service = TestService::start_with_inference(&url, &deadline).await;
    let started = Instant::now();
    text(service.post("/api/store/1", store_body()).await, 503).await;
    let body = json!({"img_base64": small_picture()});
    text(service.post("/api/find_match", body).await, 503).await;
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(service.count().await, 0);
    held.abort();
}

#[tokio::test]
async fn an_id_that_is_taken_is_told_before_any_picture_is_looked_at() {
    let service = TestService::start(&[]).await;
    service.add(1, "Ada", "Lovelace").await;
    text(service.post("/api/store/1", store_body()).await, 409).await;
    let body = json!({"id": "1", "name": "a", "surname": "b", "pictures": [small_picture()]});
    problem(
        service.post("/v1/people", body).await,
        ProblemKind::AlreadyEnrolled,
    )
    .await;
    let person: Value = service.get("/v1/people/1").await.json().await.unwrap();
    assert_eq!(person["name"], "Ada");
}

#[tokio::test]
async fn a_stop_ends_the_service() {
    let service = TestService::start(&[]).await;
    let url = service.url("/healthz");
    service.registration.stop().await.unwrap();
    assert!(service.http.get(url).send().await.is_err());
}
