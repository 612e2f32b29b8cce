//! The `[tune]` table of a recipe: what is searched, how widely and how long.

use std::collections::BTreeMap;

use anyhow::Context as _;
use face_data::stream;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// Random search with successive halving (Jamieson and Talwalkar, AISTATS 2016).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneSettings {
    /// Trials of the first round; trial 0 has the recipe's own values.
    pub trials: usize,
    /// Steps after which the first round compares. Checks must have come by then: `validate_every` is no more.
    pub steps: u64,
    /// Each round is so many times as long as the one before and has so many times fewer trials.
    #[serde(default = "reduction")]
    pub reduction: usize,
    /// Rounds.
    #[serde(default = "rounds")]
    pub rounds: u32,
    /// The values of the trials follow from it.
    #[serde(default)]
    pub seed: u64,
    /// Ranges by their place in the last `[[stage]]`, or in the recipe where it has none, such as `training.rate`.
    pub range: BTreeMap<String, Range>,
}

const fn reduction() -> usize {
    3
}

const fn rounds() -> u32 {
    3
}

/// Where values are drawn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a range is a list of values, or { from = …, to = … }"
)]
pub enum Range {
    /// Any of these.
    Of(Vec<Value>),
    /// Between the two, evenly in the logarithm.
    Between(Between),
}

/// Two positive ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The least value.
    pub from: f64,
    /// The largest.
    pub to: f64,
}

/// The values of a trial, by their place.
pub type Values = BTreeMap<String, Value>;

impl TuneSettings {
    /// The table in the recipe `text`.
    ///
    /// # Errors
    /// When there is none, or it makes no sense.
    pub fn of(text: &str) -> anyhow::Result<Self> {
        let mut recipe: Table = toml::from_str(text)?;
        let table = recipe.remove("tune");
        let table = table.context("the recipe has no [tune] table that says what to search")?;
        let settings: Self = table.try_into().context("[tune]")?;
        settings.check().context("[tune]")?;
        Ok(settings)
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.trials > 1 && self.steps > 0 && self.rounds > 0,
            "a search has two trials, a step and a round at least"
        );
        anyhow::ensure!(self.reduction > 1, "a reduction is by 2 at least");
        for (place, range) in &self.range {
            let is_right = match range {
                Range::Of(values) => !values.is_empty(),
                Range::Between(ends) => 0.0 < ends.from && ends.from < ends.to,
            };
            anyhow::ensure!(
                is_right,
                "the range of {place:?} has values, or two rising ends above 0"
            );
        }
        Ok(())
    }

    /// The values of trial number `trial`.
    #[must_use]
    pub fn values(&self, trial: usize) -> Values {
        if trial == 0 {
            return Values::new();
        }
        let rng = &mut stream(self.seed, &[trial as u64]);
        let ranges = self.range.iter();
        let draw = |(place, range): (&String, &Range)| {
            let value = match range {
                Range::Of(values) => values.choose(rng).expect("it was checked").clone(),
                Range::Between(ends) => {
                    let (low, high) = (ends.from.ln(), ends.to.ln());
                    let way: f64 = rng.random();
                    Value::Float((low + way * (high - low)).exp())
                }
            };
            (place.clone(), value)
        };
        ranges.map(draw).collect()
    }

    /// Steps after which round number `round` compares.
    #[must_use]
    pub const fn steps_of(&self, round: u32) -> u64 {
        self.steps * (self.reduction as u64).pow(round)
    }

    /// How many of `trials` trials go on.
    #[must_use]
    pub const fn kept_of(&self, trials: usize) -> usize {
        trials.div_ceil(self.reduction)
    }
}

/// The recipe `text` with `values` in their places, and without its `[tune]` table.
///
/// # Errors
/// When it is no recipe, or a place leads through something that is no table.
pub fn with_values(text: &str, values: &Values) -> anyhow::Result<String> {
    let mut recipe: Table = toml::from_str(text)?;
    recipe.remove("tune");
    for (place, value) in values {
        put(tuned(&mut recipe), place, value.clone())
            .with_context(|| format!("the range of {place:?}"))?;
    }
    Ok(toml::to_string(&recipe)?)
}

