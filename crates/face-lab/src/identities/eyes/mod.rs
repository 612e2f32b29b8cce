//! The eye net by transfer: a network that knows faces, with a new last layer that tells open eyes from closed ones.

mod data;
mod recipe;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use face_nets::Embedder as _;
use face_nets::loss::cross_entropy;
use face_nets::onnx::{Export, ExportOptions, Graph, Layer as _, Port, Value};

pub use data::{EyeBatch, EyeBatches, Eyes};
pub use recipe::{EyeSettings, EyesRecipe, Learns};

use super::network::{Backbone, IdentityNet};
use super::task::Begin;
use crate::faces::{Pictures, answers};
use crate::train::{BatchSource, StepLoss, Task, Validation, checkpoint};

/// Classes: 0 is closed, 1 open, as in the eye net made from scratch.
const CLASSES: usize = 2;

/// The network.
#[derive(Module, Debug)]
pub struct EyeNet {
    /// The network that knows faces.
    pub backbone: Backbone,
    /// From its values to the logits of the classes.
    pub last: Linear,
}

impl EyeNet {
    /// `backbone` with a new last layer.
    #[must_use]
    pub fn new(backbone: Backbone, device: &Device) -> Self {
        let last = LinearConfig::new(backbone.dimension(), CLASSES).init(device);
        Self { backbone, last }
    }

    /// Logits: `[n, 3, side, side]` to `[n, 2]`.
    #[must_use]
    pub fn forward(&self, eyes: Tensor<4>) -> Tensor<2> {
        self.last.forward(self.backbone.embed(eyes))
    }
}

impl Export for EyeNet {
    fn input(&self) -> Port {
        self.backbone.input()
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let values = self.backbone.append_values(graph, input);
        let logits = self.last.append(graph, &values);
        vec![(Port::vectors("logits", CLASSES), logits)]
    }
}

/// An eye net with its eyes in memory.
#[derive(Debug)]
pub struct EyesTask {
    recipe: EyesRecipe,
    eyes: Arc<Eyes>,
    batches: Arc<EyeBatches>,
    begin: Begin,
}

impl EyesTask {
    /// The task of `recipe`, which begins as `begin` says.
    #[must_use]
    pub fn new(recipe: EyesRecipe, eyes: Eyes, begin: Begin) -> Self {
        let eyes = Arc::new(eyes);
        Self {
            batches: Arc::new(EyeBatches::new(Arc::clone(&eyes), recipe.clone())),
            recipe,
            eyes,
            begin,
        }
    }

    /// Share of the eyes in `rows` that `net` judges right.
    fn accuracy(&self, net: &EyeNet, rows: &[usize], device: &Device) -> f64 {
        let side = self.recipe.network.side() as u32;
        let (logits, _) = answers(
            rows,
            &Pictures::new(side, &self.recipe.pixels),
            |eye, batch| {
                let (view, placement) = self.eyes.placed(eye, side);
                batch.add(view, &placement);
            },
            |eyes| net.forward(eyes),
            device,
        );
        let judged = logits.as_chunks::<CLASSES>().0.iter().zip(rows);
        let right =
            judged.filter(|([closed, open], eye)| (open > closed) == self.eyes.is_open(**eye));
        right.count() as f64 / rows.len() as f64
    }
}

impl Task for EyesTask {
    type Model = EyeNet;
    type Batch = EyeBatch;

    fn model(&self, device: &Device) -> anyhow::Result<EyeNet> {
        let network = self.recipe.network.init(device);
        let backbone = self.begin.applied(IdentityNet::bare(network))?.backbone;
        let backbone = match self.recipe.learns {
            Learns::LastLayer => backbone.freeze(),
            Learns::All => backbone,
        };
        Ok(EyeNet::new(backbone, device))
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = EyeBatch>> {
        Arc::clone(&self.batches) as Arc<dyn BatchSource<Batch = EyeBatch>>
    }

    fn loss(&self, net: &EyeNet, batch: EyeBatch, device: &Device) -> StepLoss {
        let labels: Vec<i64> = batch.is_open.iter().copied().map(i64::from).collect();
        let labels = Tensor::<1, Int>::from_data(labels.as_slice(), device);
        let logits = net.forward(batch.eyes.into_tensor(device));
        StepLoss {
            loss: cross_entropy(logits, labels, 0.0),
            others: Vec::new(),
        }
    }

    fn validate(&self, net: &EyeNet, device: &Device) -> anyhow::Result<Validation> {
        let accuracy = self.accuracy(net, &self.eyes.validation, device);
        let mut metrics = vec![("accuracy", accuracy)];
        if !self.eyes.test.is_empty() {
            metrics.push(("test_accuracy", self.accuracy(net, &self.eyes.test, device)));
        }
        Ok(Validation {
            score: accuracy,
            metrics,
        })
    }
}

/// The network of the recipe `text` with the weights in the file `weights`, as an ONNX file that gives logits.
///
/// # Errors
/// When the recipe is of another task, or the weights are another network's.
pub fn onnx(text: &str, weights: &Path, options: &ExportOptions) -> anyhow::Result<Vec<u8>> {
    let (recipe, device) = (EyesRecipe::parse(text)?, Device::flex());
    let net = EyeNet::new(recipe.network.init(&device), &device);
    let net = checkpoint::load(net, weights).context("the network to export")?;
    Ok(net.to_onnx(options))
}
