//! The blink: open eyes, and closed ones later.

use face_types::EyeState;

/// Half the width of the band around an eye threshold in which eyes count as neither open nor closed.
const HALF_BAND: f32 = 0.05;

/// When eyes count as open and as closed, on the scale of [`EyeState`]: 0 (closed) to 1 (open).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlinkRule {
    open_threshold: f32,
    closed_threshold: f32,
}

/// Why there is no such rule.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BlinkRuleError {
    /// Some eyes would count as both, or none could count as one of the two.
    #[error(
        "eyes closed up to {closed} and open from {open}: these must lie between 0 and 1, the first below the second"
    )]
    Thresholds {
        /// Closed up to this.
        closed: f32,
        /// Open from this on.
        open: f32,
    },
}

/// A rule around the middle of the scale, for networks of which nothing was measured.
impl Default for BlinkRule {
    fn default() -> Self {
        Self::around(0.5).expect("0.5 lies between 0 and 1")
    }
}

impl BlinkRule {
    /// Both eyes up to `closed_threshold` are closed, both from `open_threshold` on are open, all else is neither.
    ///
    /// # Errors
    /// [`BlinkRuleError::Thresholds`] unless 0 ≤ `closed_threshold` < `open_threshold` ≤ 1.
    pub fn new(open_threshold: f32, closed_threshold: f32) -> Result<Self, BlinkRuleError> {
        // Written so that a value that is not a number is refused.
        if 0.0 <= closed_threshold && closed_threshold < open_threshold && open_threshold <= 1.0 {
            Ok(Self {
                open_threshold,
                closed_threshold,
            })
        } else {
            Err(BlinkRuleError::Thresholds {
                closed: closed_threshold,
                open: open_threshold,
            })
        }
    }

    /// A rule from one eye threshold: a band of 0.05 to each side of it counts as neither, so that values that
    /// tremble about the threshold are no blink. Near 0 and 1 the band is half of what is left, so that fully open
    /// and fully closed eyes keep their meaning.
    ///
    /// # Errors
    /// [`BlinkRuleError::Thresholds`] unless `eye_threshold` is above 0 and below 1.
    pub fn around(eye_threshold: f32) -> Result<Self, BlinkRuleError> {
        let room = eye_threshold.min(1.0 - eye_threshold);
        let half_band = HALF_BAND.min(room / 2.0);
        Self::new(eye_threshold + half_band, eye_threshold - half_band)
    }

    /// Open when both eyes are, closed when both are; a wink is neither.
    pub(crate) fn read(self, eyes: EyeState) -> Eyes {
        let both = [eyes.left_open, eyes.right_open];
        if both.iter().all(|&open| open >= self.open_threshold) {
            Eyes::Open
        } else if both.iter().all(|&open| open <= self.closed_threshold) {
            Eyes::Closed
        } else {
            Eyes::Between
        }
    }
}

/// The eyes of the only face under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Eyes {
    Open,
    Closed,
    Between,
}

/// Whether open eyes are followed, at once or later, by closed ones.
///
/// `eyes` are those of the frames that show them, in the order of time; `is_one_take` tells of each but the first whether it
/// follows on the one before without a cut. A blink across a cut is none: two photographs, one of them with closed eyes, make
/// one.
pub(crate) fn has_blink(eyes: &[Eyes], is_one_take: &[bool]) -> bool {
    let mut was_open = false;
    for (at, eyes) in eyes.iter().enumerate() {
        let follows = at == 0 || is_one_take[at - 1];
        was_open &= follows;
        match eyes {
            Eyes::Open => was_open = true,
            Eyes::Closed if was_open => return true,
            Eyes::Closed | Eyes::Between => (),
        }
    }
    false
}

#[cfg(test)]
impl BlinkRule {
    /// The rule whose open eyes are open by both rules, and whose closed eyes closed.
    pub(crate) const fn stricter(self, other: Self) -> Self {
        Self {
            open_threshold: self.open_threshold.max(other.open_threshold),
            closed_threshold: self.closed_threshold.min(other.closed_threshold),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.5, 0.55, 0.45)]
    #[case(0.985, 0.9925, 0.9775)]
    #[case(0.02, 0.03, 0.01)]
    fn a_rule_from_one_threshold_keeps_a_band_around_it(
        #[case] threshold: f32,
        #[case] open: f32,
        #[case] closed: f32,
    ) {
        let rule = BlinkRule::around(threshold).unwrap();
        assert!((rule.open_threshold - open).abs() < 1e-6, "{rule:?}");
        assert!((rule.closed_threshold - closed).abs() < 1e-6, "{rule:?}");
    }

    #[rstest]
    #[case(0.4, 0.6)]
    #[case(0.5, 0.5)]
    #[case(1.1, 0.5)]
    #[case(0.5, -0.1)]
    #[case(f32::NAN, 0.5)]
    #[case(0.5, f32::NAN)]
    fn thresholds_that_would_let_a_still_pass_are_refused(#[case] open: f32, #[case] closed: f32) {
        assert!(BlinkRule::new(open, closed).is_err());
    }

    #[rstest]
    #[case(0.0)]
    #[case(1.0)]
    #[case(-0.5)]
    #[case(f32::NAN)]
    fn an_eye_threshold_that_no_eye_could_pass_is_refused(#[case] threshold: f32) {
        assert!(BlinkRule::around(threshold).is_err());
    }
}
