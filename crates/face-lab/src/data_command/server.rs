//! A web server on loopback for the tests of downloads: ranges, cuts, a count of requests.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A running server; it ends with the test's process.
pub(super) struct Server {
    pub(super) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request: its path, and the first byte that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) from: Option<usize>,
}

impl Server {
    /// Serves `files` (path and bytes); the first answer of each file ends after `cut` bytes.
    pub(super) fn start(files: Vec<(String, Vec<u8>)>, cut: Option<usize>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = read_request(&stream) else {
                    continue;
                };
                let is_first = !seen
                    .lock()
                    .unwrap()
                    .iter()
                    .any(|r: &Request| r.path == request.path);
                seen.lock().unwrap().push(request.clone());
                let file = files.iter().find(|(path, _)| *path == request.path);
                answer(
                    &stream,
                    file.map(|(_, bytes)| &**bytes),
                    &request,
                    cut.filter(|_| is_first),
                );
            }
        });
        Self { address, requests }
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let range = head.iter().find_map(|line| {
        let line = line.to_ascii_lowercase();
        line.strip_prefix("range: bytes=")?
            .trim_end_matches('-')
            .parse()
            .ok()
    });
    Some(Request {
        path: head.first()?.split(' ').nth(1)?.to_owned(),
        from: range,
    })
}

/// A client that is gone is no concern of the server.
fn answer(mut stream: &TcpStream, file: Option<&[u8]>, request: &Request, cut: Option<usize>) {
    let Some(bytes) = file else {
        let _ = stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    };
    let from = request.from.unwrap_or(0);
    let (status, range) = match request.from {
        Some(from) => (
            "206 Partial Content",
            format!(
                "Content-Range: bytes {from}-{}/{}\r\n",
                bytes.len() - 1,
                bytes.len()
            ),
        ),
        None => ("200 OK", String::new()),
    };
    let rest = &bytes[from..];
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{range}Connection: close\r\n\r\n",
        rest.len()
    );
    let sent = &rest[..cut.unwrap_or(rest.len()).min(rest.len())];
    let _ = stream.write_all(&[head.as_bytes(), sent].concat());
}
