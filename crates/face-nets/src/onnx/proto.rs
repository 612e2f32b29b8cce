//! The messages of `onnx.proto` that a network needs, with the field numbers of the ONNX specification (IR version 8).

/// A whole file: a graph, the operators' version, who made it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Model {
    /// Version of the format itself.
    #[prost(int64, optional, tag = "1")]
    pub ir_version: Option<i64>,
    /// The program that wrote the file.
    #[prost(string, tag = "2")]
    pub producer_name: String,
    /// That program's version.
    #[prost(string, tag = "3")]
    pub producer_version: String,
    /// What the network is for, in a sentence.
    #[prost(string, tag = "6")]
    pub doc_string: String,
    /// The network.
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    /// Versions of the sets of operators.
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSet>,
    /// Facts for people and programs: keys with values.
    #[prost(message, repeated, tag = "14")]
    pub metadata_props: Vec<Property>,
}

/// A set of operators (the empty domain is ONNX's own) at a version.
#[derive(Clone, PartialEq, prost::Message)]
pub struct OperatorSet {
    /// Whose operators.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// Which version of them.
    #[prost(int64, optional, tag = "2")]
    pub version: Option<i64>,
}

/// A key with its value.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Property {
    /// The key.
    #[prost(string, tag = "1")]
    pub key: String,
    /// The value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// Nodes in an order in which they can be computed, the constants they use, inputs and outputs.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Graph {
    /// The computations.
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<Node>,
    /// The network's name.
    #[prost(string, tag = "2")]
    pub name: String,
    /// The constants.
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<Tensor>,
    /// What goes in.
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    /// What comes out.
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

/// One computation.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Node {
    /// Names of the values it takes.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// Names of the values it gives.
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// Its own name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// The operator.
    #[prost(string, tag = "4")]
    pub op_type: String,
    /// The operator's settings.
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
}

/// A setting of an operator; `kind` says which of the fields holds it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Attribute {
    /// The setting.
    #[prost(string, tag = "1")]
    pub name: String,
    /// A number with a fraction.
    #[prost(float, optional, tag = "2")]
    pub f: Option<f32>,
    /// A whole number.
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    /// A word.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub s: Option<Vec<u8>>,
    /// Whole numbers.
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// Which field holds the value: [`attribute_kind`].
    #[prost(int32, optional, tag = "20")]
    pub kind: Option<i32>,
}

/// Values of [`Attribute::kind`].
pub mod attribute_kind {
    /// `f`.
    pub const FLOAT: i32 = 1;
    /// `i`.
    pub const INT: i32 = 2;
    /// `s`.
    pub const STRING: i32 = 3;
    /// `ints`.
    pub const INTS: i32 = 7;
}

/// A constant: shape, kind of number, the numbers in row-major order and little-endian.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Tensor {
    /// Length of each axis.
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    /// Kind of number: [`data_type`].
    #[prost(int32, optional, tag = "2")]
    pub data_type: Option<i32>,
    /// Its name.
    #[prost(string, tag = "8")]
    pub name: String,
    /// The numbers.
    #[prost(bytes = "vec", tag = "9")]
    pub raw_data: Vec<u8>,
}

/// Kinds of number.
pub mod data_type {
    /// 32-bit floating point.
    pub const FLOAT: i32 = 1;
    /// 64-bit whole numbers.
    pub const INT64: i32 = 7;
    /// 16-bit floating point.
    pub const FLOAT16: i32 = 10;
}

/// Name and type of an input or output.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ValueInfo {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its type.
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<Type>,
}

/// A type; here always a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Type {
    /// The tensor's type.
    #[prost(message, optional, tag = "1")]
    pub tensor_type: Option<TensorType>,
}

/// Kind of number and shape.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TensorType {
    /// Kind of number: [`data_type`].
    #[prost(int32, optional, tag = "1")]
    pub elem_type: Option<i32>,
    /// The axes.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

/// The axes of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Shape {
    /// Each axis.
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// One axis: a length, or the name of an open one.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Dimension {
    /// The length or the name.
    #[prost(oneof = "Length", tags = "1, 2")]
    pub length: Option<Length>,
}

/// The length of an axis.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Length {
    /// Always this long.
    #[prost(int64, tag = "1")]
    Fixed(i64),
    /// As long as the caller likes; equal names are equal lengths.
    #[prost(string, tag = "2")]
    Open(String),
}
