//! Networks that tell two classes apart from a crop: closed from open eyes, attacks from living faces.
//!
//! Class 1 is the one that the product asks for: open, bona fide. Both classes, and the origins of each, count alike in every batch,
//! however many examples they have. Loss: cross entropy against a probability of class 1, smoothed.

mod attack;
mod batches;
mod check;
mod compare;
mod examples;
mod eyes;
mod judge;
mod recipe;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use burn::tensor::{Device, Tensor, TensorData};
use face_nets::Classifier;
use face_nets::loss::soft_cross_entropy;
use face_nets::onnx::{Export as _, ExportOptions};

pub use attack::{AttackSettings, AttackShares};
pub use batches::{CropBatch, CropBatches};
pub use check::CheckArgs;
pub(crate) use check::run as check;
pub use compare::CompareArgs;
pub(crate) use compare::run as compare;
pub use examples::{Examples, Judged, Stratum};
pub(crate) use eyes::EyeJudge;
use eyes::LabelledFaces;
pub use eyes::{EyeSettings, FaceEyes};
pub use recipe::{ClassifierRecipe, Subject};

use crate::train::{BatchSource, StepLoss, Task, Validation, checkpoint};

/// A classifier with its examples in memory.
#[derive(Debug)]
pub struct ClassifierTask {
    recipe: ClassifierRecipe,
    examples: Arc<Examples>,
    batches: Arc<CropBatches>,
    start: Option<PathBuf>,
}

impl ClassifierTask {
    /// Reads the examples below `data` that the recipe names, and the labels of `lab label` where it needs them; `start`
    /// is a run whose best weights come first.
    ///
    /// # Errors
    /// When they cannot be read, or a class has none.
    pub fn open(
        recipe: ClassifierRecipe,
        data: &Path,
        labels: Option<&Path>,
        start: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let examples = read(&recipe, data, labels)?;
        Ok(Self::assemble(recipe, examples, start))
    }

    /// A task with examples at hand.
    #[must_use]
    pub fn assemble(recipe: ClassifierRecipe, examples: Examples, start: Option<&Path>) -> Self {
        let examples = Arc::new(examples);
        Self {
            batches: Arc::new(CropBatches::new(Arc::clone(&examples), recipe.clone())),
            examples,
            start: start.map(best_weights),
            recipe,
        }
    }
}

impl Task for ClassifierTask {
    type Model = Classifier;
    type Batch = CropBatch;

    fn model(&self, device: &Device) -> anyhow::Result<Classifier> {
        let fresh = self.recipe.network.init(device);
        match &self.start {
            Some(weights) => checkpoint::load(fresh, weights).context("the run to start from"),
            None => Ok(fresh),
        }
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = CropBatch>> {
        Arc::clone(&self.batches) as Arc<dyn BatchSource<Batch = CropBatch>>
    }

    fn loss(&self, model: &Classifier, batch: CropBatch, device: &Device) -> StepLoss {
        let count = batch.targets.len();
        let both = batch
            .targets
            .iter()
            .flat_map(|&target| [1.0 - target, target]);
        let targets = TensorData::new(both.collect::<Vec<f32>>(), [count, 2]);
        let logits = model.forward(batch.crops.into_tensor(device));
        let targets = Tensor::from_data(targets, device);
        StepLoss {
            loss: soft_cross_entropy(logits, targets, self.recipe.smoothing),
            others: Vec::new(),
        }
    }

    fn validate(&self, model: &Classifier, device: &Device) -> anyhow::Result<Validation> {
        let (examples, rows) = (&self.examples, &self.examples.validation);
        let found = judge::probabilities(model, examples, rows, &self.recipe, device);
        Ok(judge::validation(&found, &examples.targets_of(rows)))
    }
}

/// The ONNX file of a network trained by the recipe in `text`, with its weights.
///
/// # Errors
/// When the recipe or the weights cannot be read, or do not fit each other.
pub fn onnx(text: &str, weights: &Path, options: &ExportOptions) -> anyhow::Result<Vec<u8>> {
    let recipe = ClassifierRecipe::parse(text)?;
    let net = checkpoint::load(recipe.network.init(&Device::flex()), weights)?;
    Ok(net.to_onnx(options))
}

/// The examples below `data` that the recipe names.
fn read(recipe: &ClassifierRecipe, data: &Path, labels: Option<&Path>) -> anyhow::Result<Examples> {
    let labels = || labels.context("the recipe needs --targets, the folder of `lab label`");
    match recipe.task {
        Subject::Eyes => {
            let settings = recipe.eyes.as_ref().context("the recipe has no [eyes]")?;
            let faces = settings.faces.as_ref();
            let faces = faces
                .map(|faces| LabelledFaces::read(faces, data, labels()?))
                .transpose()?;
            eyes::read(recipe, settings, &eyes::open(data)?, faces.as_ref())
        }
        Subject::Attack => {
            let settings = recipe
                .attack
                .as_ref()
                .context("the recipe has no [attack]")?;
            let sets = attack::AttackSets::open(settings, data, labels()?)?;
            attack::read(recipe, settings, &sets)
        }
    }
}

/// The set `name` below `data`: a tar file, or a folder.
pub(crate) fn set_in(data: &Path, name: &str) -> PathBuf {
    let tar = data.join(format!("{name}.tar"));
    if tar.is_file() { tar } else { data.join(name) }
}

/// Where a run keeps its best weights.
fn best_weights(run: &Path) -> PathBuf {
    run.join("best/average.bpk")
}
