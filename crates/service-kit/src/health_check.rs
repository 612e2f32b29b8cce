//! `health URL`: asks a running service whether it is well, for a container's health check. Plain HTTP and a short deadline:
//! it asks the service beside it.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

/// Bytes of an answer that are read; the longest is that of `/readyz`.
const LONGEST_ANSWER: u64 = 64 << 10;

/// The question and how long to wait.
#[derive(Debug, Clone, Args)]
pub struct HealthCheck {
    /// What to ask, such as `http://127.0.0.1:5005/healthz` (the process lives) or `…/readyz` (it can do its work).
    pub url: String,
    /// Longest wait for the whole answer, in milliseconds.
    #[arg(long, default_value_t = 2000, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub deadline_ms: u64,
}

/// Why a service is not well.
#[derive(Debug, thiserror::Error)]
pub enum Unwell {
    /// The address is of another kind.
    #[error("{0} is no address of the form http://HOST:PORT/PATH")]
    Address(String),
    /// No whole answer came in time.
    #[error("{url} does not answer: {source}")]
    NoAnswer {
        /// Who was asked.
        url: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The answer was another than 200.
    #[error("{url} answers with status {status}{why}")]
    Status {
        /// Who was asked.
        url: String,
        /// The status; empty when what came is no HTTP.
        status: String,
        /// What the service lacks, as a continuation of the sentence.
        why: String,
    },
}

impl HealthCheck {
    /// Asks, says the answer in one sentence, and returns success for status 200 alone.
    #[must_use]
    #[expect(
        clippy::print_stdout,
        clippy::print_stderr,
        reason = "the command's answer"
    )]
    pub fn run(&self) -> ExitCode {
        match self.ask() {
            Ok(()) => {
                println!("{} is well", self.url);
                ExitCode::SUCCESS
            }
            Err(unwell) => {
                eprintln!("{unwell}");
                ExitCode::FAILURE
            }
        }
    }

    /// `Ok` when the service answers with status 200 within the deadline.
    ///
    /// # Errors
    /// [`Unwell`].
    pub fn ask(&self) -> Result<(), Unwell> {
        let unusable = || Unwell::Address(self.url.clone());
        let (host, path) = parts(&self.url).ok_or_else(unusable)?;
        let answer = self
            .exchange(host, path)
            .map_err(|source| Unwell::NoAnswer {
                url: self.url.clone(),
                source,
            })?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .unwrap_or((answer.as_str(), ""));
        let status = head.split(' ').nth(1).unwrap_or_default();
        if status == "200" {
            return Ok(());
        }
        Err(Unwell::Status {
            url: self.url.clone(),
            status: status.chars().filter(char::is_ascii_digit).collect(),
            why: lacking(body),
        })
    }

    /// The whole answer. Each step has what is left of the deadline.
    fn exchange(&self, host: &str, path: &str) -> std::io::Result<String> {
        let end = Instant::now() + Duration::from_millis(self.deadline_ms);
        let left = || {
            Some(end.saturating_duration_since(Instant::now()))
                .filter(|left| !left.is_zero())
                .ok_or(std::io::ErrorKind::TimedOut)
        };
        let mut refused = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        for address in host.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left()?) {
                Ok(mut stream) => {
                    stream.set_write_timeout(Some(left()?))?;
                    // In one piece: a service that answers to the first of several resets the connection of the rest.
                    let request =
                        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
                    stream.write_all(request.as_bytes())?;
                    return read(&mut stream, left);
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

fn read(
    stream: &mut TcpStream,
    left: impl Fn() -> Result<Duration, std::io::ErrorKind>,
) -> std::io::Result<String> {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while (answer.len() as u64) < LONGEST_ANSWER {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut piece)? {
            0 => break,
            length => answer.extend_from_slice(&piece[..length]),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Host with port, and path, of a plain HTTP address.
fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest
        .find('/')
        .map_or((rest, "/healthz"), |at| rest.split_at(at));
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(name, port)| !name.is_empty() && port.parse::<u16>().is_ok());
    let is_plain = !path
        .bytes()
        .any(|byte| byte.is_ascii_control() || byte == b' ');
    (has_port && is_plain).then_some((host, path))
}

/// The checks of a `/readyz` that are not well, as a continuation of a sentence.
fn lacking(body: &str) -> String {
    // A chunked answer has its sizes around the object.
    let object = body
        .find('{')
        .zip(body.rfind('}'))
        .and_then(|(from, to)| body.get(from..=to));
    let answer = object.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let checks = answer
        .as_ref()
        .and_then(|answer| answer["checks"].as_object());
    checks
        .into_iter()
        .flatten()
        .filter_map(|(name, text)| Some((name, text.as_str().filter(|text| *text != "ok")?)))
        .fold(String::new(), |why, (name, text)| {
            format!(
                "{why}{} {name}: {text}",
                if why.is_empty() { ";" } else { "," }
            )
        })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Asks a server that answers `answer` to whatever comes, or nothing at all.
    fn ask(answer: Option<&'static str>) -> Result<(), Unwell> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/readyz", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            match answer {
                Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                None => std::thread::sleep(Duration::from_secs(5)),
            }
        });
        HealthCheck {
            url,
            deadline_ms: if answer.is_some() { 2000 } else { 100 },
        }
        .ask()
    }

    #[test]
    fn only_status_200_in_time_is_well() {
        assert!(ask(Some("HTTP/1.1 200 OK\r\n\r\n")).is_ok());
        let unready = "HTTP/1.1 503 Service Unavailable\r\n\r\n\
                       {\"status\":\"not ready\",\"checks\":{\"store\":\"the database does not answer\",\"gallery\":\"ok\"}}";
        let sentence = ask(Some(unready)).unwrap_err().to_string();
        assert!(
            sentence.ends_with("status 503; store: the database does not answer"),
            "{sentence}"
        );
        assert!(matches!(ask(Some("no HTTP")), Err(Unwell::Status { .. })));
        let started = Instant::now();
        assert!(matches!(ask(None), Err(Unwell::NoAnswer { .. })));
        assert!(
            started.elapsed() < Duration::from_secs(3),
            "the deadline is kept"
        );
    }

    #[test]
    fn an_address_of_another_kind_is_refused() {
        for url in [
            "https://a:1/",
            "http://a/healthz",
            "a:1",
            "http://:1/",
            "http://a:1/x y",
        ] {
            assert!(parts(url).is_none(), "{url}");
        }
        assert_eq!(parts("http://[::1]:5005"), Some(("[::1]:5005", "/healthz")));
    }
}
