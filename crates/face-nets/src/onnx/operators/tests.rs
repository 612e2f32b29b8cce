//! Each operator against burn's, where no network's own parity test holds it.

use burn::nn::pool::{AvgPool2dConfig, MaxPool2dConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use super::*;
use crate::onnx::testing::{assert_agrees, noise};
use crate::onnx::{Dim, Export, ExportOptions, Layer, Port, Storage};

/// A network of a single formula on pictures of 5x7 pixels, whose outcome has any shape.
struct Formula<F>(F);

impl<F: Fn(&mut Graph, &Value) -> Value> Export for Formula<F> {
    fn input(&self) -> Port {
        Port::pictures([5, 7])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let open = ["a", "b", "c", "d"].map(Dim::Open);
        vec![(Port::new("output", &open), self.0(graph, input))]
    }
}

fn assert_same(
    formula: impl Fn(&mut Graph, &Value) -> Value,
    expected: impl Fn(Tensor<4>) -> Tensor<4>,
) {
    let x = noise([2, 3, 5, 7]);
    let expected = expected(x.clone()).into_data();
    assert_agrees(&Formula(formula), Storage::Single, x, &[expected], 1e-5);
}

#[test]
fn softmax_runs_along_the_axis_named() {
    assert_same(|graph, x| graph.softmax(x, 1), |x| softmax(x, 1));
}

#[test]
fn products_and_roots_are_taken_value_by_value() {
    let formula = |graph: &mut Graph, x: &Value| {
        let square = graph.mul(x, x);
        let root = graph.sqrt(&square);
        graph.scale(&root, 0.25)
    };
    assert_same(formula, |x| x.abs() * 0.25);
}

#[test]
fn a_cell_is_doubled_in_both_directions() {
    let expected = |x: Tensor<4>| {
        let cells: Tensor<6> = x.reshape([2, 3, 5, 1, 7, 1]);
        cells.expand([2, 3, 5, 2, 7, 2]).reshape([2, 3, 10, 14])
    };
    assert_same(Graph::double, expected);
}

#[rstest::rstest]
#[case::valid(PaddingConfig2d::Valid, false)]
#[case::same(PaddingConfig2d::Same, false)]
#[case::a_rim_of_its_own_on_each_side(PaddingConfig2d::Explicit(0, 1, 1, 0), false)]
#[case::windows_that_hang_over(PaddingConfig2d::Valid, true)]
fn pools_agree(#[case] padding: PaddingConfig2d, #[case] ceil: bool) {
    let largest = MaxPool2dConfig::new([3, 2])
        .with_strides([2, 2])
        .with_padding(padding.clone())
        .with_ceil_mode(ceil)
        .init();
    assert_same(|graph, x| largest.append(graph, x), |x| largest.forward(x));
    for count_rim in [false, true] {
        let mean = AvgPool2dConfig::new([3, 2])
            .with_strides([2, 2])
            .with_padding(padding.clone())
            .with_count_include_pad(count_rim)
            .with_ceil_mode(ceil)
            .init();
        assert_same(|graph, x| mean.append(graph, x), |x| mean.forward(x));
    }
}

#[test]
fn a_row_of_zeros_stays_zeros_at_unit_length() {
    let formula = |graph: &mut Graph, x: &Value| {
        let flat = graph.flatten(x);
        let nought = graph.scale(&flat, 0.0);
        let unit = graph.unit_length(&nought);
        let unit = graph.reshape(&unit, &[0, 3, 5, 7]);
        // Added to the input, so that there is something to compare.
        graph.add(&unit, x)
    };
    assert_same(formula, |x| x);
}

#[test]
fn names_of_a_graph_are_given_once() {
    let formula = Formula(|graph: &mut Graph, x: &Value| {
        let x = graph.relu(x);
        graph.relu(&x)
    });
    let graph = formula.to_model(&ExportOptions::default()).graph.unwrap();
    let mut names: Vec<_> = graph.node.iter().flat_map(|node| &node.output).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), graph.node.len());
}
