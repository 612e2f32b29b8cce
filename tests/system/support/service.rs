//! One service as a program of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::needs;

/// A service's own program; killed when dropped.
pub(crate) struct Service(Child);

impl Service {
    /// Starts `name` and returns once it has printed its address.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_with(name, arguments, &[], None)
    }

    /// The same with more environment, and its log in a file.
    pub(crate) fn start_with(
        name: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
        log: Option<&Path>,
    ) -> Self {
        let mut command = Command::new(needs::sibling(name));
        command.args(arguments).stdout(Stdio::piped());
        command.envs(environment.iter().copied());
        if let Some(log) = log {
            command.stderr(File::create(log).expect("a file for the log"));
        } else if std::env::var_os("TEST_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        let mut child = command.spawn().expect("the service starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        lines
            .next()
            .expect("the service prints its address")
            .expect("text");
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }

    /// Sends a signal, such as `-TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        Command::new("kill")
            .args([signal, &self.0.id().to_string()])
            .status()
            .expect("kill is there");
    }

    /// Asks it to stop, as a container's engine does, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("-TERM");
        self.0.wait().expect("the service ends")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        self.signal("-CONT");
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A port that was free a moment ago: a service that is restarted must come back on the same one.
pub(crate) fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port().to_string()
}
