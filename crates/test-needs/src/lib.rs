//! `test-needs`: what tests need from outside the repository, found or missed loudly; for tests alone.
//!
//! A test that lacks something says `NOT RUN` on the standard error of the test run and passes, so that a clone without
//! networks and photographs is green; with `WHOS_THAT_REQUIRE_ALL=1`, as in the gate, it fails instead.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("this crate lies two levels below the root")
}

/// Says that a test did not run for want of `what`.
///
/// # Panics
/// Where everything is required.
#[must_use]
pub fn missing<T>(what: &str) -> Option<T> {
    let everything = std::env::var_os("WHOS_THAT_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!everything, "needed and not found: {what}");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not `eprintln`, which the test harness keeps to itself when the test passes. Nobody reads a closed stream.
    let _ = writeln!(std::io::stderr(), "NOT RUN: {test} needs {what}");
    None
}

/// The folder of reference networks and photographs beside the checkout.
///
/// # Panics
/// Where everything is required and the folder is missing.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let shared = workspace().join("../shared");
    if shared.is_dir() {
        Some(shared)
    } else {
        missing("../shared (reference networks and photographs)")
    }
}

/// A program on the search path.
///
/// # Panics
/// Where everything is required and the program is missing.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .or_else(|| missing(&format!("the program {name}")))
}
