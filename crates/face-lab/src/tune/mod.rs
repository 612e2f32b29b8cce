//! `lab tune`: a search over learning rate, weight decay and what else a recipe leaves open.
//!
//! Trials are runs of `lab train` with other values. After each round the better ones go on from their checkpoints, the
//! others end. Where a recipe has several stages, the last is searched; those before it are trained once for all.
//!
//! ```text
//! OUT/trials.json, OUT/table.md   values and scores of all trials
//! OUT/base/                       the run with the earlier stages
//! OUT/trial-00/, …                runs; `lab train --resume --run` takes the best one to its end
//! ```

mod settings;
#[cfg(test)]
mod tests;
mod trials;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use settings::{Between, Range, TuneSettings, Values, with_values};
pub use trials::{Reached, Trial, Trials};

use crate::evaluate::table::Table;
use crate::train::{Diverged, Ending, Stop, checkpoint};
use crate::training::{self, Inputs};

/// `lab tune`.
#[derive(Debug, clap::Args)]
pub struct TuneArgs {
    /// The recipe, with a `[tune]` table.
    #[arg(long)]
    pub recipe: PathBuf,
    /// The folder of the search; one that holds a search by the same recipe is gone on with.
    #[arg(long)]
    pub out: PathBuf,
    /// What the trials learn from and begin with.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Stop after so many minutes; the same command goes on.
    #[arg(long)]
    pub stop_after_min: Option<f64>,
}

/// Searches.
///
/// # Errors
/// When the recipe, the data or the search's folder cannot be read, or training fails otherwise than by diverging.
pub(crate) fn run(args: &TuneArgs) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.recipe)
        .with_context(|| format!("cannot read {}", args.recipe.display()))?;
    let stop = Stop::on_signals(args.stop_after_min)?;
    let trials = Search {
        settings: TuneSettings::of(&text)?,
        text: &text,
        out: &args.out,
        inputs: &args.inputs,
    }
    .go(&stop)?;
    let table = table(&trials)?;
    std::fs::write(args.out.join("table.md"), &table)?;
    std::io::Write::write_all(&mut std::io::stdout().lock(), &table)?;
    Ok(())
}

struct Search<'a> {
    settings: TuneSettings,
    text: &'a str,
    out: &'a Path,
    inputs: &'a Inputs,
}

impl Search<'_> {
    /// Goes through the rounds, as far as they are not done yet and nobody asks for a stop.
    fn go(&self, stop: &Stop) -> anyhow::Result<Trials> {
        std::fs::create_dir_all(self.out)?;
        let mut trials = Trials::open(self.out, self.text, &self.settings)?;
        trials.save(self.out)?;
        self.train_earlier_stages(stop)?;
        let mut going: Vec<usize> = (0..trials.trials.len()).collect();
        for round in 0..self.settings.rounds {
            for &trial in &going {
                if stop.is_asked() {
                    return Ok(trials);
                }
                self.take_part(&mut trials.trials[trial], trial, round, stop)?;
                trials.save(self.out)?;
            }
            if stop.is_asked() {
                break;
            }
            let count = self.settings.kept_of(going.len());
            going = trials.best(&going, round as usize, count);
        }
        Ok(trials)
    }

    /// Trains a trial to the end of a round, if it has not been there yet.
    fn take_part(
        &self,
        trial: &mut Trial,
        number: usize,
        round: u32,
        stop: &Stop,
    ) -> anyhow::Result<()> {
        if trial.failure.is_some() || trial.rounds.len() > round as usize {
            return Ok(());
        }
        let path = self.out.join(format!("trial-{number:02}"));
        if !path.exists() {
            let text = with_values(self.text, &trial.values)?;
            training::begin(&path, &text, self.inputs)?;
            copy_stages(&self.base(), &path)?;
        }
        let until = stop.at_step(self.settings.steps_of(round));
        match training::go_on(&path, self.inputs, &until) {
            Ok(Ending::Stopped) if stop.is_asked() => Ok(()),
            Ok(Ending::Finished | Ending::Stopped) => {
                trial.rounds.push(reached(&path)?);
                Ok(())
            }
            Err(error) => {
                let diverged = error.downcast_ref::<Diverged>().map(ToString::to_string);
                trial.failure = Some(diverged.ok_or(error)?);
                Ok(())
            }
        }
    }

    fn base(&self) -> PathBuf {
        self.out.join("base")
    }

    /// Trains the stages before the last, which all trials have in common.
    fn train_earlier_stages(&self, stop: &Stop) -> anyhow::Result<()> {
        let recipe: toml::Table = toml::from_str(self.text)?;
        let stages = recipe.get("stage").and_then(toml::Value::as_array);
        if stages.map_or(0, Vec::len) < 2 || self.base().join("checkpoints").exists() {
            return Ok(());
        }
        if !self.base().exists() {
            let text = with_values(self.text, &Values::new())?;
            training::begin(&self.base(), &text, self.inputs)?;
        }
        // The last stage stops before its first step.
        training::go_on(&self.base(), self.inputs, &stop.at_step(0))?;
        Ok(())
    }
}

