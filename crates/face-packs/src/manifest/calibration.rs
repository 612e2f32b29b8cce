//! Where decisions lie on a pack's scores, and how that was measured.

use serde::{Deserialize, Serialize};

/// Measured thresholds of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Share of non-mated comparisons at or above a similarity, thresholds ascending.
    pub impostor_curve: Vec<ImpostorPoint>,
    /// The data the curve was measured on, and what is odd about it.
    pub data: String,
    /// How many non-mated comparisons.
    pub comparisons: u64,
    /// How to measure it again.
    pub command: String,
    /// Attack scores (ISO/IEC 30107-3), 0 (bona fide) to 1, from here on are attacks; with [`super::Manifest::attack`] or
    /// [`super::Manifest::evidence`].
    pub attack_threshold: Option<f32>,
    /// Eyes from this on are open, 0 to 1; with [`super::Manifest::eyes`].
    pub eye_threshold: Option<f32>,
}

/// One point of the impostor curve, written `[threshold, fmr]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f32, f64)", into = "(f32, f64)")]
pub struct ImpostorPoint {
    /// Cosine similarity.
    pub threshold: f32,
    /// False match rate: share of non-mated comparisons whose similarity is at least `threshold`.
    pub fmr: f64,
}

impl From<(f32, f64)> for ImpostorPoint {
    fn from((threshold, fmr): (f32, f64)) -> Self {
        Self { threshold, fmr }
    }
}

impl From<ImpostorPoint> for (f32, f64) {
    fn from(point: ImpostorPoint) -> Self {
        (point.threshold, point.fmr)
    }
}
