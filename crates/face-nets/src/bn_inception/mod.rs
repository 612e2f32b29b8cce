//! BN-Inception (Ioffe and Szegedy, ICML 2015, figure 5): the embedder of the original's model 3.
//!
//! At width 1: 10,270,240 parameters without a classification, 1024 values, 2.03 thousand million multiply-adds at
//! 224x224. The convolutions keep their biases, because published files have them. Input of the published `ImageNet`
//! weights: BGR, `x - (104, 117, 128)`.

mod block;
mod names;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::conv_bn::{ConvBn, ConvBnConfig, scaled};
use crate::embedder::{self, Embedder};
use crate::onnx::{Export, Graph, Layer, Port, Value};
use block::{Inception, ROWS, halving_pool};

/// The network's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BnInceptionSettings {
    /// Factor on every channel; 1 is the published size.
    pub width: f64,
    /// Side of the square input in pixels, a multiple of 32.
    pub side: usize,
}

/// The network.
#[derive(Module, Debug)]
pub struct BnInception {
    conv1: ConvBn,
    conv2: Vec<ConvBn>,
    blocks: Vec<Inception>,
    classifier: Option<Linear>,
    side: usize,
    dimension: usize,
}

impl Default for BnInceptionSettings {
    fn default() -> Self {
        Self {
            width: 1.0,
            side: 224,
        }
    }
}

impl BnInceptionSettings {
    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> BnInception {
        let of = |channels| scaled(channels, self.width);
        let conv = |channels, kernel| ConvBnConfig::new(channels, [kernel; 2]).with_bias(true);
        let mut channels = of(192);
        let mut block = |row| {
            let block = Inception::init(row, channels, self.width, device);
            channels = block.channels(channels);
            block
        };
        let blocks = ROWS.iter().map(&mut block).collect();
        let first = conv([3, of(64)], 7)
            .with_stride([2, 2])
            .with_padding([3, 3]);
        let third = conv([of(64), of(192)], 3).with_padding([1, 1]);
        BnInception {
            conv1: first.init(device),
            conv2: vec![conv([of(64), of(64)], 1).init(device), third.init(device)],
            blocks,
            classifier: None,
            side: self.side,
            dimension: channels,
        }
    }
}

impl BnInception {
    /// With a fresh linear map after the pooled channels that tells `classes` apart: people, or open from closed eyes.
    #[must_use]
    pub fn with_classes(mut self, classes: usize) -> Self {
        let device = self.conv1.conv.weight.device();
        self.classifier = Some(LinearConfig::new(self.dimension, classes).init(&device));
        self
    }

    /// Logits of the classes from what [`Embedder::embed`] gave, `[n, classes]`; `None` without classes.
    #[must_use]
    pub fn classify(&self, embedded: Tensor<2>) -> Option<Tensor<2>> {
        let classifier = self.classifier.as_ref();
        classifier.map(|classifier| classifier.forward(embedded))
    }
}

impl Embedder for BnInception {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed(&self, faces: Tensor<4>) -> Tensor<2> {
        let x = halving_pool().forward(relu(self.conv1.forward(faces)));
        let x = self.conv2.iter().fold(x, |x, conv| relu(conv.forward(x)));
        let x = halving_pool().forward(x);
        embedder::means(self.blocks.iter().fold(x, |x, block| block.forward(x)))
    }

    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value {
        let x = block::append(std::slice::from_ref(&self.conv1), graph, input);
        let x = halving_pool().append(graph, &x);
        let x = block::append(&self.conv2, graph, &x);
        let x = halving_pool().append(graph, &x);
        let x = self.blocks.append(graph, &x);
        embedder::append_means(graph, &x)
    }
}

impl Export for BnInception {
    fn input(&self) -> Port {
        Port::pictures([self.side; 2])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let x = self.append_values(graph, input);
        embedder::template(graph, &x, self.dimension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{assert_agrees, noise, shaken};
    use crate::onnx::{ExportOptions, Storage, cost};
    use crate::parameters;

    const fn narrow(side: usize) -> BnInceptionSettings {
        BnInceptionSettings { width: 0.125, side }
    }

    #[test]
    fn at_width_one_it_has_the_published_parameters() {
        let network = BnInceptionSettings::default().init(&Device::flex());
        assert_eq!(parameters(&network), 10_270_240);
        assert_eq!(network.dimension(), 1024);
        let found = cost(
            &network.to_model(&ExportOptions::default()),
            &[1, 3, 224, 224],
        )
        .unwrap();
        assert_eq!(found.multiply_adds, 2_031_576_064);
        // The classification of ImageNet's 1,000 classes adds 1,000 · 1,025.
        assert_eq!(parameters(&network.with_classes(1_000)), 11_295_240);
    }

    #[test]
    fn the_blocks_have_the_channels_of_the_papers_table() {
        let widths = ROWS.iter().scan(192, |channels, row| {
            *channels = Inception::init(row, *channels, 1.0, &Device::flex()).channels(*channels);
            Some(*channels)
        });
        let expected = [256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024];
        assert_eq!(widths.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_narrow_one_answers_alike_in_burn_and_in_onnx_runtime() {
        let network = shaken(narrow(64).init(&Device::flex()));
        let x = noise([2, 3, 64, 64]);
        let expected = [network.templates(x.clone()).into_data()];
        assert_agrees(&network, Storage::Single, x, &expected, 1e-4);
    }

    #[test]
    fn classes_are_told_from_the_embedding() {
        let network = narrow(64).init(&Device::flex()).with_classes(7);
        let embedded = network.embed(noise([2, 3, 64, 64]));
        assert_eq!(network.classify(embedded).unwrap().dims(), [2, 7]);
    }
}
