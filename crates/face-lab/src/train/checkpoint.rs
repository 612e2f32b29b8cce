//! Checkpoints: all that a run needs to go on as if it had never stopped.
//!
//! A checkpoint is a folder with the weights, the optimiser's state, the average, and the count of steps. Everything
//! random in a run is a function of seed and step, so there is no other state. It is written beside its place and moved
//! there in one step: a run that is killed while writing goes on from the one before.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use serde::{Deserialize, Serialize};

/// Checkpoints that are kept; the older of two is for a disk that filled up while the newer was written.
const KEPT: usize = 2;

/// What a checkpoint says besides weights.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Steps that are done.
    pub step: u64,
    /// Seconds spent training, over all sittings.
    pub seconds: f64,
    /// The best score so far.
    pub best: Option<f64>,
    /// Checks since then.
    pub checks_since_best: u32,
}

/// A run in memory.
#[derive(Debug)]
pub struct State<M> {
    /// How far it is.
    pub progress: Progress,
    /// The weights in training.
    pub model: M,
    /// Their running average, off the gradient's graph.
    pub average: M,
    /// Moments of the gradients.
    pub optimiser: Optimiser,
}

/// The optimiser's state; a wrapper that can be printed.
pub struct Optimiser(pub ModuleOptimizer);

impl std::fmt::Debug for Optimiser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Optimiser")
    }
}

/// Writes a checkpoint below `folder` and removes those that are too old.
///
/// # Errors
/// When a file cannot be written.
pub fn write<M: Module>(folder: &Path, state: &State<M>) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let name = format!("step-{:08}", state.progress.step);
    let (place, new) = (folder.join(&name), folder.join(format!("{name}.new")));
    if place.exists() {
        return Ok(());
    }
    if new.exists() {
        std::fs::remove_dir_all(&new)?;
    }
    std::fs::create_dir(&new)?;
    save(&state.model, &new.join("model.bpk"))?;
    save(&state.average, &new.join("average.bpk"))?;
    let optimiser = state.optimiser.0.to_record();
    optimiser.save(new.join("optimiser.bpk"))?;
    let progress = serde_json::to_vec_pretty(&state.progress)?;
    std::fs::write(new.join("progress.json"), progress)?;
    for file in std::fs::read_dir(&new)? {
        std::fs::File::open(file?.path())?.sync_all()?;
    }
    std::fs::rename(&new, &place)?;
    std::fs::File::open(folder)?.sync_all()?;
    let all = list(folder)?;
    for old in &all[..all.len().saturating_sub(KEPT)] {
        std::fs::remove_dir_all(old)?;
    }
    Ok(())
}

/// Brings `state`, a fresh run, to the newest checkpoint below `folder`; whether there is one.
///
/// # Errors
/// When the checkpoint is of another network or cannot be read.
pub fn read<M: Module>(folder: &Path, state: State<M>) -> anyhow::Result<(State<M>, bool)> {
    let Some(newest) = list(folder)?.pop() else {
        return Ok((state, false));
    };
    let progress = progress_of(&newest)?;
    let optimiser = state.optimiser.0.load(newest.join("optimiser.bpk"))?;
    let state = State {
        progress,
        model: load(state.model, &newest.join("model.bpk"))?,
        average: load(state.average, &newest.join("average.bpk"))?,
        optimiser: Optimiser(optimiser),
    };
    Ok((state, true))
}

/// Writes the weights of `model` to the file at `path`.
///
/// # Errors
/// When it cannot be written.
pub fn save<M: Module>(model: &M, path: &Path) -> anyhow::Result<()> {
    // Running statistics are handed on one step late; a copy for inference brings them up to date.
    let _ = model.valid();
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let record = model.clone().into_record();
    record
        .save(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// `model` with the weights in the file at `path`.
///
/// # Errors
/// When they are another network's, or cannot be read.
pub fn load<M: Module>(model: M, path: &Path) -> anyhow::Result<M> {
    load_record(model, path, false)
}

/// The same from a file that holds more than `model`: a network without its heads, from one that has them.
///
/// # Errors
/// When a weight of `model` is not in the file or has another shape there, or the file cannot be read.
pub fn load_part<M: Module>(model: M, path: &Path) -> anyhow::Result<M> {
    load_record(model, path, true)
}

fn load_record<M: Module>(model: M, path: &Path, allow_unused: bool) -> anyhow::Result<M> {
    let record =
        ModuleRecord::load(path).with_context(|| format!("cannot read {}", path.display()))?;
    model
        .try_load_record(record.allow_unused(allow_unused))
        .with_context(|| format!("the weights in {} do not fit", path.display()))
}

/// What the newest checkpoint below `folder` says of its run; `None` when there is none.
///
/// # Errors
/// When it cannot be read.
pub fn progress(folder: &Path) -> anyhow::Result<Option<Progress>> {
    let newest = list(folder)?.pop();
    newest.as_deref().map(progress_of).transpose()
}

fn progress_of(checkpoint: &Path) -> anyhow::Result<Progress> {
    let bytes = std::fs::read(checkpoint.join("progress.json"))
        .with_context(|| format!("{} is no checkpoint", checkpoint.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// The complete checkpoints below `folder`, oldest first.
fn list(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("step-") && !name.ends_with(".new") {
            found.push(path.clone());
        }
    }
    found.sort();
    Ok(found)
}
