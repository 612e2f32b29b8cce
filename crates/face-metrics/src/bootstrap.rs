//! Intervals by drawing again from what was measured (Efron, Annals of Statistics 1979).

use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::{Estimate, Proportion};

/// How often and with which seed to draw again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Seed of the draws.
    pub seed: u64,
    /// Number of draws; each end of a 95% interval rests on a fortieth of them.
    pub resamples: usize,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            seed: 1,
            resamples: 1000,
        }
    }
}

impl Bootstrap {
    /// The ends of the middle 95% of `statistic` over draws of as many units as there are, with replacement.
    ///
    /// The statistic is given how often each unit was drawn; a draw for which it is `None` does not count. `None` when
    /// none counts, or there are no units.
    pub fn interval(
        &self,
        units: usize,
        mut statistic: impl FnMut(&[u32]) -> Option<f64>,
    ) -> Option<(f64, f64)> {
        if units == 0 {
            return None;
        }
        let mut random = Random::new(self.seed);
        let mut drawn = vec![0_u32; units];
        let mut values = Vec::with_capacity(self.resamples);
        for _ in 0..self.resamples {
            drawn.fill(0);
            (0..units).for_each(|_| drawn[random.below(units)] += 1);
            values.extend(statistic(&drawn));
        }
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (share * values.len().saturating_sub(1) as f64).round() as usize;
            values.get(place).copied()
        };
        Some((at(0.025)?, at(0.975)?))
    }

    /// The share over all trials of `groups` whose trials depend on each other (the pictures of one person), with the
    /// interval from drawing whole groups.
    #[must_use]
    pub fn over_groups(&self, groups: &[Proportion]) -> Estimate {
        let sum = |drawn: Option<&[u32]>| {
            let each = groups.iter().enumerate();
            each.fold((0_u64, 0_u64), |(hits, total), (at, group)| {
                let times = drawn.map_or(1, |drawn| u64::from(drawn[at]));
                (hits + times * group.hits, total + times * group.total)
            })
        };
        let (hits, total) = sum(None);
        let whole = Proportion::new(hits, total).wilson();
        let interval = self.interval(groups.len(), |drawn| {
            let (hits, total) = sum(Some(drawn));
            (total > 0).then(|| hits as f64 / total as f64)
        });
        // Where no draw ever differs there is nothing to resample, and the interval for independent trials says more.
        match interval {
            Some((low, high)) if low < high => whole.within((low, high)),
            _ => whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_has_the_width_that_theory_gives_it() {
        // 400 values 0 or 1, half each: the standard error of the mean is 0.5 / 20 = 0.025.
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let mean = |drawn: &[u32]| {
            let sum: f64 = drawn
                .iter()
                .zip(&values)
                .map(|(&n, v)| f64::from(n) * v)
                .sum();
            Some(sum / 400.0)
        };
        let (low, high) = Bootstrap::default().interval(400, mean).unwrap();
        assert!((low - (0.5 - 1.96 * 0.025)).abs() < 0.006, "{low}");
        assert!((high - (0.5 + 1.96 * 0.025)).abs() < 0.006, "{high}");
    }

    #[test]
    fn groups_that_agree_within_themselves_count_as_few() {
        // 20 people, 50 pictures each, all right or all wrong: no better known than by 20 trials.
        let people: Vec<_> = (0..20)
            .map(|i| Proportion::new(if i % 4 == 0 { 0 } else { 50 }, 50))
            .collect();
        let found = Bootstrap::default().over_groups(&people);
        let independent = Proportion::new(750, 1000).wilson();
        assert!((found.value - 0.75).abs() < 1e-12 && found.of == 1000);
        assert!(
            found.high - found.low > 4.0 * (independent.high - independent.low),
            "{found:?}"
        );
    }

    #[test]
    fn a_seed_gives_the_same_interval_again() {
        let groups: Vec<_> = (0..30)
            .map(|i| Proportion::new(i * i % 11, 11 + i))
            .collect();
        let of = |seed| {
            Bootstrap {
                seed,
                resamples: 200,
            }
            .over_groups(&groups)
        };
        assert_eq!(of(4), of(4));
        assert_ne!(of(4), of(5));
    }

    #[test]
    fn without_a_difference_the_interval_for_independent_trials_remains() {
        let perfect = [Proportion::new(3, 3); 10];
        assert_eq!(
            Bootstrap::default().over_groups(&perfect),
            Proportion::new(30, 30).wilson()
        );
        assert_eq!(Bootstrap::default().interval(0, |_| Some(1.0)), None);
    }
}
