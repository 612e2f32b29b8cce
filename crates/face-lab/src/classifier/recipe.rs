//! The recipe of a network that tells two classes apart.

use face_data::{Augmentation, Placement, Recapture, sampling::ExtraSamples};
use face_nets::ClassifierSettings;
use face_vision::SimilarityTransform;
use serde::{Deserialize, Serialize};

use super::attack::AttackSettings;
use super::eyes::EyeSettings;
use crate::train::TrainingSettings;

/// Examples are kept with a rim around what the network sees, so that shifts and turns meet pixels: their side is this
/// many times the network's.
const RIM: f32 = 1.25;

/// The file of a classifier's recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierRecipe {
    /// What is told apart.
    pub task: Subject,
    /// Share of a target that is spread over both classes (Szegedy et al., CVPR 2016).
    #[serde(default)]
    pub smoothing: f64,
    /// Every picture once as it is in an epoch, and this share of changed copies on top; without it every picture is
    /// changed every time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_samples: Option<ExtraSamples>,
    /// Length, rates, checks.
    pub training: TrainingSettings,
    /// Sizes of the network.
    pub network: ClassifierSettings,
    /// Where eyes come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eyes: Option<EyeSettings>,
    /// Where living faces and attacks come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attack: Option<AttackSettings>,
    /// What is done to an example that is changed.
    #[serde(default)]
    pub augmentation: Augmentation,
}

/// What a classifier tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// Closed eyes (class 0) from open ones (class 1).
    Eyes,
    /// Presentation attacks (class 0) from living faces (class 1).
    Attack,
}

impl Subject {
    /// The names of class 0 and class 1.
    #[must_use]
    pub const fn classes(self) -> [&'static str; 2] {
        match self {
            Self::Eyes => ["closed", "open"],
            Self::Attack => ["attack", "bona fide"],
        }
    }
}

impl ClassifierRecipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// When it holds an unknown key, the network has not two classes, or the table of its examples is missing.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let recipe: Self = toml::from_str(text)?;
        anyhow::ensure!(
            recipe.network.classes == 2,
            "the network tells {} classes apart, not 2",
            recipe.network.classes
        );
        let has_examples = match recipe.task {
            Subject::Eyes => recipe.eyes.is_some(),
            Subject::Attack => recipe.attack.is_some(),
        };
        anyhow::ensure!(has_examples, "the recipe has no table of its examples");
        Ok(recipe)
    }

    /// How attacks are simulated.
    #[must_use]
    pub fn recapture(&self) -> Option<&Recapture> {
        self.attack.as_ref().map(|attack| &attack.recapture)
    }

    /// Side of the examples in memory, in pixels.
    #[must_use]
    pub fn stored_side(&self) -> u32 {
        (self.network.side as f32 * RIM).round() as u32
    }

    /// From a stored example to the network's input, its middle.
    #[must_use]
    pub fn placement(&self) -> Placement {
        let shift = (self.network.side as f32 - self.stored_side() as f32) / 2.0;
        Placement {
            transform: SimilarityTransform {
                a: 1.0,
                b: 0.0,
                tx: shift,
                ty: shift,
            },
            side: self.network.side as u32,
            landmarks: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::eyes(include_str!("../../recipes/eyes.toml"), ClassifierSettings::eyes())]
    #[case::eyes_and_faces(include_str!("../../recipes/eyes-faces.toml"), ClassifierSettings::eyes())]
    #[case::attack(include_str!("../../recipes/attack.toml"), ClassifierSettings::attack())]
    fn the_recipes_are_read(#[case] text: &str, #[case] network: ClassifierSettings) {
        let recipe = ClassifierRecipe::parse(text).unwrap();
        assert_eq!(recipe.network, network);
        assert_eq!(recipe.stored_side() as usize, network.side * 5 / 4);
    }

    #[test]
    fn a_recipe_without_its_examples_is_refused() {
        let text = include_str!("../../recipes/eyes.toml").replace("[eyes]", "[eyelids]");
        assert!(ClassifierRecipe::parse(&text).is_err());
    }
}
