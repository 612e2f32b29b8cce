//! The block that the plain networks are built of: convolution, batch normalisation, an optional short cut, rectifier.

use burn::module::{Module, Param, RunningState};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, PaddingConfig2d};
use burn::tensor::{Device, Tensor, activation};

use crate::kernels;

/// `[n, channels, height, width]` as `[n, height, width, channels]`, in which order the blocks compute.
///
/// On the CPU this moves nothing: between two blocks it undoes [`channels_first`]. Where a picture has two readers, turn it
/// once for both, so that their gradients are added in one order.
pub(crate) fn channels_last(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 2, 3, 1])
}

/// `[n, height, width, channels]` as `[n, channels, height, width]`.
pub(crate) fn channels_first(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 3, 1, 2])
}

/// What a [`ConvBlock`] is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConvBlockConfig {
    /// Channels of the input.
    pub channels_in: usize,
    /// Channels of the output.
    pub channels_out: usize,
    /// Side of the kernel, odd; the input is padded by half of it, so that a stride of 1 keeps the size.
    pub kernel: usize,
    /// Step of the kernel in both directions.
    pub stride: usize,
    /// Factor of negative values: 0 is the plain rectifier, 1 leaves the output linear.
    pub slope: f64,
}

impl ConvBlockConfig {
    /// A kernel of 3 by 3.
    #[must_use]
    pub const fn three(channels_in: usize, channels_out: usize, stride: usize, slope: f64) -> Self {
        Self {
            channels_in,
            channels_out,
            kernel: 3,
            stride,
            slope,
        }
    }

    /// A fresh block: weights normal with the deviation of He et al. (ICCV 2015) by fan-out, scale 1 and shift 0.
    #[must_use]
    pub fn init(&self, device: &Device) -> ConvBlock {
        let padding = self.kernel / 2;
        let initializer = Initializer::KaimingNormal {
            gain: (2.0 / (1.0 + self.slope * self.slope)).sqrt(),
            fan_out_only: true,
        };
        ConvBlock {
            conv: Conv2dConfig::new(
                [self.channels_in, self.channels_out],
                [self.kernel, self.kernel],
            )
            .with_stride([self.stride, self.stride])
            .with_padding(PaddingConfig2d::Explicit(
                padding, padding, padding, padding,
            ))
            .with_bias(false)
            .with_initializer(initializer)
            .init(device),
            norm: BatchNormConfig::new(self.channels_out).init(device),
            slope: self.slope,
        }
    }
}

/// Convolution without bias, batch normalisation, and a leaky rectifier.
#[derive(Module, Debug)]
pub struct ConvBlock {
    /// The convolution, square and padded to keep the size.
    pub conv: Conv2d,
    /// Its normalisation.
    pub norm: BatchNorm,
    /// Factor of negative values.
    pub slope: f64,
}

/// A block's convolution with the normalisation folded in, as it is exported.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldedConv {
    /// `[channels_out, channels_in, kernel, kernel]`, row-major.
    pub weight: Vec<f32>,
    /// The lengths of `weight`'s axes.
    pub shape: [usize; 4],
    /// One value for each output channel.
    pub bias: Vec<f32>,
    /// Step of the kernel.
    pub stride: usize,
    /// Zeros on each side.
    pub padding: usize,
    /// Factor of negative values.
    pub slope: f64,
}

