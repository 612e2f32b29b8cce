//! The published size, the parity with ONNX Runtime at a small one, and the files' names.

use super::*;
use crate::onnx::testing::{assert_agrees, noise, shaken};
use crate::onnx::{ExportOptions, Storage, cost};
use crate::parameters;

#[test]
fn at_width_one_it_has_the_published_parameters() {
    let settings = InceptionResnetV1Settings::default();
    let network = settings.init(&Device::flex());
    assert_eq!(parameters(&network), 23_482_624);
    let found = cost(
        &network.to_model(&ExportOptions::default()),
        &[1, 3, 160, 160],
    )
    .unwrap();
    assert_eq!(found.multiply_adds, 1_417_662_304);
    // The classification of VGGFace2's 8,631 people, as published, adds 8,631 · 513.
    assert_eq!(parameters(&network.with_classes(8_631)), 27_910_327);
}

pub(crate) fn narrow(side: usize) -> InceptionResnetV1Settings {
    InceptionResnetV1Settings {
        width: 0.125,
        side,
        dimension: 32,
        ..InceptionResnetV1Settings::default()
    }
}

#[test]
fn a_narrow_one_answers_alike_in_burn_and_in_onnx_runtime() {
    let network = shaken(narrow(96).init(&Device::flex()));
    let x = noise([2, 3, 96, 96]);
    let expected = [network.templates(x.clone()).into_data()];
    assert_agrees(&network, Storage::Single, x, &expected, 1e-4);
}

#[test]
fn classes_are_told_from_the_embedding() {
    let network = narrow(75).init(&Device::flex()).with_classes(5);
    let embedded = network.embed(noise([2, 3, 75, 75]));
    assert_eq!(network.classify(embedded).unwrap().dims(), [2, 5]);
}
