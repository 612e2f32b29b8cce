//! Millions of similarities in little memory.

use serde::{Deserialize, Serialize};

use crate::Proportion;

/// Counts of similarities from -1 to 1 in equal bins; anything beyond falls into the last bin on its side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// No counts yet, in `bins` bins, of which there is at least one.
    #[must_use]
    pub fn new(bins: usize) -> Self {
        Self {
            counts: vec![0; bins.max(1)],
            total: 0,
        }
    }

    /// Counts `similarity`.
    pub fn add(&mut self, similarity: f32) {
        let bin = self.bin(similarity);
        self.counts[bin] += 1;
        self.total += 1;
    }

    /// Counts everything that `other`, of as many bins, has counted.
    pub fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *ours += theirs;
        }
        self.total += other.total;
    }

    /// Number of similarities counted.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The counts, lowest similarities first.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Where bin `at` begins.
    #[must_use]
    pub fn lower_end(&self, at: usize) -> f32 {
        (2.0 * at as f64 / self.counts.len() as f64 - 1.0) as f32
    }

    /// The counts put together into `bins` bins, of which the present number must be a multiple.
    #[must_use]
    pub fn coarser(&self, bins: usize) -> Self {
        let together = (self.counts.len() / bins.max(1)).max(1);
        let counts = self.counts.chunks(together);
        Self {
            counts: counts.map(|chunk| chunk.iter().sum()).collect(),
            total: self.total,
        }
    }

    /// The lowest beginning of a bin from which on there are at most `most` similarities, and how many there are.
    #[must_use]
    pub fn with_at_most(&self, most: u64) -> (f32, Proportion) {
        let mut reached = 0;
        let full = self.counts.iter().rposition(|count| {
            let is_full = reached + count > most;
            reached += if is_full { 0 } else { *count };
            is_full
        });
        let first = full.map_or(0, |full| full + 1);
        (self.lower_end(first), Proportion::new(reached, self.total))
    }

    fn bin(&self, similarity: f32) -> usize {
        let place = f64::midpoint(f64::from(similarity), 1.0) * self.counts.len() as f64;
        // A cast to an integer stops at 0 below and turns what is no number into 0.
        (place as usize).min(self.counts.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bins_are_those_worked_by_hand() {
        let mut histogram = Histogram::new(4);
        for similarity in [-1.0, -0.6, -0.1, 0.0, 0.49, 0.5, 1.0, 7.0, -7.0] {
            histogram.add(similarity);
        }
        assert_eq!(histogram.counts(), [3, 1, 2, 3]);
        assert_eq!(histogram.coarser(2).counts(), [4, 5]);
        assert_eq!(
            histogram.with_at_most(4),
            (0.5, Proportion::new(3, 9)),
            "two more would be five"
        );
        assert!((histogram.with_at_most(9).0 + 1.0).abs() < 1e-6);
        assert_eq!(histogram.with_at_most(2), (1.0, Proportion::new(0, 9)));
    }

    proptest! {
        #[test]
        fn counting_apart_and_merging_is_counting_together(a in prop::collection::vec(-1.0_f32..1.0, 0..50), b in prop::collection::vec(-1.0_f32..1.0, 0..50)) {
            let count = |values: &[f32]| {
                let mut histogram = Histogram::new(16);
                for &value in values {
                    histogram.add(value);
                }
                histogram
            };
            let mut merged = count(&a);
            merged.merge(&count(&b));
            prop_assert_eq!(merged, count(&[a, b].concat()));
        }

        #[test]
        fn at_most_so_many_reach_the_beginning_of_a_bin(values in prop::collection::vec(-1.0_f32..1.0, 1..80), most in 0_u64..80) {
            let mut histogram = Histogram::new(64);
            for &value in &values {
                    histogram.add(value);
                }
            let (threshold, reached) = histogram.with_at_most(most);
            prop_assert!(reached.hits <= most);
            prop_assert_eq!(values.iter().filter(|&&v| v >= threshold).count() as u64, reached.hits);
        }
    }
}
