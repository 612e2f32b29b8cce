//! A plain residual network of 3 by 3 convolutions (He et al., CVPR 2016): a face's template, fast on a processor.
//!
//! Depthwise convolutions need fewer multiplications but are slow to train on a processor; these become large matrix
//! products both in training and in ONNX Runtime.

use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::layers::{ConvBlock, ConvBlockConfig, channels_first, channels_last};

/// Sizes of a [`ResidualNet`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualSettings {
    /// Side of the input in pixels.
    pub side: usize,
    /// Channels after the first convolution, which halves the side.
    pub stem: usize,
    /// The stages that follow; each halves the side once more.
    pub stages: Vec<StageSettings>,
    /// Values of the template.
    pub dimension: usize,
    /// Factor of negative values in the rectifiers.
    pub slope: f64,
}

/// One stage: a convolution of stride 2, then residual blocks of two convolutions each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSettings {
    /// Channels of its output.
    pub channels: usize,
    /// How many residual blocks.
    pub blocks: usize,
}

impl ResidualSettings {
    /// Side of the last stage's output.
    #[must_use]
    pub fn last_side(&self) -> usize {
        (0..=self.stages.len()).fold(self.side, |side, _| side.div_ceil(2))
    }

    /// Channels of the last stage's output.
    #[must_use]
    pub fn last_channels(&self) -> usize {
        self.stages.last().map_or(self.stem, |stage| stage.channels)
    }

    /// Multiplications of one face's way through the convolutions and the last layer.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        let mut side = self.side.div_ceil(2);
        let mut channels = self.stem;
        let mut sum = 9 * 3 * channels * side * side;
        for stage in &self.stages {
            side = side.div_ceil(2);
            let own = 9 * stage.channels * side * side;
            sum += own * (channels + 2 * stage.blocks * stage.channels);
            channels = stage.channels;
        }
        sum + self.features() * self.dimension
    }

    fn features(&self) -> usize {
        self.last_channels() * self.last_side() * self.last_side()
    }

    /// A fresh network.
    #[must_use]
    pub fn init(&self, device: &Device) -> ResidualNet {
        let mut channels = self.stem;
        let stage = |stage: &StageSettings| {
            let from = std::mem::replace(&mut channels, stage.channels);
            Stage::new(from, *stage, self.slope, device)
        };
        ResidualNet {
            stages: self.stages.iter().map(stage).collect(),
            stem: ConvBlockConfig::three(3, self.stem, 2, self.slope).init(device),
            head: LinearConfig::new(self.features(), self.dimension).init(device),
        }
    }
}

/// The network; its input is `[n, 3, side, side]`, RGB, `(x - 127.5) / 128`.
#[derive(Module, Debug)]
pub struct ResidualNet {
    /// The first convolution, of stride 2.
    pub stem: ConvBlock,
    /// The stages, from large and thin to small and deep.
    pub stages: Vec<Stage>,
    /// All values of the last stage, channel by channel, to the template.
    pub head: Linear,
}

/// A convolution of stride 2 and residual blocks.
#[derive(Module, Debug)]
pub struct Stage {
    /// Halves the side and sets the channels.
    pub entry: ConvBlock,
    /// The residual blocks.
    pub blocks: Vec<ResidualBlock>,
}

/// Two convolutions with a short cut around both, added before the last rectifier.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// With its own rectifier.
    pub first: ConvBlock,
    /// The short cut is added before its rectifier.
    pub second: ConvBlock,
}

impl Stage {
    fn new(channels_in: usize, settings: StageSettings, slope: f64, device: &Device) -> Self {
        let channels = settings.channels;
        let same = ConvBlockConfig::three(channels, channels, 1, slope);
        let block = |_| {
            let second = same.init(device);
            // A block begins as little more than its short cut (Goyal et al. 2017 begin at zero), which trains steadily.
            let gamma = second.norm.gamma.val().mul_scalar(0.2).detach();
            ResidualBlock {
                first: same.init(device),
                second: ConvBlock {
                    norm: burn::nn::BatchNorm {
                        gamma: Param::from_tensor(gamma),
                        ..second.norm
                    },
                    ..second
                },
            }
        };
        Self {
            entry: ConvBlockConfig::three(channels_in, channels, 2, slope).init(device),
            blocks: (0..settings.blocks).map(block).collect(),
        }
    }
}

