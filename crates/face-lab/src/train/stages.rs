//! Runs of several stages: each begins with the best weights of the one before.
//!
//! Every stage is a run of its own, with its own rates, checks and early stop. The last one lies in the run's folder, so
//! that a run with stages is read as any other; those before it lie below it:
//!
//! ```text
//! RUN/stages/classification/   a run's folder
//! RUN/                         the last stage
//! ```

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::tensor::Device;

use super::{Ending, RunFolder, Stop, Task, TrainingSettings, train};

/// A stage of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name, also of its folder.
    pub name: String,
    /// Its length, rates and checks.
    pub settings: TrainingSettings,
}

/// Trains the stages one after the other in `folder`, or goes on where they were left; `task` gives the task of a stage
/// by its number and the weights to begin with, the first stage's being none. A stop after a number of steps means those
/// of the last stage.
///
/// # Errors
/// Those of [`train`] and of `task`; when there is no stage.
pub fn train_stages<T: Task>(
    stages: &[Stage],
    task: impl Fn(usize, Option<&Path>) -> anyhow::Result<T>,
    mut folder: RunFolder,
    device: &Device,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let (last, earlier) = stages
        .split_last()
        .context("there is no stage to train in")?;
    let mut before: Option<PathBuf> = None;
    for (number, stage) in earlier.iter().enumerate() {
        let own = folder.stage(&stage.name)?;
        let best = own.file("best/average.bpk");
        if !own.is_finished() {
            folder.say(&format!(
                "stage {} of {}: {}",
                number + 1,
                stages.len(),
                stage.name
            ))?;
            let task = task(number, before.as_deref())?;
            let ending = train(&task, &stage.settings, own, device, &stop.of_any_step())?;
            if ending == Ending::Stopped {
                return Ok(Ending::Stopped);
            }
        }
        before = Some(best);
    }
    if !earlier.is_empty() {
        folder.say(&format!("last stage: {}", last.name))?;
    }
    let task = task(earlier.len(), before.as_deref())?;
    train(&task, &last.settings, folder, device, stop)
}
