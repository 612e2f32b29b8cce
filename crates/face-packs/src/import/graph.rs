//! An ONNX graph under construction: nodes and constants, each with a name of its own.

use prost::Message as _;

use super::proto::{
    Attribute, Dimension, GraphProto, Length, Model, Node, OperatorSet, Shape, TensorProto,
    TensorType, Type, ValueInfo, data_type,
};
use super::tensors::Tensor;

/// Version of ONNX's operators.
const OPERATORS: i64 = 13;
/// Version of ONNX's format that goes with it.
const FORMAT: i64 = 8;

/// A value that a node gives, a constant, or the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value(String);

/// The length of an axis of an input or output; `None` where the caller chooses.
pub(super) type Axis = Option<usize>;

/// How a window slides over a picture: a convolution's or a pool's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Rows and columns that it covers.
    pub(super) side: usize,
    /// Rows and columns from one place to the next.
    pub(super) stride: usize,
    /// Rows and columns of rim: top, left, bottom, right.
    pub(super) rim: [usize; 4],
}

impl Window {
    /// A window that stays inside the picture.
    pub(super) const fn inside(side: usize, stride: usize) -> Self {
        Self {
            side,
            stride,
            rim: [0; 4],
        }
    }

    /// A window of odd side whose middle meets every pixel, or every `stride`th from the first on.
    pub(super) const fn centred(side: usize, stride: usize) -> Self {
        Self {
            side,
            stride,
            rim: [side / 2; 4],
        }
    }

    fn attributes(&self) -> Vec<Attribute> {
        vec![
            whole_numbers("kernel_shape", &[self.side; 2]),
            whole_numbers("strides", &[self.stride; 2]),
            whole_numbers("pads", &self.rim),
        ]
    }
}

/// The graph under construction.
#[derive(Debug)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    constants: Vec<TensorProto>,
    input: ValueInfo,
}

impl Graph {
    /// An empty graph with its one input, and that input.
    pub(super) fn new(input: &str, shape: &[Axis]) -> (Self, Value) {
        let graph = Self {
            nodes: Vec::new(),
            constants: Vec::new(),
            input: port(input, shape),
        };
        (graph, Value(input.to_owned()))
    }

