//! The small network of the original's model 1: three blocks of convolution, pool and `PReLU`, then one linear map.
//!
//! At width 1: 8,424,355 parameters, 2048 values, 36 million multiply-adds at 128x128. The original states three blocks, the
//! input and "fully connected 4096-2048"; kernels and channels are chosen here so that the third block leaves those
//! 4096 values (64 channels of 8x8). Input: RGB, `(x - 127.5) / 128`; pairs are compared by Euclidean distance.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PRelu, PReluConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::conv_bn::scaled;
use crate::embedder::{self, Embedder};
use crate::onnx::{Export, Graph, Layer, Port, Value};

/// Channels, kernel and stride of the three blocks.
const BLOCKS: [(usize, usize, usize); 3] = [(16, 7, 2), (32, 5, 1), (64, 3, 1)];
/// The stride of the first convolution and the three pools.
const SHRINKAGE: usize = 16;

/// The network's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SiameseSettings {
    /// Factor on every channel; 1 is the full size.
    pub width: f64,
    /// Side of the square input in pixels, a multiple of 16.
    pub side: usize,
    /// Values of a template.
    pub dimension: usize,
}

/// The network; both pictures of a pair go through it.
#[derive(Module, Debug)]
pub struct Siamese {
    convolutions: Vec<Conv2d>,
    slopes: Vec<PRelu>,
    linear: Linear,
    side: usize,
}

impl Default for SiameseSettings {
    fn default() -> Self {
        Self {
            width: 1.0,
            side: 128,
            dimension: 2048,
        }
    }
}

impl SiameseSettings {
    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> Siamese {
        let mut channels = 3;
        let mut convolution = |(to, kernel, stride): (usize, usize, usize)| {
            let rim = kernel / 2;
            let from = std::mem::replace(&mut channels, scaled(to, self.width));
            Conv2dConfig::new([from, channels], [kernel; 2])
                .with_stride([stride; 2])
                .with_padding(PaddingConfig2d::Explicit(rim, rim, rim, rim))
                .init(device)
        };
        let convolutions = BLOCKS.map(&mut convolution).into();
        let cells = (self.side / SHRINKAGE).pow(2);
        Siamese {
            convolutions,
            slopes: BLOCKS.map(|_| PReluConfig::new().init(device)).into(),
            linear: LinearConfig::new(channels * cells, self.dimension).init(device),
            side: self.side,
        }
    }
}

fn pool() -> MaxPool2d {
    MaxPool2dConfig::new([2, 2]).init()
}

impl Embedder for Siamese {
    fn dimension(&self) -> usize {
        self.linear.weight.dims()[1]
    }

    fn embed(&self, faces: Tensor<4>) -> Tensor<2> {
        let blocks = self.convolutions.iter().zip(&self.slopes);
        let x = blocks.fold(faces, |x, (convolution, slope)| {
            slope.forward(pool().forward(convolution.forward(x)))
        });
        self.linear.forward(x.flatten::<2>(1, 3))
    }

    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value {
        let blocks = self.convolutions.iter().zip(&self.slopes);
        let x = blocks.fold(input.clone(), |x, (convolution, slope)| {
            let x = convolution.append(graph, &x);
            let x = pool().append(graph, &x);
            slope.append(graph, &x)
        });
        let x = graph.flatten(&x);
        self.linear.append(graph, &x)
    }
}

impl Export for Siamese {
    fn input(&self) -> Port {
        Port::pictures([self.side; 2])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let x = self.append_values(graph, input);
        embedder::template(graph, &x, self.dimension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{assert_agrees, noise, shaken};
    use crate::onnx::{ExportOptions, Storage, cost};
    use crate::parameters;

    #[test]
    fn the_full_size_is_the_sum_of_its_layers() {
        let network = SiameseSettings::default().init(&Device::flex());
        let convolutions = (147 * 16 + 16) + (400 * 32 + 32) + (288 * 64 + 64);
        let slopes = 3;
        let linear = 4096 * 2048 + 2048;
        assert_eq!(parameters(&network), convolutions + slopes + linear);
        let found = cost(
            &network.to_model(&ExportOptions::default()),
            &[1, 3, 128, 128],
        )
        .unwrap();
        assert_eq!(found.multiply_adds, 35_848_192);
    }

    #[test]
    fn a_small_one_answers_alike_in_burn_and_in_onnx_runtime() {
        let settings = SiameseSettings {
            side: 48,
            dimension: 40,
            ..SiameseSettings::default()
        };
        let network = shaken(settings.init(&Device::flex()));
        let x = noise([3, 3, 48, 48]);
        let expected = [network.templates(x.clone()).into_data()];
        assert_agrees(&network, Storage::Single, x, &expected, 1e-4);
    }
}
