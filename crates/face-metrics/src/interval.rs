//! Shares and how far they can be trusted.

use serde::{Deserialize, Serialize};

/// The 97.5% point of the standard normal distribution: 95% of it lie within as much of its middle.
const Z: f64 = 1.959_963_984_540_054;

/// `hits` of `total` independent trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    /// Trials with the outcome counted, at most `total`.
    pub hits: u64,
    /// All trials.
    pub total: u64,
}

impl Proportion {
    /// `hits` of `total`.
    #[must_use]
    pub const fn new(hits: u64, total: u64) -> Self {
        Self { hits, total }
    }

    /// How many of `outcomes` are true.
    pub fn count(outcomes: impl IntoIterator<Item = bool>) -> Self {
        outcomes.into_iter().fold(Self::new(0, 0), |sum, hit| {
            Self::new(sum.hits + u64::from(hit), sum.total + 1)
        })
    }

    /// The trials without the outcome.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self::new(self.total - self.hits, self.total)
    }

    /// The share, 0 to 1; 0 of no trials.
    #[must_use]
    pub fn value(self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        self.hits as f64 / self.total as f64
    }

    /// The share with Wilson's score interval (Wilson, JASA 1927) at 95%, which stays inside 0 to 1 and says something
    /// useful of no hits at all: its upper end is then near 3.8 / `total`. Of no trials it is all of 0 to 1.
    #[must_use]
    pub fn wilson(self) -> Estimate {
        let (n, p) = (self.total as f64, self.value());
        if self.total == 0 {
            return Estimate {
                value: 0.0,
                low: 0.0,
                high: 1.0,
                of: 0,
            };
        }
        let centre = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        // Rounding must not put the share itself outside: at no hits the lower end is 0, at all the upper is 1.
        Estimate {
            value: p,
            low: ((centre - half) / scale).clamp(0.0, p),
            high: ((centre + half) / scale).clamp(p, 1.0),
            of: self.total,
        }
    }
}

/// A measured number with its 95% confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// What was measured.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Number of trials: comparisons, searches, pictures.
    pub of: u64,
}

impl Estimate {
    /// The same value and trials with the interval from `low` to `high`.
    #[must_use]
    pub const fn within(self, (low, high): (f64, f64)) -> Self {
        Self { low, high, ..self }
    }
}

impl From<Proportion> for Estimate {
    fn from(proportion: Proportion) -> Self {
        proportion.wilson()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// Expected values: the published example of 81 of 263 (Newcombe, Statistics in Medicine 1998) and its others.
    #[rstest]
    #[case(81, 263, 0.2553, 0.3662)]
    #[case(15, 148, 0.0624, 0.1605)]
    #[case(0, 20, 0.0000, 0.1611)]
    #[case(1, 29, 0.0061, 0.1718)]
    fn intervals_are_the_published_ones(
        #[case] hits: u64,
        #[case] total: u64,
        #[case] low: f64,
        #[case] high: f64,
    ) {
        let found = Proportion::new(hits, total).wilson();
        assert!((found.low - low).abs() < 5e-5, "{found:?}");
        assert!((found.high - high).abs() < 5e-5, "{found:?}");
    }

    #[test]
    fn nothing_observed_tells_nothing() {
        let found = Proportion::new(0, 0).wilson();
        assert_eq!((found.low, found.high, found.of), (0.0, 1.0, 0));
    }

    proptest! {
        #[test]
        fn the_share_lies_in_its_interval_and_more_trials_narrow_it(hits in 0_u64..500, misses in 0_u64..500) {
            prop_assume!(hits + misses > 0);
            let once = Proportion::new(hits, hits + misses).wilson();
            prop_assert!(0.0 <= once.low && once.low <= once.value && once.value <= once.high && once.high <= 1.0);
            let ten = Proportion::new(10 * hits, 10 * (hits + misses)).wilson();
            prop_assert!(ten.high - ten.low < once.high - once.low);
        }

        #[test]
        fn the_complement_is_mirrored(hits in 0_u64..500, misses in 0_u64..500) {
            let all = Proportion::new(hits, hits + misses);
            prop_assume!(all.total > 0);
            let (a, b) = (all.wilson(), all.complement().wilson());
            prop_assert!((a.low - (1.0 - b.high)).abs() < 1e-12 && (a.high - (1.0 - b.low)).abs() < 1e-12);
        }
    }
}
