//! Liveness challenges over HTTP: their form, and what is refused before any network is asked.

use face_wire::problem::ProblemKind;
use face_wire::registration::{Action, Challenge};
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{TestService, problem, small_picture};

const PATH: &str = "/v1/liveness/challenges";

async fn create(service: &TestService, body: Value) -> Challenge {
    let response = service.post(PATH, body).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["cache-control"], "no-store");
    response.json().await.unwrap()
}

async fn answer(service: &TestService, id: &str, body: Value) -> Response {
    service.post(&format!("{PATH}/{id}"), body).await
}

#[tokio::test]
async fn a_challenge_says_what_to_do_and_until_when() {
    let service = TestService::start(&[]).await;
    let challenge = create(&service, json!({})).await;
    assert_eq!(challenge.actions, [Action::Blink { times: 1 }]);
    assert_eq!((challenge.min_frames, challenge.max_frames), (10, 30));
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let left = challenge.expires_at_ms - now.as_millis() as i64;
    assert!((50_000..=60_000).contains(&left), "{left}");
    let other = create(&service, json!({"source": "door 3"})).await;
    assert_ne!(other.id, challenge.id);
    assert!(!other.id.contains("door"));
}

#[tokio::test]
async fn two_of_the_actions_that_are_set_are_drawn() {
    let actions = ["--liveness-actions", "turn-left,turn-right,come-closer"];
    let service = TestService::start(&actions).await;
    for _ in 0..10 {
        let challenge = create(&service, json!({})).await;
        assert_eq!(challenge.actions.len(), 2);
        assert_ne!(challenge.actions[0], challenge.actions[1]);
        assert!(!challenge.actions.contains(&Action::Blink { times: 1 }));
    }
}

#[tokio::test]
async fn what_is_no_answer_is_refused_and_uses_no_challenge() {
    let service = TestService::start(&[]).await;
    let picture = small_picture();
    let frames = vec![picture.clone(); 15];
    let id = create(&service, json!({})).await.id;
    let rows = [
        ("no frames", json!({}), ProblemKind::BadRequest),
        (
            "too few",
            json!({"frames": vec![picture.clone(); 9]}),
            ProblemKind::Unprocessable,
        ),
        (
            "too many",
            json!({"frames": vec![picture.clone(); 31]}),
            ProblemKind::Unprocessable,
        ),
        (
            "no base64",
            json!({"frames": vec!["%"; 15]}),
            ProblemKind::BadBase64,
        ),
        (
            "no pictures",
            json!({"frames": vec!["aGVsbG8="; 15]}),
            ProblemKind::UnsupportedMediaType,
        ),
        (
            "a broken probe",
            json!({"frames": frames, "picture": "%"}),
            ProblemKind::BadBase64,
        ),
        (
            "no id",
            json!({"frames": frames, "person_id": "ada"}),
            ProblemKind::Unprocessable,
        ),
        (
            "more",
            json!({"frames": frames, "score": true}),
            ProblemKind::BadRequest,
        ),
        // It reads well, and nobody is there to look at it.
        (
            "an answer",
            json!({"frames": frames}),
            ProblemKind::InferenceUnavailable,
        ),
    ];
    for (row, body, kind) in rows {
        println!("{row}");
        problem(answer(&service, &id, body).await, kind).await;
    }
    for foreign in ["x", &id[1..]] {
        let answer = answer(&service, foreign, json!({"frames": frames})).await;
        problem(answer, ProblemKind::NotFound).await;
    }
    for source in ["", &"x".repeat(201)] {
        let answer = service.post(PATH, json!({"source": source})).await;
        problem(answer, ProblemKind::Unprocessable).await;
    }
}

#[tokio::test]
async fn challenges_need_the_key() {
    let service = TestService::start(&["--service-key", "0123456789abcdef0123456789abcdef"]).await;
    problem(
        service.post(PATH, json!({})).await,
        ProblemKind::Unauthorized,
    )
    .await;
    let answer = answer(&service, "x", json!({"frames": []})).await;
    problem(answer, ProblemKind::Unauthorized).await;
}
