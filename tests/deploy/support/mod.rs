//! What the checks stand on: the programs and their settings, images, tools, rendered charts, containers.

pub(crate) mod contained;
pub(crate) mod image;
pub(crate) mod programs;
pub(crate) mod rendered;
pub(crate) mod tools;

use std::path::PathBuf;

/// A file of the repository.
pub(crate) fn file(path: &str) -> PathBuf {
    test_needs::workspace().join(path)
}

/// The text of a file of the repository.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
