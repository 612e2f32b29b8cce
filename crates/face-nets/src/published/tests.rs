//! Small networks loaded from files written here, under the names that others' programs give.

use burn::tensor::{Device, Tensor};

use super::testing::{Named, safetensors_file, torch_file};
use super::*;
use crate::onnx::testing::noise;
use crate::{BnInception, BnInceptionSettings, Embedder};
use crate::{InceptionResnetV1, InceptionResnetV1Settings};

/// A convolution and its normalisation, as `PyTorch` writes them; `bias` names the convolution's.
fn layer(names: [String; 2], [from, to]: [usize; 2], kernel: [usize; 2], bias: bool) -> Vec<Named> {
    let [conv, bn] = names;
    let mut all = vec![Named::new(
        format!("{conv}.weight"),
        &[to, from, kernel[0], kernel[1]],
    )];
    if bias {
        all.push(Named::new(format!("{conv}.bias"), &[to]));
    }
    for part in ["weight", "bias", "running_mean", "running_var"] {
        all.push(Named::new(format!("{bn}.{part}"), &[to]));
    }
    all
}

/// The tensors of a `PyTorch` `InceptionResnetV1` at an eighth of the width: 8 channels for 32 and 64 and 80, 16 for 128,
/// 24 for 192, 32 for 256, 48 for 384.
fn inception_resnet() -> Vec<Named> {
    let mut all = Vec::new();
    let mut basic = |name: &str, channels: [usize; 2], kernel: [usize; 2]| {
        let names = [format!("{name}.conv"), format!("{name}.bn")];
        all.extend(layer(names, channels, kernel, false));
    };
    basic("conv2d_1a", [3, 8], [3, 3]);
    basic("conv2d_2a", [8, 8], [3, 3]);
    basic("conv2d_2b", [8, 8], [3, 3]);
    basic("conv2d_3b", [8, 8], [1, 1]);
    basic("conv2d_4a", [8, 24], [3, 3]);
    basic("conv2d_4b", [24, 32], [3, 3]);
    for i in 0..5 {
        basic(&format!("repeat_1.{i}.branch0"), [32, 8], [1, 1]);
        basic(&format!("repeat_1.{i}.branch1.0"), [32, 8], [1, 1]);
        basic(&format!("repeat_1.{i}.branch1.1"), [8, 8], [3, 3]);
        basic(&format!("repeat_1.{i}.branch2.0"), [32, 8], [1, 1]);
        basic(&format!("repeat_1.{i}.branch2.1"), [8, 8], [3, 3]);
        basic(&format!("repeat_1.{i}.branch2.2"), [8, 8], [3, 3]);
    }
    basic("mixed_6a.branch0", [32, 48], [3, 3]);
    basic("mixed_6a.branch1.0", [32, 24], [1, 1]);
    basic("mixed_6a.branch1.1", [24, 24], [3, 3]);
    basic("mixed_6a.branch1.2", [24, 32], [3, 3]);
    for i in 0..10 {
        basic(&format!("repeat_2.{i}.branch0"), [112, 16], [1, 1]);
        basic(&format!("repeat_2.{i}.branch1.0"), [112, 16], [1, 1]);
        basic(&format!("repeat_2.{i}.branch1.1"), [16, 16], [1, 7]);
        basic(&format!("repeat_2.{i}.branch1.2"), [16, 16], [7, 1]);
    }
    for (branch, end) in [(0, 48), (1, 32)] {
        basic(&format!("mixed_7a.branch{branch}.0"), [112, 32], [1, 1]);
        basic(&format!("mixed_7a.branch{branch}.1"), [32, end], [3, 3]);
    }
    basic("mixed_7a.branch2.0", [112, 32], [1, 1]);
    basic("mixed_7a.branch2.1", [32, 32], [3, 3]);
    basic("mixed_7a.branch2.2", [32, 32], [3, 3]);
    let last = (0..5).map(|i| format!("repeat_3.{i}"));
    for block in last.clone().chain(["block8".to_owned()]) {
        basic(&format!("{block}.branch0"), [224, 24], [1, 1]);
        basic(&format!("{block}.branch1.0"), [224, 24], [1, 1]);
        basic(&format!("{block}.branch1.1"), [24, 24], [1, 3]);
        basic(&format!("{block}.branch1.2"), [24, 24], [3, 1]);
    }
    let mut joined = |block: String, from, to| {
        let name = |part| format!("{block}.conv2d.{part}");
        all.push(Named::new(name("weight"), &[to, from, 1, 1]));
        all.push(Named::new(name("bias"), &[to]));
    };
    (0..5).for_each(|i| joined(format!("repeat_1.{i}"), 24, 32));
    (0..10).for_each(|i| joined(format!("repeat_2.{i}"), 32, 112));
    last.chain(["block8".to_owned()])
        .for_each(|block| joined(block, 48, 224));
    all.push(Named::new("last_linear.weight".to_owned(), &[20, 224]));
    for part in ["weight", "bias", "running_mean", "running_var"] {
        all.push(Named::new(format!("last_bn.{part}"), &[20]));
    }
    all.push(Named::new("logits.weight".to_owned(), &[9, 20]));
    all.push(Named::new("logits.bias".to_owned(), &[9]));
    all
}

