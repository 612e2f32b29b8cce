//! How alike is alike enough: for a search, for one claim, and for the frames of a liveness run.

use face_gallery::{CurveError, DEFAULT_MARGIN, ImpostorCurve, RuleError, ThresholdRule};
use face_liveness::PersonRule;
use face_types::Similarity;

/// What was set, whatever the pack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThresholdSettings {
    /// `LOGIN_MATCH_THRESHOLD` as a similarity.
    pub(crate) fixed: Option<Similarity>,
    /// Share of strangers that may be taken for somebody.
    pub(crate) target_fpir: f64,
    /// Share of impostors that may pass as the person claimed.
    pub(crate) verify_fmr: f64,
}

/// Why no threshold follows from a pack.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub(crate) enum ThresholdError {
    /// Its curve is not usable.
    #[error(
        "the pack's impostor curve is not usable ({0}); set LOGIN_MATCH_THRESHOLD or use another pack"
    )]
    Curve(#[from] CurveError),
    /// The settings are out of range.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

/// The thresholds of one pack.
#[derive(Debug)]
pub(super) enum Thresholds {
    Fixed {
        threshold: Similarity,
        margin: f32,
    },
    Measured {
        margin: f32,
        search: ThresholdRule,
        verification: Similarity,
        frames: PersonRule,
    },
}

impl ThresholdSettings {
    /// The thresholds on a measured curve; a fixed one needs none.
    ///
    /// # Errors
    /// [`ThresholdError`].
    pub(super) fn for_curve(&self, points: &[(f32, f64)]) -> Result<Thresholds, ThresholdError> {
        let curve = ImpostorCurve::new(points.iter().copied());
        if let Some(threshold) = self.fixed {
            let margin = curve.map_or(DEFAULT_MARGIN, |curve| curve.margin());
            return Ok(Thresholds::Fixed { threshold, margin });
        }
        let curve = curve?;
        Ok(Thresholds::Measured {
            margin: curve.margin(),
            verification: curve.threshold(self.verify_fmr),
            frames: PersonRule::where_reached(|fmr| curve.threshold(fmr)),
            search: ThresholdRule::new(curve, self.target_fpir)?,
        })
    }
}

impl Thresholds {
    /// For a search among `references` templates.
    pub(super) fn search(&self, references: usize) -> Similarity {
        match self {
            Self::Fixed { threshold, .. } => *threshold,
            Self::Measured { search, .. } => search.threshold(references),
        }
    }

    /// How far the best person must lead the next.
    pub(super) const fn margin(&self) -> f32 {
        match self {
            Self::Fixed { margin, .. } | Self::Measured { margin, .. } => *margin,
        }
    }

    /// For one claim.
    pub(super) const fn verification(&self) -> Similarity {
        match self {
            Self::Fixed { threshold, .. } => *threshold,
            Self::Measured { verification, .. } => *verification,
        }
    }

    /// For the frames of a liveness run against the probe.
    pub(super) const fn person_rule(&self) -> PersonRule {
        match self {
            Self::Fixed { threshold, .. } => PersonRule {
                probes: *threshold,
                stranger: *threshold,
            },
            Self::Measured { frames, .. } => *frames,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: [(f32, f64); 3] = [(0.1, 0.1), (0.2, 0.01), (0.3, 0.001)];

    fn settings(fixed: Option<Similarity>) -> ThresholdSettings {
        ThresholdSettings {
            fixed,
            target_fpir: 0.01,
            verify_fmr: 0.001,
        }
    }

    #[test]
    fn the_threshold_rises_with_the_gallery() {
        let thresholds = settings(None).for_curve(&CURVE).unwrap();
        assert!(thresholds.search(1000) > thresholds.search(10));
        assert!((thresholds.verification().value() - 0.3).abs() < 1e-6);
        let frames = thresholds.person_rule();
        assert!((frames.probes.value() - 0.2).abs() < 1e-6);
        assert!((frames.stranger.value() - 0.1).abs() < 1e-6);
    }

    #[test]
    fn the_margin_is_half_a_decade_of_the_curve_also_beside_a_distance_that_was_set() {
        for fixed in [None, Some(Similarity::from_euclidean(0.8))] {
            let margin = |curve: &[_]| settings(fixed).for_curve(curve).map(|t| t.margin());
            assert!((margin(&CURVE).unwrap() - 0.05).abs() < 1e-6);
            let compressed = CURVE.map(|(threshold, fmr)| (0.8 + threshold / 10.0, fmr));
            assert!((margin(&compressed).unwrap() - 0.005).abs() < 1e-6);
        }
    }

    #[test]
    fn a_distance_that_was_set_holds_for_every_size_and_needs_no_curve() {
        let fixed = Similarity::from_euclidean(0.8);
        let thresholds = settings(Some(fixed)).for_curve(&[]).unwrap();
        for threshold in [
            thresholds.search(1),
            thresholds.search(1_000_000),
            thresholds.verification(),
        ] {
            assert!((threshold.value() - 0.68).abs() < 1e-6);
        }
    }

    #[test]
    fn without_curve_and_distance_there_is_no_threshold() {
        assert!(settings(None).for_curve(&[]).is_err());
    }
}
