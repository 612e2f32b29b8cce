//! Contrastive loss: mated pairs together, non-mated pairs at least a margin apart.

use burn::tensor::{Bool, Tensor};

use crate::distances;

/// Mean over the pairs of L(W, Y, X₁, X₂) = (1 - Y) · ½ · `D_W`² + Y · ½ · max(0, m - `D_W`)², where `D_W` is the
/// Euclidean distance and Y is 0 for a mated pair, 1 for a non-mated one (Hadsell, Chopra and `LeCun`, CVPR 2006,
/// equation 4).
///
/// `x1` and `x2` are `[n, d]`, `is_mated` is `[n]`, `margin` is the paper's m.
#[must_use]
pub fn contrastive(
    x1: Tensor<2>,
    x2: Tensor<2>,
    is_mated: Tensor<1, Bool>,
    margin: f64,
) -> Tensor<1> {
    let d_w = distances(x1, x2);
    let together = d_w.clone().square();
    let apart = (-d_w + margin).clamp_min(0.0).square();
    apart.mask_where(is_mated, together).mean() * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::testing::{assert_slopes, mask, matrix, number};

    #[rstest::rstest]
    #[case::mated_pairs_cost_half_the_square_of_their_distance([true], 12.5)]
    #[case::non_mated_pairs_cost_half_the_square_of_what_they_lack([false], 0.5)]
    fn a_pair_five_apart_is_as_worked_by_hand(#[case] is_mated: [bool; 1], #[case] expected: f64) {
        let (x1, x2) = (matrix(&[[0.0, 0.0]]), matrix(&[[3.0, -4.0]]));
        let loss = number(contrastive(x1, x2, mask(&is_mated), 6.0));
        assert!((loss - expected).abs() < 1e-9, "{loss}");
    }

    #[test]
    fn non_mated_pairs_beyond_the_margin_cost_nothing() {
        let (x1, x2) = (matrix(&[[0.0, 0.0]]), matrix(&[[3.0, -4.0]]));
        assert!(number(contrastive(x1, x2, mask(&[false]), 5.0)).abs() < 1e-9);
    }

    #[test]
    fn the_slope_is_that_of_finite_differences() {
        let other = matrix(&[[0.9, 0.2], [-0.3, 0.4], [0.1, 0.1]]);
        let loss = |x| contrastive(x, other.clone(), mask(&[true, false, false]), 1.5);
        assert_slopes(&matrix(&[[0.1, 0.2], [0.3, -0.4], [2.5, 1.0]]), loss);
    }

    #[test]
    fn equal_vectors_have_a_slope_that_is_a_number() {
        let x = matrix(&[[0.5, 0.5]]).autodiff().require_grad();
        let loss = contrastive(x.clone(), x.clone(), mask(&[false]), 1.0);
        let slope = x.grad(&loss.backward()).unwrap();
        assert!(slope.into_data().iter::<f64>().all(f64::is_finite));
    }
}
