//! The kernels against the library's own operations, forward and backward.

use burn::tensor::module::conv2d as library_conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData, activation};
use proptest::prelude::*;

use super::geometry::Geometry;
use super::{apply_to, conv, conv2d, norm_train};
use crate::layers::{channels_first, channels_last};

fn device() -> Device {
    Device::flex().autodiff()
}

fn tensor<const D: usize>(shape: [usize; D], seed: u32) -> Tensor<D> {
    let count: usize = shape.iter().product();
    let value = |i: u32| f32::from((i.wrapping_mul(2_654_435_761) >> 24) as u8) / 128.0 - 1.0;
    let values: Vec<f32> = (0..count as u32).map(|i| value(i * 7 + seed)).collect();
    Tensor::from_data(TensorData::new(values, shape), &device()).require_grad()
}

fn largest_difference<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    assert_eq!(a.dims(), b.dims());
    let (a, b) = (a.into_data(), b.into_data());
    let (a, b) = (
        a.try_to_vec::<f32>().unwrap(),
        b.try_to_vec::<f32>().unwrap(),
    );
    let difference = a.iter().zip(&b).map(|(a, b)| (a - b).abs());
    // `f32::max` would pass over what is no number; it is as far away as can be.
    difference.fold(0.0, |most, far| {
        if most.is_nan() || far <= most {
            most
        } else {
            far
        }
    })
}

/// Whether sums of products agree, whose magnitudes add up to `magnitudes`.
///
/// In another order, or by way of Winograd's transforms, they differ by 2e-5 of these at most; a row left out by a hundred times as
/// much.
fn agree<const D: usize>(ours: Tensor<D>, theirs: Tensor<D>, magnitudes: Tensor<D>) -> bool {
    let beyond = (ours - theirs).abs() - magnitudes * 1e-4;
    let beyond = beyond.into_data();
    // Nothing that is no number is below anything.
    beyond.iter::<f32>().all(|beyond| beyond < 1e-6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn convolution_and_its_gradients_are_the_librarys(
        batch in 1_usize..9,
        // With sixteen channels and more a kernel of 3 goes by Winograd's transforms.
        channels_in in prop::sample::select(vec![3_usize, 16, 32]),
        channels_out in prop::sample::select(vec![5_usize, 16, 48]),
        height in 3_usize..34, width in 3_usize..34,
        kernel in prop::sample::select(vec![1_usize, 3, 3]),
        stride in prop::sample::select(vec![1_usize, 1, 2]),
    ) {
        let padding = kernel / 2;
        let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
        let x = tensor([batch, channels_in, height, width], 1);
        let weight = tensor([channels_out, channels_in, kernel, kernel], 2);
        prop_assert!(apply_to(&x));
        let ours = conv2d(channels_last(x.clone()), weight.clone(), stride, padding);
        let ours = channels_first(ours);
        let theirs = library_conv2d(x.clone(), weight.clone(), None, options.clone());
        let grad = tensor(ours.dims(), 3).detach();
        let ours_grads = (ours.clone() * grad.clone()).sum().backward();
        let theirs_grads = (theirs.clone() * grad.clone()).sum().backward();
        // What rounding costs grows with what is added up.
        let positive = |t: &Tensor<4>| Tensor::from_inner(t.clone().inner().abs()).require_grad();
        let [x_leaf, weight_leaf] = [&x, &weight].map(positive);
        let magnitudes = library_conv2d(x_leaf.clone(), weight_leaf.clone(), None, options);
        let magnitudes_grads = (magnitudes.clone() * grad.abs()).sum().backward();
        prop_assert!(agree(ours.inner(), theirs.inner(), magnitudes.inner()));
        let grads = [&ours_grads, &theirs_grads];
        let [ours, theirs] = grads.map(|grads| x.grad(grads).unwrap());
        prop_assert!(agree(ours, theirs, x_leaf.grad(&magnitudes_grads).unwrap()));
        let [ours, theirs] = grads.map(|grads| weight.grad(grads).unwrap());
        prop_assert!(agree(ours, theirs, weight_leaf.grad(&magnitudes_grads).unwrap()));
    }

    #[test]
    fn normalisation_and_its_gradients_are_those_of_the_library(
        batch in 2_usize..7, channels in 1_usize..5, side in 1_usize..9,
        with_shortcut: bool, slope in prop::sample::select(vec![0.0_f64, 0.1, 1.0]),
    ) {
        let x = tensor([batch, channels, side, side], 1);
        let shortcut = with_shortcut.then(|| tensor([batch, channels, side, side], 4));
        let (gamma, beta) = (tensor([channels], 5), tensor([channels], 6));
        let parameters = [gamma.clone(), beta.clone()];
        let shortcut_last = shortcut.clone().map(channels_last);
        let ours = norm_train(channels_last(x.clone()), shortcut_last, parameters, 1e-3, slope);
        let ours_output = channels_first(ours.output);
        let theirs = burn::tensor::module::batch_norm_train(x.clone(), gamma.clone(), beta.clone(), 1e-3);
        let sum = match &shortcut {
            Some(shortcut) => theirs.output + shortcut.clone(),
            None => theirs.output,
        };
        let output = activation::leaky_relu(sum, slope);
        let grad = tensor(x.dims(), 3).detach();
        let ours_grads = (ours_output.clone() * grad.clone()).sum().backward();
        let theirs_grads = (output.clone() * grad).sum().backward();
        prop_assert!(largest_difference(ours_output, output) < 1e-4);
        prop_assert!(largest_difference(ours.mean, theirs.mean) < 1e-5);
        prop_assert!(largest_difference(ours.variance, theirs.variance) < 1e-5);
        // Divided by a deviation that is small where a batch of few values has little spread.
        let [ours, theirs] = [&ours_grads, &theirs_grads].map(|grads| x.grad(grads).unwrap());
        prop_assert!(largest_difference(ours, theirs) < 2e-3);
        for parameter in [&gamma, &beta] {
            let [ours, theirs] = [&ours_grads, &theirs_grads].map(|grads| parameter.grad(grads).unwrap());
            prop_assert!(largest_difference(ours, theirs) < 2e-3);
        }
        if let Some(shortcut) = shortcut {
            let [ours, theirs] = [&ours_grads, &theirs_grads].map(|grads| shortcut.grad(grads).unwrap());
            prop_assert!(largest_difference(ours, theirs) < 1e-5);
        }
    }
}

#[rstest::rstest]
#[case::by_winograd(32, 1)]
#[case::by_columns(32, 2)]
#[case::with_odd_channels(5, 1)]
fn any_number_of_threads_gives_the_same_bits(#[case] channels: usize, #[case] stride: usize) {
    let geometry = Geometry {
        batch: 21,
        channels_in: channels,
        height: 13,
        width: 9,
        channels_out: 16,
        kernel: 3,
        stride,
        padding: 1,
    };
    let g = &geometry;
    let values = |length, seed| {
        tensor::<1>([length], seed)
            .into_data()
            .try_into_vec::<f32>()
            .unwrap()
    };
    let x = values(g.batch * g.image_in(), 1);
    let weight = values(g.channels_out * g.depth(), 2);
    let grad = values(g.batch * g.image_out(), 3);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let out = conv::forward(&x, &weight, g);
            let (x_grad, weight_grad) = conv::backward(&x, &weight, &grad, g, true);
            [out, x_grad, weight_grad]
        })
    };
    assert_eq!(with(1), with(3));
}
