//! A registration service for a test, and what is said to it.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use face_store::{NewPerson, Sample, Store, Timestamp};
use face_store_embedded::EmbeddedStore;
use face_types::{ModelId, PersonId, PersonName, SampleId, Template};
use face_wire::problem::{ProblemBody, ProblemKind};
use registration_service::{Registration, RegistrationSettings};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use service_kit::ServiceSettings;
use uuid::Uuid;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    service: ServiceSettings,
    #[command(flatten)]
    registration: RegistrationSettings,
}

/// A running service with an empty store.
pub(crate) struct TestService {
    pub(crate) registration: Registration,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) http: Client,
    _folder: tempfile::TempDir,
}

impl TestService {
    /// One whose inference service is a port where nothing listens.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        Self::start_with_inference(&format!("http://{}", unused_address()), arguments).await
    }

    /// One that asks the inference service at `url`.
    pub(crate) async fn start_with_inference(url: &str, arguments: &[&str]) -> Self {
        let fixed = ["test", "--registration-port", "0", "--inference-url", url];
        let cli = Cli::try_parse_from([&fixed[..], arguments].concat()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(folder.path().join("people.redb"))
            .await
            .unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let registration =
            registration_service::start_with_store(&cli.service, &cli.registration, store.clone())
                .unwrap();
        Self {
            registration,
            store,
            http: client(),
            _folder: folder,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.registration.url())
    }

    /// Sends JSON, or nothing.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.http.request(method, self.url(path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.call(Method::DELETE, path, None).await
    }

    /// Puts a person with one reference into the store, past the service.
    pub(crate) async fn add(&self, id: i64, name: &str, surname: &str) -> SampleId {
        let sample = Sample {
            id: SampleId(Uuid::now_v7()),
            template: Template::normalise(ModelId::new("sha256:aa").unwrap(), vec![3.0, 4.0])
                .unwrap(),
            quality: Some(0.75),
            enrolled_at: Timestamp(1_700_000_000_000),
        };
        let sample_id = sample.id;
        let person = NewPerson {
            id: PersonId::new(id).unwrap(),
            name: PersonName::new(name).unwrap(),
            surname: PersonName::new(surname).unwrap(),
            samples: vec![sample],
            created_at: Timestamp(1_700_000_000_000),
        };
        self.store.create(person).await.unwrap();
        sample_id
    }

    pub(crate) async fn count(&self) -> u64 {
        self.store.count(None).await.unwrap()
    }
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap()
}

/// An address of this machine where nothing listens.
fn unused_address() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// Checks status, media type and kind of a problem, and returns it.
pub(crate) async fn problem(response: Response, kind: ProblemKind) -> ProblemBody {
    let status = response.status().as_u16();
    let media_type = response.headers()["content-type"].clone();
    let text = response.text().await.unwrap();
    assert_eq!(status, kind.status(), "{text}");
    assert_eq!(media_type, "application/problem+json", "{text}");
    let body: ProblemBody = serde_json::from_str(&text).unwrap();
    assert_eq!(body.kind(), Some(kind), "{text}");
    assert!(body.request_id.is_some(), "{text}");
    body
}

/// Checks that an answer of the old paths is plain text of this status, and returns it.
pub(crate) async fn text(response: Response, status: u16) -> String {
    let found = response.status().as_u16();
    let media_type = response.headers()["content-type"].clone();
    let text = response.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    assert_eq!(media_type, "text/plain; charset=utf-8", "{text}");
    text
}

/// The text of a small picture whose header passes every check.
pub(crate) fn small_picture() -> String {
    bitmap(8)
}

/// The text of a bitmap whose header announces `side` x `side` pixels, of which few follow.
pub(crate) fn bitmap(side: u32) -> String {
    let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bytes.extend(side.to_le_bytes());
    bytes.extend(side.to_le_bytes());
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24 + 8 * 24]);
    face_wire::picture::encode(&bytes)
}