/// The tensors of a `PyTorch` BN-Inception at a 32nd of the width, where no layer has more than 16 channels.
fn bn_inception() -> Vec<Named> {
    let mut all = Vec::new();
    let mut basic = |name: &str, channels: [usize; 2], kernel: usize| {
        let names = [name.to_owned(), format!("{name}_bn")];
        all.extend(layer(names, channels, [kernel; 2], true));
    };
    basic("conv1_7x7_s2", [3, 8], 7);
    basic("conv2_3x3_reduce", [8, 8], 1);
    basic("conv2_3x3", [8, 8], 3);
    // Channels in; of the branch of one cell and of the last of the two others at this width; whether it projects.
    let blocks = [
        ("3a", 8, [8, 8, 8], true),
        ("3b", 32, [8, 8, 8], true),
        ("3c", 32, [0, 8, 8], false),
        ("4a", 48, [8, 8, 8], true),
        ("4b", 32, [8, 8, 8], true),
        ("4c", 32, [8, 8, 8], true),
        ("4d", 32, [8, 8, 8], true),
        ("4e", 32, [0, 8, 8], false),
        ("5a", 48, [8, 8, 8], true),
        ("5b", 32, [8, 8, 8], true),
    ];
    for (block, from, [one, three, double], projects) in blocks {
        let name = |part: &str| format!("inception_{block}_{part}");
        if one > 0 {
            basic(&name("1x1"), [from, one], 1);
        }
        basic(&name("3x3_reduce"), [from, 8], 1);
        basic(&name("3x3"), [8, three], 3);
        basic(&name("double_3x3_reduce"), [from, 8], 1);
        basic(&name("double_3x3_1"), [8, double], 3);
        basic(&name("double_3x3_2"), [double, double], 3);
        if projects {
            basic(&name("pool_proj"), [from, 8], 1);
        }
    }
    all.push(Named::new("last_linear.weight".to_owned(), &[3, 32]));
    all.push(Named::new("last_linear.bias".to_owned(), &[3]));
    all
}

fn fresh_resnet() -> InceptionResnetV1 {
    let settings = InceptionResnetV1Settings {
        width: 0.125,
        side: 75,
        dimension: 20,
        ..InceptionResnetV1Settings::default()
    };
    settings.init(&Device::flex())
}

fn fresh_bn_inception() -> BnInception {
    let settings = BnInceptionSettings {
        width: 1.0 / 32.0,
        side: 64,
    };
    settings.init(&Device::flex())
}

/// Writes both kinds of file and gives their paths.
fn files(tensors: &[Named]) -> (tempfile::TempDir, [PathBuf; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["weights.pt", "weights.safetensors"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], torch_file(tensors)).unwrap();
    std::fs::write(&paths[1], safetensors_file(tensors)).unwrap();
    (folder, paths)
}

fn difference(a: Tensor<2>, b: Tensor<2>) -> f32 {
    (a - b).abs().max().into_scalar()
}