impl ConvBlock {
    /// `[n, channels_in, height, width]` to `[n, channels_out, height / stride, width / stride]`, rounded up.
    #[must_use]
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.forward_with(x, None)
    }

    /// The same with `shortcut`, of the output's shape, added before the rectifier.
    #[must_use]
    pub fn forward_with(&self, x: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        let shortcut = shortcut.map(channels_last);
        channels_first(self.forward_last(channels_last(x), shortcut))
    }

    /// The same where all pictures lie [channels last](channels_last).
    pub(crate) fn forward_last(&self, x: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        if x.device().is_autodiff() && self.norm.training.is_enabled() {
            self.forward_train(x, shortcut)
        } else {
            self.forward_folded(x, shortcut)
        }
    }

    fn forward_train(&self, x: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        if !kernels::apply_to(&x) {
            let x = self.norm.forward(self.conv.forward(channels_first(x)));
            return self.rectify(channels_last(x), shortcut);
        }
        let x = kernels::conv2d(x, self.conv.weight.val(), self.stride(), self.padding());
        let parameters = [self.norm.gamma.val(), self.norm.beta.val()];
        let result = kernels::norm_train(x, shortcut, parameters, self.norm.epsilon, self.slope);
        let momentum = self.norm.momentum;
        for (running, batch) in [
            (&self.norm.running_mean, result.mean),
            (&self.norm.running_var, result.variance),
        ] {
            let old = running.value_sync();
            let new = old.mul_scalar(1.0 - momentum) + batch.mul_scalar(momentum);
            running.update(new.detach());
        }
        result.output
    }

    fn forward_folded(&self, x: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        let (weight, bias) = self.fold();
        let x = if kernels::apply_to(&x) {
            kernels::conv2d(x, weight, self.stride(), self.padding())
        } else {
            let mut conv = self.conv.clone();
            conv.weight = Param::from_tensor(weight);
            channels_last(conv.forward(channels_first(x)))
        };
        let channels = bias.dims()[0];
        self.rectify(x + bias.reshape([1, 1, 1, channels]), shortcut)
    }

    fn rectify(&self, x: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        let x = match shortcut {
            Some(shortcut) => x + shortcut,
            None => x,
        };
        if self.slope < 1.0 {
            activation::leaky_relu(x, self.slope)
        } else {
            x
        }
    }

    /// Weight and bias with the running statistics folded in.
    fn fold(&self) -> (Tensor<4>, Tensor<1>) {
        let norm = &self.norm;
        let deviation = norm
            .running_var
            .value_sync()
            .add_scalar(norm.epsilon)
            .sqrt();
        let scale = norm.gamma.val() / deviation;
        let bias = norm.beta.val() - norm.running_mean.value_sync() * scale.clone();
        let channels = bias.dims()[0];
        let weight = self.conv.weight.val() * scale.reshape([channels, 1, 1, 1]);
        (weight, bias)
    }

    /// The block that answers alike, with the running statistics that its convolution has on `x`: a normalisation by the
    /// batch's own then changes nothing.
    #[must_use]
    pub(crate) fn settled(mut self, x: Tensor<4>) -> Self {
        let z = self.conv.forward(x).swap_dims(0, 1).flatten::<2>(1, 3);
        let (variance, mean) = z.var_mean_bias(1);
        let [variance, mean] = [variance, mean].map(|column| column.squeeze_dim::<1>(1));
        let norm = &self.norm;
        let deviation = |variance: Tensor<1>| variance.add_scalar(norm.epsilon).sqrt();
        let scale = norm.gamma.val() / deviation(norm.running_var.value_sync());
        let shift = norm.beta.val() - norm.running_mean.value_sync() * scale.clone();
        let gamma = scale.clone() * deviation(variance.clone());
        let beta = shift + scale * mean.clone();
        self.norm = BatchNorm {
            gamma: Param::from_tensor(gamma),
            beta: Param::from_tensor(beta),
            running_mean: RunningState::new(mean),
            running_var: RunningState::new(variance),
            ..self.norm
        };
        self
    }

    /// The block as one convolution with a bias.
    #[must_use]
    pub fn folded(&self) -> FoldedConv {
        let (weight, bias) = self.fold();
        let read = |data: burn::tensor::TensorData| {
            data.try_into_vec().expect("weights are floats of 32 bits")
        };
        FoldedConv {
            shape: weight.dims(),
            weight: read(weight.into_data()),
            bias: read(bias.into_data()),
            stride: self.stride(),
            padding: self.padding(),
            slope: self.slope,
        }
    }

    const fn stride(&self) -> usize {
        self.conv.stride[0]
    }

    const fn padding(&self) -> usize {
        self.conv.kernel_size[0] / 2
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    #[test]
    fn a_trained_block_and_its_folded_form_agree() {
        let device = Device::flex();
        device.seed(5);
        let block = ConvBlockConfig::three(3, 4, 2, 0.1).init(&device.clone().autodiff());
        for _ in 0..20 {
            let x = Tensor::random([8, 3, 10, 10], Distribution::Normal(0.4, 2.0), &device);
            let _ = block.forward(Tensor::from_inner(x));
        }
        let x = Tensor::random([8, 3, 10, 10], Distribution::Normal(0.4, 2.0), &device);
        let trained = block.forward(Tensor::from_inner(x.clone())).inner();
        let valid = block.valid().forward(x);
        let difference = (trained - valid).abs().max().into_scalar::<f32>();
        // The running statistics have come near those of a batch, but are not the same: 0.66 apart at most with 60 seeds.
        assert!(difference < 1.0, "{difference}");
        assert!(difference > 0.0);
    }

    #[test]
    fn the_folded_weights_are_the_librarys_inference() {
        let device = Device::flex();
        device.seed(6);
        let block = ConvBlockConfig::three(2, 3, 1, 0.0).init(&device.clone().autodiff());
        let x = Tensor::random([4, 2, 6, 6], Distribution::Normal(0.4, 2.0), &device);
        let _ = block.forward(Tensor::from_inner(x.clone()));
        let valid = block.valid();
        let library = activation::relu(valid.norm.forward(valid.conv.forward(x.clone())));
        let difference = (valid.forward(x) - library)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(difference < 1e-5, "{difference}");
        assert_eq!(valid.folded().shape, [3, 2, 3, 3]);
    }
}