impl Stage {
    /// `[n, channels_in, height, width]` to `[n, channels, height / 2, width / 2]`, rounded up.
    #[must_use]
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let blocks = self.blocks.iter();
        blocks.fold(self.entry.forward(x), |x, block| block.forward(x))
    }

    /// The stage [settled](ConvBlock::settled) on `x`, and what it makes of `x`.
    pub(crate) fn settled(self, x: Tensor<4>) -> (Self, Tensor<4>) {
        let entry = self.entry.settled(x.clone());
        let mut x = entry.forward(x);
        let settle = |block: ResidualBlock| {
            let first = block.first.settled(x.clone());
            let second = block.second.settled(first.forward(x.clone()));
            let settled = ResidualBlock { first, second };
            x = settled.forward(x.clone());
            settled
        };
        let blocks = self.blocks.into_iter().map(settle).collect();
        (Self { entry, blocks }, x)
    }

    /// Its convolutions in the order in which they are computed.
    pub(crate) fn convolutions_mut(&mut self) -> impl Iterator<Item = &mut ConvBlock> {
        let blocks = self.blocks.iter_mut();
        let blocks = blocks.flat_map(|block| [&mut block.first, &mut block.second]);
        std::iter::once(&mut self.entry).chain(blocks)
    }
}

impl ResidualBlock {
    /// Keeps the shape of `x`.
    #[must_use]
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = channels_last(x);
        let inner = self.first.forward_last(x.clone(), None);
        channels_first(self.second.forward_last(inner, Some(x)))
    }
}

impl ResidualNet {
    /// The templates, `[n, dimension]`, not brought to unit length.
    #[must_use]
    pub fn forward(&self, faces: Tensor<4>) -> Tensor<2> {
        self.head.forward(self.last_stage(faces).flatten(1, 3))
    }

    /// The shares that the places of the last stage have in the templates, `[n, places, dimension]`, row by row: summed over
    /// the places they are [`Self::forward`].
    #[must_use]
    pub fn places(&self, faces: Tensor<4>) -> Tensor<3> {
        let x = self.last_stage(faces);
        let [n, channels, height, width] = x.dims();
        let places = height * width;
        let x = x.reshape([n, channels, places]).permute([2, 0, 1]);
        let weight = self.head.weight.val();
        let [_, dimension] = weight.dims();
        let weight = weight.reshape([channels, places, dimension]);
        let shares = x.matmul(weight.permute([1, 0, 2])).permute([1, 0, 2]);
        match &self.head.bias {
            Some(bias) => {
                let share = bias.val().div_scalar(places as f64);
                shares + share.reshape([1, 1, dimension])
            }
            None => shares,
        }
    }

    /// `[n, channels, side, side]`.
    fn last_stage(&self, faces: Tensor<4>) -> Tensor<4> {
        let stages = self.stages.iter();
        stages.fold(self.stem.forward(faces), |x, stage| stage.forward(x))
    }

    /// The network that answers alike, with the running statistics that its convolutions have on `faces`.
    ///
    /// For weights whose normalisation says nothing of the data, as those read from a file in which it was folded in: training
    /// normalises by the batch, and would begin with a network that nobody had trained.
    #[must_use]
    pub fn settled(self, faces: Tensor<4>) -> Self {
        let stem = self.stem.settled(faces.clone());
        let mut x = stem.forward(faces);
        let settle = |stage: Stage| {
            let (stage, next) = stage.settled(x.clone());
            x = next;
            stage
        };
        Self {
            stages: self.stages.into_iter().map(settle).collect(),
            stem,
            head: self.head,
        }
    }

    /// The network whose templates are those of this one times `matrix`, `[dimension, dimension]`.
    #[must_use]
    pub fn turned(mut self, matrix: Tensor<2>) -> Self {
        let dimension = matrix.dims()[0];
        let weight = self.head.weight.val().matmul(matrix.clone());
        self.head.weight = Param::from_tensor(weight);
        self.head.bias = self.head.bias.map(|bias| {
            let bias = bias.val().reshape([1, dimension]).matmul(matrix);
            Param::from_tensor(bias.reshape([dimension]))
        });
        self
    }

