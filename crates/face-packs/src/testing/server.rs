//! A web server on loopback that answers as a test tells it to, badly too.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request, as far as the tests look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// First byte asked for, from `Range: bytes=N-`.
    pub(crate) from: Option<usize>,
}

/// What the server sends: a head and as much of a body as it likes.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: &'static str,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// `body` with the length it ought to have.
    pub(crate) fn ok(body: &[u8]) -> Self {
        Self {
            status: "200 OK",
            headers: format!("Content-Length: {}\r\n", body.len()),
            body: body.to_vec(),
        }
    }

    /// The rest of `body`, when a range was asked for, as a server that knows ranges sends it.
    pub(crate) fn ranged(request: &Request, body: &[u8]) -> Self {
        let Some(from) = request.from else {
            return Self::ok(body);
        };
        let range = format!(
            "Content-Range: bytes {from}-{}/{}\r\n",
            body.len() - 1,
            body.len()
        );
        let rest = Self::ok(&body[from..]);
        Self {
            status: "206 Partial Content",
            headers: rest.headers + &range,
            ..rest
        }
    }

    /// The connection ends after `bytes` bytes of the body.
    pub(crate) fn cut_after(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self
    }

    pub(crate) fn status(status: &'static str) -> Self {
        Self {
            status,
            ..Self::ok(b"")
        }
    }
}

/// A running server; ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server that answers with `answer`, which also learns how many requests came before.
    pub(crate) async fn start(
        answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let serve = async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read_request(&mut stream).await else {
                    continue;
                };
                let before = seen.lock().unwrap().len();
                seen.lock().unwrap().push(request.clone());
                let Reply {
                    status,
                    headers,
                    body,
                } = answer(&request, before);
                let head = format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n");
                let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            }
        };
        tokio::spawn(serve);
        Self { address, requests }
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(bytes).ok()?.to_ascii_lowercase();
    let path = head.split(' ').nth(1)?.to_owned();
    let range = head
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="));
    Some(Request {
        path,
        from: range.and_then(|range| range.trim_end_matches('-').parse().ok()),
    })
}
