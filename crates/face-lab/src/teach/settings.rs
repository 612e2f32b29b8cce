//! The teachers' recipe: which networks, how a face enters each, and how much each counts.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use face_packs::{Alignment, Digest, InputSpec};
use serde::{Deserialize, Serialize};

use super::BlendSettings;

/// The file of a teachers' recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeachersRecipe {
    /// Values of a target.
    pub dimension: usize,
    /// Places a side of the grid whose shares a target is the sum of; every teacher then names its `map`.
    #[serde(default = "one")]
    pub places: usize,
    /// Whether the mirrored crop is asked about as well: a little better, and twice the time.
    #[serde(default)]
    pub mirrored: bool,
    /// Blends that the teachers are asked about besides the crops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blends: Option<BlendSettings>,
    /// The teachers, in the order in which their templates are joined.
    pub teacher: Vec<TeacherSettings>,
}

const fn one() -> usize {
    1
}

/// One teacher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeacherSettings {
    /// The ONNX file's name.
    pub file: String,
    /// Its digest.
    pub sha256: Digest,
    /// Values of its template.
    pub dimension: usize,
    /// The value after which its template is a sum over places, with `places`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
    /// Its share of a target's squared length before the projection; the shares add up to 1.
    pub weight: f32,
    /// Where the five points lie in its input.
    pub alignment: Alignment,
    /// Size and pixel form of its input.
    pub input: InputSpec,
}

impl TeachersRecipe {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// When it cannot be read, holds an unknown key, or its shares do not add up to 1.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let recipe: Self =
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        let sum: f32 = recipe.teacher.iter().map(|teacher| teacher.weight).sum();
        anyhow::ensure!(
            (sum - 1.0).abs() < 1e-3,
            "the teachers' weights add up to {sum}, not to 1"
        );
        anyhow::ensure!(
            (1..=recipe.joined()).contains(&recipe.dimension),
            "the dimension must be between 1 and {}",
            recipe.joined()
        );
        let lacks_map = |teacher: &&TeacherSettings| teacher.map.is_none();
        match recipe.teacher.iter().find(lacks_map) {
            _ if recipe.places == 0 => anyhow::bail!("a grid of places has a side of 1 at least"),
            Some(teacher) if recipe.places > 1 => {
                anyhow::bail!("{} names no `map` to take its places from", teacher.file)
            }
            _ => Ok(recipe),
        }
    }

    /// Values of the joined templates.
    #[must_use]
    pub fn joined(&self) -> usize {
        self.teacher.iter().map(|teacher| teacher.dimension).sum()
    }

    /// Values of a row of the teachers' answers: for each the shares of all places.
    #[must_use]
    pub fn row(&self) -> usize {
        self.places * self.places * self.joined()
    }

    /// The teachers' files, each from the first folder that has it, with the digest checked.
    ///
    /// # Errors
    /// When a file is in no folder or is another.
    pub fn find(&self, folders: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
        let find = |teacher: &TeacherSettings| {
            let file = &teacher.file;
            let mut places = folders.iter().map(|folder| folder.join(file));
            let path = places
                .find(|path| path.is_file())
                .with_context(|| format!("no folder has {file}"))?;
            ensure_digest(&path, teacher.sha256)?;
            Ok(path)
        };
        self.teacher.iter().map(find).collect()
    }
}

/// Whether the file at `path` is the one that a recipe names.
///
/// # Errors
/// When it cannot be read or has another digest.
pub(crate) fn ensure_digest(path: &Path, expected: Digest) -> anyhow::Result<()> {
    let digest =
        Digest::of_file(path).with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(
        digest == expected,
        "{} has the digest {digest}, not {expected}",
        path.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_of_the_default_pack_is_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/teachers.toml");
        let recipe = TeachersRecipe::read(&path).unwrap();
        assert_eq!((recipe.joined(), recipe.dimension), (256, 128));
    }

    #[test]
    fn a_file_that_no_folder_has_is_named() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/teachers.toml");
        let recipe = TeachersRecipe::read(&path).unwrap();
        let error = recipe.find(&[PathBuf::from("nowhere")]).unwrap_err();
        assert!(error.to_string().contains(".onnx"), "{error}");
    }
}
