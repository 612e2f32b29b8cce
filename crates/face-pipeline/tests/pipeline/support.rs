//! What the tests stand on: ONNX Runtime, the reference pack, photographs; all of it named when it is missing.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use face_packs::{OnnxRuntime, Pack, Recipe, Search, assemble};
use face_pipeline::{Analyzer, Facts, Wishes};
use face_vision::{DecodeLimits, RgbImage, decode};
pub(crate) use test_needs::shared;
use test_needs::{missing, workspace};

/// Every fact of every face.
pub(crate) const EVERYTHING: Wishes = Wishes {
    facts: Facts {
        template: true,
        quality: true,
        eyes: true,
        attack: true,
        patch: false,
    },
    select: face_pipeline::Select::All,
    detect: true,
};

/// An analyzer on the reference pack.
pub(crate) fn analyzer() -> Option<Analyzer> {
    static PACK: OnceLock<Option<(Pack, OnnxRuntime)>> = OnceLock::new();
    let (pack, runtime) = PACK.get_or_init(reference_pack).as_ref()?;
    Some(Analyzer::open(pack, runtime, 1).expect("the reference pack opens"))
}

fn reference_pack() -> Option<(Pack, OnnxRuntime)> {
    let shared = shared()?;
    let runtime = match OnnxRuntime::locate_or_fetch_blocking(
        &Search::of_this_machine(),
        &face_packs::Silent,
    ) {
        Ok(runtime) => runtime,
        Err(error) => return missing(&format!("ONNX Runtime: {error}")),
    };
    let recipe = Recipe::read(&workspace().join("models/manifests/reference.toml"))
        .expect("the recipe is valid");
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pack-{}", std::process::id()));
    assemble(&recipe, &[shared.join("models")], &folder)
        .expect("the networks are in ../shared/models");
    let pack = Pack::open(&folder).expect("the pack was assembled a moment ago");
    Some((pack, runtime))
}

/// The picture in a file of `../shared/data`.
pub(crate) fn photograph(path: &Path) -> RgbImage {
    let bytes = std::fs::read(path).expect("the file was listed");
    decode(&bytes, &DecodeLimits::default()).expect("a photograph")
}

/// The files of a folder, or of the folders in it, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of ../shared/data");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let nested = paths.into_iter().flat_map(|path| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    nested.collect()
}

/// The files of a tar archive whose names `wanted` accepts.
pub(crate) fn from_tar(archive: &Path, wanted: impl Fn(&str) -> bool) -> HashMap<String, Vec<u8>> {
    let mut archive =
        tar::Archive::new(std::fs::File::open(archive).expect("an archive of ../shared/data"));
    let mut found = HashMap::new();
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("a whole archive");
        let name = entry.path().expect("a name").to_string_lossy().into_owned();
        if wanted(&name) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("a whole archive");
            found.insert(name, bytes);
        }
    }
    found
}
