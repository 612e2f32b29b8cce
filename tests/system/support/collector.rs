//! A collector of traces: takes what services send over OTLP (HTTP, protobuf) and keeps it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;

const FITS: &str = "writing to a String does not fail";

/// A span as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty for the root of a trace.
    pub(crate) parent: String,
    /// Unix time in nanoseconds.
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// What was received.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) spans: Vec<Span>,
    /// Everything that was sent, as text, to look for what must not be there.
    pub(crate) text: String,
}

/// A running collector.
pub(crate) struct Collector {
    pub(crate) url: String,
    received: Arc<Mutex<Received>>,
}

impl Collector {
    /// Listens until the test's process ends.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let received = Arc::new(Mutex::new(Received::default()));
        let kept = received.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                std::thread::spawn(move || serve(stream, &kept));
            }
        });
        Self { url, received }
    }

    /// What has come so far.
    pub(crate) fn take(&self) -> Received {
        std::mem::take(&mut self.received.lock().expect("no panic"))
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, kept: &Mutex<Received>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut head = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
            head.push_str(&line);
        }
        assert!(head.starts_with("POST /v1/traces "), "{head}");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the whole body");
        let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("OTLP");
        keep(&request, &mut kept.lock().expect("no panic"));
        reader
            .get_mut()
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")
            .expect("an answer");
    }
}

fn keep(request: &ExportTraceServiceRequest, received: &mut Received) {
    write!(received.text, "{request:?}").expect(FITS);
    for resource in &request.resource_spans {
        let attributes = resource.resource.iter().flat_map(|it| &it.attributes);
        let service = attributes
            .filter(|attribute| attribute.key == "service.name")
            .find_map(
                |attribute| match attribute.value.as_ref()?.value.as_ref()? {
                    Value::StringValue(text) => Some(text.clone()),
                    _ => None,
                },
            )
            .expect("a service has a name");
        for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
            received.spans.push(Span {
                service: service.clone(),
                name: span.name.clone(),
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                start: span.start_time_unix_nano,
                end: span.end_time_unix_nano,
            });
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect(FITS);
        text
    })
}