    /// Appends a node.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&Value],
        attribute: Vec<Attribute>,
    ) -> Value {
        let name = format!("{}_{}", operator.to_lowercase(), self.nodes.len());
        self.nodes.push(Node {
            input: inputs.iter().map(|input| input.0.clone()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.to_owned(),
            attribute,
        });
        Value(name)
    }

    /// A constant of 32-bit floats.
    pub(super) fn constant(&mut self, tensor: &Tensor) -> Value {
        let bytes = tensor
            .values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.store(&tensor.dims, data_type::FLOAT, bytes)
    }

    /// A constant list of whole numbers, as operators take axes and shapes.
    pub(super) fn integers(&mut self, values: &[i64]) -> Value {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.store(&[values.len()], data_type::INT64, bytes)
    }

    fn store(&mut self, dims: &[usize], data_type: i32, raw_data: Vec<u8>) -> Value {
        let name = format!("constant_{}", self.constants.len());
        let dims = dims.iter().map(|&length| length as i64).collect();
        self.constants.push(TensorProto {
            dims,
            data_type,
            name: name.clone(),
            raw_data,
        });
        Value(name)
    }

    /// A convolution with weights `[out, in / groups, rows, columns]` and a bias for each output channel.
    pub(super) fn convolution(
        &mut self,
        x: &Value,
        weights: &Tensor,
        bias: &[f32],
        window: Window,
        groups: usize,
    ) -> Value {
        let weights = self.constant(weights);
        let bias = self.constant(&Tensor::of(&[bias.len()], bias.to_vec()));
        let mut attributes = window.attributes();
        attributes.push(whole_number("group", groups));
        self.node("Conv", &[x, &weights, &bias], attributes)
    }

    /// The largest value under the window.
    pub(super) fn max_pool(&mut self, x: &Value, window: Window) -> Value {
        self.node("MaxPool", &[x], window.attributes())
    }

    /// The mean under the window.
    pub(super) fn average_pool(&mut self, x: &Value, window: Window) -> Value {
        self.node("AveragePool", &[x], window.attributes())
    }

    /// max(x, 0).
    pub(super) fn relu(&mut self, x: &Value) -> Value {
        self.node("Relu", &[x], Vec::new())
    }

    /// a + b.
    pub(super) fn add(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Add", &[a, b], Vec::new())
    }

    /// Zeros after the end of each of the four axes.
    pub(super) fn zeros_after(&mut self, x: &Value, counts: [usize; 4]) -> Value {
        let ends = counts.map(|count| count as i64);
        let pads = self.integers(&[[0; 4], ends].concat());
        self.node("Pad", &[x, &pads], Vec::new())
    }

    /// The values of one axis in the opposite order.
    pub(super) fn reversed(&mut self, x: &Value, axis: i64) -> Value {
        let [from, to, axis, step] = [-1, i64::MIN, axis, -1].map(|value| self.integers(&[value]));
        self.node("Slice", &[x, &from, &to, &axis, &step], Vec::new())
    }

    /// The parts one after the other along `axis`.
    pub(super) fn concat(&mut self, parts: &[&Value], axis: usize) -> Value {
        self.node("Concat", parts, vec![whole_number("axis", axis)])
    }

    /// The mean over `axes`, which are gone then.
    pub(super) fn mean(&mut self, x: &Value, axes: &[usize]) -> Value {
        let attributes = vec![whole_numbers("axes", axes), whole_number("keepdims", 0)];
        self.node("ReduceMean", &[x], attributes)
    }

    /// Another shape; 0 keeps an axis, -1 is what remains.
    pub(super) fn reshape(&mut self, x: &Value, shape: &[i64]) -> Value {
        let shape = self.integers(shape);
        self.node("Reshape", &[x, &shape], Vec::new())
    }

    /// `[n, in]` times the constant `[in, out]`.
    pub(super) fn product(&mut self, x: &Value, weights: &Tensor) -> Value {
        let weights = self.constant(weights);
        self.node("MatMul", &[x, &weights], Vec::new())
    }

    /// The file's bytes, each output under its name; the same graph gives the same bytes everywhere.
    pub(super) fn finish(mut self, name: &str, outputs: &[(&Value, &str, &[Axis])]) -> Vec<u8> {
        for (value, output, _) in outputs {
            self.rename(value, output);
        }
        let graph = GraphProto {
            node: self.nodes,
            name: name.to_owned(),
            initializer: self.constants,
            input: vec![self.input],
            output: outputs
                .iter()
                .map(|(_, output, shape)| port(output, shape))
                .collect(),
        };
        let model = Model {
            ir_version: FORMAT,
            producer_name: "whos-that".to_owned(),
            graph: Some(graph),
            opset_import: vec![OperatorSet {
                domain: String::new(),
                version: OPERATORS,
            }],
        };
        model.encode_to_vec()
    }

    fn rename(&mut self, value: &Value, name: &str) {
        let places = self
            .nodes
            .iter_mut()
            .flat_map(|node| node.input.iter_mut().chain(&mut node.output));
        for place in places.filter(|place| **place == value.0) {
            name.clone_into(place);
        }
    }
}

/// A setting that is a whole number.
pub(super) fn whole_number(name: &str, value: usize) -> Attribute {
    Attribute {
        name: name.to_owned(),
        i: Some(value as i64),
        kind: 2,
        ..Attribute::default()
    }
}

/// A setting that is a list of whole numbers.
pub(super) fn whole_numbers(name: &str, values: &[usize]) -> Attribute {
    let ints = values.iter().map(|&value| value as i64).collect();
    Attribute {
        name: name.to_owned(),
        ints,
        kind: 7,
        ..Attribute::default()
    }
}

fn port(name: &str, shape: &[Axis]) -> ValueInfo {
    let dim = shape.iter().enumerate().map(|(index, length)| Dimension {
        length: Some(length.map_or_else(
            || Length::Open(format!("{name}_{index}")),
            |length| Length::Fixed(length as i64),
        )),
    });
    let tensor = TensorType {
        elem_type: data_type::FLOAT,
        shape: Some(Shape { dim: dim.collect() }),
    };
    ValueInfo {
        name: name.to_owned(),
        r#type: Some(Type {
            tensor_type: Some(tensor),
        }),
    }
}
