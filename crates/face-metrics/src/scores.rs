//! Verification: false match and false non-match rates over the threshold.

use serde::{Deserialize, Serialize};

use crate::error::sorted;
use crate::{Estimate, MetricError, Proportion};

/// Similarities of mated and of non-mated comparisons.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    mated: Vec<f32>,
    non_mated: Vec<f32>,
}

/// The two error rates at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// Similarity from which on a comparison matches.
    pub threshold: f32,
    /// False match rate: share of non-mated comparisons at or above the threshold.
    pub fmr: Estimate,
    /// False non-match rate: share of mated comparisons below the threshold.
    pub fnmr: Estimate,
}

impl OperatingPoint {
    /// True accept rate, 1 - FNMR.
    #[must_use]
    pub const fn tar(&self) -> Estimate {
        let Estimate {
            value,
            low,
            high,
            of,
        } = self.fnmr;
        Estimate {
            value: 1.0 - value,
            low: 1.0 - high,
            high: 1.0 - low,
            of,
        }
    }
}

/// Where both error rates are the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EqualErrorRate {
    /// The mean of both rates where they are nearest to each other.
    pub rate: f64,
    /// The threshold there.
    pub threshold: f32,
}

impl Scores {
    /// Scores of at least one comparison of each kind, in any order.
    ///
    /// # Errors
    /// [`MetricError::Nothing`] and [`MetricError::NotANumber`].
    pub fn new(mated: Vec<f32>, non_mated: Vec<f32>) -> Result<Self, MetricError> {
        Ok(Self {
            mated: sorted(mated, "mated similarity")?,
            non_mated: sorted(non_mated, "non-mated similarity")?,
        })
    }

    /// Similarities of mated comparisons, ascending.
    #[must_use]
    pub fn mated(&self) -> &[f32] {
        &self.mated
    }

    /// Similarities of non-mated comparisons, ascending.
    #[must_use]
    pub fn non_mated(&self) -> &[f32] {
        &self.non_mated
    }

    /// Non-mated comparisons at or above `threshold`.
    #[must_use]
    pub fn false_matches(&self, threshold: f32) -> Proportion {
        let below = self.non_mated.partition_point(|&score| score < threshold);
        Proportion::new(below as u64, self.non_mated.len() as u64).complement()
    }

    /// Mated comparisons below `threshold`.
    #[must_use]
    pub fn false_non_matches(&self, threshold: f32) -> Proportion {
        let below = self.mated.partition_point(|&score| score < threshold);
        Proportion::new(below as u64, self.mated.len() as u64)
    }

    /// Both error rates at `threshold`.
    #[must_use]
    pub fn at(&self, threshold: f32) -> OperatingPoint {
        OperatingPoint {
            threshold,
            fmr: self.false_matches(threshold).wilson(),
            fnmr: self.false_non_matches(threshold).wilson(),
        }
    }

    /// Both error rates at the lowest threshold whose false match rate is not above `fmr`; `None` when there are fewer
    /// than `1 / fmr` non-mated comparisons, which cannot tell.
    #[must_use]
    pub fn at_fmr(&self, fmr: f64) -> Option<OperatingPoint> {
        let allowed = allowed(fmr, self.non_mated.len())?;
        let threshold = match self.non_mated.len().checked_sub(allowed + 1) {
            Some(first_refused) => self.non_mated[first_refused].next_up(),
            None => self.non_mated[0],
        };
        Some(self.at(threshold))
    }

    /// Where false matches and false non-matches are equally frequent.
    #[must_use]
    pub fn equal_error_rate(&self) -> EqualErrorRate {
        let thresholds = self.mated.iter().chain(&self.non_mated);
        let nearest = thresholds.map(|&threshold| {
            let matched = self.false_matches(threshold).value();
            let missed = self.false_non_matches(threshold).value();
            (
                (matched - missed).abs(),
                f64::midpoint(matched, missed),
                threshold,
            )
        });
        let (_, rate, threshold) = nearest
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))
            .expect("there is a comparison of each kind");
        EqualErrorRate { rate, threshold }
    }

    /// Probability that a mated comparison scores above a non-mated one, ties counting half: the area under the ROC.
    #[must_use]
    pub fn area_under_curve(&self) -> f64 {
        let wins: f64 = self
            .mated
            .iter()
            .map(|&score| {
                let below = self.non_mated.partition_point(|&other| other < score);
                let up_to = self.non_mated.partition_point(|&other| other <= score);
                f64::midpoint(below as f64, up_to as f64)
            })
            .sum();
        wins / (self.mated.len() as f64 * self.non_mated.len() as f64)
    }

    /// ROC and DET: operating points by rising threshold, dense where either rate is small, `per_decade` a factor of ten.
    #[must_use]
    pub fn curve(&self, per_decade: u32) -> Vec<OperatingPoint> {
        let mut thresholds: Vec<f32> = spread(self.mated.len(), per_decade)
            .map(|place| self.mated[place])
            .collect();
        let last = self.non_mated.len() - 1;
        let high = spread(self.non_mated.len(), per_decade);
        thresholds.extend(high.map(|place| self.non_mated[last - place].next_up()));
        thresholds.sort_unstable_by(f32::total_cmp);
        thresholds.dedup();
        thresholds.into_iter().map(|t| self.at(t)).collect()
    }
}

