//! An embedder that looks at a face twice: as it is and in a mirror.

use super::graph::{attribute_i, attribute_is};
use super::{Export, Graph, Port, Value};
use crate::embedder;

/// The last axis of pictures, `[n, c, h, w]`.
const COLUMNS: i64 = 3;

/// The embedder inside, whose template is the mean of those of the face and of its mirror image, of unit length: twice
/// the cost, and less of the chance in a single view.
#[derive(Debug, Clone, Copy)]
pub struct Mirrored<N> {
    /// The network, with one output.
    pub network: N,
    /// Values of its template.
    pub dimension: usize,
}

impl<N: Export> Export for Mirrored<N> {
    fn input(&self) -> Port {
        self.network.input()
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let mirror = graph.reversed(input, COLUMNS);
        let both = graph.concat(&[input, &mirror], 0);
        let mut outputs = self.network.append(graph, &both);
        let (_, templates) = outputs.pop().expect("an embedder has one output");
        // The faces first and then their mirror images.
        let pairs = graph.reshape(&templates, &[2, -1, self.dimension as i64]);
        let attributes = vec![attribute_is("axes", &[0]), attribute_i("keepdims", 0)];
        let mean = graph.node("ReduceMean", &[&pairs], attributes);
        embedder::template(graph, &mean, self.dimension)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::onnx::Storage;
    use crate::onnx::testing::{assert_agrees, noise, shaken};
    use crate::{Embedder as _, MobileFaceNetSettings, unit_length};

    #[test]
    fn the_template_is_the_mean_of_both_views() {
        let settings = MobileFaceNetSettings {
            width: 0.25,
            side: 32,
            dimension: 16,
        };
        let network = shaken(settings.init(&Device::flex()));
        let x = noise([3, 3, 32, 32]);
        let sum = network.templates(x.clone()) + network.templates(x.clone().flip([3]));
        let expected = [unit_length(sum).into_data()];
        let mirrored = Mirrored {
            network: &network,
            dimension: 16,
        };
        assert_agrees(&mirrored, Storage::Single, x, &expected, 1e-4);
    }
}
