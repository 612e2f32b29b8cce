//! The convolutions that the small networks share: a stem and stages of `layers`' blocks, without a head.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::layers::ConvBlock;
use crate::onnx::{Graph, Layer, Value};
use crate::residual::{ResidualNet, ResidualSettings, Stage, StageSettings};

/// A stem that halves the side, then stages that halve it again.
#[derive(Module, Debug)]
pub(crate) struct Trunk {
    stem: ConvBlock,
    stages: Vec<Stage>,
}

impl Trunk {
    pub(crate) fn new(stem: usize, stages: &[StageSettings], slope: f64, device: &Device) -> Self {
        let settings = ResidualSettings {
            side: 1,
            stem,
            stages: stages.to_vec(),
            dimension: 1,
            slope,
        };
        let ResidualNet { stem, stages, .. } = settings.init(device);
        Self { stem, stages }
    }

    /// What each stage gives, the first first.
    pub(crate) fn forward(&self, x: Tensor<4>) -> Vec<Tensor<4>> {
        let step = |x: &mut Tensor<4>, stage: &Stage| {
            *x = stage.forward(x.clone());
            Some(x.clone())
        };
        let stages = self.stages.iter();
        stages.scan(self.stem.forward(x), step).collect()
    }

    /// The trunk settled on pictures, and what each stage then gives.
    pub(crate) fn settled(self, pictures: Tensor<4>) -> (Self, Vec<Tensor<4>>) {
        let stem = self.stem.settled(pictures.clone());
        let mut x = stem.forward(pictures);
        let settle = |stage: Stage| {
            let (stage, next) = stage.settled(x.clone());
            x = next.clone();
            (stage, next)
        };
        let (stages, outputs) = self.stages.into_iter().map(settle).unzip();
        (Self { stem, stages }, outputs)
    }

    /// Its convolutions in the order in which they are computed.
    pub(crate) fn convolutions_mut(&mut self) -> impl Iterator<Item = &mut ConvBlock> {
        let stages = self.stages.iter_mut().flat_map(Stage::convolutions_mut);
        std::iter::once(&mut self.stem).chain(stages)
    }

    /// The same in a graph.
    pub(crate) fn append(&self, graph: &mut Graph, x: &Value) -> Vec<Value> {
        let mut x = self.stem.append(graph, x);
        let mut step = |stage: &Stage| {
            x = stage.append(graph, &x);
            x.clone()
        };
        self.stages.iter().map(&mut step).collect()
    }
}
