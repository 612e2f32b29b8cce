//! Vectors of length 1: the form in which templates are compared.

use burn::tensor::Tensor;

/// Vectors shorter than this are divided by it instead of by their length, so that zeros stay zeros.
pub(crate) const LEAST_LENGTH: f32 = 1e-6;

/// Each row of `x`, `[n, d]`, over its Euclidean length.
#[must_use]
pub fn unit_length(x: Tensor<2>) -> Tensor<2> {
    // Clamped before the root: its slope at zero is infinite.
    let square = x.clone().square().sum_dim(1);
    let length = square.clamp_min(LEAST_LENGTH * LEAST_LENGTH).sqrt();
    x / length
}

/// The similarity of each row of `a`, `[n, d]`, with each row of `b`, `[m, d]`: cosines, `[n, m]`.
#[must_use]
pub fn similarities(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    unit_length(a).matmul(unit_length(b).transpose())
}

/// The Euclidean distances between rows of `a` and `b`, both `[n, d]`: `[n]`.
#[must_use]
pub fn distances(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    let square = (a - b).square().sum_dim(1);
    let distance = square.clamp_min(LEAST_LENGTH * LEAST_LENGTH).sqrt();
    distance.squeeze_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Tolerance};

    #[test]
    fn a_row_keeps_its_direction_and_zeros_stay_zeros() {
        let x = Tensor::<2>::from_floats([[3.0, -4.0], [0.0, 0.0]], &Device::flex());
        let expected = Tensor::<2>::from_floats([[0.6, -0.8], [0.0, 0.0]], &Device::flex());
        unit_length(x)
            .to_data()
            .assert_approx_eq::<f32>(&expected.to_data(), Tolerance::default());
    }

    #[test]
    fn the_slope_at_zero_is_a_number() {
        let x = Tensor::<2>::zeros([1, 3], &Device::flex().autodiff()).require_grad();
        let slopes = unit_length(x.clone()).sum().backward();
        let slope = x.grad(&slopes).unwrap();
        assert!(slope.to_data().iter::<f32>().all(f32::is_finite));
    }
}
