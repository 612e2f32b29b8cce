//! Normalised mutual information of two partitions.

use std::collections::HashMap;

/// 2 I(a; b) / (H(a) + H(b)): 1 for the same partition under other names, near 0 for unrelated ones (Manning, Raghavan
/// and Schütze, 2008, section 16.3). Two partitions into one part each are the same. Both must be of the same things.
#[must_use]
pub fn nmi(a: &[u32], b: &[u32]) -> f64 {
    debug_assert_eq!(a.len(), b.len(), "both partitions are of the same things");
    let (of_a, of_b) = (entropy(a), entropy(b));
    let both = entropy(&a.iter().zip(b).collect::<Vec<_>>());
    if of_a + of_b <= 0.0 {
        return 1.0;
    }
    (2.0 * (of_a + of_b - both) / (of_a + of_b)).clamp(0.0, 1.0)
}

fn entropy<T: std::hash::Hash + Eq>(labels: &[T]) -> f64 {
    let mut counts: HashMap<&T, u64> = HashMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    let mut counts: Vec<u64> = counts.into_values().collect();
    // A sum in the map's order would differ in its last digits from run to run.
    counts.sort_unstable();
    let n = labels.len() as f64;
    counts
        .iter()
        .map(|&count| count as f64 / n)
        .map(|share| -share * share.ln())
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// The last case, worked by hand: H(a) = ln 2, H(b) = (3/4) ln(4/3) + (1/4) ln 4 = 0.5623, H(a, b) = 1.0397.
    #[rstest]
    #[case::other_names(&[0, 0, 1, 1], &[7, 7, 3, 3], 1.0)]
    #[case::unrelated(&[0, 0, 1, 1], &[0, 1, 0, 1], 0.0)]
    #[case::one_part_each(&[0, 0], &[5, 5], 1.0)]
    #[case::one_part_tells_nothing(&[0, 0, 1], &[0, 0, 0], 0.0)]
    #[case::by_hand(&[0, 0, 1, 1], &[0, 0, 0, 1], 0.343_71)]
    fn cases_worked_by_hand(#[case] a: &[u32], #[case] b: &[u32], #[case] expected: f64) {
        assert!((nmi(a, b) - expected).abs() < 1e-4, "{}", nmi(a, b));
    }

    proptest! {
        #[test]
        fn it_is_symmetric_and_1_with_itself(pairs in prop::collection::vec((0_u32..5, 0_u32..5), 1..60)) {
            let (a, b): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            prop_assert!((nmi(&a, &b) - nmi(&b, &a)).abs() < 1e-12);
            prop_assert!((nmi(&a, &a) - 1.0).abs() < 1e-12);
        }
    }
}
