//! What every recipe says of its training: length, rates, averaging, checks.

use serde::{Deserialize, Serialize};

/// The `[training]` table of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// Everything random follows from it: first weights, order, augmentation.
    pub seed: u64,
    /// Updates of the weights in the whole run, over all sittings.
    pub steps: u64,
    /// Samples of an update.
    pub batch: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Steps in which the rate rises from nothing; after them it falls to zero along half a cosine.
    #[serde(default)]
    pub warm_up: u64,
    /// Share by which weights shrink, times the rate (`AdamW`).
    #[serde(default)]
    pub weight_decay: f64,
    /// Share of the average that is kept a step; the average is what is checked and exported. 0 averages nothing.
    #[serde(default)]
    pub average: f64,
    /// Steps between two checks on the validation set.
    pub validate_every: u64,
    /// Checks without a better score after which the run ends; none goes on to the end.
    #[serde(default)]
    pub patience: Option<u32>,
    /// Steps between two lines of the log.
    #[serde(default = "report_every")]
    pub report_every: u64,
    /// Minutes between two checkpoints.
    #[serde(default = "checkpoint_min")]
    pub checkpoint_min: f64,
    /// Threads that prepare batches.
    #[serde(default = "input_threads")]
    pub input_threads: usize,
}

const fn report_every() -> u64 {
    50
}

const fn checkpoint_min() -> f64 {
    8.0
}

const fn input_threads() -> usize {
    1
}

impl TrainingSettings {
    /// The learning rate of `step`, counted from 0 (warm-up and cosine: Goyal et al. 2017; Loshchilov and Hutter 2017).
    #[must_use]
    pub fn rate_at(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.rate * (step + 1) as f64 / self.warm_up as f64;
        }
        let length = self.steps.saturating_sub(self.warm_up).max(1) as f64;
        let way = ((step - self.warm_up) as f64 / length).min(1.0);
        self.rate * 0.5 * (1.0 + (std::f64::consts::PI * way).cos())
    }

    /// The share of the average that is kept at `step`: less at the beginning, when the first weights weigh nothing.
    #[must_use]
    pub fn kept_at(&self, step: u64) -> f64 {
        self.average.min((1.0 + step as f64) / (10.0 + step as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> TrainingSettings {
        toml::from_str(
            "seed = 1\nsteps = 110\nbatch = 4\nrate = 2.0\nwarm_up = 10\nvalidate_every = 5\naverage = 0.9",
        )
        .unwrap()
    }

    #[test]
    fn the_rate_rises_and_falls_to_nothing() {
        let settings = settings();
        assert!((settings.rate_at(0) - 0.2).abs() < 1e-12);
        assert!((settings.rate_at(9) - 2.0).abs() < 1e-12);
        assert!((settings.rate_at(60) - 1.0).abs() < 1e-12);
        assert!(settings.rate_at(109) < 1e-3);
        assert!(settings.rate_at(1_000) < 1e-12);
    }

    #[test]
    fn an_average_forgets_the_first_weights() {
        assert!((settings().kept_at(0) - 0.1).abs() < 1e-12);
        assert!((settings().kept_at(1_000) - 0.9).abs() < 1e-12);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let text = "seed = 1\nsteps = 1\nbatch = 4\nrate = 2.0\nvalidate_every = 5\nepochs = 3";
        assert!(toml::from_str::<TrainingSettings>(text).is_err());
    }
}
