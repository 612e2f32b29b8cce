//! Weights and bias of a linear map, with the batch normalisation after it folded in.

use burn::nn::{BatchNorm, Linear, conv::Conv2d};
use burn::tensor::Tensor;

/// A linear map with a bias: a convolution's `[out, in / groups, rows, columns]` or a matrix `[in, out]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// Length of each axis of the weights.
    pub dims: Vec<usize>,
    /// The weights, row-major.
    pub weight: Vec<f32>,
    /// One value an output channel.
    pub bias: Vec<f32>,
    /// How many neighbouring weights belong to one output channel: all of it, or 1 where the channel is the last axis.
    run: usize,
}

impl Affine {
    /// The weights of `conv`.
    #[must_use]
    pub fn of_convolution(conv: &Conv2d) -> Self {
        let dims = conv.weight.dims().to_vec();
        let (outputs, run) = (dims[0], dims[1..].iter().product());
        let bias = conv.bias.as_ref().map(|bias| values(bias.val()));
        Self {
            dims,
            weight: values(conv.weight.val()),
            bias: bias.unwrap_or_else(|| vec![0.0; outputs]),
            run,
        }
    }

    /// The weights of `linear`.
    #[must_use]
    pub fn of_linear(linear: &Linear) -> Self {
        let dims = linear.weight.dims().to_vec();
        let outputs = dims[1];
        let bias = linear.bias.as_ref().map(|bias| values(bias.val()));
        Self {
            dims,
            weight: values(linear.weight.val()),
            bias: bias.unwrap_or_else(|| vec![0.0; outputs]),
            run: 1,
        }
    }

    /// The map with its result multiplied by `factor`.
    #[must_use]
    pub fn times(mut self, factor: f32) -> Self {
        let values = self.weight.iter_mut().chain(&mut self.bias);
        values.for_each(|value| *value *= factor);
        self
    }

    /// The map followed by `norm` as it stands after training: y = (x - μ) · γ / √(σ² + ε) + β (Ioffe and Szegedy,
    /// ICML 2015, algorithm 2).
    #[must_use]
    pub fn then(mut self, norm: &BatchNorm) -> Self {
        let (gamma, beta) = (values(norm.gamma.val()), values(norm.beta.val()));
        let mean = values(norm.running_mean.value_sync());
        let variance = values(norm.running_var.value_sync());
        let factor = |channel: usize| {
            f64::from(gamma[channel]) / (f64::from(variance[channel]) + norm.epsilon).sqrt()
        };
        let channels = self.bias.len();
        for (place, weight) in self.weight.iter_mut().enumerate() {
            *weight = (f64::from(*weight) * factor(place / self.run % channels)) as f32;
        }
        for (channel, bias) in self.bias.iter_mut().enumerate() {
            let centred = f64::from(*bias) - f64::from(mean[channel]);
            *bias = (centred * factor(channel) + f64::from(beta[channel])) as f32;
        }
        self
    }
}

/// The numbers of a tensor, row-major.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{BatchNormConfig, LinearConfig};
    use burn::tensor::{Device, Distribution};

    use crate::onnx::testing::shaken;

    #[test]
    fn a_linear_map_with_its_normalisation_folds_along_the_last_axis() {
        let device = Device::flex();
        let linear = LinearConfig::new(3, 4).init(&device);
        let norm = shaken(BatchNormConfig::new(4).init(&device));
        let x = Tensor::<2>::random([5, 3], Distribution::Default, &device);
        let expected = values(norm.forward(linear.forward(x.clone())));
        let folded = Affine::of_linear(&linear).then(&norm);
        let rows = values(x);
        for (place, expected) in expected.iter().enumerate() {
            let (row, column) = (place / 4, place % 4);
            let terms = (0..3).map(|i| rows[3 * row + i] * folded.weight[4 * i + column]);
            let found = terms.sum::<f32>() + folded.bias[column];
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }
}
