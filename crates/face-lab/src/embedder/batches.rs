//! Batches of augmented crops with the teachers' targets.

use std::sync::Arc;

use face_data::{Applied, CropSet, CropView, Placement, sampling, stream};

use super::EmbedderRecipe;
use crate::faces::{Pictures, SIGNED_UNIT};
use crate::teach::{Blend, Targets};
use crate::train::{BatchSource, Epochs};

/// Inputs and targets of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceBatch {
    /// RGB, `(x - 127.5) / 128`.
    pub faces: Pictures,
    /// `[n, dimension]`, of unit length.
    pub targets: Vec<f32>,
    /// The shares of the places, `[n, places * places, dimension]`; none where the recipe gives them no weight.
    pub places: Vec<f32>,
}

/// Draws batches from crops in memory.
#[derive(Debug)]
pub struct FaceBatches {
    crops: Arc<CropSet>,
    targets: Arc<Targets>,
    recipe: EmbedderRecipe,
    placement: Placement,
    /// The crops to train on.
    rows: Vec<usize>,
    /// The same and the blends, each epoch in an order of its own.
    order: Epochs<usize>,
}

impl FaceBatches {
    /// Batches from the crops in `rows`.
    ///
    /// # Errors
    /// When there is none, or the recipe's points span no face.
    pub fn new(
        crops: Arc<CropSet>,
        targets: Arc<Targets>,
        recipe: EmbedderRecipe,
        rows: Vec<usize>,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(!rows.is_empty(), "there is no crop to train on");
        let blends = targets.blends.as_ref().map_or(0, |blends| blends.count);
        let blends = targets.crops..targets.crops + blends;
        let all: Vec<usize> = rows.iter().copied().chain(blends).collect();
        let seed = recipe.training.seed;
        Ok(Self {
            crops,
            targets,
            placement: recipe.placement()?,
            recipe,
            rows,
            order: Epochs::new(move |epoch| sampling::shuffled(&all, seed, epoch)),
        })
    }

    /// Adds the crop or blend in `row`, changed as the recipe says, to `faces`; what has been done to it.
    fn draw(&self, row: usize, position: u64, faces: &mut Pictures) -> Applied {
        let augmentation = &self.recipe.augmentation;
        let rng = &mut stream(self.recipe.training.seed, &[1, position]);
        match &self.targets.blends {
            Some(blends) if row >= self.targets.crops => {
                let blend = Blend::draw(blends, &self.rows, row - self.targets.crops);
                let picture = blend.picture(&self.crops);
                let view = CropView::of(&picture).expect("a blend is as large as a crop");
                faces.add_changed(view, &self.placement, augmentation, rng)
            }
            _ => faces.add_changed(self.crops.crop(row), &self.placement, augmentation, rng),
        }
    }
}

impl BatchSource for FaceBatches {
    type Batch = FaceBatch;

    fn batch(&self, step: u64) -> anyhow::Result<FaceBatch> {
        let count = self.recipe.training.batch as u64;
        let mut batch = FaceBatch {
            faces: Pictures::new(self.placement.side, &SIGNED_UNIT),
            targets: Vec::new(),
            places: Vec::new(),
        };
        for position in step * count..(step + 1) * count {
            let row = self.order.item(position)?;
            let applied = self.draw(row, position, &mut batch.faces);
            batch.targets.extend_from_slice(self.targets.of(row));
            if self.recipe.loss.places > 0.0 {
                let places = self.targets.places_of(row);
                let seen = if applied.mirrored {
                    places.mirrored()
                } else {
                    places
                };
                batch.places.extend(seen.values);
            }
        }
        Ok(batch)
    }
}
