//! One sign-in by face, from the browser's request to the networks, as one trace at a collector; and what is in logs and
//! spans: nothing of faces or people.

use std::path::Path;
use std::time::Duration;

use face_wire::connections;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::collector::{Collector, Span};
use crate::support::needs;
use crate::support::pictures::{SEEDS, base64, portrait};
use crate::support::service::{Service, free_port};
use crate::support::trace_picture;

/// The browser's trace and span.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";
/// The way from the embedding up to the browser's request: service and span.
const LINE: &[(&str, &str)] = &[
    ("inference-service", "stage.embed"),
    ("inference-service", "http.faces"),
    ("inference-service", "POST /v1/faces"),
    ("registration-service", "inference.faces"),
    ("registration-service", "find_match.run"),
    ("registration-service", "http.legacy_find_match"),
    ("registration-service", "POST /api/find_match"),
    ("face-ui", "POST /face-login"),
];
/// What else a `find_match` consists of.
const STAGES: &[&str] = &[
    "queue.wait",
    "stage.decode",
    "stage.detect",
    "stage.align",
    "gallery.search",
    "gallery.decide",
];

/// The three services, with their logs in a folder.
fn start(folder: &Path, pack: &Path, collector: &str, ports: &[String; 3]) -> Vec<Service> {
    let [pages, registration, inference] = ports;
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
        (
            "RUST_LOG",
            "warn,face_pipeline=info,face_ui=debug,inference_service=debug,registration_service=debug,service_kit=debug",
        ),
    ];
    let (inference_url, registration_url) = (
        format!("http://127.0.0.1:{inference}"),
        format!("http://127.0.0.1:{registration}"),
    );
    let (pack, data) = (pack.to_string_lossy(), folder.to_string_lossy());
    let programs: [(&str, &[&str]); 3] = [
        (
            "inference-service",
            &["--inference-port", inference, "--pack", &pack],
        ),
        (
            "registration-service",
            &[
                "--registration-port",
                registration,
                "--inference-url",
                &inference_url,
                "--data",
                &data,
            ],
        ),
        (
            "face-ui",
            &["--ui-port", pages, "--registration-url", &registration_url],
        ),
    ];
    programs
        .iter()
        .map(|(name, arguments)| {
            let arguments = [*arguments, &["--log-format", "json"]].concat();
            let log = folder.join(format!("{name}.log"));
            Service::start_with(name, &arguments, &environment, Some(&log))
        })
        .collect()
}

/// Signs in by face as the pages' script does, as a part of the browser's trace.
async fn sign_in(http: &reqwest::Client, url: &str, picture: Vec<u8>) -> Value {
    let page = http.get(url).send().await.expect("the start page");
    let cookie = page.headers()[SET_COOKIE]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let html = page.text().await.expect("text");
    let token = html
        .split("name=\"csrf-token\" content=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("each page has a token");
    let form = Form::new().part("picture", Part::bytes(picture).file_name("picture.jpg"));
    let request = http
        .post(format!("{url}/face-login"))
        .header("accept", "application/json")
        .header("x-csrf-token", token)
        .header("traceparent", format!("00-{TRACE}-{SPAN}-01"))
        .header(COOKIE, cookie)
        .multipart(form);
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_leads_from_the_browsers_request_to_the_networks() {
    let Some(pack) = needs::pack() else { return };
    let folder = TempDir::new().expect("a temporary folder");
    let collector = Collector::start();
    let ports = [free_port(), free_port(), free_port()];
    let services = start(folder.path(), &pack, &collector.url, &ports);
    let [pages, registration] =
        [0, 1].map(|index: usize| format!("http://127.0.0.1:{}", ports[index]));
    let http = connections(&pages, Duration::from_mins(1)).expect("connections");
    ready(&http, &pages).await;
    let enrolled = portrait(SEEDS[0], 0);
    let person = json!({"name": "Zebulon", "surname": "Quux", "img_base64": base64(&enrolled)});
    let stored = http
        .post(format!("{registration}/api/store/471147"))
        .json(&person)
        .send()
        .await;
    assert_eq!(stored.expect("an answer").status(), 200);
    let probe = portrait(SEEDS[0], 1);
    let answer = sign_in(&http, &pages, probe.clone()).await;
    assert!(answer.to_string().contains("Zebulon"), "{answer}");
    for service in services {
        assert_eq!(
            service.stop().code(),
            Some(0),
            "a clean stop, with the last spans sent"
        );
    }

    let received = collector.take();
    let spans: Vec<Span> = received
        .spans
        .into_iter()
        .filter(|span| span.trace == TRACE)
        .collect();
    follow_line(&spans);
    for stage in STAGES {
        assert!(
            spans.iter().any(|span| span.name == *stage),
            "{stage} in {spans:#?}"
        );
    }
    let logs: Vec<String> = ["face-ui", "registration-service", "inference-service"]
        .iter()
        .map(|name| {
            std::fs::read_to_string(folder.path().join(format!("{name}.log"))).expect("a log")
        })
        .collect();
    for log in &logs {
        lines_lead_to_the_trace(log);
    }
    let everything = logs.concat() + received.text.as_str();
    for (what, secret) in [
        ("a name", "Zebulon"),
        ("a name", "Quux"),
        ("a person's id", "471147"),
        ("a picture", &base64(&probe)[200..240]),
        ("a picture", &base64(&enrolled)[200..240]),
    ] {
        assert!(!everything.contains(secret), "{what} is in logs or spans");
    }
    if std::env::var_os("BLESS").is_some() {
        let path = needs::document("images/trace-find-match.svg");
        std::fs::write(path, trace_picture::svg(&spans)).expect("writable");
    }
}

async fn ready(http: &reqwest::Client, url: &str) {
    for _ in 0..600 {
        let answer = http.get(format!("{url}/readyz")).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the services do not become ready");
}

/// Each span of the line is the next one's child, up to the browser's.
fn follow_line(spans: &[Span]) {
    let mut wanted = None::<String>;
    for (service, name) in LINE {
        let found = spans.iter().find(|span| {
            span.service == *service
                && span.name == *name
                && wanted.as_ref().is_none_or(|id| span.id == *id)
        });
        let span = found.unwrap_or_else(|| panic!("{service} {name} as {wanted:?} in {spans:#?}"));
        wanted = Some(span.parent.clone());
    }
    assert_eq!(wanted.as_deref(), Some(SPAN), "the browser's span");
}

/// Every line is an object; the call's lines have the trace's id and one request id.
fn lines_lead_to_the_trace(log: &str) {
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let of_the_call: Vec<&Value> = lines
        .iter()
        .filter(|line| line["trace_id"] == TRACE)
        .collect();
    assert!(!of_the_call.is_empty(), "{log}");
    for line in of_the_call {
        assert!(
            line["request_id"].is_string() && line["message"].is_string(),
            "{line}"
        );
    }
}
