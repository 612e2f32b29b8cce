//! Parity with ONNX Runtime, the names and lengths of the outputs, the size.

use burn::tensor::activation::sigmoid;

use super::*;
use crate::onnx::testing::{assert_agrees, noise, shaken};
use crate::onnx::{ExportOptions, Storage, cost};
use crate::parameters;

#[rstest::rstest]
#[case::one_picture([1, 3, 64, 96])]
#[case::two_pictures_of_another_size([2, 3, 160, 32])]
fn burn_and_onnx_runtime_answer_alike(#[case] shape: [usize; 4]) {
    let network = shaken(DetectorSettings::default().init(&Device::flex()));
    let x = noise(shape);
    let grids = network.forward(x.clone());
    let all = |part: fn(&Grid) -> Tensor<3>| grids.iter().map(part).collect::<Vec<_>>();
    let outputs = [
        all(|grid| sigmoid(grid.class.clone())),
        all(|grid| sigmoid(grid.object.clone())),
        all(|grid| grid.bounds.clone()),
        all(|grid| grid.points.clone()),
    ];
    let expected: Vec<_> = outputs
        .concat()
        .into_iter()
        .map(Tensor::into_data)
        .collect();
    assert_agrees(&network, Storage::Single, x, &expected, 1e-4);
}

#[test]
fn the_outputs_are_called_and_ordered_as_yunets() {
    let network = DetectorSettings::default().init(&Device::flex());
    let model = network.to_model(&ExportOptions::default());
    let outputs = model.graph.unwrap().output;
    let names: Vec<_> = outputs.iter().map(|output| output.name.as_str()).collect();
    let expected = [
        "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32",
        "kps_8", "kps_16", "kps_32",
    ];
    assert_eq!(names, expected);
}

#[test]
fn each_grid_has_a_place_for_every_cell() {
    let network = DetectorSettings::default().init(&Device::flex());
    let grids = network.forward(noise([1, 3, 96, 64]));
    let lengths = grids.iter().map(|grid| grid.points.dims());
    let expected = [[1, 12 * 8, 10], [1, 6 * 4, 10], [1, 3 * 2, 10]];
    assert_eq!(lengths.collect::<Vec<_>>(), expected);
}

#[test]
fn an_untrained_network_expects_no_face() {
    let network = DetectorSettings::default().init(&Device::flex());
    let grids = network.forward(Tensor::zeros([1, 3, 64, 64], &Device::flex()));
    for grid in grids {
        let probability = sigmoid(grid.class).mean().into_scalar::<f32>();
        assert!(probability < 0.1, "{probability}");
    }
}

#[test]
fn every_weight_learns() {
    let network = DetectorSettings::default().init(&Device::flex().autodiff());
    let grids = network.forward(noise([2, 3, 64, 64]).autodiff());
    let sum = |grid: Grid| {
        let (class, object) = (grid.class.square().mean(), grid.object.square().mean());
        class + object + grid.bounds.square().mean() + grid.points.square().mean()
    };
    let loss = grids.into_iter().map(sum).reduce(|a, b| a + b).unwrap();
    let slopes = loss.backward();
    let learning = burn::optim::GradientsParams::from_grads(slopes, &network);
    let mut learns = Learns(0, learning);
    network.visit(&mut learns);
    assert_eq!(learns.0, 0, "parameters without a gradient");
}

/// Counts the parameters for which there is no gradient.
struct Learns(usize, burn::optim::GradientsParams);

impl burn::module::ModuleVisitor for Learns {
    fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
        let found: Option<Tensor<D>> = self.1.get(param.id);
        self.0 += usize::from(param.is_require_grad() && found.is_none());
    }
}

#[test]
fn it_is_as_small_as_stated() {
    let network = DetectorSettings::default().init(&Device::flex());
    let found = cost(
        &network.to_model(&ExportOptions::default()),
        &[1, 3, 256, 320],
    )
    .unwrap();
    assert_eq!(
        (parameters(&network), found.multiply_adds),
        (217_600, 94_248_960)
    );
}
