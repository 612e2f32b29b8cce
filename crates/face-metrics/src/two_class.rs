//! Judgements between two classes, such as open and closed eyes.

use serde::{Deserialize, Serialize};

use crate::{Estimate, MetricError, Proportion, Scores};

/// Scores of things that are of the class in question, and of things that are not; higher speaks for the class.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoClass(Scores);

/// How good the judgement at one threshold is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TwoClassRates {
    /// Score from which on something is judged to be of the class.
    pub threshold: f32,
    /// Share of all judged right.
    pub accuracy: Estimate,
    /// Share of the class judged to be of it.
    pub sensitivity: Estimate,
    /// Share of the others judged not to be of it.
    pub specificity: Estimate,
    /// Area under the ROC; independent of the threshold.
    pub area_under_curve: f64,
}

impl TwoClass {
    /// Scores of at least one thing of each kind.
    ///
    /// # Errors
    /// [`MetricError::Nothing`] and [`MetricError::NotANumber`].
    pub fn new(of_class: Vec<f32>, others: Vec<f32>) -> Result<Self, MetricError> {
        Scores::new(of_class, others).map(Self)
    }

    /// How good the judgement at `threshold` is.
    #[must_use]
    pub fn at(&self, threshold: f32) -> TwoClassRates {
        let missed = self.0.false_non_matches(threshold);
        let wrongly = self.0.false_matches(threshold);
        let wrong = Proportion::new(missed.hits + wrongly.hits, missed.total + wrongly.total);
        TwoClassRates {
            threshold,
            accuracy: wrong.complement().wilson(),
            sensitivity: missed.complement().wilson(),
            specificity: wrongly.complement().wilson(),
            area_under_curve: self.0.area_under_curve(),
        }
    }

    /// The judgement at the threshold that judges most right, chosen on these very scores and so a little too good.
    #[must_use]
    pub fn best(&self) -> TwoClassRates {
        let scores = self.0.mated().iter().chain(self.0.non_mated());
        let wrong = |threshold: f32| {
            self.0.false_non_matches(threshold).hits + self.0.false_matches(threshold).hits
        };
        let best = scores.copied().min_by_key(|&threshold| wrong(threshold));
        self.at(best.expect("there is a score of each kind"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_counted_by_hand() {
        let eyes = TwoClass::new(vec![0.9, 0.8, 0.4], vec![0.1, 0.6]).unwrap();
        let rates = eyes.at(0.5);
        assert!((rates.accuracy.value - 0.6).abs() < 1e-12 && rates.accuracy.of == 5);
        assert!((rates.sensitivity.value - 2.0 / 3.0).abs() < 1e-12);
        assert!((rates.specificity.value - 0.5).abs() < 1e-12);
        assert!((rates.area_under_curve - 5.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn the_best_threshold_errs_least() {
        let eyes = TwoClass::new(vec![0.9, 0.8, 0.4], vec![0.1, 0.6]).unwrap();
        // At 0.4 one closed eye is judged open, at 0.8 one open eye closed: both err once.
        assert!((eyes.best().accuracy.value - 0.8).abs() < 1e-12);
    }
}
