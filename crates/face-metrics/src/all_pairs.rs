//! Every picture compared with every other.

use crate::dot::{in_parallel, threads};
use crate::{Comparison, Comparisons, Features, Histogram};

/// Fine enough that a threshold read from a bin is exact to 0.00003.
const BINS: usize = 1 << 16;

/// The comparisons of all pictures with all others: the mated ones in full, of the non-mated, of which there are
/// millions, the counts and the highest.
#[derive(Debug, Clone, PartialEq)]
pub struct AllPairs {
    /// Every mated comparison.
    pub mated: Vec<Comparison>,
    /// Counts of all non-mated similarities.
    pub non_mated: Histogram,
    /// The highest non-mated comparisons.
    pub highest: Vec<Comparison>,
    /// How many pictures each person has.
    pictures: Vec<u32>,
}

/// What one thread has seen.
struct Part {
    mated: Vec<Comparison>,
    non_mated: Histogram,
}

impl AllPairs {
    /// Compares all rows of `features`, keeping about the highest `share` of the non-mated comparisons.
    #[must_use]
    pub fn of(features: &Features, share: f64) -> Self {
        let parts = split(features, |rows| count(features, rows));
        let mut mated = Vec::new();
        let mut non_mated = Histogram::new(BINS);
        for part in parts {
            mated.extend(part.mated);
            non_mated.merge(&part.non_mated);
        }
        let most = (share * non_mated.total() as f64).ceil() as u64;
        // With few comparisons a bin may hold more than the share; then nothing would be kept.
        let (floor, _) = non_mated.with_at_most(most.max(1));
        let highest = split(features, |rows| keep(features, rows, floor)).concat();
        Self {
            mated,
            non_mated,
            highest,
            pictures: features.class_sizes(),
        }
    }

    /// The comparisons for rates with intervals over people.
    #[must_use]
    pub fn comparisons(&self) -> Comparisons {
        Comparisons::of_all_pairs(
            self.pictures.clone(),
            self.mated.clone(),
            self.highest.clone(),
        )
    }
}

/// Runs `work` on threads, on rows whose comparisons with all earlier rows add up to about as many for each thread.
fn split<T: Send>(
    features: &Features,
    work: impl Fn(&mut dyn Iterator<Item = usize>) -> T + Sync,
) -> Vec<T> {
    let count = threads();
    in_parallel(count, count, |range| {
        range
            .map(|thread| work(&mut (thread..features.len()).step_by(count)))
            .collect::<Vec<_>>()
    })
    .into_iter()
    .flatten()
    .collect()
}

fn compare(features: &Features, row: usize) -> impl Iterator<Item = (bool, Comparison)> + '_ {
    let classes = features.classes();
    (0..row).map(move |other| {
        let people = (classes[row], classes[other]);
        let similarity = features.similarity(row, other);
        (people.0 == people.1, Comparison { similarity, people })
    })
}

fn count(features: &Features, rows: &mut dyn Iterator<Item = usize>) -> Part {
    let mut part = Part {
        mated: Vec::new(),
        non_mated: Histogram::new(BINS),
    };
    for (is_mated, comparison) in rows.flat_map(|row| compare(features, row)) {
        if is_mated {
            part.mated.push(comparison);
        } else {
            part.non_mated.add(comparison.similarity);
        }
    }
    part
}

fn keep(features: &Features, rows: &mut dyn Iterator<Item = usize>, floor: f32) -> Vec<Comparison> {
    rows.flat_map(|row| compare(features, row))
        .filter(|(is_mated, comparison)| !is_mated && comparison.similarity >= floor)
        .map(|(_, comparison)| comparison)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::scattered;
    use crate::{Bootstrap, Scores};

    #[test]
    fn every_pair_is_compared_once() {
        let features = scattered(12, 5, 0.5, 1);
        let all = AllPairs::of(&features, 0.1);
        assert_eq!(all.mated.len(), 12 * 10);
        assert_eq!(all.non_mated.total(), 60 * 59 / 2 - 120);
        assert_eq!(all.comparisons().non_mated(), all.non_mated.total());
        let kept = all.highest.len() as f64 / all.non_mated.total() as f64;
        assert!((0.08..=0.1).contains(&kept), "{kept}");
    }

    #[test]
    fn rates_agree_with_a_plain_list_of_all_scores() {
        let features = scattered(15, 4, 1.2, 2);
        let (mut mated, mut non_mated) = (Vec::new(), Vec::new());
        for row in 0..features.len() {
            for (is_mated, comparison) in compare(&features, row) {
                if is_mated {
                    mated.push(comparison.similarity);
                } else {
                    non_mated.push(comparison.similarity);
                }
            }
        }
        let plain = Scores::new(mated, non_mated).unwrap();
        let all = AllPairs::of(&features, 0.2).comparisons();
        for fmr in [0.05, 0.01] {
            let expected = plain.at_fmr(fmr).unwrap().tar().value;
            let found = all.tar_at_fmr(fmr, &Bootstrap::default()).unwrap();
            assert!((found.value - expected).abs() < 1e-9, "{fmr}: {found:?}");
        }
    }
}