/// How many of `total` may be false at a rate of `rate`; `None` when not even one.
pub(crate) fn allowed(rate: f64, total: usize) -> Option<usize> {
    // A hair more, so that a thousandth of three thousand is three.
    let allowed = (rate * total as f64 * (1.0 + 1e-12)).floor() as usize;
    (allowed >= 1).then_some(allowed)
}

/// Places below `length`: 0, then thinner and thinner, `per_decade` a factor of ten.
fn spread(length: usize, per_decade: u32) -> impl Iterator<Item = usize> {
    let step = 10_f64.powf(1.0 / f64::from(per_decade.max(1)));
    std::iter::successors(Some(1_usize), move |&at| {
        Some(((at as f64 * step).round() as usize).max(at + 1))
    })
    .map(|at| at - 1)
    .take_while(move |&at| at < length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn scores() -> Scores {
        Scores::new(vec![0.9, 0.4, 0.8, 0.6], vec![0.1, 0.5, 0.3, 0.2, 0.7]).unwrap()
    }

    #[rstest]
    #[case(0.0, 1.0, 0.0)]
    #[case(0.45, 0.4, 0.25)]
    #[case(0.5, 0.4, 0.25)]
    #[case(0.75, 0.0, 0.5)]
    #[case(1.0, 0.0, 1.0)]
    fn rates_at_a_threshold_are_counted_by_hand(
        #[case] threshold: f32,
        #[case] fmr: f64,
        #[case] fnmr: f64,
    ) {
        let point = scores().at(threshold);
        assert!((point.fmr.value - fmr).abs() < 1e-12 && (point.fnmr.value - fnmr).abs() < 1e-12);
        assert_eq!((point.fmr.of, point.fnmr.of), (5, 4));
    }

    #[test]
    fn one_false_match_in_five_leaves_the_highest_non_mated_one() {
        let point = scores().at_fmr(0.2).unwrap();
        assert!(point.threshold > 0.5 && point.threshold < 0.5001);
        assert!((point.fmr.value - 0.2).abs() < 1e-12);
        assert!((point.tar().value - 0.75).abs() < 1e-12);
        assert_eq!(scores().at_fmr(0.19), None, "five comparisons cannot tell");
    }

    #[test]
    fn equal_non_mated_scores_stand_or_fall_together() {
        let tied = Scores::new(vec![0.9], vec![0.5, 0.5, 0.5, 0.1]).unwrap();
        let point = tied.at_fmr(0.5).unwrap();
        assert!(point.threshold > 0.5 && point.fmr.value == 0.0);
    }

    #[test]
    fn the_equal_error_rate_lies_where_the_rates_cross() {
        let separate = Scores::new(vec![0.8, 0.9], vec![0.1, 0.2]).unwrap();
        assert!(separate.equal_error_rate().rate.abs() < 1e-12);
        let found = scores().equal_error_rate();
        assert!((found.rate - 0.225).abs() < 1e-12, "{found:?}");
        assert!((found.threshold - 0.6).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        // Wins of 0.4, 0.6, 0.8, 0.9 over five others: 3 + 4 + 5 + 5 of 20.
        assert!((scores().area_under_curve() - 17.0 / 20.0).abs() < 1e-12);
        let tied = Scores::new(vec![0.5], vec![0.5]).unwrap();
        assert!((tied.area_under_curve() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn scores_that_cannot_be_ordered_are_refused() {
        assert!(matches!(
            Scores::new(vec![], vec![0.1]),
            Err(MetricError::Nothing(_))
        ));
        assert!(matches!(
            Scores::new(vec![0.1], vec![f32::NAN]),
            Err(MetricError::NotANumber(_))
        ));
    }

    proptest! {
        #[test]
        fn the_threshold_for_a_rate_is_the_lowest_that_keeps_it(
            mated in prop::collection::vec(-1.0_f32..1.0, 1..40),
            non_mated in prop::collection::vec((-20_i32..20).prop_map(|s| s as f32 / 20.0), 1..200),
            fmr in 0.001_f64..1.0,
        ) {
            let scores = Scores::new(mated, non_mated).unwrap();
            if let Some(point) = scores.at_fmr(fmr) {
                prop_assert!(point.fmr.value <= fmr * (1.0 + 1e-9));
                let looser = scores.false_matches(point.threshold.next_down()).value();
                prop_assert!(looser > fmr || point.threshold <= scores.non_mated()[0]);
            }
        }

        #[test]
        fn along_a_curve_one_rate_falls_as_the_other_rises(
            mated in prop::collection::vec(-1.0_f32..1.0, 1..60),
            non_mated in prop::collection::vec(-1.0_f32..1.0, 1..60),
        ) {
            let curve = Scores::new(mated, non_mated).unwrap().curve(10);
            prop_assert!(curve.is_sorted_by(|a, b| a.threshold < b.threshold
                && a.fmr.value >= b.fmr.value && a.fnmr.value <= b.fnmr.value));
        }
    }
}
