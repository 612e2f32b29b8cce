//! pip and npm, the machine's own package clients: a pinned file from whichever index they are set up for.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{Digest, Progress};

/// Longest that a package client may take: the largest package here has 112 MB.
const CLIENT_LIMIT: Duration = Duration::from_mins(15);

/// A package client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// pip, for Python's packages.
    Pip,
    /// npm, for Node's.
    Npm,
}

impl std::fmt::Display for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pip => "pip",
            Self::Npm => "npm",
        })
    }
}

/// A file of a package, pinned by digest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackageFile<'a> {
    /// Who fetches it.
    pub(crate) client: Client,
    /// The package's name.
    pub(crate) name: &'a str,
    /// Its version.
    pub(crate) version: &'a str,
    /// For pip: the platform's tag and the interpreter's version of the wheel; `None` where there is one for all.
    pub(crate) wheel: Option<(&'a str, &'a str)>,
    /// What the client calls the file.
    pub(crate) file: &'a str,
    /// The file's SHA-256.
    pub(crate) sha256: Digest,
    /// Its length.
    pub(crate) bytes: u64,
}

/// The programs; tests put others in their places.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// The Python whose pip is asked.
    pub(crate) python: PathBuf,
    /// npm.
    pub(crate) npm: PathBuf,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            python: "python3".into(),
            npm: "npm".into(),
        }
    }
}

impl Clients {
    /// The file in `folder`, its digest checked; one that is there already is not fetched again.
    ///
    /// # Errors
    /// What the client said, or that the file is another.
    pub(crate) async fn fetch(
        &self,
        package: &PackageFile<'_>,
        folder: &Path,
        progress: &dyn Progress,
    ) -> Result<PathBuf, String> {
        let path = folder.join(package.file);
        if check(package.sha256, path.clone()).await.is_ok() {
            return Ok(path);
        }
        let command = match package.client {
            Client::Pip => self.pip(package, folder),
            Client::Npm => self.npm(package, folder),
        };
        let what = format!(
            "{} {} through {} ({} MB)",
            package.name,
            package.version,
            package.client,
            package.bytes.div_ceil(1 << 20)
        );
        progress.started(&what, None);
        let ran = run(command).await;
        progress.finished();
        ran?;
        check(package.sha256, path.clone()).await?;
        Ok(path)
    }

    fn pip(&self, package: &PackageFile<'_>, folder: &Path) -> Command {
        let mut pip = Command::new(&self.python);
        pip.args([
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--disable-pip-version-check",
        ]);
        pip.args(["--no-input", "--quiet", "--retries", "1", "--timeout", "15"]);
        if let Some((platform, python)) = package.wheel {
            pip.args(["--platform", platform, "--python-version", python]);
        }
        pip.arg(format!("{}=={}", package.name, package.version))
            .arg("-d")
            .arg(folder);
        pip
    }

    fn npm(&self, package: &PackageFile<'_>, folder: &Path) -> Command {
        let mut npm = Command::new(&self.npm);
        npm.args([
            "pack",
            "--loglevel=error",
            "--ignore-scripts",
            "--fetch-retries=1",
        ]);
        npm.arg("--pack-destination").arg(folder);
        npm.arg(format!("{}@{}", package.name, package.version));
        npm
    }
}

/// Runs a package client to its end, its output kept for the error.
async fn run(mut client: Command) -> Result<(), String> {
    client.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(CLIENT_LIMIT, client.output()).await;
    let output = output.map_err(|_| format!("took longer than {} s", CLIENT_LIMIT.as_secs()))?;
    let output = output.map_err(|error| format!("cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", output.status, complaint(&output.stderr)))
}

/// The line of a package client's messages that says why: the last, but for npm's word on its log file.
fn complaint(messages: &[u8]) -> String {
    let messages = String::from_utf8_lossy(messages);
    let is_telling = |line: &&str| !line.is_empty() && !line.contains("complete log of this run");
    messages
        .lines()
        .map(str::trim)
        .rfind(is_telling)
        .unwrap_or("no message")
        .to_owned()
}

/// Whether the file at `path` has the digest.
async fn check(sha256: Digest, path: PathBuf) -> Result<(), String> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let digest = tokio::task::spawn_blocking(move || Digest::of_file(&path))
        .await
        .expect("hashing does not panic");
    let found = digest.map_err(|error| format!("{name}: {error}"))?;
    if found == sha256 {
        Ok(())
    } else {
        Err(format!("{name} has SHA-256 {found}, expected {sha256}"))
    }
}
