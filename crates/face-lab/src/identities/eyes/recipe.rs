//! The recipe of an eye net by transfer.

use face_data::Augmentation;
use face_data::sampling::ExtraSamples;
use face_packs::PixelSpec;
use serde::{Deserialize, Serialize};

use super::super::NetworkSettings;
use crate::faces::SIGNED_UNIT;
use crate::train::TrainingSettings;
use crate::tune::TuneSettings;

/// The file of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyesRecipe {
    /// `eyes-transfer`.
    pub task: String,
    /// What changes in training.
    pub learns: Learns,
    /// How pixels go in, as in the recipe of the network.
    #[serde(default = "signed_unit")]
    pub pixels: PixelSpec,
    /// Which eyes.
    #[serde(default)]
    pub data: EyeSettings,
    /// The network, as in its own recipe.
    pub network: NetworkSettings,
    /// Length, rates, checks.
    pub training: TrainingSettings,
    /// What is done to the extra samples.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// What `lab tune` searches.
    #[serde(default)]
    pub tune: Option<TuneSettings>,
}

/// What changes in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learns {
    /// The last layer, which is new; the network stays as it is. The original's way.
    LastLayer,
    /// All layers.
    All,
}

/// Which eyes are learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EyeSettings {
    /// How many changed eyes an epoch has beside the eyes as they are, as a share of them: 0, 0.5 or 1 in the original.
    pub extra: ExtraSamples,
    /// Share of the eyes to learn from that are for the check alone.
    pub validation: f64,
    /// Which those are follows from it.
    pub seed: u64,
}

impl Default for EyeSettings {
    fn default() -> Self {
        Self {
            extra: ExtraSamples(0.0),
            validation: 0.15,
            seed: 1,
        }
    }
}

const fn signed_unit() -> PixelSpec {
    SIGNED_UNIT
}

impl EyesRecipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// When it holds an unknown key.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(toml::from_str(text)?)
    }
}
