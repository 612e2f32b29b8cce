//! The system under test: the real program on free ports with a fresh store.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use face_wire::connections;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{needs, pictures};

/// How long a start may take, networks without optimisation beside other tests.
const START: Duration = Duration::from_mins(1);

/// How the system is started.
#[derive(Default)]
pub(crate) struct Options {
    /// A MongoDB server instead of the embedded store.
    pub(crate) mongo: Option<String>,
    /// Further arguments.
    pub(crate) arguments: Vec<String>,
}

/// A running system; dropped, it is stopped.
pub(crate) struct TestSystem {
    pub(crate) registration: String,
    pub(crate) pages: String,
    pub(crate) inference: String,
    pub(crate) http: reqwest::Client,
    child: Child,
    data: TempDir,
}

/// Status and body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        Self {
            status,
            text: response.text().await.expect("the body is text"),
        }
    }
}

impl TestSystem {
    /// Starts with a pack of networks and waits until it is ready, or says that there is none.
    pub(crate) fn start(options: &Options) -> Option<Self> {
        let folder = TempDir::new().expect("a temporary folder");
        let system = Self::launch(&needs::pack()?, options, folder);
        let begin = Instant::now();
        while !system.is_ready() {
            assert!(begin.elapsed() < START, "the system does not become ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(system)
    }

    /// What `/readyz` of the registration service says, asked without a task of this thread's.
    fn is_ready(&self) -> bool {
        let address = self.registration.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the service listens");
        let mut answer = String::new();
        write!(stream, "GET /readyz HTTP/1.0\r\n\r\n").expect("the service reads");
        stream
            .read_to_string(&mut answer)
            .expect("the service answers");
        answer
            .lines()
            .next()
            .is_some_and(|line| line.contains(" 200 "))
    }

    /// Starts on an existing data folder.
    pub(crate) fn launch(pack: &std::path::Path, options: &Options, data: TempDir) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whos-that"));
        command
            .arg("--pack")
            .arg(pack)
            .arg("--data")
            .arg(data.path());
        for port in ["--registration-port", "--ui-port", "--inference-port"] {
            command.args([port, "0"]);
        }
        if let Some(url) = &options.mongo {
            command.args(["--mongo", url]);
        }
        command.args(&options.arguments).stdout(Stdio::piped());
        if std::env::var_os("TEST_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut url = |label: &str| loop {
            let line = lines
                .next()
                .expect("the program prints its addresses")
                .expect("text");
            if let Some(rest) = line.trim().strip_prefix(label) {
                break rest
                    .trim()
                    .split(' ')
                    .next()
                    .expect("an address")
                    .to_owned();
            }
        };
        let (pages, registration, inference) =
            (url("pages"), url("registration"), url("inference"));
        let http = connections(&registration, Duration::from_mins(1)).expect("connections");
        // Whatever else is printed is read, so that the program never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            registration,
            pages,
            inference,
            http,
            child,
            data,
        }
    }

    /// `POST` of a JSON body to the registration service.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self
            .http
            .post(format!("{}{path}", self.registration))
            .json(body);
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// `GET` from the registration service.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::read(
            self.http
                .get(format!("{}{path}", self.registration))
                .send()
                .await
                .expect("an answer"),
        )
        .await
    }

    /// Any method without a body.
    pub(crate) async fn call(&self, method: reqwest::Method, path: &str) -> Answer {
        let request = self
            .http
            .request(method, format!("{}{path}", self.registration));
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// `POST /api/store/{id}`.
    pub(crate) async fn store(&self, id: i64, name: &str, picture: &[u8]) -> Answer {
        let body =
            json!({"name": name, "surname": "Test", "img_base64": pictures::base64(picture)});
        self.post(&format!("/api/store/{id}"), &body).await
    }

    /// `POST /api/find_match` with a probe alone.
    pub(crate) async fn find_match(&self, probe: &[u8]) -> Answer {
        self.post(
            "/api/find_match",
            &json!({"img_base64": pictures::base64(probe)}),
        )
        .await
    }

    /// Ids in the store, by the seed's list.
    pub(crate) async fn ids(&self) -> Vec<i64> {
        let users = self.get("/api/get_all/1000/1").await.json();
        users["users"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|user| user["_id"].as_i64().expect("a number"))
            .collect()
    }

    /// The process, for signals.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the process to end and hands the data folder over.
    pub(crate) fn wait(mut self) -> (std::process::ExitStatus, TempDir) {
        let status = self.child.wait().expect("the program ends");
        let data = std::mem::replace(&mut self.data, TempDir::new().expect("a temporary folder"));
        (status, data)
    }
}

impl Drop for TestSystem {
    fn drop(&mut self) {
        // An error means that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
