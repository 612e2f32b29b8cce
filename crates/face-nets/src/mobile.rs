//! `MobileFaceNet` (Chen, Liu, Gao and Han, CCBR 2018, table 1): depthwise bottlenecks, a global depthwise convolution.
//!
//! At width 1: 1,003,136 parameters (published: 0.99 million), 128 values, 221 million multiply-adds at 112x112 as
//! published; 9 ms on one AVX2 thread in ONNX Runtime. Depthwise convolutions train slowly on a processor, where
//! [`residual`](crate::residual) is the better choice. Input: aligned, RGB, `(x - 127.5) / 128`.

use burn::module::Module;
use burn::nn::{PRelu, PReluConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::conv_bn::{ConvBn, ConvBnConfig, scaled};
use crate::embedder::{self, Embedder};
use crate::onnx::{Export, Graph, Layer, Port, Value};

/// Table 1 from the third row on: expansion, channels, repetitions, stride of the first.
const BOTTLENECKS: [(usize, usize, usize, usize); 5] = [
    (2, 64, 5, 2),
    (4, 128, 1, 2),
    (2, 128, 6, 1),
    (4, 128, 1, 2),
    (2, 128, 2, 1),
];
/// Input pixels to a cell of the global convolution.
const SHRINKAGE: usize = 16;

/// The network's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MobileFaceNetSettings {
    /// Factor on every channel; 1 is the published size.
    pub width: f64,
    /// Side of the square input in pixels, a multiple of 16.
    pub side: usize,
    /// Values of a template.
    pub dimension: usize,
}

/// A convolution, its normalisation, and a slope for negative values that each channel learns.
#[derive(Module, Debug)]
struct Sloped {
    layer: ConvBn,
    slope: PRelu,
}

/// More channels, a depthwise convolution, fewer channels again; added to the input where the shapes are alike.
#[derive(Module, Debug)]
struct Bottleneck {
    expand: Sloped,
    depthwise: Sloped,
    project: ConvBn,
    adds: bool,
}

/// The network.
#[derive(Module, Debug)]
pub struct MobileFaceNet {
    stem: Vec<Sloped>,
    bottlenecks: Vec<Bottleneck>,
    widen: Sloped,
    global: ConvBn,
    last: ConvBn,
    side: usize,
}

impl Default for MobileFaceNetSettings {
    fn default() -> Self {
        Self {
            width: 1.0,
            side: 112,
            dimension: 128,
        }
    }
}

impl MobileFaceNetSettings {
    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> MobileFaceNet {
        let of = |channels| scaled(channels, self.width);
        let mut channels = of(64);
        let stem = vec![
            Sloped::of(&three(3, channels, 2), device),
            Sloped::of(&three(channels, channels, 1).with_groups(channels), device),
        ];
        let mut bottlenecks = Vec::new();
        for (expansion, to, repetitions, stride) in BOTTLENECKS {
            for repetition in 0..repetitions {
                let stride = if repetition == 0 { stride } else { 1 };
                let from = std::mem::replace(&mut channels, of(to));
                bottlenecks.push(Bottleneck::of([from, channels], expansion, stride, device));
            }
        }
        let (wide, cells) = (of(512), self.side / SHRINKAGE);
        let global = ConvBnConfig::new([wide, wide], [cells; 2]).with_groups(wide);
        MobileFaceNet {
            stem,
            bottlenecks,
            widen: Sloped::of(&ConvBnConfig::new([channels, wide], [1, 1]), device),
            global: global.init(device),
            last: ConvBnConfig::new([wide, self.dimension], [1, 1]).init(device),
            side: self.side,
        }
    }
}

fn three(from: usize, to: usize, stride: usize) -> ConvBnConfig {
    ConvBnConfig::new([from, to], [3, 3])
        .with_stride([stride; 2])
        .with_padding([1, 1])
}

impl Sloped {
    fn of(layer: &ConvBnConfig, device: &Device) -> Self {
        let slope = PReluConfig::new().with_num_parameters(layer.channels[1]);
        Self {
            layer: layer.init(device),
            slope: slope.init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.slope.forward(self.layer.forward(x))
    }
}

impl Layer for Sloped {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let x = self.layer.append(graph, x);
        self.slope.append(graph, &x)
    }
}

