//! The manifest of a pack: which networks, from whom, how pixels go in and how numbers come out.

mod calibration;
mod check;
mod evidence;
mod input;
mod model_id;
mod network;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use calibration::{Calibration, ImpostorPoint};
pub use evidence::{Evidence, Raster, Term};
pub use input::{Alignment, Colour, InputSpec, Layout, NamedAlignment, PixelSpec};
pub use network::{
    Activation, Attack, Decoding, Detector, Embedder, Eyes, QualityNetwork, Weights,
};

/// The version of the format that this program reads.
pub const SCHEMA: u32 = 1;

/// A pack's `pack.toml`; made valid by [`Manifest::parse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the format: [`SCHEMA`].
    pub schema: u32,
    /// The pack's name: lowercase letters, digits, hyphens.
    pub name: String,
    /// The pack's own version.
    pub version: String,
    /// What it is and for whom, in a sentence or two.
    pub description: String,
    /// Finds faces and their five points.
    pub detector: Detector,
    /// Turns an aligned face into a template.
    pub embedder: Embedder,
    /// Tells open from closed eyes.
    pub eyes: Option<Eyes>,
    /// Tell a living face from a picture of one; without [`Self::evidence`] the score is one minus the mean over the list.
    #[serde(default)]
    pub attack: Vec<Attack>,
    /// What the pixels say beside these networks, or without any.
    pub evidence: Option<Evidence>,
    /// Predicts how useful an aligned face is for recognition.
    pub quality: Option<QualityNetwork>,
    /// Where the decisions lie on this pack's scores, and how that was measured.
    pub calibration: Calibration,
}

/// What a network of the pack is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// [`Manifest::detector`].
    Detector,
    /// [`Manifest::embedder`].
    Embedder,
    /// [`Manifest::eyes`].
    Eyes,
    /// One of [`Manifest::attack`], counted from 0.
    Attack(usize),
    /// [`Manifest::quality`].
    Quality,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Detector => f.write_str("detector"),
            Self::Embedder => f.write_str("embedder"),
            Self::Eyes => f.write_str("eyes"),
            Self::Attack(index) => write!(f, "attack[{index}]"),
            Self::Quality => f.write_str("quality"),
        }
    }
}

/// Why a text is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: Box<Path>,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML, an unknown or missing key, or a value of the wrong kind; the message has line and column.
    #[error("not a pack manifest: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A value is of the right kind and still makes no sense.
    #[error("in the pack manifest, `{key}` {problem}")]
    Invalid {
        /// The key, for example `embedder.weights.file`.
        key: String,
        /// What is wrong with its value.
        problem: String,
    },
}

impl Manifest {
    /// The manifest in `text`, every value checked.
    ///
    /// # Errors
    /// [`ManifestError::Syntax`] and [`ManifestError::Invalid`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Whether faces get an attack score.
    #[must_use]
    pub const fn detects_attacks(&self) -> bool {
        !self.attack.is_empty() || self.evidence.is_some()
    }

    /// Every network of the pack, by role.
    #[must_use]
    pub fn networks(&self) -> Vec<(Role, &Weights)> {
        let mut networks = vec![
            (Role::Detector, &self.detector.weights),
            (Role::Embedder, &self.embedder.weights),
        ];
        networks.extend(self.eyes.iter().map(|eyes| (Role::Eyes, &eyes.weights)));
        let attack = self.attack.iter().enumerate();
        networks.extend(attack.map(|(index, attack)| (Role::Attack(index), &attack.weights)));
        networks.extend(
            self.quality
                .iter()
                .map(|quality| (Role::Quality, &quality.weights)),
        );
        networks
    }

    /// The network of `role`, if the pack has one.
    #[must_use]
    pub fn weights(&self, role: Role) -> Option<&Weights> {
        self.networks()
            .into_iter()
            .find_map(|(of, weights)| (of == role).then_some(weights))
    }
}

#[cfg(test)]
mod tests;