/// The last stage, or the recipe itself.
fn tuned(recipe: &mut Table) -> &mut Table {
    let has_stages = recipe.get("stage").is_some_and(|stage| {
        let stages = stage.as_array().and_then(|stages| stages.last());
        stages.is_some_and(Value::is_table)
    });
    if !has_stages {
        return recipe;
    }
    let stages = recipe.get_mut("stage").and_then(Value::as_array_mut);
    let last = stages.and_then(|stages| stages.last_mut());
    last.and_then(Value::as_table_mut)
        .expect("the last stage is a table, as was looked at")
}

fn put(table: &mut Table, place: &str, value: Value) -> anyhow::Result<()> {
    let Some((first, rest)) = place.split_once('.') else {
        table.insert(place.to_owned(), value);
        return Ok(());
    };
    let inner = table
        .entry(first)
        .or_insert_with(|| Value::Table(Table::new()));
    let inner = inner
        .as_table_mut()
        .with_context(|| format!("{first:?} is no table"))?;
    put(inner, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TUNE: &str = "[tune]\ntrials = 5\nsteps = 10\n[tune.range]\n\"training.rate\" = { from = 1e-4, to = 1e-2 }\n\
                        \"loss.t\" = [4.0, 12.0]";

    #[test]
    fn values_are_from_their_ranges_and_follow_from_the_seed() {
        let settings = TuneSettings::of(TUNE).unwrap();
        assert!(settings.values(0).is_empty());
        let mut rates = Vec::new();
        for trial in 1..200 {
            let values = settings.values(trial);
            let [rate, t] = ["training.rate", "loss.t"].map(|at| values[at].as_float().unwrap());
            assert!((1e-4..=1e-2).contains(&rate) && [4.0, 12.0].contains(&t));
            rates.push(rate);
            assert_eq!(values, settings.values(trial));
        }
        // Evenly in the logarithm: half of them below its middle.
        let below = rates.iter().filter(|rate| **rate < 1e-3).count();
        assert!((70..130).contains(&below), "{below}");
        let rounds: Vec<_> = (0..3).map(|round| settings.steps_of(round)).collect();
        assert_eq!(rounds, [10, 30, 90]);
        assert_eq!([9, 4, 1].map(|trials| settings.kept_of(trials)), [3, 2, 1]);
    }

    #[test]
    fn values_go_into_the_last_stage_or_the_recipe() {
        let values = Values::from([("training.rate".to_owned(), Value::Float(0.5))]);
        let read = |text: &str| -> Table { with_values(text, &values).unwrap().parse().unwrap() };
        let plain = read(&format!("[training]\nrate = 1.0\nsteps = 2\n{TUNE}"));
        assert_eq!(plain, "[training]\nrate = 0.5\nsteps = 2".parse().unwrap());
        let staged =
            read("[training]\nrate = 1.0\n[[stage]]\nname = \"a\"\n[[stage]]\nname = \"b\"");
        let expected = "[training]\nrate = 1.0\n[[stage]]\nname = \"a\"\n[[stage]]\nname = \"b\"\ntraining.rate = 0.5";
        assert_eq!(staged, expected.parse().unwrap());
        assert!(with_values("training = 1", &values).is_err());
    }

    #[rstest::rstest]
    #[case::no_table("task = \"pairs\"")]
    #[case::an_end_at_nought("[tune]\ntrials = 5\nsteps = 10\nrange.a = { from = 0.0, to = 1.0 }")]
    #[case::falling_ends("[tune]\ntrials = 5\nsteps = 10\nrange.a = { from = 2.0, to = 1.0 }")]
    #[case::an_empty_list("[tune]\ntrials = 5\nsteps = 10\nrange.a = []")]
    #[case::one_trial("[tune]\ntrials = 1\nsteps = 10\nrange.a = [1]")]
    fn a_search_that_makes_no_sense_is_refused(#[case] text: &str) {
        assert!(TuneSettings::of(text).is_err());
    }
}
