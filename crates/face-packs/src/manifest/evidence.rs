//! How what the pixels say, and what the attack networks say, become one score.

use serde::{Deserialize, Serialize};

/// A logistic regression over measures of the picture (`face_vision::Recapture`) and the attack networks' answer.
///
/// The score is 1 / (1 + exp(-s)), s the sum of `bias` and of the terms; a face with a raster, or within a border, scores 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Log odds of an attack where every measure is at its mean.
    pub bias: f32,
    /// Of `Recapture::white_point`.
    pub white_point: Term,
    /// Of `Recapture::texture`.
    pub texture: Term,
    /// Of `Recapture::detail`.
    pub detail: Term,
    /// Of the log odds of an attack by [`super::Manifest::attack`]'s networks, kept within 2 to either side; there exactly when these are.
    pub networks: Option<Term>,
    /// What is a raster.
    pub raster: Raster,
    /// From here on (`face_vision::border`, 0 to 1) the face lies within the border of something held.
    pub border: f32,
}

/// `weight` times the measure's distance from `mean` in units of `scale`, kept within 3 to either side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Of the measure.
    pub mean: f32,
    /// Standard deviation of the measure.
    pub scale: f32,
    /// Above 0 where a large measure speaks for an attack.
    pub weight: f32,
}

/// Both measures above these are the raster of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raster {
    /// Of `Recapture::excess`.
    pub excess: f32,
    /// Of `Recapture::raster`.
    pub raster: f32,
}

impl Term {
    /// Largest distance from the mean that counts, in units of the scale: one measure alone must not outvote the others.
    pub const FARTHEST: f32 = 3.0;

    /// The distance of `value` from the mean in units of the scale, as far as it counts.
    #[must_use]
    pub fn standard(&self, value: f32) -> f32 {
        ((value - self.mean) / self.scale).clamp(-Self::FARTHEST, Self::FARTHEST)
    }
}

impl Evidence {
    /// The terms by their keys.
    #[must_use]
    pub fn terms(&self) -> Vec<(&'static str, Term)> {
        let mut terms = vec![
            ("white_point", self.white_point),
            ("texture", self.texture),
            ("detail", self.detail),
        ];
        terms.extend(self.networks.map(|term| ("networks", term)));
        terms
    }
}
