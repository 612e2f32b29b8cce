//! The embedder of the default pack: a small network that learns to answer as its teachers do.
//!
//! The teachers saw the clean crop once ([`crate::teach`]); the student sees it changed anew every time and must give the
//! same template. Loss: 1 - cosine, the squared difference of the similarities inside a batch, and the error in the share
//! that every place of the face has in the template.

mod batches;
mod dev;
mod parts;
mod recipe;
mod start;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use face_data::{CropSet, read_identities};
use face_nets::loss::{
    cosine_distillation, identification_distillation, places_distillation, relational_distillation,
};
use face_nets::onnx::{Export as _, ExportOptions, Mirrored};
use face_nets::residual::ResidualNet;

pub use batches::{FaceBatch, FaceBatches};
pub use dev::DevSet;
pub use parts::{CalibrationSettings, Parts};
pub use recipe::{EmbedderRecipe, LossSettings, SearchSettings};

use crate::teach::{Targets, training_rows};
use crate::train::{BatchSource, Start, StepLoss, Task, Validation, checkpoint};

/// An embedder with its crops in memory.
#[derive(Debug)]
pub struct EmbedderTask {
    recipe: EmbedderRecipe,
    batches: Arc<FaceBatches>,
    dev: DevSet,
    start: Option<Start>,
}

impl EmbedderTask {
    /// Reads the crops below `data` (`faces/`, `dev-identities.txt`) and the targets of `lab teach`.
    ///
    /// # Errors
    /// When one of them cannot be read, or the targets are of other crops.
    pub fn open(
        recipe: EmbedderRecipe,
        data: &Path,
        targets: &Path,
        start: Option<Start>,
    ) -> anyhow::Result<Self> {
        let targets = Arc::new(Targets::read(targets)?);
        let kept_out = read_identities(&data.join("dev-identities.txt"))?;
        let crops = CropSet::read_shards(&data.join("faces"), |_| true)?;
        anyhow::ensure!(
            crops.len() == targets.crops,
            "there are {} crops, and targets of {}",
            crops.len(),
            targets.crops
        );
        anyhow::ensure!(
            targets.dimension == recipe.network.dimension,
            "the targets have {} values, the network's templates {}",
            targets.dimension,
            recipe.network.dimension
        );
        let side = recipe.network.last_side();
        anyhow::ensure!(
            recipe.loss.places <= 0.0 || targets.places == side,
            "the targets are of {0} by {0} places, the network has {side} by {side}",
            targets.places
        );
        Self::assemble(recipe, Arc::new(crops), targets, &kept_out, start)
    }

    /// A task from crops and targets at hand; people in `kept_out` are for the check alone.
    ///
    /// # Errors
    /// When no crop is left to train on.
    pub fn assemble(
        recipe: EmbedderRecipe,
        crops: Arc<CropSet>,
        targets: Arc<Targets>,
        kept_out: &BTreeSet<String>,
        start: Option<Start>,
    ) -> anyhow::Result<Self> {
        let parts = Parts::of(&crops, kept_out, recipe.calibration.as_ref())?;
        let placement = recipe.placement()?;
        let dev = DevSet::new(
            Arc::clone(&crops),
            Arc::clone(&targets),
            placement,
            parts.check,
        );
        let blended = training_rows(&crops, kept_out);
        let batches = FaceBatches::new(crops, targets, recipe.clone(), parts.training, blended)?;
        Ok(Self {
            dev,
            batches: Arc::new(batches),
            recipe,
            start,
        })
    }
}

/// The network of a run with this recipe as an ONNX file, with the weights in the file `weights`.
///
/// # Errors
/// When the weights are of another network or cannot be read.
pub fn onnx(recipe: &str, weights: &Path, options: &ExportOptions) -> anyhow::Result<Vec<u8>> {
    let recipe = EmbedderRecipe::parse(recipe)?;
    let settings = &recipe.network;
    let network = checkpoint::load(settings.init(&Device::flex()), weights)?;
    let single = (settings, &network);
    if !recipe.mirrored {
        return Ok(single.to_onnx(options));
    }
    let mirrored = Mirrored {
        network: single,
        dimension: settings.dimension,
    };
    Ok(mirrored.to_onnx(options))
}

impl Task for EmbedderTask {
    type Model = ResidualNet;
    type Batch = FaceBatch;

    fn model(&self, device: &Device) -> anyhow::Result<ResidualNet> {
        match &self.start {
            None => Ok(self.recipe.network.init(device)),
            Some(start) => start::network(start, &self.recipe.network, &self.batches, device),
        }
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = FaceBatch>> {
        Arc::clone(&self.batches) as Arc<dyn BatchSource<Batch = FaceBatch>>
    }

    fn loss(&self, model: &ResidualNet, batch: FaceBatch, device: &Device) -> StepLoss {
        let network = &self.recipe.network;
        let count = batch.targets.len() / network.dimension;
        let targets = TensorData::new(batch.targets, [count, network.dimension]);
        let targets = Tensor::<2>::from_data(targets, device);
        let faces = batch.faces.into_tensor(device);
        let (answer, places) = if batch.places.is_empty() {
            (model.forward(faces), None)
        } else {
            let shares = model.places(faces);
            let taught = TensorData::new(batch.places, shares.dims());
            let error = places_distillation(shares.clone(), Tensor::from_data(taught, device));
            (shares.sum_dim(1).squeeze_dim(1), Some(error))
        };
        let direct = cosine_distillation(answer.clone(), targets.clone());
        let relational = relational_distillation(answer.clone(), targets.clone());
        let mut step = StepLoss {
            others: vec![
                ("cosine", -direct.clone().detach() + 1.0),
                ("relational", relational.clone().detach()),
            ],
            loss: direct + relational.mul_scalar(self.recipe.loss.relational),
        };
        if let Some(error) = places {
            step.others.push(("places", error.clone().detach()));
            step.loss = step.loss + error.mul_scalar(self.recipe.loss.places);
        }
        if let Some(search) = self.recipe.loss.search {
            let others = TensorData::new(batch.others, [search.others, network.dimension]);
            let others = Tensor::from_data(others, device);
            let error = identification_distillation(answer, targets, others, search.task);
            step.others.push(("search", error.clone().detach()));
            step.loss = step.loss + error.mul_scalar(search.weight);
        }
        step
    }

    fn validate(&self, model: &ResidualNet, device: &Device) -> anyhow::Result<Validation> {
        Ok(self.dev.validate(model, device))
    }
}
