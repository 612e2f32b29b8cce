//! The end of a level: from features to the outputs of each place.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use crate::kernels;
use crate::layers::{ConvBlock, ConvBlockConfig, channels_last};
use crate::onnx::{Graph, Layer, Value};

/// The outputs of a place in the order of the last convolution's channels: `YuNet`'s names, and numbers of values.
pub(super) const OUTPUTS: [(&str, usize); 4] = [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)];

/// All values of a place.
const VALUES: usize = 16;

/// How sure the untrained network is of a face at a place, as nearly all places show none (Lin et al., ICCV 2017,
/// section 4.1).
const PRIOR: f32 = 0.01;

/// What the network says at the places of one grid, row by row.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Logits of "a face is here": `[n, places, 1]`.
    pub class: Tensor<3>,
    /// Logits of the box's expected overlap with that face: `[n, places, 1]`.
    pub object: Tensor<3>,
    /// The centre's offset x, y in cells, logarithms of width and height in cells: `[n, places, 4]`.
    pub bounds: Tensor<3>,
    /// Offsets of the five points in cells, x and y in turn: `[n, places, 10]`.
    pub points: Tensor<3>,
}

impl Grid {
    /// Several grids as one: the places of the first, then those of the second, and so on.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn joined(grids: &[Self]) -> Self {
        let all = |part: fn(&Self) -> &Tensor<3>| {
            Tensor::cat(grids.iter().map(|grid| part(grid).clone()).collect(), 1)
        };
        Self {
            class: all(|grid| &grid.class),
            object: all(|grid| &grid.object),
            bounds: all(|grid| &grid.bounds),
            points: all(|grid| &grid.points),
        }
    }

    /// How sure the network is of a face, as `YuNet` counts it: the root of the product of both probabilities, `[n,
    /// places, 1]`.
    #[must_use]
    pub fn scores(&self) -> Tensor<3> {
        (sigmoid(self.class.clone()) * sigmoid(self.object.clone())).sqrt()
    }
}

/// A convolution, then one cell at a time to the outputs.
#[derive(Module, Debug)]
pub(crate) struct Head {
    pub(crate) block: ConvBlock,
    pub(crate) outputs: Conv2d,
}

impl Head {
    pub(super) fn new([from, through]: [usize; 2], slope: f64, device: &Device) -> Self {
        let mut outputs = Conv2dConfig::new([through, VALUES], [1, 1]).init(device);
        let mut bias = vec![0.0; VALUES];
        bias[..2].fill((PRIOR / (1.0 - PRIOR)).ln());
        let bias = TensorData::new(bias, [VALUES]);
        outputs.bias = Some(Param::from_data(bias, device));
        Self {
            block: ConvBlockConfig::three(from, through, 1, slope).init(device),
            outputs,
        }
    }

    pub(super) fn forward(&self, level: Tensor<4>) -> Grid {
        let x = self.values(self.block.forward(level)).flatten::<3>(1, 2);
        let mut from = 0;
        let mut next = |kind: usize| {
            let (start, length) = (from, OUTPUTS[kind].1);
            from += length;
            x.clone().narrow(2, start, length)
        };
        Grid {
            class: next(0),
            object: next(1),
            bounds: next(2),
            points: next(3),
        }
    }

    /// All values of each cell: `[n, channels, height, width]` to `[n, height, width, 16]`.
    fn values(&self, x: Tensor<4>) -> Tensor<4> {
        let bias = self.outputs.bias.as_ref().filter(|_| kernels::apply_to(&x));
        let Some(bias) = bias else {
            return channels_last(self.outputs.forward(x));
        };
        let x = kernels::conv2d(channels_last(x), self.outputs.weight.val(), 1, 0);
        x + bias.val().reshape([1, 1, 1, VALUES])
    }

    /// The four outputs in the order of [`OUTPUTS`], the first two as probabilities.
    pub(super) fn append(&self, graph: &mut Graph, level: &Value) -> [Value; 4] {
        let x = self.block.append(graph, level);
        let x = self.outputs.append(graph, &x);
        let x = graph.transpose(&x, &[0, 2, 3, 1]);
        let x = graph.reshape(&x, &[0, -1, VALUES as i64]);
        let mut from = 0;
        OUTPUTS.map(|(_, length)| {
            let part = graph.slice(&x, 2, from, from + length);
            from += length;
            // The logits are the two single values.
            if length == 1 {
                graph.sigmoid(&part)
            } else {
                part
            }
        })
    }
}
