//! Batches of augmented crops with the teachers' targets.

use std::sync::Arc;

use face_data::{Applied, CropSet, CropView, Placement, sampling, stream};

use rand::RngExt as _;

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
    /// Targets of other crops, `[others, dimension]`; none where the recipe asks for no search.
    pub others: Vec<f32>,
}

/// Draws batches from crops in memory.
#[derive(Debug)]
pub struct FaceBatches {
    crops: Arc<CropSet>,
    targets: Arc<Targets>,
    recipe: EmbedderRecipe,
    placement: Placement,
    /// The crops to train on, ascending.
    rows: Vec<usize>,
    /// The crops that the teachers' blends were drawn from.
    blended: Vec<usize>,
    /// The same and the blends, each epoch in an order of its own.
    order: Epochs<usize>,
}

impl FaceBatches {
    /// Batches from the crops in `rows`, and from the blends of two of them; `blended` are the crops that all blends of the
    /// targets were drawn from.
    ///
    /// # Errors
    /// When there is none, or the recipe's points span no face.
    pub fn new(
        crops: Arc<CropSet>,
        targets: Arc<Targets>,
        recipe: EmbedderRecipe,
        rows: Vec<usize>,
        blended: Vec<usize>,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(!rows.is_empty(), "there is no crop to train on");
        let mut all = rows.clone();
        if let Some(settings) = &targets.blends {
            // A blend with a person who is kept out would teach of that person.
            let is_to_learn_from = |&index: &usize| {
                let blend = Blend::draw(settings, &blended, index);
                [blend.first, blend.second]
                    .iter()
                    .all(|row| rows.binary_search(row).is_ok())
            };
            let indices = (0..settings.count).filter(is_to_learn_from);
            all.extend(indices.map(|index| targets.crops + index));
        }
        let seed = recipe.training.seed;
        Ok(Self {
            crops,
            targets,
            placement: recipe.placement()?,
            recipe,
            rows,
            blended,
            order: Epochs::new(move |epoch| sampling::shuffled(&all, seed, epoch)),
        })
    }

    /// The targets among which the faces of `step` are searched for.
    fn others(&self, step: u64) -> Vec<f32> {
        let count = self.recipe.loss.search.map_or(0, |search| search.others);
        let rng = &mut stream(self.recipe.training.seed, &[3, step]);
        let mut drawn = || self.rows[rng.random_range(0..self.rows.len())];
        (0..count)
            .flat_map(|_| self.targets.of(drawn()))
            .copied()
            .collect()
    }

    /// Adds the crop or blend in `row`, changed as the recipe says, to `faces`; what has been done to it.
    fn draw(&self, row: usize, position: u64, faces: &mut Pictures) -> Applied {
        let augmentation = &self.recipe.augmentation;
        let rng = &mut stream(self.recipe.training.seed, &[1, position]);
        match &self.targets.blends {
            Some(blends) if row >= self.targets.crops => {
                let blend = Blend::draw(blends, &self.blended, row - self.targets.crops);
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
            others: self.others(step),
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

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use face_data::CropEntry;
    use face_vision::RgbImage;
    use image::Rgb;

    use super::*;
    use crate::teach::BlendSettings;

    /// Crops of one grey each, and targets of them and of blends that say how grey each is.
    fn drawn(count: usize) -> (CropSet, Targets) {
        let entry = |at: usize| CropEntry {
            name: format!("{at}"),
            set: "drawn".to_owned(),
            identity: None,
            face_px: 90,
            score: 0.9,
        };
        let grey = |at: usize| RgbImage::from_pixel(128, 128, Rgb([(at * 12) as u8; 3]));
        let crops = (0..count).map(|at| (entry(at), grey(at)));
        let crops = CropSet::from_pictures(128, crops).unwrap();
        let settings = BlendSettings {
            count: 60,
            seed: 3,
            share: [0.4, 0.6],
        };
        let blended: Vec<usize> = (0..count).collect();
        let blends = (0..settings.count).map(|index| {
            let picture = Blend::draw(&settings, &blended, index).picture(&crops);
            f32::from(picture.get_pixel(64, 64).0[0])
        });
        let values = (0..count).map(|at| (at * 12) as f32).chain(blends);
        let mut targets = Targets::of_crops(1, values.collect());
        targets.crops = count;
        targets.blends = Some(settings);
        (crops, targets)
    }

    #[test]
    fn blends_are_those_that_the_teachers_saw_and_of_nobody_kept_out() {
        let (crops, targets) = drawn(20);
        let recipe = include_str!("../../recipes/embedder.toml");
        let mut recipe = EmbedderRecipe::parse(recipe).unwrap();
        recipe.augmentation = face_data::Augmentation::default();
        let rows: Vec<usize> = (0..15).collect();
        let blended: Vec<usize> = (0..20).collect();
        let settings = targets.blends.clone().unwrap();
        let of_rows = (0..settings.count)
            .filter(|&index| {
                let blend = Blend::draw(&settings, &blended, index);
                blend.first < 15 && blend.second < 15
            })
            .count();
        let batches = FaceBatches::new(
            Arc::new(crops),
            Arc::new(targets),
            recipe.clone(),
            rows,
            blended,
        )
        .unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for place in 0..(15 + of_rows) as u64 {
            let row = batches.order.item(place).unwrap();
            assert!(seen.insert(row), "an epoch shows {row} once");
            let mut faces = Pictures::new(batches.placement.side, &SIGNED_UNIT);
            batches.draw(row, place, &mut faces);
            let values: Vec<f32> = faces
                .into_tensor(&Device::flex())
                .into_data()
                .iter()
                .collect();
            let grey = values[values.len() / 2] * 128.0 + 127.5;
            let told = batches.targets.of(row)[0];
            assert!((grey - told).abs() < 1.0, "{row}: {grey} {told}");
        }
        assert!(of_rows > 10 && seen.range(20..).count() == of_rows);
        assert!(seen.range(15..20).next().is_none());
    }
}
