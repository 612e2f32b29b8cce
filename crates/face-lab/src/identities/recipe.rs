//! The recipes of models 1 to 3.

use std::collections::BTreeSet;

use anyhow::Context as _;
use face_data::{Augmentation, CROP_TEMPLATE, Placement};
use face_packs::{Alignment, NamedAlignment, PixelSpec};
use face_vision::AlignmentTemplate;
use serde::{Deserialize, Serialize};

use super::{NetworkSettings, StageSettings};
use crate::faces::SIGNED_UNIT;
use crate::train::{Stage, TrainingSettings};
use crate::tune::TuneSettings;

/// What a recipe trains, and by which number its checks choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Same person or not, on pairs; the best is the one with the highest pair accuracy.
    Pairs,
    /// Faces with names, in batches; the best is the one with the highest recall@1.
    Group,
}

/// The file of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitiesRecipe {
    /// `pairs` or `group`.
    pub task: Kind,
    /// Where the five points lie in the network's input.
    #[serde(default = "arcface")]
    pub alignment: Alignment,
    /// How pixels go in; the layout is planes whatever it says.
    #[serde(default = "signed_unit")]
    pub pixels: PixelSpec,
    /// Whose faces.
    #[serde(default)]
    pub data: DataSettings,
    /// The network.
    pub network: NetworkSettings,
    /// Length, rates, checks: what the stages have in common, as in every recipe.
    pub training: toml::Table,
    /// One after the other.
    #[serde(rename = "stage")]
    pub stages: Vec<StageSettings>,
    /// What is done to a crop in training.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// What `lab tune` searches.
    #[serde(default)]
    pub tune: Option<TuneSettings>,
}

/// Whose faces are learnt from and checked by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataSettings {
    /// The collections; none means all.
    pub sets: BTreeSet<String>,
    /// People with fewer crops are left out.
    pub least: usize,
    /// Share of the crops whose people are for the check alone.
    pub validation: f64,
    /// Pairs of the check, half of them mated.
    pub pairs: usize,
    /// Who is in the check, and its pairs, follow from it.
    pub seed: u64,
}

impl Default for DataSettings {
    fn default() -> Self {
        Self {
            sets: BTreeSet::new(),
            least: 2,
            validation: 0.1,
            pairs: 2000,
            seed: 1,
        }
    }
}

const fn arcface() -> Alignment {
    Alignment::Named(NamedAlignment::ArcFace)
}

const fn signed_unit() -> PixelSpec {
    SIGNED_UNIT
}

impl IdentitiesRecipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// When it holds an unknown key, has no stage, or a stage cannot be trained.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let recipe: Self = toml::from_str(text)?;
        recipe.placement()?;
        anyhow::ensure!(!recipe.stages.is_empty(), "the recipe has no [[stage]]");
        let stages = recipe.stages()?;
        for (stage, settings) in recipe.stages.iter().zip(&stages) {
            recipe
                .objection(stage, settings.settings.batch)
                .map_or(Ok(()), Err)
                .map_err(anyhow::Error::msg)
                .with_context(|| format!("stage {:?}", stage.name))?;
        }
        let names: BTreeSet<&str> = recipe.stages.iter().map(|stage| &*stage.name).collect();
        anyhow::ensure!(names.len() == stages.len(), "two stages have one name");
        Ok(recipe)
    }

    fn objection(&self, stage: &StageSettings, batch: usize) -> Option<String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if stage.name.is_empty() || !stage.name.chars().all(is_plain) {
            return Some("a stage's name is of small letters, digits and hyphens".to_owned());
        }
        if stage.loss.is_on_pairs() != (self.task == Kind::Pairs) {
            return Some("`pairs` has losses on pairs, `group` on faces with names".to_owned());
        }
        stage.loss.objection(batch)
    }

    /// The stages with their training: `[training]`, and what each says itself over it.
    ///
    /// # Errors
    /// When one of them lacks a key or has an unknown one.
    pub fn stages(&self) -> anyhow::Result<Vec<Stage>> {
        let stage = |stage: &StageSettings| {
            let mut table = self.training.clone();
            table.extend(stage.training.clone());
            let settings: TrainingSettings = table
                .try_into()
                .with_context(|| format!("the training of stage {:?}", stage.name))?;
            Ok(Stage {
                name: stage.name.clone(),
                settings,
            })
        };
        self.stages.iter().map(stage).collect()
    }

    /// The way from a packed crop to the network's input.
    ///
    /// # Errors
    /// When the points span no face.
    pub fn placement(&self) -> anyhow::Result<Placement> {
        let side = self.network.side() as u32;
        let to = AlignmentTemplate::from_fractions(side, self.alignment.fractions());
        Placement::between(&CROP_TEMPLATE, &to).context("the alignment's points span no face")
    }
}