#[test]
fn an_inception_resnet_of_pytorch_and_of_safetensors_is_the_same_network() {
    let tensors = inception_resnet();
    let (_folder, paths) = files(&tensors);
    let x = noise([1, 3, 75, 75]);
    let answers = paths.map(|path| {
        let mut network = fresh_resnet().with_classes(9);
        let before = network.templates(x.clone());
        let loaded = load_published(&mut network, &path, Head::Loaded).unwrap();
        assert_eq!(loaded.applied, tensors.len());
        assert_eq!(loaded.unused, ["num_batches_tracked"]);
        let after = network.templates(x.clone());
        assert!(difference(before, after.clone()) > 1e-2, "nothing changed");
        network.classify(after).unwrap()
    });
    let [torch, safe] = answers;
    assert!(difference(torch, safe) < 1e-6);
}

#[test]
fn a_bn_inception_of_pytorch_and_of_safetensors_is_the_same_network() {
    let tensors = bn_inception();
    let (_folder, paths) = files(&tensors);
    let x = noise([1, 3, 64, 64]);
    let answers = paths.map(|path| {
        let mut network = fresh_bn_inception().with_classes(3);
        let loaded = load_published(&mut network, &path, Head::Loaded).unwrap();
        assert_eq!(loaded.applied, tensors.len());
        network.classify(network.templates(x.clone())).unwrap()
    });
    let [torch, safe] = answers;
    assert!(difference(torch, safe) < 1e-6);
}

#[test]
fn a_linear_map_of_pytorch_is_turned_over() {
    let tensors = bn_inception();
    let (_folder, paths) = files(&tensors);
    let named = |name: &str| tensors.iter().find(|tensor| tensor.name == name).unwrap();
    let (weight, bias) = (named("last_linear.weight"), named("last_linear.bias"));
    for path in paths {
        let mut network = fresh_bn_inception().with_classes(3);
        load_published(&mut network, &path, Head::Loaded).unwrap();
        // On the second unit vector: PyTorch's second column, and the bias.
        let unit = Tensor::<2>::eye(32, &Device::flex()).narrow(0, 1, 1);
        let found = network.classify(unit).unwrap().into_data();
        for (class, found) in found.iter::<f32>().enumerate() {
            let expected = weight.values[32 * class + 1] + bias.values[class];
            assert!((found - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn another_head_is_left_as_it_is() {
    let (_folder, paths) = files(&bn_inception());
    for path in paths {
        // The file tells three classes apart, the network seven.
        let mut network = fresh_bn_inception().with_classes(7);
        load_published(&mut network, &path, Head::Fresh).unwrap();
        let error = load_published(&mut network, &path, Head::Loaded).unwrap_err();
        assert!(matches!(error, LoadError::Read { .. }), "{error}");
    }
}

#[test]
fn a_file_without_a_layer_is_refused_and_names_it() {
    let mut tensors = bn_inception();
    tensors.retain(|tensor| tensor.name != "inception_4c_double_3x3_1.weight");
    let (_folder, paths) = files(&tensors);
    for path in paths {
        let error = load_published(&mut fresh_bn_inception(), &path, Head::Fresh).unwrap_err();
        let LoadError::Missing { count, first, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(
            (count, first.as_str()),
            (1, "blocks.5.double.1.conv.weight")
        );
    }
}

#[rstest::rstest]
#[case::of_another_kind("weights.h5")]
#[case::without_an_ending("weights")]
fn another_ending_is_refused(#[case] name: &str) {
    let error = load_published(&mut fresh_bn_inception(), Path::new(name), Head::Fresh);
    assert!(matches!(error, Err(LoadError::Kind { .. })));
}

#[rstest::rstest]
#[case::pytorch("weights.pth")]
#[case::safetensors("weights.safetensors")]
fn a_file_that_is_no_such_file_is_refused(#[case] name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, b"not weights, certainly").unwrap();
    let error = load_published(&mut fresh_bn_inception(), &path, Head::Fresh);
    assert!(matches!(error, Err(LoadError::Read { .. })));
}
