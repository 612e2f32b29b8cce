//! A run's folder: its recipe, what it was made of, its numbers, its log, its checkpoints.
//!
//! ```text
//! recipe.toml      the recipe as it was given
//! run.json         digests, versions, seed
//! metrics.jsonl    one object a line: step, kind ("train" or "validation"), numbers
//! log.txt          what the terminal showed
//! checkpoints/     step-00001000/…: to go on from
//! best/, last/     weights alone: the best average by validation, and the last
//! stages/          the folders of earlier stages, where the recipe has several
//! ```

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::Metrics;

/// The folder of one run.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    log: File,
    metrics: File,
    quiet: bool,
}

impl RunFolder {
    /// Begins a run in `path`, a folder that is empty or not there yet.
    ///
    /// # Errors
    /// When it holds something, or cannot be written.
    pub fn create(path: &Path, recipe: &str, facts: &impl Serialize) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        let is_empty = std::fs::read_dir(path)?.next().is_none();
        anyhow::ensure!(
            is_empty,
            "{} is not empty; --resume goes on with the run in it",
            path.display()
        );
        std::fs::write(path.join("recipe.toml"), recipe)?;
        std::fs::write(path.join("run.json"), serde_json::to_vec_pretty(facts)?)?;
        Self::open(path)
    }

    /// Opens the run in `path` to go on with it.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let append = |name: &str| {
            let path = path.join(name);
            let file = OpenOptions::new().create(true).append(true).open(&path);
            file.with_context(|| format!("cannot open {}", path.display()))
        };
        anyhow::ensure!(
            path.join("recipe.toml").is_file(),
            "{} holds no run",
            path.display()
        );
        Ok(Self {
            path: path.to_path_buf(),
            log: append("log.txt")?,
            metrics: append("metrics.jsonl")?,
            quiet: false,
        })
    }

    /// Without a copy of the log on standard error.
    #[must_use]
    pub const fn quietly(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The recipe the run was begun with.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn recipe(path: &Path) -> anyhow::Result<String> {
        let file = path.join("recipe.toml");
        std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    }

    /// A file or folder of the run.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder of an earlier stage of this run, made when it is not there yet; as quiet as this one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn stage(&self, name: &str) -> anyhow::Result<Self> {
        let path = self.file("stages").join(name);
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        for note in ["run.json", "recipe.toml"] {
            std::fs::copy(self.file(note), path.join(note))?;
        }
        let quiet = self.quiet;
        Ok(Self {
            quiet,
            ..Self::open(&path)?
        })
    }

    /// Whether the run, or an earlier stage of it, has a checkpoint to go on from.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        let stages = std::fs::read_dir(self.file("stages"));
        let stages = stages.into_iter().flatten().flatten();
        let mut folders = stages.map(|stage| stage.path()).chain([self.path.clone()]);
        folders.any(|folder| folder.join("checkpoints").is_dir())
    }

    /// Whether its run came to its end.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.file("last/average.bpk").is_file()
    }

    /// Writes a line to the log and to standard error.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn say(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.log, "{line}")?;
        if !self.quiet {
            // A closed terminal is no reason to stop a run.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
        Ok(())
    }

    /// Adds a line to `metrics.jsonl`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record(&mut self, step: u64, kind: &str, metrics: &Metrics) -> anyhow::Result<()> {
        let mut line = serde_json::Map::new();
        line.insert("step".to_owned(), step.into());
        line.insert("kind".to_owned(), kind.into());
        for (name, value) in metrics {
            line.insert((*name).to_owned(), (*value).into());
        }
        Ok(writeln!(
            self.metrics,
            "{}",
            serde_json::Value::Object(line)
        )?)
    }

    /// Drops the numbers of steps after `step`: they will be made again.
    ///
    /// # Errors
    /// When the file cannot be rewritten.
    pub fn forget_after(&mut self, step: u64) -> anyhow::Result<()> {
        let path = self.file("metrics.jsonl");
        let text = std::fs::read_to_string(&path)?;
        let is_kept = |line: &&str| {
            let value: Option<serde_json::Value> = serde_json::from_str(line).ok();
            value.is_some_and(|value| value["step"].as_u64().is_some_and(|own| own <= step))
        };
        let kept: String = text
            .lines()
            .filter(is_kept)
            .flat_map(|line| [line, "\n"])
            .collect();
        let new = self.file("metrics.jsonl.new");
        std::fs::write(&new, kept)?;
        std::fs::rename(&new, &path)?;
        self.metrics = OpenOptions::new().append(true).open(&path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_steps_that_are_made_again_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let mut run = RunFolder::create(&path, "a = 1", &()).unwrap().quietly();
        for step in [1, 2, 3] {
            run.record(step, "train", &vec![("loss", 0.5)]).unwrap();
        }
        run.forget_after(2).unwrap();
        run.record(3, "train", &vec![("loss", 0.25)]).unwrap();
        let text = std::fs::read_to_string(run.file("metrics.jsonl")).unwrap();
        assert_eq!(text.lines().count(), 3, "{text}");
        let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let expected = serde_json::json!({"step": 3, "kind": "train", "loss": 0.25});
        assert_eq!(last, expected);
    }

    #[test]
    fn a_folder_with_a_run_is_not_begun_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        drop(RunFolder::create(&path, "a = 1", &()).unwrap());
        let error = RunFolder::create(&path, "a = 1", &()).unwrap_err();
        assert!(error.to_string().contains("--resume"), "{error}");
        assert_eq!(RunFolder::recipe(&path).unwrap(), "a = 1");
    }
}
