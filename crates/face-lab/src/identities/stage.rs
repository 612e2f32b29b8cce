//! A stage of a recipe: what is made small, and by which batches.

use face_nets::loss::GroupLoss;
use serde::{Deserialize, Serialize};

/// One `[[stage]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSettings {
    /// Its name, also of its folder in the run: small letters, digits and hyphens.
    pub name: String,
    /// What is made small.
    pub loss: Loss,
    /// Keys of `[training]` that are different in this stage.
    #[serde(default)]
    pub training: toml::Table,
}

/// The loss of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Mated pairs together, non-mated ones a margin apart, by the Euclidean distance of templates.
    Contrastive(ContrastiveSettings),
    /// Same person or not, as a question to a head on the difference of two faces.
    PairCrossEntropy,
    /// Which of the people of the training set.
    Classification(ClassificationSettings),
    /// The faces of a batch name each other.
    Group(GroupSettings),
}

/// Settings of the contrastive loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContrastiveSettings {
    /// The distance from which on non-mated faces cost nothing; templates of unit length are at most 2 apart.
    pub margin: f64,
}

/// Settings of the classification.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassificationSettings {
    /// Share of the target that all people have in common.
    pub smoothing: f64,
}

/// Settings of Group Loss and of the sampler that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSettings {
    /// People of a batch (n).
    pub people: usize,
    /// Faces of each (m).
    pub faces: usize,
    /// Faces of each whose label is given.
    pub anchors: usize,
    /// T, by which logits are divided before the softmax.
    pub temperature: f64,
    /// How often the probabilities are refined.
    pub iterations: usize,
    /// Whether only the people in the batch compete, rather than all.
    #[serde(default)]
    pub only_present: bool,
}

impl GroupSettings {
    /// The loss.
    #[must_use]
    pub const fn loss(&self) -> GroupLoss {
        GroupLoss {
            temperature: self.temperature,
            iterations: self.iterations,
            only_present: self.only_present,
        }
    }
}

impl Loss {
    /// Whether it is one on pairs, or one on faces with names.
    #[must_use]
    pub const fn is_on_pairs(&self) -> bool {
        matches!(self, Self::Contrastive(_) | Self::PairCrossEntropy)
    }

    /// What is wrong with it for batches of `batch` faces, if something is.
    pub(super) fn objection(&self, batch: usize) -> Option<String> {
        match self {
            Self::Contrastive(_) | Self::PairCrossEntropy if !batch.is_multiple_of(4) => Some(
                format!("a batch of {batch} faces is no whole number of mated and non-mated pairs"),
            ),
            Self::Group(GroupSettings { people, faces, .. }) if people * faces != batch => Some(
                format!("{people} people of {faces} faces are no batch of {batch}"),
            ),
            Self::Group(settings) if settings.faces < 2 || settings.people < 2 => {
                Some("a group needs two people and two faces of each".to_owned())
            }
            Self::Group(settings) if settings.anchors >= settings.faces => {
                Some("one face of each person must be no anchor".to_owned())
            }
            _ => None,
        }
    }
}
