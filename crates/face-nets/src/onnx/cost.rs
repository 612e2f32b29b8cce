//! What a network costs to run: the multiply-adds of its convolutions and linear maps, and the numbers in its file.

use std::collections::HashMap;

use super::proto::{self, attribute_kind, data_type};

/// What one picture costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Multiplications with an addition, in convolutions and linear maps; the rest is little beside them.
    pub multiply_adds: u64,
    /// Numbers in the file, after batch normalisation is folded in.
    pub weights: u64,
}

/// Why the cost cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// The shape that a node works on does not follow from the nodes before it.
    #[error("the shape of {value}, which {node} takes, does not follow from the input's")]
    Shape {
        /// The node.
        node: String,
        /// The value of unknown shape.
        value: String,
    },
}

/// What `model` costs on an input of shape `input`, such as `[1, 3, 112, 112]`.
///
/// # Errors
/// [`CostError::Shape`] when a convolution or linear map comes after an operator whose shapes are not followed here.
pub fn cost(model: &proto::Model, input: &[usize]) -> Result<Cost, CostError> {
    let empty = proto::Graph::default();
    let graph = model.graph.as_ref().unwrap_or(&empty);
    let mut shapes = Shapes::of(graph, input);
    let mut multiply_adds = 0;
    for node in &graph.node {
        let shape = shapes.after(node);
        if let ("Conv" | "Gemm", None) = (node.op_type.as_str(), &shape) {
            return Err(CostError::Shape {
                node: node.name.clone(),
                value: node.input.first().cloned().unwrap_or_default(),
            });
        }
        let Some(shape) = shape else { continue };
        multiply_adds += shapes.multiply_adds(node, &shape);
        shapes
            .0
            .extend(node.output.first().map(|to| (to.clone(), shape)));
    }
    let numbers = |t: &&proto::Tensor| t.data_type != Some(data_type::INT64);
    let size = |t: &proto::Tensor| t.dims.iter().product::<i64>() as u64;
    Ok(Cost {
        multiply_adds,
        weights: graph.initializer.iter().filter(numbers).map(size).sum(),
    })
}

/// The shapes known so far, by the value's name.
struct Shapes(HashMap<String, Vec<usize>>);

impl Shapes {
    fn of(graph: &proto::Graph, input: &[usize]) -> Self {
        let name = |input: &proto::ValueInfo| input.name.clone();
        let inputs = graph.input.iter().map(|i| (name(i), input.to_vec()));
        let dims = |t: &proto::Tensor| t.dims.iter().map(|d| *d as usize).collect();
        let constants = graph.initializer.iter().map(|t| (t.name.clone(), dims(t)));
        Self(inputs.chain(constants).collect())
    }

    fn input(&self, node: &proto::Node, place: usize) -> Option<&Vec<usize>> {
        self.0.get(node.input.get(place)?)
    }

    /// The shape that `node` gives.
    fn after(&self, node: &proto::Node) -> Option<Vec<usize>> {
        let x = self.input(node, 0)?;
        match (node.op_type.as_str(), x.as_slice()) {
            ("Conv", &[batch, _, rows, columns]) => {
                let outputs = self.input(node, 1)?[0];
                let [rows, columns] = slide(node, [rows, columns])?;
                Some(vec![batch, outputs, rows, columns])
            }
            ("MaxPool" | "AveragePool", &[batch, channels, rows, columns]) => {
                let [rows, columns] = slide(node, [rows, columns])?;
                Some(vec![batch, channels, rows, columns])
            }
            ("GlobalAveragePool", &[batch, channels, ..]) => Some(vec![batch, channels, 1, 1]),
            ("Resize", &[batch, channels, rows, columns]) => {
                Some(vec![batch, channels, 2 * rows, 2 * columns])
            }
            ("Flatten", [batch, rest @ ..]) => Some(vec![*batch, rest.iter().product()]),
            ("Gemm", &[batch, _]) => Some(vec![batch, self.input(node, 1)?[1]]),
            ("Concat", _) => self.joined(node),
            ("Reshape" | "Transpose" | "Slice" | "ReduceL2", _) => None,
            // Everything else works value by value.
            _ => Some(x.clone()),
        }
    }

    /// Concatenation along the axis that the node states.
    fn joined(&self, node: &proto::Node) -> Option<Vec<usize>> {
        let axis = usize::try_from(attribute(node, "axis")?.i?).ok()?;
        let parts = (0..node.input.len()).map(|place| self.input(node, place));
        let parts = parts.collect::<Option<Vec<_>>>()?;
        let mut shape = parts[0].clone();
        *shape.get_mut(axis)? = parts.iter().map(|part| part[axis]).sum();
        Some(shape)
    }

    fn multiply_adds(&self, node: &proto::Node, after: &[usize]) -> u64 {
        let places: usize = match node.op_type.as_str() {
            "Conv" => after[2..].iter().product(),
            "Gemm" => 1,
            _ => return 0,
        };
        let weights: usize = self.input(node, 1).map_or(0, |dims| dims.iter().product());
        (weights * places) as u64
    }
}

/// Rows and columns that a window finds places for.
fn slide(node: &proto::Node, sides: [usize; 2]) -> Option<[usize; 2]> {
    let list = |name| attribute(node, name).map(|attribute| attribute.ints.clone());
    let (kernel, stride) = (list("kernel_shape")?, list("strides")?);
    let pads = list("pads").unwrap_or_else(|| vec![0; 4]);
    let ceil = attribute(node, "ceil_mode").and_then(|a| a.i) == Some(1);
    let same = attribute(node, "auto_pad").is_some_and(|a| a.kind == Some(attribute_kind::STRING));
    let side = |axis: usize| {
        let stride = stride[axis] as usize;
        if same {
            return sides[axis].div_ceil(stride);
        }
        let padded = sides[axis] + (pads[axis] + pads[axis + 2]) as usize;
        let room = padded.saturating_sub(kernel[axis] as usize);
        1 + if ceil {
            room.div_ceil(stride)
        } else {
            room / stride
        }
    };
    Some([side(0), side(1)])
}

fn attribute<'n>(node: &'n proto::Node, name: &str) -> Option<&'n proto::Attribute> {
    node.attribute.iter().find(|a| a.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::{Export, ExportOptions, Graph, Port, Value, Window};

    /// A convolution of 3 to 4 channels, after its input was turned about if so asked.
    struct Turned(bool);

    impl Export for Turned {
        fn input(&self) -> Port {
            Port::pictures([6, 8])
        }

        fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
            let conv = burn::nn::conv::Conv2dConfig::new([3, 4], [1, 1]);
            let conv = conv.init(&burn::tensor::Device::flex());
            let affine = crate::onnx::Affine::of_convolution(&conv);
            let x = if self.0 {
                &graph.transpose(input, &[0, 1, 3, 2])
            } else {
                input
            };
            let x = graph.convolution(x, &affine, &Window::point(), 1);
            vec![(Port::vectors("y", 0), x)]
        }
    }

    #[test]
    fn a_convolution_costs_its_weights_at_every_place() {
        let model = Turned(false).to_model(&ExportOptions::default());
        let found = cost(&model, &[1, 3, 6, 8]).unwrap();
        let expected = Cost {
            multiply_adds: 3 * 4 * 6 * 8,
            weights: 3 * 4 + 4,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_shape_that_is_not_followed_is_named() {
        let model = Turned(true).to_model(&ExportOptions::default());
        let error = cost(&model, &[1, 3, 6, 8]).unwrap_err();
        assert!(error.to_string().contains("transpose_0"), "{error}");
    }
}
