//! The recipe of an embedder that learns from teachers.

use face_data::{Augmentation, CROP_TEMPLATE, Placement};
use face_nets::loss::Identification;
use face_nets::residual::ResidualSettings;
use face_packs::Alignment;
use face_vision::AlignmentTemplate;
use serde::{Deserialize, Serialize};

use anyhow::Context as _;

use super::CalibrationSettings;
use crate::train::TrainingSettings;
use crate::tune::TuneSettings;

/// The file of an embedder's recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedderRecipe {
    /// `embedder`.
    pub task: String,
    /// Length, rates, checks.
    pub training: TrainingSettings,
    /// Sizes of the network.
    pub network: ResidualSettings,
    /// Where the five points lie in its input.
    pub alignment: Alignment,
    /// Whether the exported network answers with the mean of the face's template and its mirror image's.
    #[serde(default)]
    pub mirrored: bool,
    /// The parts of the loss.
    pub loss: LossSettings,
    /// What is kept back for the pack's calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationSettings>,
    /// What is done to a crop before the student sees it; the teachers saw it clean.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// What `lab tune` searches.
    #[serde(default)]
    pub tune: Option<TuneSettings>,
}

/// The parts of the loss besides 1 - cosine, which counts 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossSettings {
    /// Weight of the squared differences between the similarities inside a batch and the teachers'.
    pub relational: f64,
    /// Weight of the error in the shares of the places, as a part of their spread; 0 asks for no places.
    #[serde(default)]
    pub places: f64,
    /// A search for every face among the teacher's templates of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchSettings>,
}

/// The part of the loss that asks for every face's own template among those of others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// Its weight.
    pub weight: f64,
    /// How many others, drawn anew for every step.
    pub others: usize,
    /// How hard it is.
    pub task: Identification,
}

impl EmbedderRecipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// When it holds an unknown key, or the points span no face.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let recipe: Self = toml::from_str(text)?;
        recipe.placement()?;
        Ok(recipe)
    }

    /// The way from a packed crop to the network's input.
    ///
    /// # Errors
    /// When the points span no face.
    pub fn placement(&self) -> anyhow::Result<Placement> {
        let side = self.network.side as u32;
        let to = AlignmentTemplate::from_fractions(side, self.alignment.fractions());
        Placement::between(&CROP_TEMPLATE, &to).context("the alignment's points span no face")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_of_the_default_pack_is_read() {
        let recipe = EmbedderRecipe::parse(include_str!("../../recipes/embedder.toml")).unwrap();
        assert_eq!(recipe.task, "embedder");
        // The two layouts of the five points differ in more than size; the fit of all five brings the eyes to 21.4 pixels.
        let scale = recipe.placement().unwrap().transform.scale();
        assert!((scale - 0.607).abs() < 0.01, "{scale}");
    }
}
