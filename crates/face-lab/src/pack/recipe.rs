//! The recipe of a pack: its manifest as far as a person writes it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use face_packs::Digest;
use toml::{Table, Value};

/// Tables of a manifest that may hold a network.
const ROLES: [&str; 5] = ["detector", "embedder", "eyes", "attack", "quality"];

/// What stands in a pack's `pack.toml` above the values.
const HEADER: &str = "# Made by `lab pack`; to change it, change its recipe and make it again.\n";

/// A manifest in which every `weights` table names a `run` in place of digest and length, and `[calibration]` lacks the
/// curve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PackRecipe {
    table: Table,
}

/// Where a network comes from and what its file is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) run: String,
    pub(super) file: String,
}

/// A file that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) sha256: Digest,
    pub(super) bytes: u64,
}

/// The measured part of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// Thresholds ascending, with the share of strangers at or above each.
    pub(super) points: Vec<(f32, f64)>,
    pub(super) comparisons: u64,
}

impl PackRecipe {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in {}", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let recipe = Self {
            table: toml::from_str(text)?,
        };
        recipe.sources()?;
        Ok(recipe)
    }

    /// Every network's source.
    pub(super) fn sources(&self) -> anyhow::Result<Vec<Source>> {
        let mut table = self.table.clone();
        let weights = all_weights(&mut table)?;
        weights
            .into_iter()
            .map(|(_, weights)| source(weights))
            .collect()
    }

    /// The run of the network that is the embedder.
    pub(super) fn embedder_run(&self) -> anyhow::Result<String> {
        let mut table = self.table.clone();
        let weights = all_weights(&mut table)?;
        let embedder = weights.into_iter().find(|(role, _)| *role == "embedder");
        let (_, weights) = embedder.context("the recipe has no embedder")?;
        Ok(source(weights)?.run)
    }

    /// The manifest's text; without a curve one that nothing is to be decided by.
    pub(super) fn manifest(
        &self,
        files: &BTreeMap<String, Written>,
        curve: Option<&Curve>,
    ) -> anyhow::Result<String> {
        let mut table = self.table.clone();
        for (_, weights) in all_weights(&mut table)? {
            let source = source(weights)?;
            let written = files
                .get(&source.file)
                .with_context(|| format!("{} was not written", source.file))?;
            weights.remove("run");
            weights.insert("sha256".to_owned(), written.sha256.to_string().into());
            weights.insert("bytes".to_owned(), i64::try_from(written.bytes)?.into());
        }
        let calibration = table.get_mut("calibration").and_then(Value::as_table_mut);
        let calibration = calibration.context("the recipe has no [calibration]")?;
        let nothing = Curve {
            points: vec![(-1.0, 1.0), (1.0, 1e-9)],
            comparisons: 1,
        };
        let curve = curve.unwrap_or(&nothing);
        let point = |&(threshold, fmr): &(f32, f64)| {
            // Four decimals: as far as a million comparisons bear it.
            let threshold = (f64::from(threshold) * 1e4).round() / 1e4;
            Value::from(vec![threshold, fmr])
        };
        let points: Vec<Value> = curve.points.iter().map(point).collect();
        calibration.insert("impostor_curve".to_owned(), points.into());
        calibration.insert(
            "comparisons".to_owned(),
            i64::try_from(curve.comparisons)?.into(),
        );
        Ok(format!("{HEADER}{}", toml::to_string(&table)?))
    }
}

/// The `weights` tables with their roles.
fn all_weights(table: &mut Table) -> anyhow::Result<Vec<(&'static str, &mut Table)>> {
    let mut found = Vec::new();
    for (key, value) in table.iter_mut() {
        let Some(role) = ROLES.into_iter().find(|role| role == key) else {
            continue;
        };
        let networks: Vec<&mut Value> = match value {
            Value::Array(list) => list.iter_mut().collect(),
            one => vec![one],
        };
        for network in networks {
            let weights = network.get_mut("weights").and_then(Value::as_table_mut);
            found.push((
                role,
                weights.with_context(|| format!("{role} has no weights"))?,
            ));
        }
    }
    Ok(found)
}

fn source(weights: &Table) -> anyhow::Result<Source> {
    let text = |key: &str| {
        let value = weights.get(key).and_then(Value::as_str);
        value
            .map(str::to_owned)
            .with_context(|| format!("a network has no `{key}`"))
    };
    Ok(Source {
        run: text("run")?,
        file: text("file")?,
    })
}

#[cfg(test)]
mod tests {
    use face_packs::Recipe;

    use super::*;

    #[test]
    fn the_recipe_of_the_default_pack_becomes_a_manifest() {
        let recipe = PackRecipe::parse(include_str!("../../recipes/pack.toml")).unwrap();
        let sources = recipe.sources().unwrap();
        let files: BTreeMap<String, Written> = sources
            .iter()
            .map(|source| {
                let bytes = source.file.len() as u64;
                let sha256 = Digest::of(source.file.as_bytes());
                (source.file.clone(), Written { sha256, bytes })
            })
            .collect();
        let curve = Curve {
            points: vec![(0.111_149, 0.1), (0.5, 0.001)],
            comparisons: 1_000,
        };
        let text = recipe.manifest(&files, Some(&curve)).unwrap();
        let manifest = Recipe::parse(&text).unwrap();
        let manifest = manifest.manifest();
        let weights = &manifest.embedder.weights;
        assert_eq!(weights.sha256, files[&weights.file].sha256);
        assert_eq!(manifest.networks().len(), sources.len());
        assert_eq!(manifest.calibration.comparisons, 1_000);
        let first = manifest.calibration.impostor_curve[0];
        assert!((first.threshold - 0.1111).abs() < 1e-6);
    }

    #[test]
    fn a_network_without_a_run_is_named() {
        let error = PackRecipe::parse("[eyes.weights]\nfile = \"eyes.onnx\"").unwrap_err();
        assert!(error.to_string().contains("`run`"), "{error}");
    }
}
