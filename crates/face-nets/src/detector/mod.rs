//! A tiny face detector with the outputs of `YuNet` (Wu et al., Machine Intelligence Research 2023): for each place of
//! grids of 8, 16 and 32 pixels the probability of a face, its box and five points.
//!
//! Plain 3 by 3 convolutions with few channels where the picture is large; a pyramid (Lin et al., CVPR 2017) hands the
//! coarse grids down by doubling. The file's twelve outputs have `YuNet`'s names, order and meaning, so that a pack
//! says `decoding = "yunet"`; the input's sides are open, multiples of 32. Defaults: 217,600 parameters, 94 million
//! multiply-adds at 320x256, which take 2.5 ms on one AVX2 thread in ONNX Runtime, where the reference pack's `YuNet`
//! takes 3.5.

mod head;

use burn::module::Module;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::layers::{ConvBlock, ConvBlockConfig};
use crate::onnx::{Dim, Export, Graph, Layer, Port, Value};
use crate::residual::StageSettings;
use crate::trunk::Trunk;
pub use head::Grid;
use head::Head;

/// Pixels between neighbouring places of the three grids.
pub const STRIDES: [usize; 3] = [8, 16, 32];

/// The network's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectorSettings {
    /// Channels at half the side.
    pub stem: usize,
    /// Stages at a quarter, an 8th, a 16th and a 32nd of the side.
    pub stages: [StageSettings; 4],
    /// Channels of the pyramid.
    pub neck: usize,
    /// Channels of the convolution before the outputs.
    pub head: usize,
    /// Factor of negative values in the rectifiers.
    pub slope: f64,
}

impl Default for DetectorSettings {
    fn default() -> Self {
        let stage = |channels, blocks| StageSettings { channels, blocks };
        Self {
            stem: 16,
            stages: [stage(16, 0), stage(32, 1), stage(48, 1), stage(64, 1)],
            neck: 32,
            head: 32,
            slope: 0.0,
        }
    }
}

/// The network; its input is `[n, 3, height, width]`, sides multiples of 32.
#[derive(Module, Debug)]
pub struct Detector {
    trunk: Trunk,
    laterals: Vec<ConvBlock>,
    pub(crate) heads: Vec<Head>,
}

impl DetectorSettings {
    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> Detector {
        let lateral = |stage: &StageSettings| {
            let block = ConvBlockConfig {
                channels_in: stage.channels,
                channels_out: self.neck,
                kernel: 1,
                stride: 1,
                slope: self.slope,
            };
            block.init(device)
        };
        let head = |_| Head::new([self.neck, self.head], self.slope, device);
        Detector {
            trunk: Trunk::new(self.stem, &self.stages, self.slope, device),
            laterals: self.stages[1..].iter().map(lateral).collect(),
            heads: STRIDES.map(head).into(),
        }
    }
}

impl Detector {
    /// What the network says at the places of the three grids, the finest first.
    #[must_use]
    pub fn forward(&self, pictures: Tensor<4>) -> Vec<Grid> {
        let stages = self.trunk.forward(pictures).split_off(1);
        let own = self.laterals.iter().zip(stages);
        let levels = pyramid(own.map(|(lateral, stage)| lateral.forward(stage)));
        let heads = self.heads.iter().zip(levels);
        heads.map(|(head, level)| head.forward(level)).collect()
    }

    /// The network that answers alike, with the running statistics that its convolutions have on `pictures`; why, see
    /// [`ResidualNet::settled`](crate::residual::ResidualNet::settled).
    #[must_use]
    pub fn settled(self, pictures: Tensor<4>) -> Self {
        let (trunk, mut stages) = self.trunk.settled(pictures);
        let stages = stages.split_off(1);
        let laterals = self.laterals.into_iter().zip(&stages);
        let laterals: Vec<_> = laterals
            .map(|(lateral, stage)| lateral.settled(stage.clone()))
            .collect();
        let own = laterals.iter().zip(stages);
        let levels = pyramid(own.map(|(lateral, stage)| lateral.forward(stage)));
        let heads = self.heads.into_iter().zip(levels);
        let settle = |(head, level): (Head, Tensor<4>)| Head {
            block: head.block.settled(level),
            outputs: head.outputs,
        };
        Self {
            trunk,
            laterals,
            heads: heads.map(settle).collect(),
        }
    }

    /// All convolutions but the heads', in the order in which they are computed.
    pub(crate) fn convolutions_before_heads_mut(&mut self) -> impl Iterator<Item = &mut ConvBlock> {
        let laterals = self.laterals.iter_mut().rev();
        self.trunk.convolutions_mut().chain(laterals)
    }
}

/// Levels from what the laterals make of the stages, the finest first: each is its own plus the coarser level, doubled.
fn pyramid(own: impl DoubleEndedIterator<Item = Tensor<4>>) -> Vec<Tensor<4>> {
    let mut levels: Vec<Tensor<4>> = Vec::new();
    for own in own.rev() {
        let level = match levels.last() {
            Some(coarser) => own + doubled(coarser),
            None => own,
        };
        levels.push(level);
    }
    levels.reverse();
    levels
}

/// Each cell of `[n, c, h, w]` repeated twice in both directions.
fn doubled(x: &Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let nearest = InterpolateOptions::new(InterpolateMode::Nearest);
    let nearest = nearest.with_output_size([2 * height, 2 * width]);
    interpolate(x.clone(), nearest)
}

impl Export for Detector {
    fn input(&self) -> Port {
        let sides = [Dim::Open("height"), Dim::Open("width")];
        Port::new("input", &[Dim::BATCH, Dim::Fixed(3), sides[0], sides[1]])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let stages = self.trunk.append(graph, input).split_off(1);
        let mut levels: Vec<Value> = Vec::new();
        for (lateral, stage) in self.laterals.iter().zip(&stages).rev() {
            let own = lateral.append(graph, stage);
            let coarser = levels.last().map(|coarser| graph.double(coarser));
            levels.push(coarser.map_or_else(|| own.clone(), |coarser| graph.add(&own, &coarser)));
        }
        levels.reverse();
        let heads = self.heads.iter().zip(&levels);
        let grids: Vec<_> = heads
            .map(|(head, level)| head.append(graph, level))
            .collect();
        let mut outputs = Vec::new();
        for (kind, (name, length)) in head::OUTPUTS.into_iter().enumerate() {
            for ((stride, places), grid) in STRIDES.into_iter().zip(PLACES).zip(&grids) {
                let dims = [Dim::BATCH, Dim::Open(places), Dim::Fixed(length)];
                let port = Port::new(&format!("{name}_{stride}"), &dims);
                outputs.push((port, grid[kind].clone()));
            }
        }
        outputs
    }
}

/// What the lengths of the three grids' axes are called.
const PLACES: [&str; 3] = ["places_8", "places_16", "places_32"];

#[cfg(test)]
mod tests;
