//! A convolution of any shape with batch normalisation after it, on burn's own layers.
//!
//! For the published networks, whose kernels are oblong, grouped or with bias, and whose files name the two parts `conv`
//! and `bn`; the networks made for this laboratory use the faster blocks of `layers`.

use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor};

use crate::onnx::{Graph, Layer, Value};

/// The shape of the two.
#[derive(Config, Debug)]
pub(crate) struct ConvBnConfig {
    /// Channels in and out.
    pub(crate) channels: [usize; 2],
    /// Rows and columns of the kernel.
    pub(crate) kernel: [usize; 2],
    /// Rows and columns between its places.
    #[config(default = "[1, 1]")]
    pub(crate) stride: [usize; 2],
    /// Rows above and below, columns left and right, of zeros.
    #[config(default = "[0, 0]")]
    pub(crate) padding: [usize; 2],
    /// Parts into which the channels are divided.
    #[config(default = 1)]
    pub(crate) groups: usize,
    /// Whether the convolution has a bias of its own, which the normalisation takes away again.
    #[config(default = false)]
    pub(crate) bias: bool,
    /// ε of the normalisation.
    #[config(default = 1e-5)]
    pub(crate) epsilon: f64,
}

/// A convolution, then batch normalisation.
#[derive(Module, Debug)]
pub(crate) struct ConvBn {
    /// The convolution.
    pub(crate) conv: Conv2d,
    /// The normalisation.
    pub(crate) bn: BatchNorm,
}

impl ConvBnConfig {
    /// Both with weights to be trained.
    #[must_use]
    pub(crate) fn init(&self, device: &Device) -> ConvBn {
        let [rows, columns] = self.padding;
        let padding = match self.padding {
            [0, 0] => PaddingConfig2d::Valid,
            _ => PaddingConfig2d::Explicit(rows, columns, rows, columns),
        };
        let conv = Conv2dConfig::new(self.channels, self.kernel)
            .with_stride(self.stride)
            .with_padding(padding)
            .with_groups(self.groups)
            .with_bias(self.bias);
        let bn = BatchNormConfig::new(self.channels[1]).with_epsilon(self.epsilon);
        ConvBn {
            conv: conv.init(device),
            bn: bn.init(device),
        }
    }
}

impl ConvBn {
    /// `[n, channels in, h, w]` to `[n, channels out, h', w']`.
    #[must_use]
    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.bn.forward(self.conv.forward(x))
    }
}

impl Layer for ConvBn {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        (&self.conv, &self.bn).append(graph, x)
    }
}

/// `channels` times `width`, as a multiple of 8, at least 8.
pub(crate) fn scaled(channels: usize, width: f64) -> usize {
    8 * ((channels as f64 * width / 8.0).round() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[rstest::rstest]
    #[case::as_published(80, 1.0, 80)]
    #[case::half_is_rounded_to_eights(40, 0.5, 24)]
    #[case::never_below_eight(32, 0.05, 8)]
    fn a_width_gives_whole_eights(
        #[case] channels: usize,
        #[case] width: f64,
        #[case] expected: usize,
    ) {
        assert_eq!(scaled(channels, width), expected);
    }
}
