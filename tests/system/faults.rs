//! The three services apart, and one of them down, slow or killed: 503 within the deadline, never a match, recovery.

use std::path::Path;
use std::time::{Duration, Instant};

use face_store_mongo::testing::TestServer;
use face_wire::connections;
use serde_json::{Value, json};

use crate::support::needs;
use crate::support::pictures::{SEEDS, base64, portrait};
use crate::support::service::{Service, free_port};

fn inference(port: &str, pack: &Path) -> Service {
    Service::start(
        "inference-service",
        &["--inference-port", port, "--pack", &pack.to_string_lossy()],
    )
}

/// The registration service on an embedded store or a MongoDB server.
fn registration(port: &str, inference_port: &str, store: [&str; 2]) -> Service {
    let url = format!("http://127.0.0.1:{inference_port}");
    Service::start(
        "registration-service",
        &[
            "--registration-port",
            port,
            "--inference-url",
            &url,
            store[0],
            store[1],
        ],
    )
}

async fn post(port: &str, path: &str, body: &Value) -> (u16, String) {
    let url = format!("http://127.0.0.1:{port}{path}");
    let client = connections(&url, Duration::from_secs(30)).expect("connections");
    let answer = client.post(url).json(body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

async fn store(port: &str, id: u32, seed: u64) -> (u16, String) {
    let body = json!({"name": "A", "surname": "B", "img_base64": base64(&portrait(seed, 0))});
    post(port, &format!("/api/store/{id}"), &body).await
}

async fn find(port: &str, seed: u64) -> (u16, String) {
    post(
        port,
        "/api/find_match",
        &json!({"img_base64": base64(&portrait(seed, 1))}),
    )
    .await
}

/// Repeats `find` until it answers `status`; the bound is generous, a healthy system needs a second or two.
async fn comes_back(port: &str, seed: u64, status: u16) {
    let mut last = (0, String::new());
    for _ in 0..60 {
        last = find(port, seed).await;
        if last.0 == status {
            return;
        }
        assert_eq!(last.0, 503, "while it is down: {last:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("it never came back: {last:?}");
}

#[tokio::test]
async fn inference_down_slow_or_killed_is_a_503_and_recovers_by_itself() {
    let Some(pack) = needs::pack() else { return };
    let data = tempfile::TempDir::new().expect("a temporary folder");
    let (front, back) = (free_port(), free_port());
    let _registration = registration(&front, &back, ["--data", &data.path().to_string_lossy()]);
    assert_eq!(
        store(&front, 1, SEEDS[0]).await.0,
        503,
        "inference has not been started"
    );

    let networks = inference(&back, &pack);
    comes_back(&front, SEEDS[0], 406).await;
    assert_eq!(store(&front, 1, SEEDS[0]).await, (200, "ok".to_owned()));
    assert_eq!(find(&front, SEEDS[0]).await.0, 200);

    networks.signal("-STOP");
    let asked = Instant::now();
    assert_eq!(find(&front, SEEDS[0]).await.0, 503, "inference hangs");
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "a deadline was kept, not a time measured"
    );
    networks.signal("-CONT");
    comes_back(&front, SEEDS[0], 200).await;

    networks.signal("-STOP");
    let call = tokio::spawn({
        let front = front.clone();
        async move { find(&front, SEEDS[0]).await.0 }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(networks);
    assert_eq!(
        call.await.expect("the call ends"),
        503,
        "killed in the middle of a call"
    );
    assert_eq!(store(&front, 2, SEEDS[1]).await.0, 503);

    let _networks = inference(&back, &pack);
    comes_back(&front, SEEDS[0], 200).await;
    assert_eq!(
        find(&front, SEEDS[1]).await.0,
        406,
        "the refused enrolment left nothing"
    );
}

#[tokio::test]
async fn a_database_on_mongodbs_protocol_that_is_down_is_a_503_and_recovers_by_itself() {
    let (Some(pack), Some(mut server)) = (needs::pack(), TestServer::start()) else {
        return;
    };
    let (front, back) = (free_port(), free_port());
    let _networks = inference(&back, &pack);
    let _registration = registration(
        &front,
        &back,
        ["--mongo", &format!("{}/faults", server.url())],
    );
    comes_back(&front, SEEDS[0], 406).await;
    assert_eq!(store(&front, 1, SEEDS[0]).await.0, 200);

    server.kill();
    assert_eq!(store(&front, 2, SEEDS[1]).await.0, 503);
    let url = format!("http://127.0.0.1:{front}/readyz");
    let client = connections(&url, Duration::from_secs(30)).expect("connections");
    let ready = client.get(url).send().await.expect("an answer");
    assert_eq!(ready.status(), 503);

    server.start_again(&[]);
    comes_back(&front, SEEDS[0], 200).await;
    for _ in 0..60 {
        match store(&front, 2, SEEDS[1]).await.0 {
            200 => return,
            status => assert_eq!(status, 503),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("writing never came back");
}
