//! ONNX files of a few bytes, written field by field (protocol buffers of onnx.proto).

/// A field of bytes or a message: number, wire type 2, length, content.
fn message(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend(content);
    field
}

/// A field with a small number: number, wire type 0, value.
fn number(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

/// `ValueInfoProto` of floats, or of another element type, `[n, 3]` with open `n`.
fn value_info(name: &str, element: u8) -> Vec<u8> {
    let open = message(1, &message(2, b"n"));
    let three = message(1, &number(1, 3));
    let tensor = [number(1, element), message(2, &[open, three].concat())].concat();
    [
        message(1, name.as_bytes()),
        message(2, &message(1, &tensor)),
    ]
    .concat()
}

/// `NodeProto`.
fn node(operator: &str, inputs: [&str; 2], output: &str) -> Vec<u8> {
    let inputs = inputs.map(|input| message(1, input.as_bytes())).concat();
    [
        inputs,
        message(2, output.as_bytes()),
        message(4, operator.as_bytes()),
    ]
    .concat()
}

/// `ModelProto` of `graph`, operators of version 13.
fn model(graph: &[u8]) -> Vec<u8> {
    let operators = [message(1, b""), number(2, 13)].concat();
    [number(1, 7), message(7, graph), message(8, &operators)].concat()
}

/// x → `double` = x + x and `square` = x · x, all `[n, 3]`.
pub(crate) fn double_and_square() -> Vec<u8> {
    let graph = [
        message(1, &node("Add", ["x", "x"], "double")),
        message(1, &node("Mul", ["x", "x"], "square")),
        message(2, b"graph"),
        message(11, &value_info("x", 1)),
        message(12, &value_info("double", 1)),
        message(12, &value_info("square", 1)),
    ];
    model(&graph.concat())
}

/// sum = x + y, two inputs.
pub(crate) fn two_inputs() -> Vec<u8> {
    let graph = [
        message(1, &node("Add", ["x", "y"], "sum")),
        message(2, b"graph"),
        message(11, &value_info("x", 1)),
        message(11, &value_info("y", 1)),
        message(12, &value_info("sum", 1)),
    ];
    model(&graph.concat())
}
