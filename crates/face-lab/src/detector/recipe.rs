//! The recipe of a detector that learns from another.

use face_data::Augmentation;
use face_data::augmentation::{Chance, Span};
use face_nets::DetectorSettings;
use serde::{Deserialize, Serialize};

use super::teacher::TeacherSettings;
use crate::train::TrainingSettings;

/// The file of a detector's recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorRecipe {
    /// `detector`.
    pub task: String,
    /// Length, rates, checks.
    pub training: TrainingSettings,
    /// Sizes of the network.
    pub network: DetectorSettings,
    /// Who is learnt from.
    pub teacher: TeacherSettings,
    /// The parts of the loss.
    pub loss: LossSettings,
    /// How training pictures are put together.
    pub pictures: PictureSettings,
    /// What is done to a picture before teacher and student see it.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// What is done to it then, before the student sees it: the teacher's answer still holds, so nothing may move.
    #[serde(default)]
    pub degradation: Augmentation,
}

/// The parts of the loss besides that of the scores, which counts 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossSettings {
    /// The teacher's score from which on its box and points count, by that score.
    pub seen: f32,
    /// Weight of the boxes' errors.
    pub bounds: f64,
    /// Weight of the points' errors.
    pub points: f64,
}

/// How training pictures are put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureSettings {
    /// Sides of the pictures, multiples of 32; each batch has one of them.
    pub sides: Vec<u32>,
    /// Share of the packed crops that is kept in memory for crowds.
    pub crops: f64,
    /// How often a picture is one scene.
    pub scene: Chance,
    /// How often, of the others, it is scenes side by side.
    pub tiles: Chance,
    /// How often, of the others, it is a crowd of crops; the rest shows nobody.
    pub crowd: Chance,
    /// How many times larger or smaller a scene is shown.
    pub scene_scale: Span,
    /// How often what lies around a scene is black, as around a picture that the product brings to the network's size.
    pub black: Chance,
    /// Scenes side by side along each axis, at least and at most.
    pub tiles_across: [u32; 2],
    /// Crops of a crowd, at least and at most.
    pub crowd_faces: [u32; 2],
    /// Sides of a crowd's crops in pixels; a face fills two thirds of it.
    pub crowd_size: Span,
}

impl DetectorRecipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// When it holds an unknown key or numbers that make no picture.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let recipe: Self = toml::from_str(text)?;
        recipe.pictures.check()?;
        let Augmentation {
            geometry, mirror, ..
        } = &recipe.degradation;
        anyhow::ensure!(
            [geometry.chance, *mirror] == [Chance::NEVER; 2],
            "[degradation] must not move the face away from where the teacher saw it"
        );
        Ok(recipe)
    }
}

impl PictureSettings {
    /// The largest of the sides.
    #[must_use]
    pub fn largest(&self) -> u32 {
        self.sides.iter().copied().max().unwrap_or_default()
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.sides.is_empty() && self.sides.iter().all(|side| *side > 0 && side % 32 == 0),
            "sides are multiples of 32"
        );
        for (name, [least, most]) in [
            ("tiles_across", self.tiles_across),
            ("crowd_faces", self.crowd_faces),
        ] {
            anyhow::ensure!(
                1 <= least && least <= most,
                "{name} is a range from 1 on, not {least} to {most}"
            );
        }
        for (name, span) in [
            ("scene_scale", self.scene_scale),
            ("crowd_size", self.crowd_size),
        ] {
            let [least, _] = span.into();
            anyhow::ensure!(least > 0.0, "{name} begins above 0");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../recipes/detector.toml");

    #[test]
    fn the_recipe_of_the_default_pack_is_read() {
        let recipe = DetectorRecipe::parse(TEXT).unwrap();
        assert_eq!(recipe.task, "detector");
        assert_eq!(recipe.pictures.largest(), 320);
    }

    #[rstest::rstest]
    #[case::a_side_without_a_whole_coarse_grid("sides = [256, 320]", "sides = [250]", "32")]
    #[case::no_tile("tiles_across = [2, 4]", "tiles_across = [0, 4]", "tiles_across")]
    #[case::a_degradation_that_moves("[degradation]", "[degradation]\nmirror = 0.5", "move")]
    #[case::an_unknown_key("[loss]", "[loss]\nboxes = 1.0", "boxes")]
    fn what_makes_no_sense_is_refused(#[case] from: &str, #[case] to: &str, #[case] message: &str) {
        assert!(TEXT.contains(from));
        let error = DetectorRecipe::parse(&TEXT.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}
