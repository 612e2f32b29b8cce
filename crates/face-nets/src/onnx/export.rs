//! What a network states of itself to become a file, and the file.

use prost::Message;

use super::proto::{self, data_type};
use super::{Graph, Value};

/// Version of ONNX's operators that files are written for.
const OPERATORS: i64 = 17;
/// Version of the file format that came with them.
const FORMAT: i64 = 8;

/// The length of an axis of an input or output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim {
    /// Always this long.
    Fixed(usize),
    /// As long as the caller likes; equal names are equal lengths.
    Open(&'static str),
}

impl Dim {
    /// The axis of the pictures of a batch.
    pub const BATCH: Self = Self::Open("batch");
}

/// An input or output: its name and the lengths of its axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name in the file.
    pub name: String,
    /// Its axes.
    pub dims: Vec<Dim>,
}

impl Port {
    /// The port called `name` with these axes.
    #[must_use]
    pub fn new(name: &str, dims: &[Dim]) -> Self {
        Self {
            name: name.to_owned(),
            dims: dims.to_vec(),
        }
    }

    /// A batch of pictures of three colours, `[batch, 3, height, width]`, called `input`.
    #[must_use]
    pub fn pictures([height, width]: [usize; 2]) -> Self {
        let sides = [Dim::Fixed(3), Dim::Fixed(height), Dim::Fixed(width)];
        Self::new("input", &[&[Dim::BATCH], &sides[..]].concat())
    }

    /// A batch of vectors, `[batch, length]`.
    #[must_use]
    pub fn vectors(name: &str, length: usize) -> Self {
        Self::new(name, &[Dim::BATCH, Dim::Fixed(length)])
    }
}

/// How the weights lie in the file; computed is always in 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// As they are.
    #[default]
    Single,
    /// As 16-bit floating point, which halves the file and moves a weight by 0.05 in 100 at most.
    Half,
}

/// What stands in the file beside the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportOptions {
    /// The network's name.
    pub name: String,
    /// How the weights lie in the file.
    pub storage: Storage,
    /// Facts for people and programs, such as the recipe's digest.
    pub metadata: Vec<(String, String)>,
}

/// A network that becomes an ONNX file.
pub trait Export {
    /// Its only input.
    fn input(&self) -> Port;

    /// Appends the network on `input`; its outputs with what they are called.
    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)>;

    /// The network as a message that can still be looked at.
    fn to_model(&self, options: &ExportOptions) -> proto::Model {
        let mut graph = Graph::new(options.storage);
        let input = self.input();
        let outputs = self.append(&mut graph, &Value(input.name.clone()));
        for (port, value) in &outputs {
            graph.rename(value, &port.name);
        }
        let graph = proto::Graph {
            input: vec![info(&input)],
            output: outputs.iter().map(|(port, _)| info(port)).collect(),
            ..graph.finish(&options.name)
        };
        model(graph, &options.metadata)
    }

    /// The network as the bytes of an ONNX file.
    fn to_onnx(&self, options: &ExportOptions) -> Vec<u8> {
        self.to_model(options).encode_to_vec()
    }
}

impl<N: Export> Export for &N {
    fn input(&self) -> Port {
        (**self).input()
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        (**self).append(graph, input)
    }
}

fn model(graph: proto::Graph, metadata: &[(String, String)]) -> proto::Model {
    let property = |(key, value): &(String, String)| proto::Property {
        key: key.clone(),
        value: value.clone(),
    };
    proto::Model {
        ir_version: Some(FORMAT),
        producer_name: "whos-that".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        opset_import: vec![proto::OperatorSet {
            domain: String::new(),
            version: Some(OPERATORS),
        }],
        metadata_props: metadata.iter().map(property).collect(),
        ..proto::Model::default()
    }
}

fn info(port: &Port) -> proto::ValueInfo {
    let length = |dim: &Dim| match dim {
        Dim::Fixed(length) => proto::Length::Fixed(*length as i64),
        Dim::Open(name) => proto::Length::Open((*name).to_owned()),
    };
    let dimension = |dim| proto::Dimension {
        length: Some(length(dim)),
    };
    let shape = proto::Shape {
        dim: port.dims.iter().map(dimension).collect(),
    };
    proto::ValueInfo {
        name: port.name.clone(),
        r#type: Some(proto::Type {
            tensor_type: Some(proto::TensorType {
                elem_type: Some(data_type::FLOAT),
                shape: Some(shape),
            }),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes in, rectified.
    struct Rectifier;

    impl Export for Rectifier {
        fn input(&self) -> Port {
            Port::vectors("x", 3)
        }

        fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
            vec![(Port::vectors("y", 3), graph.relu(input))]
        }
    }

    #[test]
    fn the_bytes_are_the_model_with_its_names_and_facts() {
        let options = ExportOptions {
            name: "rectifier".to_owned(),
            metadata: vec![("recipe".to_owned(), "by hand".to_owned())],
            ..ExportOptions::default()
        };
        let bytes = Rectifier.to_onnx(&options);
        let model = proto::Model::decode(bytes.as_slice()).unwrap();
        assert_eq!(model, Rectifier.to_model(&options));
        assert_eq!(model.opset_import[0].version, Some(17));
        assert_eq!(model.metadata_props[0].value, "by hand");
        let graph = model.graph.unwrap();
        assert_eq!(graph.name, "rectifier");
        assert_eq!(
            [&graph.node[0].input[0], &graph.node[0].output[0]],
            ["x", "y"]
        );
    }

    #[test]
    fn the_batch_is_open_and_the_rest_is_not() {
        let model = Rectifier.to_model(&ExportOptions::default());
        let input = model.graph.unwrap().input.remove(0);
        let shape = input.r#type.unwrap().tensor_type.unwrap().shape.unwrap();
        let lengths: Vec<_> = shape.dim.into_iter().filter_map(|dim| dim.length).collect();
        let open = proto::Length::Open("batch".to_owned());
        assert_eq!(lengths, [open, proto::Length::Fixed(3)]);
    }
}
