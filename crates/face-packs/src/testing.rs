//! Samples that several test modules share: a manifest, packs of small files, a tiny network, a small web server.

pub(crate) mod onnx;
pub(crate) mod server;

use std::path::{Path, PathBuf};

use crate::{Digest, Manifest, OnnxRuntime, Recipe, Search, Weights};

/// A manifest with every role, small enough to edit in a test.
pub(crate) const MANIFEST: &str = include_str!("testing/sample.toml");

/// The sample pack with files of its own, each 40 000 bytes long and different.
pub(crate) struct Sample {
    pub(crate) recipe: Recipe,
    /// Names and bytes.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Sample {
    /// The sample, each file with the addresses that `sources` gives for its name.
    pub(crate) fn new(sources: impl Fn(&str) -> Vec<String>) -> Self {
        let mut manifest = Manifest::parse(MANIFEST).unwrap();
        let mut files = Vec::new();
        for weights in all_weights(&mut manifest) {
            let seed = files.len() as u32;
            let bytes: Vec<u8> = (0..40_000_u32)
                .map(|i| (i * 31 + seed * 7 + (i >> 8)) as u8)
                .collect();
            weights.sha256 = Digest::of(&bytes);
            weights.bytes = bytes.len() as u64;
            weights.sources = sources(&weights.file);
            files.push((weights.file.clone(), bytes));
        }
        let recipe = Recipe::parse(&toml::to_string(&manifest).unwrap()).unwrap();
        Self { recipe, files }
    }

    /// The sample with `edit` made to its manifest.
    pub(crate) fn edited(mut self, edit: impl Fn(&mut Manifest)) -> Self {
        let mut manifest = self.recipe.manifest().clone();
        edit(&mut manifest);
        self.recipe = Recipe::parse(&toml::to_string(&manifest).unwrap()).unwrap();
        self
    }

    /// Writes the files into `folder`, under other names.
    pub(crate) fn scatter(&self, folder: &Path) {
        for (index, (_, bytes)) in self.files.iter().enumerate() {
            let deep = folder.join(format!("{index}/deep"));
            std::fs::create_dir_all(&deep).unwrap();
            std::fs::write(deep.join("renamed.bin"), bytes).unwrap();
        }
    }
}

fn all_weights(manifest: &mut Manifest) -> Vec<&mut Weights> {
    let mut all = vec![
        &mut manifest.detector.weights,
        &mut manifest.embedder.weights,
    ];
    all.extend(manifest.eyes.iter_mut().map(|eyes| &mut eyes.weights));
    all.extend(manifest.attack.iter_mut().map(|attack| &mut attack.weights));
    all.extend(
        manifest
            .quality
            .iter_mut()
            .map(|quality| &mut quality.weights),
    );
    all
}

/// The names in a folder, sorted, hidden ones too.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// ONNX Runtime for tests: found, or fetched as a user's first start would.
pub(crate) fn runtime() -> Option<OnnxRuntime> {
    match OnnxRuntime::locate_or_fetch_blocking(&Search::of_this_machine(), &crate::Silent) {
        Ok(runtime) => Some(runtime),
        Err(error) => test_needs::missing(&format!("ONNX Runtime: {error}")),
    }
}

/// The reference networks, where the checkout has them beside it.
pub(crate) fn shared_models() -> Option<PathBuf> {
    Some(test_needs::shared()?.join("models"))
}
