//! More work than can be done, callers that leave, and a stop.

use std::time::{Duration, Instant};

use face_wire::inference::{FacesQuery, Facts, InferenceError, Select};
use tokio::io::AsyncWriteExt as _;

use crate::support::{TestService, expect_problem, person};

/// One worker and a queue of two.
const SMALL: &[&str] = &["--inference-workers", "1", "--inference-queue", "2"];

fn query() -> FacesQuery {
    let facts = Facts {
        template: true,
        quality: true,
        eyes: true,
        attack: true,
        changes: false,
    };
    FacesQuery {
        select: Select::All,
        facts,
        detect: true,
    }
}

#[tokio::test]
async fn a_burst_on_a_small_queue_is_served_in_part_and_told_at_once_when_to_come_back() {
    let Some(service) = TestService::start(SMALL) else {
        return;
    };
    let picture: bytes::Bytes = person(0)[0].clone().into();
    let calls = (0..40).map(|_| {
        let (client, picture) = (service.client.clone(), picture.clone());
        tokio::spawn(async move {
            let started = Instant::now();
            (client.faces(picture, &query()).await, started.elapsed())
        })
    });
    let (mut served, mut refused) = (0, 0);
    for call in futures::future::join_all(calls).await {
        match call.expect("no panic") {
            (Ok(answer), _) => served += usize::from(answer.analysis.faces.len() == 1),
            (Err(InferenceError::Busy { retry_after }), took) => {
                assert_eq!(retry_after, Duration::from_secs(1));
                assert!(took < Duration::from_secs(2), "refused after {took:?}");
                refused += 1;
            }
            (Err(other), _) => panic!("{other:?}"),
        }
    }
    assert!(
        served >= 3 && refused >= 1 && served + refused == 40,
        "{served} served, {refused} refused"
    );
    assert!(service.metrics().await.contains(&format!(
        "whos_that_queue_refused_total{{service=\"inference\"}} {refused}"
    )));
    assert!(
        service.client.faces(picture, &query()).await.is_ok(),
        "and it serves again"
    );
}

#[tokio::test]
async fn a_refusal_for_want_of_room_carries_retry_after() {
    let Some(service) = TestService::start(SMALL) else {
        return;
    };
    let body = person(0)[0].clone();
    let answers = (0..30).map(|_| {
        service.post(
            "/v1/faces?facts=template,attack,quality",
            "image/jpeg",
            body.clone(),
        )
    });
    let answers = futures::future::join_all(answers).await;
    let refused = answers
        .into_iter()
        .find(|answer| answer.status() == 429)
        .expect("a refusal");
    assert_eq!(refused.headers()["retry-after"], "1");
    expect_problem(refused, 429, "too-many-requests").await;
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_the_queue() {
    let Some(service) =
        TestService::start(&["--inference-workers", "1", "--inference-queue", "64"])
    else {
        return;
    };
    // The worker is kept busy while others come and go.
    let pictures: Vec<bytes::Bytes> = (0..30)
        .map(|index| person(index)[0].clone().into())
        .collect();
    let client = service.client.clone();
    let busy = tokio::spawn(async move { client.frames(pictures, &query()).await });
    service
        .until_metric("whos_that_queue_depth{service=\"inference\"} ", |waiting| {
            waiting > 20
        })
        .await;
    for _ in 0..5 {
        let mut socket = tokio::net::TcpStream::connect(service.running.address)
            .await
            .expect("a connection");
        let body = person(0)[0].clone();
        let head = format!(
            "POST /v1/faces HTTP/1.1\r\nhost: test\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        socket.write_all(head.as_bytes()).await.expect("written");
        socket.write_all(&body).await.expect("written");
        // Long enough to be queued, far shorter than the work before it.
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    assert!(busy.await.expect("no panic").is_ok());
    service
        .until_metric(
            "whos_that_queue_abandoned_total{service=\"inference\"} ",
            |value| value == 5,
        )
        .await;
    service
        .until_metric("whos_that_queue_depth{service=\"inference\"} ", |value| {
            value == 0
        })
        .await;
}

#[tokio::test]
async fn a_stop_finishes_what_has_begun_and_then_answers_no_more() {
    let Some(service) = TestService::start(&["--inference-workers", "1"]) else {
        return;
    };
    let pictures: Vec<bytes::Bytes> = (0..10)
        .map(|index| person(index)[0].clone().into())
        .collect();
    let client = service.client.clone();
    let begun = tokio::spawn(async move { client.frames(pictures, &query()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let TestService {
        running, client, ..
    } = service;
    running.stop().await.expect("stopped in order");
    assert_eq!(
        begun
            .await
            .expect("no panic")
            .expect("finished")
            .frames
            .len(),
        10
    );
    assert!(client.ready().await.is_err(), "nobody listens");
}

#[tokio::test]
async fn metrics_tell_routes_and_stages_and_nothing_of_the_pictures() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    service
        .client
        .faces(person(0)[0].clone().into(), &query())
        .await
        .expect("faces");
    assert!(service.client.ready().await.is_ok());
    let metrics = service.metrics().await;
    for line in [
        "whos_that_http_requests_total{method=\"POST\",route=\"/v1/faces\",status=\"200\",service=\"inference\"} 1",
        "whos_that_stage_duration_seconds_count{stage=\"embed\",service=\"inference\"} 1",
        "whos_that_stage_duration_seconds_count{stage=\"decode\",service=\"inference\"} 1",
        "whos_that_faces_per_picture_count{service=\"inference\"} 1",
        "whos_that_pictures_total{outcome=\"analysed\",service=\"inference\"} 1",
        "whos_that_workers_busy{service=\"inference\"} 0",
        "whos_that_queue_depth{service=\"inference\"} 0",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line} in\n{metrics}"
        );
    }
}
