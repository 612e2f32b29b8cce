//! Things outside the repository that tests need, found or missed loudly.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace is two levels up")
}

/// Says what is missing; a failure where everything is required, as in the gate.
#[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
pub(crate) fn missing<T>(what: &str) -> Option<T> {
    let everything = std::env::var_os("WHOS_THAT_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!everything, "needed and not found: {what}");
    eprintln!("NOT RUN: needs {what}");
    None
}

/// The folder of reference networks and photographs beside the checkout.
pub(crate) fn shared() -> Option<PathBuf> {
    let shared = root().join("../shared");
    if shared.is_dir() {
        Some(shared)
    } else {
        missing("../shared (reference networks and photographs)")
    }
}

/// A pack of networks: `WHOS_THAT_PACK`, or the reference pack assembled by the program itself.
pub(crate) fn pack() -> Option<PathBuf> {
    static PACK: OnceLock<Option<PathBuf>> = OnceLock::new();
    PACK.get_or_init(|| match std::env::var_os("WHOS_THAT_PACK") {
        Some(pack) => Some(pack.into()),
        None => shared().map(|shared| assemble(&shared)),
    })
    .clone()
}

fn assemble(shared: &Path) -> PathBuf {
    let pack = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("pack-reference-{}", std::process::id()));
    let status = Command::new(env!("CARGO_BIN_EXE_whos-that"))
        .args(["pack", "assemble"])
        .arg(root().join("models/manifests/reference.toml"))
        .arg("--from")
        .arg(shared.join("models"))
        .arg("--out")
        .arg(&pack)
        .status()
        .expect("the program starts");
    assert!(status.success(), "the reference pack is assembled");
    pack
}

/// Another program of this workspace, built beside the one under test.
pub(crate) fn sibling(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_whos-that")).with_file_name(name);
    assert!(
        path.is_file(),
        "{name} is not built: run the tests as `cargo test --workspace`"
    );
    path
}

/// A program on the path.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
