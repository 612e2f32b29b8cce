//! `lab compare`: a recipe trained once for each value of one of its keys, and one table of all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::check::{self, SetRates, VALIDATION};
use super::{ClassifierRecipe, ClassifierTask};
use crate::train::{Ending, Stop};
use crate::training::{self, Inputs};

/// `lab compare`.
#[derive(Debug, clap::Args)]
pub struct CompareArgs {
    /// The recipe of a classifier.
    #[arg(long, value_name = "FILE")]
    pub recipe: PathBuf,
    /// The key that differs, its tables before it: `extra_samples`, `attack.held_out`.
    #[arg(long)]
    pub key: String,
    /// A value of the key, and so a run; TOML, or else a word.
    #[arg(long = "value", required = true)]
    pub values: Vec<String>,
    /// The folder with the data sets.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The folder of `lab label`, for recipes that learn from its labels.
    #[arg(long, value_name = "DIR")]
    pub targets: Option<PathBuf>,
    /// Folder of the runs, each in a folder called by its value; one that is there is gone on with.
    #[arg(long, value_name = "DIR")]
    pub runs: PathBuf,
}

/// Trains what is missing and prints the table; asked to stop, it stops, and can be called again.
///
/// # Errors
/// When the recipe, the data or a run cannot be read, or a training fails.
pub(crate) fn run(args: &CompareArgs) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.recipe)
        .with_context(|| format!("cannot read {}", args.recipe.display()))?;
    let stop = Stop::on_signals(None)?;
    let mut all = Vec::new();
    let mut subject = None;
    for value in &args.values {
        let text = with_value(&text, &args.key, value)?;
        let recipe = ClassifierRecipe::parse(&text)?;
        let folder = args.runs.join(value);
        let Some(found) = one(args, &text, &recipe, &folder, &stop)? else {
            return Ok(());
        };
        let named = |rates: SetRates| SetRates {
            set: format!("{value}: {}", rates.set),
            ..rates
        };
        all.extend(found.into_iter().map(named));
        subject = Some(recipe.task);
    }
    let subject = subject.context("there is no value to compare")?;
    let mut out = std::io::stdout().lock();
    check::table(subject, &all).write(&mut out)?;
    if let Some(worst) = worst(&all) {
        writeln!(out, "\nThe worst: {}.", worst.set)?;
    }
    Ok(())
}

/// The set that was judged worst whatever the threshold; the validation sets, which chose the weights, do not count.
fn worst(all: &[SetRates]) -> Option<&SetRates> {
    let area = |set: &SetRates| set.rates.area_under_curve;
    let reported = all.iter().filter(|set| !set.set.ends_with(VALIDATION));
    let both = reported.filter_map(|set| Some((set, area(set)?)));
    let worst = both.min_by(|(_, a), (_, b)| a.total_cmp(b));
    worst.map(|(set, _)| set)
}

/// The rates of the run in `folder`, trained to its end; `None` when it was asked to stop before.
fn one(
    args: &CompareArgs,
    text: &str,
    recipe: &ClassifierRecipe,
    folder: &Path,
    stop: &Stop,
) -> anyhow::Result<Option<Vec<SetRates>>> {
    let labels = args.targets.as_deref();
    let task = ClassifierTask::open(recipe.clone(), &args.data, labels, None)?;
    let inputs = Inputs {
        targets: args.targets.clone(),
        ..Inputs::of(&args.data)
    };
    let ending = if folder.is_dir() {
        training::go_on(folder, &inputs, stop)?
    } else {
        let begin = || training::begin(folder, text, &inputs);
        training::train_by(text, &inputs, begin, stop)?
    };
    match ending {
        Ending::Stopped => Ok(None),
        Ending::Finished => check::measure(recipe, &task.examples, folder).map(Some),
    }
}

/// The recipe with another value of `key`.
fn with_value(text: &str, key: &str, value: &str) -> anyhow::Result<String> {
    let mut recipe: toml::Table = toml::from_str(text)?;
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"));
    let parsed = parsed.ok().and_then(|mut table| table.remove("value"));
    let value = parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let mut table = &mut recipe;
    let mut names: Vec<&str> = key.split('.').collect();
    let last = names.pop().context("the key is empty")?;
    for name in names {
        let inner = table.get_mut(name).and_then(toml::Value::as_table_mut);
        table = inner.with_context(|| format!("the recipe has no table {name}"))?;
    }
    table.insert(last.to_owned(), value);
    Ok(toml::to_string(&recipe)?)
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::*;

    #[test]
    fn the_worst_of_the_sets_kept_out_is_named() {
        let set = |name: &str, probabilities: &[f32], targets: &[f32]| SetRates {
            set: name.to_owned(),
            pictures: probabilities.len(),
            rates: judge::rates(probabilities, targets),
        };
        let all = [
            set("a: validation", &[0.9, 0.1], &[0.0, 1.0]),
            set("a: a", &[0.1, 0.9], &[0.0, 1.0]),
            set("b: b", &[0.5, 0.2, 0.9], &[0.0, 1.0, 1.0]),
            set("c: c", &[0.9], &[0.0]),
        ];
        assert_eq!(worst(&all).unwrap().set, "b: b");
        assert!(worst(&all[3..]).is_none());
    }

    #[test]
    fn a_value_replaces_or_adds_a_key_in_its_table() {
        let text = "task = \"attack\"\n[attack]\nfaces = 3\n";
        let found = with_value(text, "attack.faces", "7").unwrap();
        assert!(found.contains("faces = 7"), "{found}");
        let found = with_value(text, "attack.held_out", "source-04").unwrap();
        assert!(found.contains("held_out = \"source-04\""), "{found}");
        let found = with_value(text, "extra_samples", "0.5").unwrap();
        assert!(found.contains("extra_samples = 0.5"), "{found}");
        assert!(with_value(text, "eyes.crop", "1").is_err());
    }
}
