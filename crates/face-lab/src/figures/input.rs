//! What there is to draw: evaluations and training runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::evaluate::Report;

/// Everything that was named.
pub(super) struct Input {
    /// Evaluations, in the order they were named.
    pub(super) reports: Vec<Report>,
    /// Training runs, in the order they were named.
    pub(super) runs: Vec<Run>,
}

/// Each number by kind (`train`, `validation`) and name, with the step it belongs to.
pub(super) type Metrics = BTreeMap<(String, String), Vec<[f64; 2]>>;

/// A training run.
pub(super) struct Run {
    /// The name of its folder.
    pub(super) name: String,
    /// Its recipe, if it can be read.
    pub(super) recipe: toml::Table,
    /// What it recorded.
    pub(super) metrics: Metrics,
}

impl Input {
    /// Reads files of `lab evaluate`, and folders of runs.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self> {
        let (mut reports, mut runs) = (Vec::new(), Vec::new());
        for path in paths {
            let because = || format!("cannot read {}", path.display());
            if path.is_dir() {
                runs.push(Run::read(path).with_context(because)?);
            } else {
                let json = std::fs::read(path).with_context(because)?;
                reports.push(serde_json::from_slice(&json).with_context(because)?);
            }
        }
        Ok(Self { reports, runs })
    }
}

impl Run {
    fn read(folder: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(folder.join("metrics.jsonl"))?;
        let recipe = std::fs::read_to_string(folder.join("recipe.toml")).unwrap_or_default();
        let name = folder.canonicalize()?;
        let name = name.file_name().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            recipe: recipe.parse().unwrap_or_default(),
            metrics: parse(&text)?,
        })
    }

    /// The value of `key`, in whichever table of the recipe it stands.
    pub(super) fn setting(&self, key: &str) -> Option<f64> {
        fn find(table: &toml::Table, key: &str) -> Option<f64> {
            let own = table.get(key).and_then(|value| match value {
                toml::Value::Float(value) => Some(*value),
                toml::Value::Integer(value) => Some(*value as f64),
                _ => None,
            });
            let mut below = table.values().filter_map(toml::Value::as_table);
            own.or_else(|| below.find_map(|table| find(table, key)))
        }
        find(&self.recipe, key)
    }
}

/// The lines of `metrics.jsonl`: objects with `step`, `kind` and numbers.
fn parse(text: &str) -> Result<Metrics> {
    let mut metrics = Metrics::new();
    for (line, number) in text.lines().zip(1..) {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)
            .with_context(|| format!("line {number} of metrics.jsonl"))?;
        let step = object.get("step").and_then(serde_json::Value::as_f64);
        let kind = object.get("kind").and_then(serde_json::Value::as_str);
        let (Some(step), Some(kind)) = (step, kind) else {
            anyhow::bail!("line {number} of metrics.jsonl has no step or no kind");
        };
        for (name, value) in &object {
            if let Some(value) = value.as_f64().filter(|_| name != "step") {
                let key = (kind.to_owned(), name.clone());
                metrics.entry(key).or_default().push([step, value]);
            }
        }
    }
    Ok(metrics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_gathered_by_kind_and_name() {
        let text = "{\"kind\":\"train\",\"loss\":0.5,\"step\":1}\n{\"kind\":\"validation\",\"loss\":0.75,\"step\":1}\n{\"kind\":\"train\",\"loss\":0.25,\"step\":2}\n";
        let found = parse(text).unwrap();
        let key = |kind: &str| (kind.to_owned(), "loss".to_owned());
        assert_eq!(found[&key("train")], [[1.0, 0.5], [2.0, 0.25]]);
        assert_eq!(found[&key("validation")], [[1.0, 0.75]]);
        assert!(parse("{\"loss\":1}").is_err());
    }

    #[test]
    fn a_setting_is_found_in_any_table() {
        let run = Run {
            name: String::new(),
            recipe: "a = 1\n[data.more]\nextra = 0.5".parse().unwrap(),
            metrics: BTreeMap::new(),
        };
        assert_eq!(run.setting("extra"), Some(0.5));
        assert_eq!(run.setting("a"), Some(1.0));
        assert_eq!(run.setting("b"), None);
    }
}
