//! The kernels as differentiable operations on the tensors of the CPU backend, pictures with their channels last.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{DType, Device, GradientCheckpointingStrategy, Tensor, TensorData};

use super::geometry::Geometry;
use super::{conv, norm, scratch};

type Tracked = FloatTensor<Autodiff<Flex>>;

/// Whether the kernels know `x`: floats of 32 bits on the CPU backend, without gradient checkpointing.
pub(crate) fn apply_to(x: &Tensor<4>) -> bool {
    let device = x.device();
    x.dtype() == DType::F32
        && device.clone().without_autodiff() == Device::flex()
        && device
            .gradient_checkpointing_strategy()
            .is_none_or(|strategy| strategy == GradientCheckpointingStrategy::default())
}

/// The convolution of `x`, `[n, height, width, channels_in]`, with a square kernel `weight`, `[channels_out, channels_in,
/// kernel, kernel]`; as the library's, but for the order of the axes, without a bias.
///
/// # Panics
/// If the kernels do not [apply to](apply_to) the tensors.
pub(crate) fn conv2d(x: Tensor<4>, weight: Tensor<4>, stride: usize, padding: usize) -> Tensor<4> {
    let [batch, height, width, channels_in] = x.dims();
    let [channels_out, _, kernel, _] = weight.dims();
    let geometry = Geometry {
        batch,
        channels_in,
        height,
        width,
        channels_out,
        kernel,
        stride,
        padding,
    };
    if x.device().is_autodiff() {
        let output = conv_tracked(tracked(x), tracked(weight), geometry);
        return Tensor::from_primitive::<Autodiff<Flex>>(output);
    }
    let output = conv_forward(&plain(x), &plain(weight), &geometry);
    Tensor::from_primitive::<Flex>(output)
}

fn conv_forward(x: &FlexTensor, weight: &FlexTensor, g: &Geometry) -> FlexTensor {
    let output = conv::forward(values(x), values(weight), g);
    let shape = [g.batch, g.out_height(), g.out_width(), g.channels_out];
    FlexTensor::from_data(TensorData::new(output, shape))
}

fn conv_tracked(x: Tracked, weight: Tracked, geometry: Geometry) -> Tracked {
    let nodes = [x.node(), weight.node()];
    let (x, weight) = (
        contiguous(x.into_primitive()),
        contiguous(weight.into_primitive()),
    );
    let output = conv_forward(&x, &weight, &geometry);
    match ConvBackward
        .prepare::<NoCheckpointing>(nodes)
        .compute_bound()
        .stateful()
    {
        OpsKind::Tracked(prep) => prep.finish((x, weight, geometry), output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    }
}

#[derive(Debug)]
struct ConvBackward;

impl Backward<Flex, 2> for ConvBackward {
    type State = (FlexTensor, FlexTensor, Geometry);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [x_node, weight_node] = ops.parents;
        let (x, weight, geometry) = ops.state;
        let grad = contiguous(grads.consume::<Flex>(&ops.node));
        let (x_grad, weight_grad) = conv::backward(
            values(&x),
            values(&weight),
            values(&grad),
            &geometry,
            x_node.is_some(),
        );
        if let Some(node) = x_node {
            grads.register::<Flex>(node.id, like(&x, x_grad));
        }
        if let Some(node) = weight_node {
            grads.register::<Flex>(node.id, like(&weight, weight_grad));
        }
        [x, grad].into_iter().for_each(recycle);
    }
}

/// What [`norm_train`] gives.
#[derive(Debug)]
pub(crate) struct NormOutput {
    /// The shape of the input.
    pub(crate) output: Tensor<4>,
    /// `[channels]`, of the batch.
    pub(crate) mean: Tensor<1>,
    /// `[channels]`, of the batch, not corrected for the number of values.
    pub(crate) variance: Tensor<1>,
}

/// Batch normalisation of `x`, `[n, height, width, channels]`, with the batch's own statistics, then the short cut is added,
/// then negative values are multiplied by `slope`.
///
/// # Panics
/// If the kernels do not [apply to](apply_to) the tensors, or these are not tracked for gradients.
pub(crate) fn norm_train(
    x: Tensor<4>,
    shortcut: Option<Tensor<4>>,
    [gamma, beta]: [Tensor<1>; 2],
    epsilon: f64,
    slope: f64,
) -> NormOutput {
    let settings = norm::Settings {
        channels: x.dims()[3],
        epsilon: epsilon as f32,
        slope: slope as f32,
    };
    let (x, gamma, beta) = (tracked(x), tracked(gamma), tracked(beta));
    let nodes = [x.node(), gamma.node(), beta.node()];
    let shortcut = shortcut.map(tracked);
    let shortcut_node = shortcut.as_ref().map(Tracked::node);
    let [x, gamma, beta] = [x, gamma, beta].map(|t| contiguous(t.into_primitive()));
    let shortcut = shortcut.map(|t| contiguous(t.into_primitive()));
    let forward = norm::forward(
        values(&x),
        shortcut.as_ref().map(values),
        (values(&gamma), values(&beta)),
        &settings,
    );
    let output = like(&x, forward.output);
    let [mean, variance] = [forward.mean, forward.variance].map(|values| like(&gamma, values));
    let saved = NormSaved {
        x,
        output: output.clone(),
        gamma,
        mean: mean.clone(),
        variance: variance.clone(),
        settings,
    };
    let output = match shortcut_node {
        None => finish(NormBackward, nodes, saved, output),
        Some(node) => {
            let [x, gamma, beta] = nodes;
            finish(NormBackward, [x, gamma, beta, node], saved, output)
        }
    };
    let untracked = |t| Tensor::from_primitive::<Autodiff<Flex>>(Tracked::new(t));
    NormOutput {
        output: Tensor::from_primitive::<Autodiff<Flex>>(output),
        mean: untracked(mean),
        variance: untracked(variance),
    }
}

