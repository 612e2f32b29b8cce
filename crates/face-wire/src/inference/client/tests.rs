//! The client against a server of bytes: what each kind of answer, and none, turns into.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A server that reads one request a connection, answers `answer` and reports what it read.
async fn serve(
    answer: &'static str,
) -> (
    InferenceClient,
    tokio::sync::mpsc::UnboundedReceiver<String>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (heard, requests) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1 << 16];
            let length = socket.read(&mut request).await.unwrap();
            let _ = heard.send(String::from_utf8_lossy(&request[..length]).into_owned());
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let client =
        InferenceClient::new(&url, Some("k3y".into()), Duration::from_millis(500)).unwrap();
    (client, requests)
}

async fn faces(client: &InferenceClient) -> Result<FacesResponse, InferenceError> {
    client
        .faces(Bytes::from_static(b"\xff\xd8\xff"), &FacesQuery::default())
        .await
}

const FACES: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\
    {\"pack\":\"test\",\"model\":\"sha256:aa\",\"image\":{\"width\":640,\"height\":480},\"faces\":[]}";

#[tokio::test]
async fn a_call_carries_key_request_id_media_type_and_question() {
    let (client, mut requests) = serve(FACES).await;
    let answer = faces(&client.for_request(CallContext {
        request_id: Some("door-7".into()),
        ..CallContext::default()
    }))
    .await
    .unwrap();
    assert_eq!(
        (answer.pack.as_str(), answer.analysis.image.width),
        ("test", 640)
    );
    let request = requests.recv().await.unwrap().to_lowercase();
    for part in [
        "post /v1/faces?select=all&facts=&detect=true",
        "authorization: bearer k3y",
        "x-request-id: door-7",
        "content-type: image/jpeg",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn a_refusal_is_passed_on_as_it_was_said() {
    let (client, _requests) = serve(
        "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n\
         {\"type\":\"/problems/bad-picture\",\"title\":\"t\",\"status\":400,\"detail\":\"it is cut\"}",
    )
    .await;
    let error = faces(&client).await.unwrap_err();
    assert!(
        matches!(&error, InferenceError::Refused(body) if body.detail == "it is cut"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_full_queue_is_busy_with_the_pause_asked_for() {
    let (client, _requests) =
        serve("HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let error = faces(&client).await.unwrap_err();
    assert!(
        matches!(error, InferenceError::Busy { retry_after } if retry_after == Duration::from_secs(7)),
        "{error:?}"
    );
}

#[tokio::test]
async fn anything_else_is_unavailable_and_not_a_match() {
    for answer in [
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\nconnection: close\r\n\r\n{",
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "no http at all\r\n\r\n",
    ] {
        let (client, _requests) = serve(answer).await;
        let error = faces(&client).await.unwrap_err();
        assert!(
            matches!(error, InferenceError::Unavailable(_)),
            "{answer}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_service_that_says_nothing_is_given_up_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = InferenceClient::new(&url, None, Duration::from_millis(100)).unwrap();
    let started = std::time::Instant::now();
    assert!(matches!(
        faces(&client).await.unwrap_err(),
        InferenceError::Unavailable(_)
    ));
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_service_that_is_down_is_left_alone_and_found_again() {
    // A port that was free a moment ago; nothing listens there.
    let address = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let client =
        InferenceClient::new(&format!("http://{address}"), None, Duration::from_secs(1)).unwrap();
    let mut is_resting = false;
    for _ in 0..6 {
        let Err(InferenceError::Unavailable(cause)) = faces(&client).await else {
            panic!("nothing listens")
        };
        is_resting = matches!(cause.downcast_ref(), Some(ContractError::Resting));
    }
    assert!(is_resting, "after five failures the service is left alone");
}

#[test]
fn an_address_that_is_no_url_is_refused() {
    for address in ["localhost:5007", "ftp://host", ""] {
        assert!(
            InferenceClient::new(address, None, Duration::from_secs(1)).is_err(),
            "{address}"
        );
    }
}

#[test]
fn the_key_is_not_shown_by_debug() {
    let client = InferenceClient::new(
        "http://127.0.0.1:1",
        Some("k3y".into()),
        Duration::from_secs(1),
    )
    .unwrap();
    assert!(!format!("{client:?}").contains("k3y"));
}

#[tokio::test]
async fn a_call_that_meets_a_kept_connection_just_closing_is_made_once_more() {
    const KEPT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 85\r\n\r\n\
        {\"pack\":\"test\",\"model\":\"sha256:aa\",\"image\":{\"width\":640,\"height\":480},\"faces\":[]}    ";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = InferenceClient::new(&url, None, Duration::from_secs(2)).unwrap();
    let server = tokio::spawn(async move {
        // Each connection: one answer, then a request that is read and lost.
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1 << 16];
            assert!(socket.read(&mut request).await.unwrap() > 0);
            socket.write_all(KEPT.as_bytes()).await.unwrap();
            assert!(socket.read(&mut request).await.unwrap() > 0);
        }
    });
    faces(&client).await.expect("the first call");
    faces(&client)
        .await
        .expect("the second, lost with its connection, is answered on another");
    server.abort();
}
