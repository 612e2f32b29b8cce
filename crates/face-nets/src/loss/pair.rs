//! Same person or not, as a question with a yes and a no: a head on two vectors, and its binary cross-entropy.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::softplus;
use burn::tensor::{Bool, Device, Tensor};

/// Mean over the pairs of -y · log p - (1 - y) · log(1 - p), where p = σ(z), z are the `logits`, `[n]`, and y is 1 for a
/// mated pair.
///
/// Written as log(1 + exp(z)) - y · z, which has no logarithm of zero.
#[must_use]
pub fn pair_cross_entropy(logits: Tensor<1>, is_mated: Tensor<1, Bool>) -> Tensor<1> {
    let agreement = logits.clone().mask_fill(is_mated.bool_not(), 0.0);
    (softplus(logits, 1.0) - agreement).mean()
}

/// The logit of "same person" from two vectors: a weighted sum of the distances in each dimension (Koch, Zemel and
/// Salakhutdinov, ICML workshop 2015, section 3.1).
#[derive(Module, Debug)]
pub struct PairHead {
    /// From the distances in each dimension to the logit.
    pub weights: Linear,
}

impl PairHead {
    /// A head for vectors of `dimension` values, with weights to be trained.
    #[must_use]
    pub fn new(dimension: usize, device: &Device) -> Self {
        Self {
            weights: LinearConfig::new(dimension, 1).init(device),
        }
    }

    /// Logits, `[n]`, of the pairs of rows of `x1` and `x2`, both `[n, d]`.
    #[must_use]
    pub fn forward(&self, x1: Tensor<2>, x2: Tensor<2>) -> Tensor<1> {
        self.weights.forward((x1 - x2).abs()).squeeze_dim(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::testing::{assert_slopes, mask, matrix, number};

    #[test]
    fn yes_and_no_are_as_worked_by_hand() {
        // p = 3/4 for both: log(4/3) for the mated pair, log 4 for the other.
        let logits = matrix(&[[3.0_f64.ln()], [3.0_f64.ln()]]).squeeze_dim(1);
        let loss = number(pair_cross_entropy(logits, mask(&[true, false])));
        let expected = f64::midpoint((4.0_f64 / 3.0).ln(), 4.0_f64.ln());
        assert!((loss - expected).abs() < 1e-9, "{loss} {expected}");
    }

    #[test]
    fn a_logit_of_a_thousand_costs_a_thousand_and_not_infinity() {
        let logits = matrix(&[[-1000.0], [1000.0]]).squeeze_dim(1);
        let loss = number(pair_cross_entropy(logits, mask(&[true, false])));
        assert!((loss - 1000.0).abs() < 1e-6, "{loss}");
    }

    #[test]
    fn the_slope_is_that_of_finite_differences() {
        let is_mated = || mask(&[true, false, true]);
        let loss = |x: Tensor<2>| pair_cross_entropy(x.squeeze_dim(1), is_mated());
        assert_slopes(&matrix(&[[0.4], [-1.2], [3.0]]), loss);
    }

    #[test]
    fn the_head_answers_alike_in_both_orders() {
        let head = PairHead::new(3, &Device::flex());
        let pair = || {
            let device = Device::flex();
            let x = Tensor::<2>::from_floats([[0.1, 0.2, 0.3], [1.0, -1.0, 0.0]], &device);
            (x.clone(), x.flip([0]))
        };
        let ((a, b), (c, d)) = (pair(), pair());
        let there = head.forward(a, b).into_data();
        assert_eq!(there, head.forward(d, c).into_data());
        assert_eq!(there.shape().as_slice(), [2]);
    }
}
