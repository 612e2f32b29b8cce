//! A server that speaks MongoDB's protocol, started by the tests that need it.
//!
//! Which one: the MongoDB at `WHOS_THAT_TEST_MONGO`, when it is set; else `secantusd-py` (`pip install
//! SecantusDB==0.7.0b3`), found through `WHOS_THAT_SECANTUSD` or the search path. Without either, tests say `NOT RUN` and
//! pass, unless `WHOS_THAT_REQUIRE_ALL=1`. Needs `sh`.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uuid::Uuid;

const NEED: &str =
    "a MongoDB at WHOS_THAT_TEST_MONGO, or secantusd-py (pip install SecantusDB==0.7.0b3)";

/// Runs the server until its own input ends, which it does when the test process ends, however it ends.
///
/// Arguments: the server's folder, `remove` or `keep`, then the server's command.
const GUARD: &str = r#"
folder=$1; after=$2; shift 2
"$@" >>"$folder/log" 2>&1 & server=$!
cat >/dev/null
kill -9 $server; wait $server
if [ "$after" = remove ]; then rm -rf "$folder"; fi
"#;

/// How long a server may take to start.
const START: Duration = Duration::from_mins(1);

/// A server for tests; one that was started here ends, with its data, when the value is dropped or the process ends.
#[derive(Debug)]
pub struct TestServer {
    url: String,
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    program: OsString,
    address: SocketAddr,
    folder: TempDir,
    after: &'static str,
    guard: Option<Child>,
}

impl TestServer {
    /// The server that all tests of a process share, each with a database of its own; `None` when there is none.
    #[must_use]
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<TestServer>> = OnceLock::new();
        let start = || match std::env::var_os("WHOS_THAT_TEST_MONGO") {
            Some(url) => Some(Self {
                url: url.into_string().expect("an address is text"),
                own: None,
            }),
            // A static is never dropped, so the guard must clear the folder away.
            None => Self::started("remove"),
        };
        SHARED.get_or_init(start).as_ref()
    }

    /// A server of the test's own, to be stopped and started again; `None` when it is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::started("keep")
    }

    /// `mongodb://…`, without a database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A name for a database that nobody else uses.
    #[must_use]
    pub fn new_database() -> String {
        format!("whos_that_{}", Uuid::new_v4().simple())
    }

    /// Ends the server as `kill -9` does; its data stay.
    pub fn kill(&mut self) {
        if let Some(own) = &mut self.own {
            own.kill();
        }
    }

    /// Starts the server again on the same port and data, with further arguments.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&mut self, arguments: &[&str]) {
        if let Some(own) = &mut self.own {
            own.kill();
            own.start(arguments);
        }
    }

    fn started(after: &'static str) -> Option<Self> {
        let program =
            std::env::var_os("WHOS_THAT_SECANTUSD").unwrap_or_else(|| "secantusd-py".into());
        if !is_installed(Path::new(&program)) {
            return test_needs::missing(NEED);
        }
        let address = free_port();
        let mut own = Own {
            program,
            address,
            folder: TempDir::new().expect("a folder for the server"),
            after,
            guard: None,
        };
        own.start(&[]);
        Some(Self {
            url: format!("mongodb://{address}"),
            own: Some(own),
        })
    }
}

impl Own {
    fn start(&mut self, arguments: &[&str]) {
        let port = self.address.port().to_string();
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .args([self.folder.path().as_os_str(), self.after.as_ref()])
            .args([
                self.program.as_os_str(),
                "--host".as_ref(),
                "127.0.0.1".as_ref(),
                "--port".as_ref(),
            ])
            .args([
                &port,
                "--log-level",
                "WARNING",
                "--cache-size",
                "128M",
                "--sync-on-commit",
            ])
            .arg("--storage-path")
            .arg(self.folder.path().join("data"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.guard = Some(guard.expect("sh runs"));
        self.wait_until_it_listens();
    }

    fn wait_until_it_listens(&self) {
        let begin = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if begin.elapsed() > START {
                let log = std::fs::read_to_string(self.folder.path().join("log"));
                panic!("the server does not listen: {}", log.unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn kill(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            // It fails only when the guard has ended already.
            let _ = guard.wait();
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound")
}

fn is_installed(program: &Path) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    program.is_file() || std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
