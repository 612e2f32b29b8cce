//! The blocks: branches side by side, joined, added or pooled.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::EPSILON;
use crate::conv_bn::{ConvBn, ConvBnConfig, scaled};
use crate::onnx::{Affine, Graph, Layer, Value, Window};

/// Makes blocks of one width.
pub(super) struct Widths<'d> {
    width: f64,
    device: &'d Device,
}

/// x + scale · (what the branches say of it), rectified; keeps the shape.
#[derive(Module, Debug)]
pub(super) struct Residual {
    branch0: ConvBn,
    branch1: Vec<ConvBn>,
    branch2: Vec<ConvBn>,
    conv2d: Conv2d,
    scale: f64,
    rectified: bool,
}

/// Half the side, more channels: branches and a pool, one after the other; an empty branch is left out.
#[derive(Module, Debug)]
pub(super) struct Reduction {
    branch0: Vec<ConvBn>,
    branch1: Vec<ConvBn>,
    branch2: Vec<ConvBn>,
}

/// The largest of three by three, at every second place.
pub(super) fn pool() -> MaxPool2d {
    MaxPool2dConfig::new([3, 3]).with_strides([2, 2]).init()
}

impl<'d> Widths<'d> {
    pub(super) const fn new(width: f64, device: &'d Device) -> Self {
        Self { width, device }
    }

    /// As many channels as the published size's `channels` become.
    pub(super) fn of(&self, channels: usize) -> usize {
        scaled(channels, self.width)
    }

    /// A convolution whose channels are counted as they are.
    pub(super) fn conv(
        &self,
        channels: [usize; 2],
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> ConvBn {
        ConvBnConfig::new(channels, kernel)
            .with_stride(stride)
            .with_padding(padding)
            .with_epsilon(EPSILON)
            .init(self.device)
    }

    /// Convolutions that keep the side, from `channels` on through the kernels of `layers`, each with its channels.
    fn keeping(&self, channels: usize, layers: &[(usize, [usize; 2])]) -> Vec<ConvBn> {
        let mut from = channels;
        let mut layer = |(to, kernel): &(usize, [usize; 2])| {
            let channels = [from, self.of(*to)];
            from = channels[1];
            self.conv(channels, *kernel, [1, 1], [kernel[0] / 2, kernel[1] / 2])
        };
        layers.iter().map(&mut layer).collect()
    }

    /// [`Self::keeping`], then three by three at every second place to `to` channels.
    fn halving(&self, channels: usize, layers: &[(usize, [usize; 2])], to: usize) -> Vec<ConvBn> {
        let mut branch = self.keeping(channels, layers);
        let from = layers.last().map_or(channels, |(to, _)| self.of(*to));
        branch.push(self.conv([from, self.of(to)], [3, 3], [2, 2], [0, 0]));
        branch
    }

    fn residual(&self, channels: usize, branches: [Vec<ConvBn>; 3], scale: f64) -> Residual {
        let width =
            |branch: &Vec<ConvBn>| branch.last().map_or(0, |last| last.conv.weight.dims()[0]);
        let joined = branches.iter().map(width).sum();
        let [mut branch0, branch1, branch2] = branches;
        Residual {
            branch0: branch0.pop().expect("the first branch is one convolution"),
            branch1,
            branch2,
            conv2d: Conv2dConfig::new([joined, channels], [1, 1]).init(self.device),
            scale,
            rectified: true,
        }
    }

    pub(super) fn block35(&self, channels: usize) -> Residual {
        let branches = [
            self.keeping(channels, &[(32, [1, 1])]),
            self.keeping(channels, &[(32, [1, 1]), (32, [3, 3])]),
            self.keeping(channels, &[(32, [1, 1]), (32, [3, 3]), (32, [3, 3])]),
        ];
        self.residual(channels, branches, 0.17)
    }

    pub(super) fn block17(&self, channels: usize) -> Residual {
        let branches = [
            self.keeping(channels, &[(128, [1, 1])]),
            self.keeping(channels, &[(128, [1, 1]), (128, [1, 7]), (128, [7, 1])]),
            Vec::new(),
        ];
        self.residual(channels, branches, 0.10)
    }

    pub(super) fn block8(&self, channels: usize, scale: f64, rectified: bool) -> Residual {
        let branches = [
            self.keeping(channels, &[(192, [1, 1])]),
            self.keeping(channels, &[(192, [1, 1]), (192, [1, 3]), (192, [3, 1])]),
            Vec::new(),
        ];
        Residual {
            rectified,
            ..self.residual(channels, branches, scale)
        }
    }

    pub(super) fn mixed_6a(&self) -> Reduction {
        let channels = self.of(256);
        Reduction {
            branch0: self.halving(channels, &[], 384),
            branch1: self.halving(channels, &[(192, [1, 1]), (192, [3, 3])], 256),
            branch2: Vec::new(),
        }
    }

    pub(super) fn mixed_7a(&self, channels: usize) -> Reduction {
        Reduction {
            branch0: self.halving(channels, &[(256, [1, 1])], 384),
            branch1: self.halving(channels, &[(256, [1, 1])], 256),
            branch2: self.halving(channels, &[(256, [1, 1]), (256, [3, 3])], 256),
        }
    }
}

fn convolve(branch: &[ConvBn], x: Tensor<4>) -> Tensor<4> {
    branch.iter().fold(x, |x, layer| relu(layer.forward(x)))
}

/// The convolutions one after the other, each rectified.
pub(super) fn append_relu(branch: &[ConvBn], graph: &mut Graph, x: &Value) -> Value {
    branch.iter().fold(x.clone(), |x, layer| {
        let x = layer.append(graph, &x);
        graph.relu(&x)
    })
}

impl Residual {
    fn branches(&self) -> impl Iterator<Item = &[ConvBn]> {
        let first = std::slice::from_ref(&self.branch0);
        let all = [first, &self.branch1, &self.branch2];
        all.into_iter().filter(|branch| !branch.is_empty())
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let branches = self.branches().map(|branch| convolve(branch, x.clone()));
        let joined = Tensor::cat(branches.collect(), 1);
        let x = x + self.conv2d.forward(joined) * self.scale;
        if self.rectified { relu(x) } else { x }
    }
}

impl Layer for Residual {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let branches = self.branches().map(|branch| append_relu(branch, graph, x));
        let branches: Vec<_> = branches.collect();
        let joined = graph.concat(&branches.iter().collect::<Vec<_>>(), 1);
        let affine = Affine::of_convolution(&self.conv2d).times(self.scale as f32);
        let change = graph.convolution(&joined, &affine, &Window::point(), 1);
        let x = graph.add(x, &change);
        if self.rectified { graph.relu(&x) } else { x }
    }
}

impl Reduction {
    fn branches(&self) -> impl Iterator<Item = &Vec<ConvBn>> {
        let all = [&self.branch0, &self.branch1, &self.branch2];
        all.into_iter().filter(|branch| !branch.is_empty())
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let branches = self.branches().map(|branch| convolve(branch, x.clone()));
        let mut parts: Vec<_> = branches.collect();
        parts.push(pool().forward(x));
        Tensor::cat(parts, 1)
    }
}

impl Layer for Reduction {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let branches = self.branches().map(|branch| append_relu(branch, graph, x));
        let mut parts: Vec<_> = branches.collect();
        parts.push(pool().append(graph, x));
        graph.concat(&parts.iter().collect::<Vec<_>>(), 1)
    }
}
