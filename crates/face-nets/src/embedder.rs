//! What networks that make templates have in common, for training and for ONNX.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::onnx::{Graph, Port, Value};
use crate::unit_length;

/// A network from a face to the values of a template.
pub trait Embedder: Module {
    /// Values of a template.
    fn dimension(&self) -> usize;

    /// The values before they are brought to unit length: `[n, 3, height, width]` to `[n, dimension]`.
    fn embed(&self, faces: Tensor<4>) -> Tensor<2>;

    /// The same in a graph: the values of the pictures in `input`, before they are brought to unit length.
    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value;

    /// Templates of unit length: `[n, 3, height, width]` to `[n, dimension]`.
    fn templates(&self, faces: Tensor<4>) -> Tensor<2> {
        unit_length(self.embed(faces))
    }
}

/// The output of an embedder's file: `template`, `[batch, dimension]`, of unit length.
pub(crate) fn template(graph: &mut Graph, values: &Value, dimension: usize) -> Vec<(Port, Value)> {
    let template = graph.unit_length(values);
    vec![(Port::vectors("template", dimension), template)]
}

/// The mean of each channel: `[n, c, h, w]` to `[n, c]`.
pub(crate) fn means(x: Tensor<4>) -> Tensor<2> {
    x.mean_dims(&[2, 3]).flatten(1, 3)
}

/// The same in a graph.
pub(crate) fn append_means(graph: &mut Graph, x: &Value) -> Value {
    let means = graph.global_average_pool(x);
    graph.flatten(&means)
}
