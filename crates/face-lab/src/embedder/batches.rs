//! Batches of augmented crops with the teachers' targets.

use std::sync::Arc;

use face_data::{CropSet, CropView, Placement, sampling, stream};

use super::EmbedderRecipe;
use crate::teach::{Blend, Targets};
use crate::train::{BatchSource, Epochs, append_planes};

/// Inputs and targets of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceBatch {
    /// `[n, 3, side, side]`, RGB, `(x - 127.5) / 128`.
    pub faces: Vec<f32>,
    /// `[n, dimension]`, of unit length.
    pub targets: Vec<f32>,
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
    /// The same and then the blends.
    all: Vec<usize>,
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
        let all = rows.iter().copied().chain(blends).collect();
        Ok(Self {
            crops,
            targets,
            placement: recipe.placement()?,
            recipe,
            rows,
            all,
            order: Epochs::default(),
        })
    }

    /// The row of the sample at `position` in the endless sequence of epochs, each in an order of its own.
    fn row(&self, position: u64) -> usize {
        let draw = |epoch| sampling::shuffled(&self.all, self.recipe.training.seed, epoch);
        self.order.at(position, self.all.len(), draw)
    }

    /// Writes the crop or blend in `row`, changed as the recipe says, into `pixels`.
    fn draw(&self, row: usize, position: u64, pixels: &mut [u8]) {
        let augmentation = &self.recipe.augmentation;
        let rng = &mut stream(self.recipe.training.seed, &[1, position]);
        match &self.targets.blends {
            Some(blends) if row >= self.targets.crops => {
                let blend = Blend::draw(blends, &self.rows, row - self.targets.crops);
                let picture = blend.picture(&self.crops);
                let view = CropView::of(&picture).expect("a blend is as large as a crop");
                augmentation.apply(rng, view, &self.placement, pixels);
            }
            _ => {
                augmentation.apply(rng, self.crops.crop(row), &self.placement, pixels);
            }
        }
    }
}

impl BatchSource for FaceBatches {
    type Batch = FaceBatch;

    fn batch(&self, step: u64) -> anyhow::Result<FaceBatch> {
        let count = self.recipe.training.batch as u64;
        let mut batch = FaceBatch {
            faces: Vec::new(),
            targets: Vec::new(),
        };
        let mut pixels = vec![0; self.placement.bytes()];
        for position in step * count..(step + 1) * count {
            let row = self.row(position);
            self.draw(row, position, &mut pixels);
            append_planes(&pixels, &mut batch.faces);
            batch.targets.extend_from_slice(self.targets.of(row));
        }
        Ok(batch)
    }
}
