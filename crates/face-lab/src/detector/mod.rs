//! The detector of the default pack: a small network that learns to answer as `YuNet` does at every place of its grids.
//!
//! Pictures are drawn anew for every step, and the teacher is asked about each on the input thread: there is no end of
//! them, and no label in them. The student sees them worse than the teacher did.

mod answer;
mod batches;
mod check;
mod draw;
mod recipe;
mod sources;
mod teacher;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use burn::module::Module as _;
use burn::tensor::Device;
use face_nets::loss::{DenseLoss, dense_distillation};
use face_nets::onnx::{Export as _, ExportOptions};
use face_nets::{Detector, Grid};

pub use answer::{Answer, places};
pub use batches::{SceneBatch, SceneBatches};
pub use check::Check;
pub use recipe::{DetectorRecipe, LossSettings, PictureSettings};
pub use sources::{Sources, Split};
pub use teacher::{Teacher, TeacherSettings, YuNet};

use crate::train::{BatchSource, Start, StepLoss, Task, Validation, checkpoint};

/// A detector with its photographs in memory and its teacher.
#[derive(Debug)]
pub struct DetectorTask {
    recipe: DetectorRecipe,
    batches: Arc<SceneBatches>,
    check: Check,
    start: Option<Start>,
}

impl DetectorTask {
    /// A task from photographs and a teacher at hand.
    ///
    /// # Errors
    /// When photographs of a kind are missing, or the teacher cannot be asked.
    pub fn new(
        recipe: DetectorRecipe,
        photographs: Split,
        teacher: Arc<dyn Teacher>,
        start: Option<Start>,
    ) -> anyhow::Result<Self> {
        let side = recipe.pictures.largest();
        let check = Check::new(&photographs.check, &*teacher, &recipe.teacher, side)?;
        let batches = SceneBatches::new(photographs.training, teacher, recipe.clone())?;
        Ok(Self {
            recipe,
            batches: Arc::new(batches),
            check,
            start,
        })
    }

    /// The exported network in the file `path`, ready to be trained.
    fn exported(&self, path: &Path, device: &Device) -> anyhow::Result<Detector> {
        let settings = &self.recipe.network;
        let net = Start::exported(path, |bytes| settings.from_onnx(bytes, &Device::flex()))?;
        let pictures = self.batches.batch(0)?.input(&Device::flex());
        let record = net.settled(pictures).into_record();
        // Weights that are to be trained belong to a network on their device.
        Ok(settings.init(device).try_load_record(record)?)
    }
}

impl Task for DetectorTask {
    type Model = Detector;
    type Batch = SceneBatch;

    fn model(&self, device: &Device) -> anyhow::Result<Detector> {
        let settings = &self.recipe.network;
        match &self.start {
            None => Ok(settings.init(device)),
            Some(Start::Exported(path)) => self.exported(path, device),
            Some(Start::Run { recipe, weights }) => {
                let is_alike = DetectorRecipe::parse(recipe)?.network == *settings;
                ensure!(is_alike, "the run to start from trained another network");
                checkpoint::load(settings.init(device), weights)
            }
        }
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = SceneBatch>> {
        Arc::clone(&self.batches) as Arc<dyn BatchSource<Batch = SceneBatch>>
    }

    fn loss(&self, model: &Detector, mut batch: SceneBatch, device: &Device) -> StepLoss {
        let weights = &self.recipe.loss;
        let targets = batch.targets(weights.seen, device);
        let answer = Grid::joined(&model.forward(batch.input(device)));
        let DenseLoss {
            score,
            bounds,
            points,
        } = dense_distillation(&answer, targets);
        let parts = [("score", &score), ("bounds", &bounds), ("points", &points)];
        StepLoss {
            others: parts
                .map(|(name, part)| (name, part.clone().detach()))
                .into(),
            loss: score + bounds.mul_scalar(weights.bounds) + points.mul_scalar(weights.points),
        }
    }

    fn validate(&self, model: &Detector, device: &Device) -> anyhow::Result<Validation> {
        Ok(self.check.validate(model, device))
    }
}

/// The ONNX file of the network that a run of the recipe `text` has left in the file `weights`.
///
/// # Errors
/// When the recipe cannot be read, or the weights are another network's.
pub fn onnx(text: &str, weights: &Path, options: &ExportOptions) -> anyhow::Result<Vec<u8>> {
    let recipe = DetectorRecipe::parse(text)?;
    let net = checkpoint::load(recipe.network.init(&Device::flex()), weights)?;
    Ok(net.to_onnx(options))
}