impl Bottleneck {
    fn of([from, to]: [usize; 2], expansion: usize, stride: usize, device: &Device) -> Self {
        let wide = expansion * from;
        let depthwise = three(wide, wide, stride).with_groups(wide);
        Self {
            expand: Sloped::of(&ConvBnConfig::new([from, wide], [1, 1]), device),
            depthwise: Sloped::of(&depthwise, device),
            project: ConvBnConfig::new([wide, to], [1, 1]).init(device),
            adds: from == to && stride == 1,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let wide = self.depthwise.forward(self.expand.forward(x.clone()));
        let change = self.project.forward(wide);
        if self.adds { x + change } else { change }
    }
}

impl Layer for Bottleneck {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let wide = self.expand.append(graph, x);
        let wide = self.depthwise.append(graph, &wide);
        let change = self.project.append(graph, &wide);
        if self.adds {
            graph.add(x, &change)
        } else {
            change
        }
    }
}

impl Embedder for MobileFaceNet {
    fn dimension(&self) -> usize {
        self.last.conv.weight.dims()[0]
    }

    fn embed(&self, faces: Tensor<4>) -> Tensor<2> {
        let x = self.stem.iter().fold(faces, |x, layer| layer.forward(x));
        let refine = |x, bottleneck: &Bottleneck| bottleneck.forward(x);
        let x = self.bottlenecks.iter().fold(x, refine);
        let x = self.global.forward(self.widen.forward(x));
        self.last.forward(x).flatten(1, 3)
    }

    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value {
        let x = self.stem.append(graph, input);
        let x = self.bottlenecks.append(graph, &x);
        let x = self.widen.append(graph, &x);
        let x = self.global.append(graph, &x);
        let x = self.last.append(graph, &x);
        graph.flatten(&x)
    }
}

impl Export for MobileFaceNet {
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
    fn at_width_one_it_has_the_published_size() {
        let network = MobileFaceNetSettings::default().init(&Device::flex());
        // Convolutions, then two numbers a channel for each normalisation and one for each slope.
        let bottleneck = |i: usize, o: usize, t: usize| {
            let e = t * i;
            (i * e + 3 * e) + (9 * e + 3 * e) + (e * o + 2 * o)
        };
        let stem = (27 * 64 + 3 * 64) + (9 * 64 + 3 * 64);
        let middle = 5 * bottleneck(64, 64, 2)
            + bottleneck(64, 128, 4)
            + 6 * bottleneck(128, 128, 2)
            + bottleneck(128, 128, 4)
            + 2 * bottleneck(128, 128, 2);
        let end = (128 * 512 + 3 * 512) + (49 * 512 + 2 * 512) + (512 * 128 + 2 * 128);
        assert_eq!(parameters(&network), stem + middle + end);
        let found = cost(
            &network.to_model(&ExportOptions::default()),
            &[1, 3, 112, 112],
        )
        .unwrap();
        assert_eq!(found.multiply_adds, 220_965_376);
    }

    #[rstest::rstest]
    #[case::narrow(0.25, 48, Storage::Single, 1e-4)]
    // Weights of 11 bits move each of the 50 layers by up to 5e-4 of its value.
    #[case::narrow_with_weights_of_16_bits(0.25, 48, Storage::Half, 2e-2)]
    fn burn_and_onnx_runtime_answer_alike(
        #[case] width: f64,
        #[case] side: usize,
        #[case] storage: Storage,
        #[case] bound: f32,
    ) {
        let settings = MobileFaceNetSettings {
            width,
            side,
            ..MobileFaceNetSettings::default()
        };
        let network = shaken(settings.init(&Device::flex()));
        let x = noise([2, 3, side, side]);
        let expected = [network.templates(x.clone()).into_data()];
        assert_agrees(&network, storage, x, &expected, bound);
    }

    #[test]
    fn weights_of_16_bits_halve_the_file() {
        let network = MobileFaceNetSettings::default().init(&Device::flex());
        let size = |storage| {
            let options = ExportOptions {
                storage,
                ..ExportOptions::default()
            };
            network.to_onnx(&options).len()
        };
        let (single, half) = (size(Storage::Single), size(Storage::Half));
        assert!(half * 100 < single * 53, "{half} of {single}");
    }
}
