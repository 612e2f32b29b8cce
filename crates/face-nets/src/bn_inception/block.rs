//! The block: up to four branches side by side, joined; and the paper's table of them.

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::pool::{AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::conv_bn::{ConvBn, ConvBnConfig, scaled};
use crate::onnx::{Graph, Layer, Value};

/// What the fourth branch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pool {
    /// The mean of three by three, projected to so many channels.
    Mean(usize),
    /// The largest of three by three, projected to so many channels.
    Largest(usize),
    /// The largest of three by three at every second place, as it is; the other branches halve the side too.
    Halving,
}

/// A row of the paper's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Channels of the branch of one cell; 0: there is none.
    one: usize,
    /// Channels before and after the three by three.
    three: [usize; 2],
    /// Channels before, between and after the two three by threes.
    double: [usize; 2],
    pool: Pool,
}

const fn row(one: usize, three: [usize; 2], double: [usize; 2], pool: Pool) -> Row {
    Row {
        one,
        three,
        double,
        pool,
    }
}

/// Blocks 3a, 3b, 3c, 4a to 4e, 5a and 5b.
pub(super) const ROWS: [Row; 10] = [
    row(64, [64, 64], [64, 96], Pool::Mean(32)),
    row(64, [64, 96], [64, 96], Pool::Mean(64)),
    row(0, [128, 160], [64, 96], Pool::Halving),
    row(224, [64, 96], [96, 128], Pool::Mean(128)),
    row(192, [96, 128], [96, 128], Pool::Mean(128)),
    row(160, [128, 160], [128, 160], Pool::Mean(128)),
    row(96, [128, 192], [160, 192], Pool::Mean(128)),
    row(0, [128, 192], [192, 256], Pool::Halving),
    row(352, [192, 320], [160, 224], Pool::Mean(128)),
    row(352, [192, 320], [192, 224], Pool::Largest(128)),
];

/// A block.
#[derive(Module, Debug)]
pub(super) struct Inception {
    one: Option<ConvBn>,
    three: Vec<ConvBn>,
    double: Vec<ConvBn>,
    projection: Option<ConvBn>,
    #[module(skip)]
    pool: Pool,
}

/// The largest of three by three at every second place, also of those that hang over the rim.
pub(super) fn halving_pool() -> MaxPool2d {
    MaxPool2dConfig::new([3, 3])
        .with_strides([2, 2])
        .with_ceil_mode(true)
        .init()
}

impl Inception {
    pub(super) fn init(row: &Row, channels: usize, width: f64, device: &Device) -> Self {
        let of = |channels| scaled(channels, width);
        let conv = |from, to, kernel: usize, stride: usize| {
            ConvBnConfig::new([from, to], [kernel; 2])
                .with_stride([stride; 2])
                .with_padding([kernel / 2; 2])
                .with_bias(true)
                .init(device)
        };
        let stride = if row.pool == Pool::Halving { 2 } else { 1 };
        let ([a, b], [c, d]) = (row.three.map(of), row.double.map(of));
        let projection = match row.pool {
            Pool::Mean(to) | Pool::Largest(to) => Some(conv(channels, of(to), 1, 1)),
            Pool::Halving => None,
        };
        Self {
            one: (row.one > 0).then(|| conv(channels, of(row.one), 1, 1)),
            three: vec![conv(channels, a, 1, 1), conv(a, b, 3, stride)],
            double: vec![
                conv(channels, c, 1, 1),
                conv(c, d, 3, 1),
                conv(d, d, 3, stride),
            ],
            projection,
            pool: row.pool,
        }
    }

    /// Channels of the output, where the input has `channels`.
    pub(super) fn channels(&self, channels: usize) -> usize {
        let of = |conv: &ConvBn| conv.conv.weight.dims()[0];
        let branches = self.branches().filter_map(|branch| branch.last().map(of));
        branches.sum::<usize>() + self.projection.as_ref().map_or(channels, of)
    }

    fn branches(&self) -> impl Iterator<Item = &[ConvBn]> {
        let all = [self.one.as_slice(), &self.three, &self.double];
        all.into_iter().filter(|branch| !branch.is_empty())
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let convolve = |branch: &[ConvBn], x| branch.iter().fold(x, |x, c| relu(c.forward(x)));
        let branches = self.branches().map(|branch| convolve(branch, x.clone()));
        let mut parts: Vec<_> = branches.collect();
        let pooled = self.pooled(x);
        parts.push(convolve(self.projection.as_slice(), pooled));
        Tensor::cat(parts, 1)
    }

    fn pooled(&self, x: Tensor<4>) -> Tensor<4> {
        match self.pool {
            Pool::Halving => halving_pool().forward(x),
            Pool::Largest(_) => keeping_pool().forward(x),
            Pool::Mean(_) => mean().init().forward(x),
        }
    }
}

fn keeping_pool() -> MaxPool2d {
    MaxPool2dConfig::new([3, 3])
        .with_strides([1, 1])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init()
}

/// The rim counts as zeros, as in the published program.
fn mean() -> AvgPool2dConfig {
    AvgPool2dConfig::new([3, 3])
        .with_strides([1, 1])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
}

/// The convolutions one after the other, each rectified.
pub(super) fn append(branch: &[ConvBn], graph: &mut Graph, x: &Value) -> Value {
    branch.iter().fold(x.clone(), |x, layer| {
        let x = layer.append(graph, &x);
        graph.relu(&x)
    })
}

impl Layer for Inception {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let branches = self.branches().map(|branch| append(branch, graph, x));
        let mut parts: Vec<_> = branches.collect();
        let pooled = match self.pool {
            Pool::Halving => halving_pool().append(graph, x),
            Pool::Largest(_) => keeping_pool().append(graph, x),
            Pool::Mean(_) => mean().init().append(graph, x),
        };
        parts.push(append(self.projection.as_slice(), graph, &pooled));
        graph.concat(&parts.iter().collect::<Vec<_>>(), 1)
    }
}
