//! Eyes in memory, and their batches.

use std::path::Path;
use std::sync::Arc;

use face_data::sampling::{EpochSample, Shares, split_by_group};
use face_data::{CropView, Layout, Picture, PictureSet, Placement, stream};
use face_vision::RgbImage;

use super::{EyeSettings, EyesRecipe};
use crate::faces::Pictures;
use crate::train::{BatchSource, Epochs};

/// Places in the streams of randomness.
const CHANGES: u64 = 1;

/// Close pictures of eyes, open and closed.
#[derive(Debug)]
pub struct Eyes {
    pictures: Vec<Eye>,
    pub(super) training: Vec<usize>,
    pub(super) validation: Vec<usize>,
    /// Empty where the set has no part `test`.
    pub(super) test: Vec<usize>,
}

#[derive(Debug)]
struct Eye {
    picture: RgbImage,
    is_open: bool,
}

impl Eyes {
    /// Reads `eyes.tar`, or else the folder `eyes`, below `data`.
    ///
    /// # Errors
    /// When neither can be read.
    pub fn open(data: &Path, settings: &EyeSettings) -> anyhow::Result<Self> {
        let archive = data.join("eyes.tar");
        let path = if archive.is_file() {
            archive
        } else {
            data.join("eyes")
        };
        Self::divide(&PictureSet::open(&path, Layout::Eyes)?, settings)
    }

    /// The eyes of `set`: of its part `train` to learn from and to check by, no face in both; of its part `test` to
    /// report on. A set without parts is to learn from and to check by.
    ///
    /// # Errors
    /// When a picture cannot be read, or there is nothing to learn from.
    pub fn divide(set: &PictureSet, settings: &EyeSettings) -> anyhow::Result<Self> {
        let has_parts = set.parts().iter().any(|part| part == "train");
        let of = |name: &str| {
            let is_of = |picture: &Picture| set.part_of(picture) == name;
            let all = set.pictures().iter().enumerate();
            all.filter(|(_, picture)| is_of(picture))
                .map(|(index, _)| index)
                .collect::<Vec<_>>()
        };
        let (seen, test) = if has_parts {
            (of("train"), of("test"))
        } else {
            ((0..set.len()).collect(), Vec::new())
        };
        let groups = set.group_numbers();
        let groups: Vec<u32> = seen.iter().map(|&index| groups[index]).collect();
        let split = split_by_group(
            &groups,
            Shares::new(settings.validation, 0.0)?,
            settings.seed,
        );
        anyhow::ensure!(
            !split.training.is_empty() && !split.validation.is_empty(),
            "there are too few eyes to learn from and to check by"
        );
        let place = |rows: Vec<usize>| rows.into_iter().map(|row| seen[row]).collect();
        let pictures = (0..set.len()).map(|index| {
            Ok(Eye {
                picture: set.load(index)?,
                is_open: set.label_of(&set.pictures()[index]) == Some("open"),
            })
        });
        Ok(Self {
            pictures: pictures.collect::<anyhow::Result<_>>()?,
            training: place(split.training),
            validation: place(split.validation),
            test,
        })
    }

    /// Whether the eye is open.
    pub(super) fn is_open(&self, eye: usize) -> bool {
        self.pictures[eye].is_open
    }

    /// The eye as a picture, and the way of its largest square into `side` pixels.
    pub(super) fn placed(&self, eye: usize, side: u32) -> (CropView<'_>, Placement) {
        let picture = &self.pictures[eye].picture;
        let view = CropView::of(picture).expect("a decoded picture has pixels");
        let (width, height) = picture.dimensions();
        (view, Placement::middle_square(width, height, side))
    }
}

/// Eyes of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeBatch {
    /// The eyes.
    pub eyes: Pictures,
    /// Whether each is open.
    pub is_open: Vec<bool>,
}

/// Draws batches of eyes, as they are and changed.
#[derive(Debug)]
pub struct EyeBatches {
    eyes: Arc<Eyes>,
    recipe: EyesRecipe,
    order: Epochs<EpochSample>,
}

impl EyeBatches {
    /// Batches of the eyes to learn from.
    #[must_use]
    pub fn new(eyes: Arc<Eyes>, recipe: EyesRecipe) -> Self {
        let (rows, extra, seed) = (
            eyes.training.clone(),
            recipe.data.extra,
            recipe.training.seed,
        );
        Self {
            eyes,
            recipe,
            order: Epochs::new(move |epoch| extra.epoch(&rows, seed, epoch)),
        }
    }
}

impl BatchSource for EyeBatches {
    type Batch = EyeBatch;

    fn batch(&self, step: u64) -> anyhow::Result<EyeBatch> {
        let count = self.recipe.training.batch as u64;
        let side = self.recipe.network.side() as u32;
        let mut batch = EyeBatch {
            eyes: Pictures::new(side, &self.recipe.pixels),
            is_open: Vec::new(),
        };
        for place in step * count..(step + 1) * count {
            let EpochSample { index, is_changed } = self.order.item(place)?;
            let (view, placement) = self.eyes.placed(index, side);
            if is_changed {
                let rng = &mut stream(self.recipe.training.seed, &[CHANGES, place]);
                let changes = &self.recipe.augmentation;
                batch.eyes.add_changed(view, &placement, changes, rng);
            } else {
                batch.eyes.add(view, &placement);
            }
            batch.is_open.push(self.eyes.is_open(index));
        }
        Ok(batch)
    }
}
