//! Group Loss against cases worked by hand, and its slopes against finite differences.

use super::*;
use crate::loss::testing::{assert_slopes, matrix, number};

fn values(x: Tensor<2>) -> Vec<f64> {
    x.into_data().iter().collect()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    assert!(
        pairs.clone().all(|(a, b)| (a - b).abs() < 1e-9),
        "{found:?} {expected:?}"
    );
}

#[rstest::rstest]
#[case::none(0, [1.0, 0.0, 0.5, 0.5])]
// Support of the second row: (0.5 · 1 + 1 · 0.5, 0.5) = (1, 0.5); times (0.5, 0.5): (0.5, 0.25).
#[case::one(1, [1.0, 0.0, 2.0 / 3.0, 1.0 / 3.0])]
// (0.5 + 2/3, 1/3) = (7/6, 1/3); times (2/3, 1/3): (7/9, 1/9).
#[case::two(2, [1.0, 0.0, 7.0 / 8.0, 1.0 / 8.0])]
fn an_anchor_draws_its_neighbour_step_by_step(
    #[case] iterations: usize,
    #[case] expected: [f64; 4],
) {
    let w = matrix(&[[1.0, 0.5], [0.5, 1.0]]);
    let x = matrix(&[[1.0, 0.0], [0.5, 0.5]]);
    assert_close(&values(replicate(&w, x, iterations)), &expected);
}

#[test]
fn the_nearer_of_two_anchors_draws_more() {
    let w = matrix(&[[1.0, 0.0, 0.5], [0.0, 1.0, 0.25], [0.5, 0.25, 1.0]]);
    let x = matrix(&[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]);
    // Support of the third row: (0.5 + 0.5, 0.25 + 0.5) = (1, 3/4).
    let expected = [1.0, 0.0, 0.0, 1.0, 4.0 / 7.0, 3.0 / 7.0];
    assert_close(&values(replicate(&w, x, 1)), &expected);
}

#[test]
fn a_row_without_support_is_no_division_by_nought() {
    let x = replicate(&matrix(&[[0.0]]), matrix(&[[0.5, 0.5]]), 2);
    assert_close(&values(x), &[0.0, 0.0]);
}

#[test]
fn correlations_ignore_size_and_offset_and_negative_ones_are_nought() {
    // The second row is twice the first plus one, the third runs against both; the fourth is at a right angle.
    let w = pearson(matrix(&[
        [1.0, 2.0, 3.0],
        [3.0, 5.0, 7.0],
        [2.0, 1.0, 0.0],
        [1.0, -2.0, 1.0],
    ]));
    let expected = [
        [1.0, 1.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ];
    assert_close(&values(w), expected.as_flattened());
}

/// Two classes of two images each, one of each an anchor, in three dimensions and among three classes.
fn batch() -> (Tensor<2>, Tensor<2>, [usize; 4], [bool; 4]) {
    let features = matrix(&[
        [0.9, -0.2, 0.1],
        [0.7, 0.1, -0.3],
        [-0.4, 0.8, 0.3],
        [-0.1, 0.6, 0.9],
    ]);
    let logits = matrix(&[
        [2.0, -1.0, 0.5],
        [0.3, 0.4, -0.2],
        [-1.0, 0.2, 1.5],
        [0.1, 0.6, 0.7],
    ]);
    (features, logits, [0, 0, 2, 2], [true, false, true, false])
}

#[rstest::rstest]
#[case::all_classes(false)]
#[case::classes_in_the_batch(true)]
fn the_slopes_are_those_of_finite_differences(#[case] only_present: bool) {
    let (features, logits, labels, is_anchor) = batch();
    let group = GroupLoss {
        temperature: 2.0,
        only_present,
        ..GroupLoss::default()
    };
    assert_slopes(&features, |f| {
        group.loss(f, logits.clone(), &labels, &is_anchor)
    });
    assert_slopes(&logits, |l| {
        group.loss(features.clone(), l, &labels, &is_anchor)
    });
}

#[test]
fn without_iterations_it_is_the_cross_entropy_of_those_that_are_no_anchors() {
    let (features, logits, labels, is_anchor) = batch();
    let group = GroupLoss {
        temperature: 1.0,
        iterations: 0,
        only_present: false,
    };
    let loss = number(group.loss(features, logits, &labels, &is_anchor));
    let row = |chosen: f64, others: [f64; 2]| {
        let sum = chosen.exp() + others[0].exp() + others[1].exp();
        sum.ln() - chosen
    };
    let expected = f64::midpoint(row(0.3, [0.4, -0.2]), row(0.7, [0.1, 0.6]));
    assert!((loss - expected).abs() < 1e-9, "{loss} {expected}");
}

#[test]
fn absent_classes_take_no_probability_when_only_present_ones_compete() {
    let (features, logits, labels, is_anchor) = batch();
    let group = GroupLoss {
        temperature: 1.0,
        iterations: 0,
        only_present: true,
    };
    let loss = number(group.loss(features, logits, &labels, &is_anchor));
    let row = |chosen: f64, other: f64| (1.0 + (other - chosen).exp()).ln();
    let expected = f64::midpoint(row(0.3, -0.2), row(0.7, 0.1));
    assert!((loss - expected).abs() < 1e-9, "{loss} {expected}");
}

#[rstest::rstest]
#[case::one_of_each(&[4, 4, 7, 7, 7], 1, &[true, false, true, false, false])]
#[case::two_where_one_is_left_over(&[4, 4, 7, 7, 7], 2, &[true, false, true, true, false])]
#[case::none_of_a_class_of_one(&[3, 5, 5], 1, &[false, true, false])]
fn the_first_of_each_class_are_anchors(
    #[case] labels: &[usize],
    #[case] per_class: usize,
    #[case] expected: &[bool],
) {
    assert_eq!(anchors(labels, per_class), expected);
}

proptest::proptest! {
    /// Whatever the similarities, rows stay probabilities.
    #[test]
    fn rows_stay_probabilities(
        w in proptest::array::uniform3(proptest::array::uniform3(0.01..1.0_f64)),
        x in proptest::array::uniform3(proptest::array::uniform3(0.01..1.0_f64)),
    ) {
        let x = softmax(matrix(&x), 1);
        let refined = values(replicate(&matrix(&w), x, 4));
        for row in refined.chunks(3) {
            proptest::prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            proptest::prop_assert!(row.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