fn finish<const N: usize>(
    step: NormBackward,
    nodes: [burn::backend::autodiff::ops::NodeGuard; N],
    saved: NormSaved,
    output: FlexTensor,
) -> Tracked
where
    NormBackward: Backward<Flex, N, State = NormSaved>,
{
    match step
        .prepare::<NoCheckpointing>(nodes)
        .compute_bound()
        .stateful()
    {
        OpsKind::Tracked(prep) => prep.finish(saved, output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    }
}

#[derive(Debug, Clone)]
struct NormSaved {
    x: FlexTensor,
    output: FlexTensor,
    gamma: FlexTensor,
    mean: FlexTensor,
    variance: FlexTensor,
    settings: norm::Settings,
}

impl NormSaved {
    fn backward(&self, grad: &FlexTensor, has_shortcut: bool) -> norm::Backward {
        let saved = norm::Saved {
            x: values(&self.x),
            output: values(&self.output),
            gamma: values(&self.gamma),
            mean: values(&self.mean),
            variance: values(&self.variance),
            grad: values(grad),
        };
        norm::backward(saved, has_shortcut, &self.settings)
    }
}

/// With three parents: input, gamma, beta; with a fourth, the short cut.
#[derive(Debug)]
struct NormBackward;

impl Backward<Flex, 3> for NormBackward {
    type State = NormSaved;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = contiguous(grads.consume::<Flex>(&ops.node));
        let saved = ops.state;
        let own = saved.backward(&grad, false);
        let all = [
            (own.x, &saved.x),
            (own.gamma, &saved.gamma),
            (own.beta, &saved.gamma),
        ];
        for (node, (values, form)) in ops.parents.into_iter().zip(all) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, like(form, values));
            }
        }
        [saved.x, saved.output, grad].into_iter().for_each(recycle);
    }
}

impl Backward<Flex, 4> for NormBackward {
    type State = NormSaved;

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = contiguous(grads.consume::<Flex>(&ops.node));
        let saved = ops.state;
        let own = saved.backward(&grad, true);
        let all = [
            (own.x, &saved.x),
            (own.gamma, &saved.gamma),
            (own.beta, &saved.gamma),
            (own.shortcut, &saved.x),
        ];
        for (node, (values, form)) in ops.parents.into_iter().zip(all) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, like(form, values));
            }
        }
        [saved.x, saved.output, grad].into_iter().for_each(recycle);
    }
}

fn tracked<const D: usize>(tensor: Tensor<D>) -> Tracked {
    tensor
        .try_into_primitive::<Autodiff<Flex>>()
        .expect("the caller has asked `apply_to`, and all tensors of a layer are on one device")
}

fn plain<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    let tensor = tensor
        .try_into_primitive::<Flex>()
        .expect("the caller has asked `apply_to`, and all tensors of a layer are on one device");
    contiguous(tensor)
}

/// The tensor with its values in order from the beginning of its memory.
fn contiguous(tensor: FlexTensor) -> FlexTensor {
    if tensor.is_contiguous() && tensor.layout().start_offset() == 0 {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

fn values(tensor: &FlexTensor) -> &[f32] {
    &tensor.storage::<f32>()[..tensor.layout().num_elements()]
}

/// Keeps the memory of a tensor that is needed no more for the next step's, if no one else reads it.
fn recycle(tensor: FlexTensor) {
    let is_whole = tensor.storage::<f32>().len() == tensor.layout().num_elements();
    if is_whole
        && tensor.is_unique()
        && let Ok(memory) = tensor.into_data().try_into_vec()
    {
        scratch::give(memory);
    }
}

/// A tensor of the shape of `form`.
fn like(form: &FlexTensor, values: Vec<f32>) -> FlexTensor {
    let shape = form.layout().shape().clone();
    FlexTensor::from_data(TensorData::new(values, shape))
}
