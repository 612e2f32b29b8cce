//! A manifest as a text to build packs from: what is written into a pack is what its author wrote.

use std::path::Path;

use crate::{Manifest, ManifestError};

/// The manifests that the program carries.
const NAMED: [(&str, &str); 3] = [
    (
        "public",
        include_str!("../../../models/manifests/public.toml"),
    ),
    (
        "reference",
        include_str!("../../../models/manifests/reference.toml"),
    ),
    (
        "registry",
        include_str!("../../../models/manifests/registry.toml"),
    ),
];

/// A checked manifest with its text, comments and all.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    manifest: Manifest,
    text: String,
}

impl Recipe {
    /// The recipe in `text`.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        Ok(Self {
            manifest: Manifest::parse(text)?,
            text: text.to_owned(),
        })
    }

    /// The recipe in the file at `path`.
    ///
    /// # Errors
    /// [`ManifestError::Read`], and as [`Manifest::parse`].
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path);
        Self::parse(&text.map_err(|source| ManifestError::Read {
            path: path.into(),
            source,
        })?)
    }

    /// The recipe that the program carries under `name`, if any.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    #[must_use]
    pub fn named(name: &str) -> Option<Result<Self, ManifestError>> {
        NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| Self::parse(text))
    }

    /// The names of the recipes that the program carries.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// The manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipes_that_the_program_carries_are_valid() {
        for name in Recipe::names() {
            let recipe = Recipe::named(name)
                .unwrap()
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(recipe.manifest().name, name);
        }
        assert!(Recipe::named("another").is_none());
    }

    #[test]
    fn the_registry_s_networks_without_a_package_come_with_the_program() {
        let registry = Recipe::named("registry").unwrap().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default/pack.toml");
        let shipped = Recipe::read(&shipped).unwrap();
        assert!(registry.manifest().eyes.is_some());
        assert_eq!(registry.manifest().eyes, shipped.manifest().eyes);
        for (role, weights) in registry.manifest().networks() {
            let comes_with_it = shipped.manifest().networks();
            let mut comes_with_it = comes_with_it.into_iter().map(|(_, own)| own.sha256);
            assert!(
                weights.import.is_some() || comes_with_it.any(|own| own == weights.sha256),
                "{role}"
            );
        }
    }

    #[test]
    fn every_network_of_the_public_recipe_has_an_address() {
        let recipe = Recipe::named("public").unwrap().unwrap();
        for (role, weights) in recipe.manifest().networks() {
            assert!(!weights.sources.is_empty(), "{role}");
        }
    }
}
