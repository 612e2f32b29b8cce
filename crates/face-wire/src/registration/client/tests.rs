//! The client against a peer of a few lines that answers what each test tells it to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use face_types::PersonId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::legacy::LivenessHelp;
use crate::problem::ProblemKind;
use crate::registration::PictureOutcome;

/// A client of a peer that answers one call with `status`, `headers` and `body`, and hands back what it was sent.
async fn peer(
    status: u16,
    headers: &str,
    body: &str,
) -> (RegistrationClient, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut sent = vec![0; 4096];
        let read = stream.read(&mut sent).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&sent[..read]).into_owned()
    });
    let client =
        RegistrationClient::new(&url, Some("s3cret".into()), Duration::from_secs(2)).unwrap();
    (client, task)
}

fn ada() -> PersonId {
    PersonId::new(7).unwrap()
}

fn probe() -> FindMatchRequest {
    FindMatchRequest {
        img_base64: Some("aGVsbG8=".into()),
        image_base64: None,
        img_crop: true,
        fraud_detection: false,
        liveness: false,
        frames: None,
    }
}

#[tokio::test]
async fn key_and_request_id_travel_with_the_call() {
    let body = r#"{"id":"7","name":"Ada","surname":"Lovelace","samples":2,"created_at_ms":0}"#;
    let (client, sent) = peer(200, "", body).await;
    let person = client
        .for_request(CallContext {
            request_id: Some("r-1".into()),
            ..CallContext::default()
        })
        .get(ada())
        .await
        .unwrap();
    assert_eq!(person.samples, 2);
    let sent = sent.await.unwrap();
    assert!(sent.starts_with("GET /v1/people/7 "), "{sent}");
    assert!(sent.contains("authorization: Bearer s3cret"), "{sent}");
    assert!(sent.contains("x-request-id: r-1"), "{sent}");
}

#[tokio::test]
async fn a_search_is_escaped() {
    let (client, sent) = peer(200, "", r#"{"people":[],"total":0}"#).await;
    let query = PeopleQuery {
        search: Some("a&b=c".into()),
        ..PeopleQuery::default()
    };
    assert_eq!(client.list(&query).await.unwrap().total, 0);
    assert!(sent.await.unwrap().contains("search=a%26b%3Dc"));
}

#[tokio::test]
async fn a_refusal_keeps_the_reason_of_each_picture() {
    let body = r#"{"type":"/problems/no-face","title":"t","status":422,"detail":"d",
        "pictures":[{"outcome":"refused","index":0,"reason":"no-face","detail":"x"}]}"#;
    let (client, _) = peer(422, "", body).await;
    let samples = AddSamples { pictures: vec![] };
    let Err(RegistrationError::Refused(refusal)) = client.add_samples(ada(), &samples).await else {
        panic!("not refused");
    };
    assert_eq!(refusal.problem.kind(), Some(ProblemKind::NoFace));
    assert!(
        matches!(&refusal.pictures[..], [PictureOutcome::Refused { reason, .. }] if reason == "no-face")
    );
}

#[tokio::test]
async fn a_full_queue_says_how_long_to_wait() {
    let (client, _) = peer(429, "retry-after: 3\r\n", "{}").await;
    let answer = client.get(ada()).await;
    assert!(
        matches!(answer, Err(RegistrationError::Busy { retry_after }) if retry_after.as_secs() == 3),
        "{answer:?}"
    );
}

#[tokio::test]
async fn everything_else_is_unavailable() {
    for (status, body) in [
        (500, "{}"),
        (503, "x"),
        (401, "{}"),
        (403, "{}"),
        (404, "<html>"),
        (200, "no JSON"),
        (302, ""),
    ] {
        let (client, _) = peer(status, "", body).await;
        let answer = client.get(ada()).await;
        assert!(
            matches!(answer, Err(RegistrationError::Unavailable(_))),
            "{status}: {answer:?}"
        );
    }
    let client =
        RegistrationClient::new("http://127.0.0.1:9", None, Duration::from_secs(1)).unwrap();
    assert!(client.ready().await.is_err());
}

#[tokio::test]
async fn the_decisions_of_find_match_are_told_apart() {
    let ada = r#"{"_id":7,"name":"Ada","surname":"Lovelace"}"#;
    let user = crate::legacy::User {
        id: 7,
        name: "Ada".into(),
        surname: "Lovelace".into(),
    };
    let failed = |help| FindMatchOutcome::LivenessFailed { help };
    let (alive, dead) = ("no matches found", "Liveness check failed");
    let blink = Some(LivenessHelp::NoBlink);
    for (status, headers, body, outcome) in [
        (200, "", ada, FindMatchOutcome::Match(user)),
        (406, "", alive, FindMatchOutcome::NoMatch),
        (406, "", dead, failed(None)),
        (406, "Liveness-Help: no-blink\r\n", dead, failed(blink)),
        (406, "Liveness-Help: dance\r\n", dead, failed(None)),
    ] {
        let (client, _) = peer(status, headers, body).await;
        assert_eq!(client.find_match(&probe()).await.unwrap(), outcome);
    }
}

#[tokio::test]
async fn a_plain_text_refusal_of_find_match_becomes_a_problem() {
    let (client, _) = peer(422, "", "no face was found").await;
    let Err(RegistrationError::Refused(refusal)) = client.find_match(&probe()).await else {
        panic!("not refused");
    };
    assert_eq!(refusal.problem.detail, "no face was found");
    assert_eq!(refusal.problem.status, 422);
}

#[test]
fn the_key_is_not_shown_by_debug() {
    let client = RegistrationClient::new(
        "http://127.0.0.1:1",
        Some("s3cret".into()),
        Duration::from_secs(1),
    );
    assert!(!format!("{:?}", client.unwrap()).contains("s3cret"));
    assert!(RegistrationClient::new("file:///x", None, Duration::from_secs(1)).is_err());
}

/// A client of a peer that reads the first call, closes without an answer, and answers the next ones; counts the calls.
async fn losing_the_first() -> (RegistrationClient, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut sent = vec![0; 4096];
            assert!(stream.read(&mut sent).await.unwrap() > 0);
            if counted.fetch_add(1, Ordering::SeqCst) > 0 {
                let answer =
                    "HTTP/1.1 200 x\r\nconnection: close\r\n\r\n{\"people\":[],\"total\":0}";
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    let client = RegistrationClient::new(&url, None, Duration::from_secs(2)).unwrap();
    (client, calls)
}

#[tokio::test]
async fn a_lost_question_is_asked_once_more_and_a_lost_change_is_not_made_twice() {
    let (client, calls) = losing_the_first().await;
    assert!(client.list(&PeopleQuery::default()).await.is_ok());
    assert_eq!(calls.load(Ordering::SeqCst), 2);

    let (client, calls) = losing_the_first().await;
    let lost = client.delete(ada()).await;
    assert!(
        matches!(lost, Err(RegistrationError::Unavailable(_))),
        "{lost:?}"
    );
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}