/// How far the run in `path` is, and how good.
fn reached(path: &Path) -> anyhow::Result<Reached> {
    let progress = checkpoint::progress(&path.join("checkpoints"))?;
    let progress = progress.context("a run that stops leaves a checkpoint")?;
    let score = progress.best.with_context(|| {
        format!(
            "no check came in the {} steps of a round; lower validate_every",
            progress.step
        )
    })?;
    Ok(Reached {
        steps: progress.step,
        score,
    })
}

/// Copies the finished stages of the run in `from`, without their checkpoints, to the run in `to`.
fn copy_stages(from: &Path, to: &Path) -> anyhow::Result<()> {
    let Ok(stages) = std::fs::read_dir(from.join("stages")) else {
        return Ok(());
    };
    for stage in stages {
        let stage = stage?;
        let place = to.join("stages").join(stage.file_name());
        // `last` comes last: it is what tells that a stage is finished.
        for weights in ["best", "last"] {
            std::fs::create_dir_all(place.join(weights))?;
            let file = Path::new(weights).join("average.bpk");
            std::fs::copy(stage.path().join(&file), place.join(&file))?;
        }
    }
    Ok(())
}

/// The trials, the best first, as Markdown.
fn table(trials: &Trials) -> anyhow::Result<Vec<u8>> {
    let places: std::collections::BTreeSet<&String> = trials
        .trials
        .iter()
        .flat_map(|trial| trial.values.keys())
        .collect();
    let mut head = vec!["trial"];
    head.extend(places.iter().map(|place| place.as_str()));
    head.extend(["steps", "score", ""]);
    let mut table = Table::new("Trials, the best first", &head);
    for number in trials.ranked() {
        let trial = &trials.trials[number];
        let mut row = vec![format!("{number:02}")];
        row.extend(places.iter().map(|place| shown(trial.values.get(*place))));
        let last = trial.rounds.last();
        row.push(last.map_or_else(String::new, |last| last.steps.to_string()));
        row.push(last.map_or_else(String::new, |last| format!("{:.4}", last.score)));
        row.push(trial.failure.clone().unwrap_or_default());
        table.row(row);
    }
    let mut out = Vec::new();
    table.write(&mut out)?;
    Ok(out)
}

/// A value with as many digits as matter; the recipe's own is no value.
fn shown(value: Option<&toml::Value>) -> String {
    match value {
        None => "as it is".to_owned(),
        Some(toml::Value::Float(value)) => {
            let digits = format!("{value:.3e}");
            let plain = value.to_string();
            if plain.len() <= digits.len() {
                plain
            } else {
                digits
            }
        }
        Some(value) => value.to_string(),
    }
}
