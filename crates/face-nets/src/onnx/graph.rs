//! The graph under construction: nodes and constants, each with a name of its own.

use burn::tensor::f16;

use super::export::Storage;
use super::proto;
use super::proto::{attribute_kind, data_type};

/// Constants with fewer numbers than this stay 32-bit: they weigh nothing, and biases are the more delicate half.
const SMALL: usize = 256;

/// A value of a graph under construction: the input, a constant, or what a node gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(pub(super) String);

/// The graph under construction.
#[derive(Debug)]
pub struct Graph {
    nodes: Vec<proto::Node>,
    constants: Vec<proto::Tensor>,
    storage: Storage,
}

impl Graph {
    pub(super) fn new(storage: Storage) -> Self {
        Self {
            nodes: Vec::new(),
            constants: Vec::new(),
            storage,
        }
    }

    /// Appends a node of `operator` on `inputs`; the value it gives.
    pub fn node(
        &mut self,
        operator: &str,
        inputs: &[&Value],
        attribute: Vec<proto::Attribute>,
    ) -> Value {
        let name = format!("{}_{}", operator.to_lowercase(), self.nodes.len());
        self.nodes.push(proto::Node {
            input: inputs.iter().map(|input| input.0.clone()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.to_owned(),
            attribute,
        });
        Value(name)
    }

    /// A constant of `dims` with `values`, row-major, stored as the options ask and computed with in 32 bits.
    pub fn constant(&mut self, dims: &[usize], values: &[f32]) -> Value {
        if self.storage == Storage::Half && values.len() >= SMALL {
            let bytes = values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes());
            let stored = self.store(dims, data_type::FLOAT16, bytes.collect());
            let to = attribute_i("to", i64::from(data_type::FLOAT));
            return self.node("Cast", &[&stored], vec![to]);
        }
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.store(dims, data_type::FLOAT, bytes)
    }

    /// A constant list of whole numbers, as operators take shapes and axes.
    pub fn integers(&mut self, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.store(&[values.len()], data_type::INT64, bytes)
    }

    fn store(&mut self, dims: &[usize], kind: i32, raw_data: Vec<u8>) -> Value {
        let name = format!("constant_{}", self.constants.len());
        self.constants.push(proto::Tensor {
            dims: dims.iter().map(|length| *length as i64).collect(),
            data_type: Some(kind),
            name: name.clone(),
            raw_data,
        });
        Value(name)
    }

    /// Gives `value` the name `name` wherever it occurs.
    pub(super) fn rename(&mut self, value: &Value, name: &str) {
        for node in &mut self.nodes {
            for found in node.input.iter_mut().chain(&mut node.output) {
                if *found == value.0 {
                    name.clone_into(found);
                }
            }
        }
    }

    pub(super) fn finish(self, name: &str) -> proto::Graph {
        proto::Graph {
            node: self.nodes,
            name: name.to_owned(),
            initializer: self.constants,
            ..proto::Graph::default()
        }
    }
}

/// A setting that is a whole number.
pub(super) fn attribute_i(name: &str, value: i64) -> proto::Attribute {
    proto::Attribute {
        name: name.to_owned(),
        i: Some(value),
        kind: Some(attribute_kind::INT),
        ..proto::Attribute::default()
    }
}

/// A setting that is a number with a fraction.
pub(super) fn attribute_f(name: &str, value: f32) -> proto::Attribute {
    proto::Attribute {
        name: name.to_owned(),
        f: Some(value),
        kind: Some(attribute_kind::FLOAT),
        ..proto::Attribute::default()
    }
}

/// A setting that is a list of whole numbers.
pub(super) fn attribute_is(name: &str, values: &[usize]) -> proto::Attribute {
    proto::Attribute {
        name: name.to_owned(),
        ints: values.iter().map(|value| *value as i64).collect(),
        kind: Some(attribute_kind::INTS),
        ..proto::Attribute::default()
    }
}

/// A setting that is a word.
pub(super) fn attribute_s(name: &str, value: &str) -> proto::Attribute {
    proto::Attribute {
        name: name.to_owned(),
        s: Some(value.as_bytes().to_vec()),
        kind: Some(attribute_kind::STRING),
        ..proto::Attribute::default()
    }
}
