//! Models 1 to 3 of the original: networks that learn from who is who, and the eye net made of the third by transfer.
//!
//! | recipe | network | stages |
//! | --- | --- | --- |
//! | `model-1.toml` | small siamese network | contrastive loss |
//! | `model-2.toml` | `InceptionResnetV1` | cross-entropy on pairs |
//! | `model-3.toml` | BN-Inception | classification, then Group Loss |
//! | `eyes-transfer.toml` | the third with a new last layer | open or closed |
//!
//! Every network takes every stage: they are the same task with other settings.

mod batches;
mod check;
pub mod eyes;
mod network;
mod people;
mod recipe;
mod stage;
mod task;
#[cfg(test)]
pub(crate) mod tests;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use burn::tensor::Device;
use face_nets::onnx::{Export as _, ExportOptions};

pub use batches::{About, FaceBatch, FaceBatches};
pub use check::Check;
pub use network::{Backbone, IdentityNet, NetworkSettings};
pub use people::People;
pub use recipe::{DataSettings, IdentitiesRecipe, Kind};
pub use stage::{ClassificationSettings, ContrastiveSettings, GroupSettings, Loss, StageSettings};
pub use task::{Begin, IdentitiesTask};

use crate::train::{Ending, RunFolder, Stop, checkpoint, train_stages};

/// Trains all stages of `recipe` on `people` in `folder`, or goes on where they were left.
///
/// # Errors
/// When there are too few people for a stage, and those of [`train_stages`].
pub fn train(
    recipe: IdentitiesRecipe,
    people: People,
    begin: &Begin,
    folder: RunFolder,
    device: &Device,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let stages = recipe.stages()?;
    let (recipe, people) = (Arc::new(recipe), Arc::new(people));
    let task = |stage: usize, before: Option<&Path>| {
        let (recipe, people) = (Arc::clone(&recipe), Arc::clone(&people));
        IdentitiesTask::new(recipe, people, stage, begin.clone(), before)
    };
    train_stages(&stages, task, folder, device, stop)
}

/// The network of the recipe `text` with the weights in the file `weights`, as an ONNX file that gives templates.
///
/// # Errors
/// When the recipe is of another task, or the weights are another network's.
pub fn onnx(text: &str, weights: &Path, options: &ExportOptions) -> anyhow::Result<Vec<u8>> {
    let recipe = IdentitiesRecipe::parse(text)?;
    let bare = IdentityNet::bare(recipe.network.init(&Device::flex()));
    let net = checkpoint::load_part(bare, weights).context("the network to export")?;
    Ok(net.backbone.to_onnx(options))
}
