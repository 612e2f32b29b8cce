//! Every way in which a call is refused.

use serde_json::json;

use crate::photographs::bmp;
use crate::support::{TestService, expect_problem, person};

/// A PNG whose header announces 30,000 by 30,000 pixels.
fn bomb() -> Vec<u8> {
    let side = 30_000_u32.to_be_bytes();
    let header = [side.as_slice(), &side, &[8, 2, 0, 0, 0]].concat();
    let chunks = [
        chunk(*b"IHDR", &header),
        chunk(*b"IDAT", &[0; 64]),
        chunk(*b"IEND", &[]),
    ];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat()].concat()
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind.as_slice(), data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [length.as_slice(), &named, &crc32(&named).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (!(crc & 1)).wrapping_add(1))
        })
    })
}

#[tokio::test]
async fn bytes_that_are_no_picture_are_a_400_that_says_why() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let photograph = person(0)[0].clone();
    for body in [
        b"hello world".repeat(50),
        Vec::new(),
        photograph[..photograph.len() / 2].to_vec(),
    ] {
        expect_problem(
            service.post("/v1/faces", "image/jpeg", body).await,
            400,
            "bad-picture",
        )
        .await;
    }
}

#[tokio::test]
async fn too_many_bytes_or_pixels_are_a_413_at_once() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let long = vec![0; (10 << 20) + 1];
    expect_problem(
        service.post("/v1/faces", "image/png", long).await,
        413,
        "too-large",
    )
    .await;
    let started = std::time::Instant::now();
    expect_problem(
        service.post("/v1/faces", "image/png", bomb()).await,
        413,
        "too-large",
    )
    .await;
    assert!(
        started.elapsed() < std::time::Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn other_media_types_are_a_415() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    for media_type in [
        "text/plain",
        "application/json",
        "image/gif",
        "image/svg+xml",
    ] {
        let answer = service
            .post("/v1/faces", media_type, person(0)[0].clone())
            .await;
        expect_problem(answer, 415, "unsupported-media-type").await;
    }
    let not_multipart = service
        .post("/v1/frames", "image/jpeg", person(0)[0].clone())
        .await;
    expect_problem(not_multipart, 415, "unsupported-media-type").await;
    let not_json = service.post("/liveness_check", "text/plain", "{}").await;
    expect_problem(not_json, 415, "unsupported-media-type").await;
    let bytes = service
        .post("/v1/faces", "application/octet-stream", bmp(32, 32))
        .await;
    assert_eq!(bytes.status(), 200, "what the bytes are, the bytes tell");
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_a_400() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    for query in [
        "facts=age",
        "select=smallest",
        "detect=perhaps",
        "threshold=0.5",
    ] {
        let answer = service
            .post(&format!("/v1/faces?{query}"), "image/bmp", bmp(32, 32))
            .await;
        expect_problem(answer, 400, "bad-request").await;
    }
}

#[tokio::test]
async fn sequences_that_are_too_short_too_long_or_broken_are_refused() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let frame = bmp(32, 32);
    for count in [0, 1, 31] {
        let answer = service.liveness_check(&vec![frame.clone(); count]).await;
        expect_problem(answer, 422, "unprocessable").await;
        let answer = service
            .post(
                "/v1/frames",
                "multipart/form-data; boundary=x",
                multipart(count, &frame),
            )
            .await;
        expect_problem(answer, 422, "unprocessable").await;
    }
    let second = [frame.clone(), b"no picture".to_vec(), frame.clone()];
    let problem = expect_problem(service.liveness_check(&second).await, 400, "bad-picture").await;
    assert!(
        problem["detail"]
            .as_str()
            .expect("text")
            .starts_with("picture 2: "),
        "{problem}"
    );
    let body = json!({ "frames": ["@@@", "AAAA"] }).to_string();
    let problem = expect_problem(
        service
            .post("/liveness_check", "application/json", body)
            .await,
        400,
        "bad-base64",
    )
    .await;
    assert!(
        problem["detail"]
            .as_str()
            .expect("text")
            .starts_with("picture 1: "),
        "{problem}"
    );
    for body in ["{\"frames\": [", "{}", "{\"frames\": 5}"] {
        expect_problem(
            service
                .post("/liveness_check", "application/json", body)
                .await,
            400,
            "bad-request",
        )
        .await;
    }
    let cut = multipart(3, &frame);
    let cut = cut[..cut.len() / 2].to_vec();
    let answer = service
        .post("/v1/frames", "multipart/form-data; boundary=x", cut)
        .await;
    expect_problem(answer, 400, "bad-request").await;
}

fn multipart(count: usize, picture: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..count {
        body.extend(b"--x\r\ncontent-disposition: form-data; name=\"frames\"; filename=\"f\"\r\n");
        body.extend(b"content-type: image/bmp\r\n\r\n");
        body.extend(picture);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    body
}

#[tokio::test]
async fn unknown_paths_and_methods_are_named() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let url = service.running.url();
    let answer = service
        .http
        .get(format!("{url}/v1/nothing"))
        .send()
        .await
        .expect("an answer");
    expect_problem(answer, 404, "not-found").await;
    let answer = service
        .http
        .get(format!("{url}/v1/faces"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["allow"], "POST");
    expect_problem(answer, 405, "method-not-allowed").await;
}

#[tokio::test]
async fn calls_need_the_key_and_health_does_not() {
    let Some(service) = TestService::start(&["--service-key", "0123456789abcdef"]) else {
        return;
    };
    let answer = service.post("/v1/faces", "image/bmp", bmp(32, 32)).await;
    expect_problem(answer, 401, "unauthorized").await;
    let request = service
        .http
        .get(format!("{}/v1/pack", service.running.url()))
        .bearer_auth("wrong");
    expect_problem(request.send().await.expect("an answer"), 403, "forbidden").await;
    assert!(
        service.client.pack().await.is_ok(),
        "the client has the key"
    );
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = service
            .http
            .get(format!("{}{path}", service.running.url()))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn the_eye_threshold_in_force_is_the_one_that_is_told() {
    let Some(service) = TestService::start(&["--eye-threshold", "0.25"]) else {
        return;
    };
    let pack = service.client.pack().await.expect("a pack");
    assert_eq!(pack.eye_threshold, Some(0.25));
}

#[tokio::test]
async fn a_service_for_others_without_a_key_does_not_start() {
    assert!(
        TestService::refuses_to_start(&["--bind", "0.0.0.0"])
            .is_none_or(|text| text.contains("service key"))
    );
}
