//! Pictures for tests: procedural faces, and photographs where they are at hand.

use std::path::{Path, PathBuf};

use base64::Engine as _;

use super::needs;

/// Procedural people whom no network takes for each other.
pub(crate) const SEEDS: &[u64] = face_synth::well_separated_seeds();

/// Base64 text of a file or picture, as a browser would send it.
pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A procedural portrait as JPEG: person `seed`, variant `variant`.
pub(crate) fn portrait(seed: u64, variant: u64) -> Vec<u8> {
    face_synth::jpeg(&face_synth::portrait(seed, variant), 92)
}

/// A person with several photographs.
pub(crate) struct Photographed {
    pub(crate) name: String,
    pub(crate) files: Vec<PathBuf>,
}

/// The people of `../shared/data/people`, sorted by name.
pub(crate) fn photographed_people() -> Option<Vec<Photographed>> {
    let folder = needs::shared()?.join("data/people");
    let people = sorted(&folder).into_iter().filter(|path| path.is_dir());
    Some(
        people
            .map(|path| Photographed {
                name: path
                    .file_name()
                    .expect("listed")
                    .to_string_lossy()
                    .into_owned(),
                files: sorted(&path),
            })
            .collect(),
    )
}

/// The 15 frames of one of `../shared/data/blink`.
pub(crate) fn blink(kind: &str) -> Option<Vec<Vec<u8>>> {
    let folder = needs::shared()?.join("data/blink").join(kind);
    Some(
        sorted(&folder)
            .iter()
            .map(|file| std::fs::read(file).expect("a frame is readable"))
            .collect(),
    )
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry is readable").path())
        .collect();
    paths.sort();
    paths
}
