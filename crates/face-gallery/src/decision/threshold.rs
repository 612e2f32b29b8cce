//! The threshold that keeps false identifications as rare as asked, whatever the size of the gallery.

use face_types::Similarity;

use super::ImpostorCurve;

/// Turns the size of the gallery into the threshold that a search has to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdRule {
    curve: ImpostorCurve,
    target_fpir: f64,
    fixed: Option<Similarity>,
}

/// Why there is no such rule.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RuleError {
    /// The target is no rate that can be aimed at.
    #[error("the target false-positive identification rate {0} is not above 0 and below 1")]
    TargetFpir(f64),
}

impl ThresholdRule {
    /// A rule that lets a share of `target_fpir` of the searches for people who are not enrolled end in a match
    /// (false-positive identification rate, ISO/IEC 19795-1).
    ///
    /// # Errors
    /// [`RuleError::TargetFpir`] unless the target is above 0 and below 1.
    pub fn new(curve: ImpostorCurve, target_fpir: f64) -> Result<Self, RuleError> {
        if target_fpir > 0.0 && target_fpir < 1.0 {
            Ok(Self {
                curve,
                target_fpir,
                fixed: None,
            })
        } else {
            Err(RuleError::TargetFpir(target_fpir))
        }
    }

    /// The rule with one threshold for every size, if there is one.
    #[must_use]
    pub fn overridden_by(mut self, fixed: Option<Similarity>) -> Self {
        self.fixed = fixed;
        self
    }

    /// The threshold for a search among `references` templates ([`crate::Gallery::len`]); 1 for a comparison with one.
    ///
    /// It never falls as `references` grows. N in the formula is the number of templates and not of people: a person
    /// with five samples gives a stranger five chances. Samples of one person resemble each other, so the true rate is
    /// below the target and the threshold errs on the strict side.
    #[must_use]
    pub fn threshold(&self, references: usize) -> Similarity {
        self.fixed
            .unwrap_or_else(|| self.curve.threshold(self.fmr(references)))
    }

    /// False match rate of one comparison so that all of them together stay at the target:
    /// FMR = 1 - (1 - FPIR)^(1/N).
    ///
    /// Written so that nothing cancels out: at N = 10^7 the plain formula would have lost half its digits.
    fn fmr(&self, references: usize) -> f64 {
        -((-self.target_fpir).ln_1p() / references.max(1) as f64).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Expected values: 1 - (1 - FPIR)^(1/N) in 50-digit decimal arithmetic.
    #[rstest]
    #[case::one_to_one(0.01, 1, 0.01)]
    #[case::nobody_counts_as_one(0.01, 0, 0.01)]
    #[case::ten(0.01, 10, 1.004_528_708_249_949e-3)]
    #[case::ten_thousand(0.01, 10_000, 1.005_033_080_304_059_5e-6)]
    #[case::ten_million(0.01, 10_000_000, 1.005_033_584_845_098e-9)]
    fn a_larger_gallery_is_allowed_fewer_false_matches(
        #[case] fpir: f64,
        #[case] references: usize,
        #[case] expected: f64,
    ) {
        let curve = ImpostorCurve::new([(0.1, 1e-1), (0.2, 1e-2)]).unwrap();
        let fmr = ThresholdRule::new(curve, fpir).unwrap().fmr(references);
        assert!((fmr / expected - 1.0).abs() < 1e-12, "{fmr:e}");
    }
}
