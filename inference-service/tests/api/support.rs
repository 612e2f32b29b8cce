//! What the tests stand on: a service on a free port, the reference pack, photographs; all of it named when it is missing.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use clap::Parser;
use face_packs::{OnnxRuntime, Pack, Recipe, Search, Silent, assemble};
use face_wire::inference::InferenceClient;
use inference_service::{InferenceSettings, build};
use reqwest::Response;
use serde_json::Value;
use service_kit::{Running, ServiceSettings};
use test_needs::{missing, shared, workspace};

/// The settings as a program has them.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    service: ServiceSettings,
    #[command(flatten)]
    inference: InferenceSettings,
}

/// A running service and what talks to it.
pub(crate) struct TestService {
    pub(crate) running: Running,
    pub(crate) http: reqwest::Client,
    pub(crate) client: InferenceClient,
}

impl TestService {
    /// A service with these further arguments; `None` when this machine lacks what it needs.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let (pack, runtime) = networks()?;
        let cli = Cli::parse_from([&["test", "--inference-port", "0"], arguments].concat());
        let running =
            build(&cli.service, &cli.inference, pack, runtime).expect("the service starts");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .build()
            .expect("a client");
        let client = InferenceClient::new(
            &running.url(),
            cli.service.service_key,
            Duration::from_mins(1),
        );
        Some(Self {
            running,
            http,
            client: client.expect("a client"),
        })
    }

    /// What the service says when it does not start with these arguments.
    pub(crate) fn refuses_to_start(arguments: &[&str]) -> Option<String> {
        let (pack, runtime) = networks()?;
        let cli = Cli::parse_from([&["test", "--inference-port", "0"], arguments].concat());
        Some(
            build(&cli.service, &cli.inference, pack, runtime)
                .expect_err("it must not start")
                .to_string(),
        )
    }

    /// Posts bytes of a media type.
    pub(crate) async fn post(
        &self,
        path: &str,
        media_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let request = self.http.post(format!("{}{path}", self.running.url()));
        request
            .header("content-type", media_type)
            .body(body)
            .send()
            .await
            .expect("an answer")
    }

    /// Asks `/liveness_check` about frames.
    pub(crate) async fn liveness_check(&self, frames: &[Vec<u8>]) -> Response {
        let frames: Vec<String> = frames
            .iter()
            .map(|frame| face_wire::picture::encode(frame))
            .collect();
        let body = serde_json::json!({ "frames": frames }).to_string();
        self.post("/liveness_check", "application/json", body).await
    }

    /// The metrics as text.
    pub(crate) async fn metrics(&self) -> String {
        let answer = self
            .http
            .get(format!("{}/metrics", self.running.url()))
            .send()
            .await
            .expect("an answer");
        answer.text().await.expect("text")
    }

    /// Waits until the value of `metric` is one that `is_due` accepts.
    pub(crate) async fn until_metric(&self, metric: &str, is_due: impl Fn(u64) -> bool) {
        for _ in 0..1000 {
            let text = self.metrics().await;
            let value = text
                .lines()
                .find_map(|line| line.strip_prefix(metric)?.trim().parse().ok());
            if value.is_some_and(&is_due) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{metric} stays as it is:\n{}", self.metrics().await);
    }
}

/// Checks status, media type and problem type.
pub(crate) async fn expect_problem(response: Response, status: u16, slug: &str) -> Value {
    assert_eq!(response.status(), status, "{response:?}");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert!(response.headers().contains_key("x-request-id"));
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["type"], format!("/problems/{slug}"));
    assert_eq!(body["status"], status);
    body
}

fn networks() -> Option<&'static (Pack, OnnxRuntime)> {
    static NETWORKS: OnceLock<Option<(Pack, OnnxRuntime)>> = OnceLock::new();
    NETWORKS.get_or_init(reference_pack).as_ref()
}

fn reference_pack() -> Option<(Pack, OnnxRuntime)> {
    let shared = shared()?;
    // Not from within the test's own task: it may fetch.
    let found = std::thread::spawn(|| {
        OnnxRuntime::locate_or_fetch_blocking(&Search::of_this_machine(), &Silent)
    });
    let runtime = match found.join().expect("no panic") {
        Ok(runtime) => runtime,
        Err(error) => return missing(&format!("ONNX Runtime: {error}")),
    };
    let recipe = Recipe::read(&workspace().join("models/manifests/reference.toml"))
        .expect("the recipe is valid");
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pack-{}", std::process::id()));
    assemble(&recipe, &[shared.join("models")], &folder)
        .expect("the networks are in ../shared/models");
    let pack = Pack::open(&folder).expect("the pack was assembled a moment ago");
    Some((pack, runtime))
}

/// The frames of a folder of `../shared/data/blink`.
pub(crate) fn blink(kind: &str) -> Vec<Vec<u8>> {
    files(&workspace().join("../shared/data/blink").join(kind))
}

/// The photographs of a person of `../shared/data/people`.
pub(crate) fn person(index: usize) -> Vec<Vec<u8>> {
    let people = workspace().join("../shared/data/people");
    let mut folders: Vec<_> = std::fs::read_dir(people)
        .expect("people")
        .map(|entry| entry.expect("a folder").path())
        .collect();
    folders.sort();
    files(&folders[index])
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).expect("a file"))
        .collect()
}
