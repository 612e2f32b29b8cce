//! The impostor curve of a pack's manifest: how often strangers reach a similarity.

use crate::Histogram;

/// The rates at which the curve is read, loosest first.
const RATES: [f64; 16] = [
    5e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8,
];

/// Points `(threshold, false match rate)` by rising threshold and falling rate, as far as `fewest` comparisons bear them.
///
/// Each rate is the one found at its threshold, so no point promises more than was measured. `fewest` is how many
/// comparisons the last point must rest on: the share of three comparisons is known to a factor of three, of 30 to a third.
#[must_use]
pub fn impostor_curve(non_mated: &Histogram, fewest: u64) -> Vec<(f32, f64)> {
    let total = non_mated.total() as f64;
    let borne = RATES
        .into_iter()
        .filter(|rate| rate * total >= fewest as f64);
    let points = borne.map(|rate| non_mated.with_at_most((rate * total) as u64));
    let mut curve: Vec<(f32, f64)> = Vec::new();
    for (threshold, reached) in points {
        let is_new = curve
            .last()
            .is_none_or(|&(last, rate)| threshold > last && reached.value() < rate);
        if is_new && reached.hits >= fewest.max(1) {
            curve.push((threshold, reached.value()));
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_even_spread_gives_a_straight_line() {
        let mut scores = Histogram::new(1 << 16);
        (0..100_000_u32).for_each(|i| scores.add(i as f32 / 50_000.0 - 1.0));
        let curve = impostor_curve(&scores, 10);
        let expected = [
            (0.0, 0.5),
            (0.8, 0.1),
            (0.94, 0.03),
            (0.98, 0.01),
            (0.994, 3e-3),
            (0.998, 1e-3),
            (0.9994, 3e-4),
            (0.9998, 1e-4),
        ];
        assert_eq!(curve.len(), expected.len());
        for (found, wanted) in curve.iter().zip(expected) {
            assert!((found.0 - wanted.0).abs() < 1e-4, "{found:?}");
            assert!((found.1 / wanted.1 - 1.0).abs() < 0.2, "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn thresholds_rise_and_rates_fall_and_every_point_is_borne(scores in prop::collection::vec(-1.0_f32..1.0, 1..300), fewest in 1_u64..20) {
            let mut histogram = Histogram::new(256);
            for &score in &scores {
                histogram.add(score);
            }
            let curve = impostor_curve(&histogram, fewest);
            prop_assert!(curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1));
            for (threshold, rate) in curve {
                let reached = scores.iter().filter(|&&score| score >= threshold).count();
                prop_assert!(reached as u64 >= fewest);
                prop_assert!((reached as f64 / scores.len() as f64 - rate).abs() < 1e-12);
            }
        }
    }
}