    /// The same network for a last stage of `to` places a side instead of `from`: an input of another size.
    ///
    /// Convolutions know no size. The last layer's weights are, for each channel and each value of the template, a small
    /// picture, which is resampled bilinearly and scaled so that its sum stays the same. What was learned of coarse form
    /// is kept; a short further training lets the rest settle.
    #[must_use]
    pub fn with_last_side(mut self, from: usize, to: usize) -> Self {
        let device = self.head.weight.device();
        let [features, dimension] = self.head.weight.dims();
        let weights = self.head.weight.val().into_data();
        let weights: Vec<f32> = weights
            .try_into_vec()
            .expect("weights are floats of 32 bits");
        let channels = features / (from * from);
        let resampled = resample(&weights, channels, dimension, from, to);
        let data = TensorData::new(resampled, [channels * to * to, dimension]);
        self.head.weight = Param::from_data(data, &device);
        self
    }
}

/// Weights `[channels, from, from, dimension]` as `[channels, to, to, dimension]`.
fn resample(
    weights: &[f32],
    channels: usize,
    dimension: usize,
    from: usize,
    to: usize,
) -> Vec<f32> {
    let scale = (from * from) as f32 / (to * to) as f32;
    let places: Vec<(usize, usize, f32)> = (0..to).map(|i| place(i, from, to)).collect();
    let mut out = Vec::with_capacity(channels * to * to * dimension);
    for channel in weights.chunks_exact(from * from * dimension).take(channels) {
        let at = |y: usize, x: usize, d: usize| channel[(y * from + x) * dimension + d];
        for &(top, bottom, fy) in &places {
            for &(left, right, fx) in &places {
                out.extend((0..dimension).map(|d| {
                    let upper = at(top, left, d) * (1.0 - fx) + at(top, right, d) * fx;
                    let lower = at(bottom, left, d) * (1.0 - fx) + at(bottom, right, d) * fx;
                    (upper * (1.0 - fy) + lower * fy) * scale
                }));
            }
        }
    }
    out
}

/// The two neighbours of the place `i` of `to` among `from`, and the second one's share.
fn place(i: usize, from: usize, to: usize) -> (usize, usize, f32) {
    let middle = (i as f32 + 0.5) * from as f32 / to as f32 - 0.5;
    let middle = middle.clamp(0.0, (from - 1) as f32);
    let first = middle.floor() as usize;
    (first, (first + 1).min(from - 1), middle - middle.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ResidualSettings {
        let stage = |channels, blocks| StageSettings { channels, blocks };
        ResidualSettings {
            side: 64,
            stem: 32,
            stages: vec![stage(64, 2), stage(128, 2), stage(256, 1)],
            dimension: 128,
            slope: 0.1,
        }
    }

    #[test]
    fn the_default_pack_s_network_has_the_planned_size() {
        let net = settings().init(&Device::flex());
        let mut convolutions = 9 * (3 * 32 + 32 * 64 + 64 * 128 + 128 * 256);
        convolutions += 9 * (4 * 64 * 64 + 4 * 128 * 128 + 2 * 256 * 256);
        let channels = 32 + 64 * 5 + 128 * 5 + 256 * 3;
        // Scale, shift, and the two running statistics of each channel.
        let norms = 4 * channels;
        let head = 256 * 16 * 128 + 128;
        assert_eq!(net.num_params(), convolutions + norms + head);
        assert_eq!(settings().multiply_adds(), 109_936_640);
    }

    #[test]
    fn faces_become_templates() {
        let small = ResidualSettings {
            side: 32,
            stem: 4,
            stages: vec![StageSettings {
                channels: 8,
                blocks: 1,
            }],
            dimension: 5,
            slope: 0.1,
        };
        let device = Device::flex();
        let faces = Tensor::zeros([3, 3, 32, 32], &device);
        assert_eq!(small.init(&device).forward(faces.clone()).dims(), [3, 5]);
        let tracked = small.init(&device.clone().autodiff());
        assert_eq!(tracked.forward(Tensor::from_inner(faces)).dims(), [3, 5]);
    }

    #[test]
    fn resampled_weights_keep_a_constant_picture_s_answer() {
        // One channel, one value: on a constant input the answer is the sum of the weights.
        let weights: Vec<f32> = (0..16).map(|i| 1.0 + 0.1 * i as f32).collect();
        let larger = resample(&weights, 1, 1, 4, 5);
        let (before, after) = (weights.iter().sum::<f32>(), larger.iter().sum::<f32>());
        assert!((before - after).abs() < 1e-3 * before, "{before} {after}");
        assert_eq!(resample(&weights, 1, 1, 4, 4), weights);
    }
}
