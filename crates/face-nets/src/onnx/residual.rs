//! How the blocks of `layers`, and the residual embedder made of them, write themselves into a graph.

use super::{Affine, Export, Graph, Layer, Port, Value};
use crate::embedder::{self, Embedder};
use crate::layers::ConvBlock;
use crate::residual::{ResidualBlock, ResidualNet, ResidualSettings, Stage};

impl Layer for ConvBlock {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        block(graph, x, self, None)
    }
}

/// A block whose `shortcut` is added before its rectifier.
fn block(graph: &mut Graph, x: &Value, block: &ConvBlock, shortcut: Option<&Value>) -> Value {
    let x = (&block.conv, &block.norm).append(graph, x);
    let x = shortcut.map_or_else(|| x.clone(), |shortcut| graph.add(&x, shortcut));
    match block.slope {
        0.0 => graph.relu(&x),
        slope if slope < 1.0 => graph.leaky_relu(&x, slope as f32),
        _ => x,
    }
}

impl Layer for ResidualBlock {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let inner = self.first.append(graph, x);
        block(graph, &inner, &self.second, Some(x))
    }
}

impl Layer for Stage {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let x = self.entry.append(graph, x);
        self.blocks.append(graph, &x)
    }
}

impl Embedder for ResidualNet {
    fn dimension(&self) -> usize {
        self.head.weight.dims()[1]
    }

    fn embed(&self, faces: burn::tensor::Tensor<4>) -> burn::tensor::Tensor<2> {
        self.forward(faces)
    }

    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value {
        let x = self.stem.append(graph, input);
        let x = self.stages.append(graph, &x);
        let x = graph.flatten(&x);
        graph.linear(&x, &Affine::of_linear(&self.head))
    }
}

/// The network does not remember the size of its input: the settings it was made by do.
impl Export for (&ResidualSettings, &ResidualNet) {
    fn input(&self) -> Port {
        Port::pictures([self.0.side; 2])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let x = self.1.append_values(graph, input);
        embedder::template(graph, &x, self.1.dimension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{assert_agrees, noise, shaken};
    use crate::onnx::{ExportOptions, Storage, cost};
    use crate::residual::StageSettings;
    use burn::tensor::Device;

    fn settings(slope: f64) -> ResidualSettings {
        let stage = |channels, blocks| StageSettings { channels, blocks };
        ResidualSettings {
            side: 40,
            stem: 8,
            stages: vec![stage(16, 2), stage(24, 0), stage(24, 1)],
            dimension: 32,
            slope,
        }
    }

    #[rstest::rstest]
    #[case::leaky(0.1)]
    #[case::plain(0.0)]
    fn burn_and_onnx_runtime_answer_alike(#[case] slope: f64) {
        let settings = settings(slope);
        let network = shaken(settings.init(&Device::flex()));
        let x = noise([3, 3, 40, 40]);
        let expected = [network.templates(x.clone()).into_data()];
        assert_agrees(&(&settings, &network), Storage::Single, x, &expected, 1e-4);
    }

    #[test]
    fn the_cost_of_the_file_is_that_of_the_settings() {
        let settings = settings(0.1);
        let network = settings.init(&Device::flex());
        let model = (&settings, &network).to_model(&ExportOptions::default());
        let found = cost(&model, &[1, 3, 40, 40]).unwrap();
        assert_eq!(found.multiply_adds, settings.multiply_adds() as u64);
    }
}
