//! The trials of a search and what became of them, in memory and in `trials.json`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use face_packs::Digest;
use serde::{Deserialize, Serialize};

use super::settings::{TuneSettings, Values};

/// A search, as far as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trials {
    /// Digest of the recipe that is searched by.
    pub recipe_sha256: Digest,
    /// All trials, in the order of their numbers.
    pub trials: Vec<Trial>,
}

/// One trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What is different from the recipe, by its place.
    pub values: Values,
    /// What it reached in each round that it took part in.
    pub rounds: Vec<Reached>,
    /// Why it can go on no more, if it cannot.
    pub failure: Option<String>,
}

/// What a trial reached in a round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// Steps done.
    pub steps: u64,
    /// The best score of its checks so far; larger is better.
    pub score: f64,
}

impl Trials {
    /// The search in the folder `out` by the recipe `text`, or a new one.
    ///
    /// # Errors
    /// When it is a search by another recipe, or cannot be read.
    pub fn open(out: &Path, text: &str, settings: &TuneSettings) -> anyhow::Result<Self> {
        let recipe_sha256 = Digest::of(text.as_bytes());
        let file = file(out);
        if !file.exists() {
            let fresh = |trial| Trial {
                values: settings.values(trial),
                rounds: Vec::new(),
                failure: None,
            };
            return Ok(Self {
                recipe_sha256,
                trials: (0..settings.trials).map(fresh).collect(),
            });
        }
        let because = || format!("cannot read {}", file.display());
        let json = std::fs::read(&file).with_context(because)?;
        let mut found: Self = serde_json::from_slice(&json).with_context(because)?;
        anyhow::ensure!(
            found.recipe_sha256 == recipe_sha256,
            "{} holds a search by another recipe",
            out.display()
        );
        // JSON may change a number's last digit.
        for (trial, number) in found.trials.iter_mut().zip(0..) {
            trial.values = settings.values(number);
        }
        Ok(found)
    }

    /// Writes them below `out`.
    ///
    /// # Errors
    /// When that fails.
    pub fn save(&self, out: &Path) -> anyhow::Result<()> {
        let new = out.join("trials.json.new");
        std::fs::write(&new, serde_json::to_vec_pretty(self)?)?;
        Ok(std::fs::rename(new, file(out))?)
    }

    /// Those of `going` that go on after round number `round`: the best `count` of those that still can, in order of
    /// their numbers.
    #[must_use]
    pub fn best(&self, going: &[usize], round: usize, count: usize) -> Vec<usize> {
        let score = |trial: &usize| {
            let trial = &self.trials[*trial];
            let reached = trial.rounds.get(round)?;
            trial.failure.is_none().then_some(reached.score)
        };
        let mut able: Vec<(usize, f64)> = going
            .iter()
            .filter_map(|trial| Some((*trial, score(trial)?)))
            .collect();
        able.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut kept: Vec<usize> = able
            .into_iter()
            .take(count)
            .map(|(trial, _)| trial)
            .collect();
        kept.sort_unstable();
        kept
    }

    /// The numbers of all trials, those that went furthest first, the better of two that went as far first.
    #[must_use]
    pub fn ranked(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.trials.len()).collect();
        let place = |trial: &usize| {
            let trial = &self.trials[*trial];
            let score = trial
                .rounds
                .last()
                .map_or(f64::NEG_INFINITY, |last| last.score);
            (trial.failure.is_none(), trial.rounds.len(), score)
        };
        order.sort_by(|a, b| {
            let ((a_able, a_rounds, a_score), (b_able, b_rounds, b_score)) = (place(a), place(b));
            (b_able, b_rounds)
                .cmp(&(a_able, a_rounds))
                .then(b_score.total_cmp(&a_score))
        });
        order
    }
}

fn file(out: &Path) -> PathBuf {
    out.join("trials.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(scores: &[f64], failure: Option<&str>) -> Trial {
        let reached = |&score: &f64| Reached { steps: 1, score };
        Trial {
            values: Values::new(),
            rounds: scores.iter().map(reached).collect(),
            failure: failure.map(str::to_owned),
        }
    }

    #[test]
    fn the_best_that_still_can_go_on() {
        let trials = Trials {
            recipe_sha256: Digest::of(b""),
            trials: vec![
                trial(&[0.5], None),
                trial(&[0.9], Some("it diverged")),
                trial(&[0.7, 0.8], None),
                trial(&[0.6, 0.9], None),
                trial(&[], Some("it diverged")),
            ],
        };
        assert_eq!(trials.best(&[0, 1, 2, 3, 4], 0, 2), [2, 3]);
        assert_eq!(trials.best(&[2, 3], 1, 1), [3]);
        assert_eq!(trials.ranked(), [3, 2, 0, 1, 4]);
    }

    #[test]
    fn a_search_is_read_back_and_another_recipe_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[tune]\ntrials = 3\nsteps = 10\nrange.a = { from = 1e-4, to = 1e-2 }\nrange.b = [1, 2]";
        let settings = TuneSettings::of(text).unwrap();
        let mut trials = Trials::open(folder.path(), text, &settings).unwrap();
        trials.trials[1].rounds.push(Reached {
            steps: 10,
            score: 0.1,
        });
        trials.save(folder.path()).unwrap();
        assert_eq!(
            Trials::open(folder.path(), text, &settings).unwrap(),
            trials
        );
        assert!(Trials::open(folder.path(), "another", &settings).is_err());
    }
}
