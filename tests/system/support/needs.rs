//! Things outside the repository that tests need, found or missed loudly.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(crate) use test_needs::{missing, shared, workspace};

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
        .arg(workspace().join("models/manifests/reference.toml"))
        .arg("--from")
        .arg(shared.join("models"))
        .arg("--out")
        .arg(&pack)
        .status()
        .expect("the program starts");
    assert!(status.success(), "the reference pack is assembled");
    pack
}

/// A file of the documents, to be compared with what the programs say.
pub(crate) fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
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
