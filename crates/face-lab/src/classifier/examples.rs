//! Examples in memory, by class and origin, and the sets that are kept out of training.

use face_data::{CropEntry, CropSet, Recapture};
use face_types::BoundingBox;
use face_vision::{RgbImage, crop_scaled};
use rand::Rng;

use super::ClassifierRecipe;

/// All that a classifier learns from and is measured on.
#[derive(Debug)]
pub struct Examples {
    /// What the network sees, with a rim.
    pub crops: CropSet,
    /// The probability of class 1 for each crop.
    pub targets: Vec<f32>,
    /// What is trained on.
    pub strata: Vec<Stratum>,
    /// What decides which weights are the best.
    pub validation: Vec<Judged>,
    /// Sets for reports, never looked at in training.
    pub reports: Vec<(String, Vec<Judged>)>,
}

/// Training examples of one class and origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Where they come from, for messages.
    pub name: String,
    /// Numbers of the crops.
    pub rows: Vec<usize>,
    /// The class they count for in the balance of a batch.
    pub class: usize,
    /// How often it is drawn from, relative to the others of its class.
    pub share: usize,
    /// Living faces that are shown to a camera once more: attacks, whatever their targets say.
    pub is_simulated: bool,
}

/// A crop that a network is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Number of the crop.
    pub row: usize,
    /// Whether it is shown to a camera once more, and so an attack.
    pub is_simulated: bool,
}

impl Examples {
    /// The probability of class 1 for each of `rows`.
    #[must_use]
    pub fn targets_of(&self, rows: &[Judged]) -> Vec<f32> {
        let target = |judged: &Judged| {
            if judged.is_simulated {
                0.0
            } else {
                self.targets[judged.row]
            }
        };
        rows.iter().map(target).collect()
    }

    /// The crop in `row`, shown to a camera once more where `recapture` says how.
    #[must_use]
    pub fn show(&self, row: usize, recapture: Option<&Recapture>, rng: &mut impl Rng) -> RgbImage {
        let mut crop = self.crops.crop(row).to_image();
        if let Some(recapture) = recapture {
            recapture.apply(rng, &mut crop, self.crops.side() as usize);
        }
        crop
    }
}

/// Gathers examples one by one.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pictures: Vec<(CropEntry, RgbImage)>,
    targets: Vec<f32>,
}

impl Gathered {
    /// Adds a picture, already of the stored side; gives its number.
    pub(super) fn push(&mut self, name: &str, set: &str, picture: RgbImage, target: f32) -> usize {
        let entry = CropEntry {
            name: name.to_owned(),
            set: set.to_owned(),
            identity: None,
            face_px: picture.width(),
            score: 1.0,
        };
        self.pictures.push((entry, picture));
        self.targets.push(target);
        self.targets.len() - 1
    }

    /// The examples, of `side` pixels.
    pub(super) fn finish(
        self,
        side: u32,
        strata: Vec<Stratum>,
        validation: Vec<Judged>,
        reports: Vec<(String, Vec<Judged>)>,
    ) -> anyhow::Result<Examples> {
        let mut strata = strata;
        strata.retain(|stratum| !stratum.rows.is_empty() && stratum.share > 0);
        for class in 0..2 {
            anyhow::ensure!(
                strata.iter().any(|stratum| stratum.class == class),
                "there is no example of class {class} to train on"
            );
        }
        Ok(Examples {
            crops: CropSet::from_pictures(side, self.pictures)?,
            targets: self.targets,
            strata,
            validation,
            reports,
        })
    }
}

/// The rows as they are.
pub(super) fn plain(rows: impl IntoIterator<Item = usize>) -> Vec<Judged> {
    let judged = |row| Judged {
        row,
        is_simulated: false,
    };
    rows.into_iter().map(judged).collect()
}

/// What `bounds` shows and a rim around it, at the side of a stored example; beyond the picture its border is repeated.
///
/// The middle is, pixel by pixel, what the pipeline's crop of `bounds` shows.
pub(super) fn cut(picture: &RgbImage, bounds: &BoundingBox, recipe: &ClassifierRecipe) -> RgbImage {
    let side = recipe.stored_side();
    let more = side as f32 / recipe.network.side as f32;
    let centre = bounds.centre();
    let (width, height) = (more * bounds.width, more * bounds.height);
    let with_rim = BoundingBox::new(
        centre.x - width / 2.0,
        centre.y - height / 2.0,
        width,
        height,
    );
    crop_scaled(picture, &with_rim, side, side)
}
