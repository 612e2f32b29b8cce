//! When eyes are open and when closed.

use face_types::EyeState;

use crate::quantile::quantile;

/// Half the width of the band around an eye threshold in which eyes count as neither open nor closed.
const HALF_BAND: f32 = 0.05;

/// How open a person's eyes are when open: less often than in a quarter of the frames they are more so. A blink, even a slow one, leaves
/// more frames than that.
const UPPER_QUARTILE: f32 = 0.75;

/// Eyes that are this share as open as that are open.
const STILL_OPEN: f32 = 0.9;

/// Thresholds are lowered to this share of the rule's at most; what opens less is as good as closed.
const LEAST_SHARE: f32 = 0.4;

/// When eyes count as open and as closed, on the scale of [`EyeState`]: 0 (closed) to 1 (open); in a sequence lowered for those whose
/// eyes are hardly ever so open.
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

    /// The rule for the person whose eyes a sequence shows.
    ///
    /// Narrow eyes, a drooping lid and glasses make a network see eyes half closed that are as open as they get. Each eye's thresholds
    /// are therefore lowered to what its upper quartile allows, that of closed eyes by the square, for a small fall may be noise. All
    /// frames have their say, not the first ones: those may show somebody who blinked too early. Eyes that are hardly ever open are
    /// those of somebody who keeps them closed, or of nobody: they have to open as far as everybody's.
    pub(crate) fn of_person(self, eyes: &[EyeState]) -> PersonsEyes {
        PersonsEyes {
            left: self.of_eye(eyes.iter().map(|eyes| eyes.left_open)),
            right: self.of_eye(eyes.iter().map(|eyes| eyes.right_open)),
        }
    }

    fn of_eye(self, openness: impl Iterator<Item = f32>) -> Self {
        let Some(open) = quantile(openness, UPPER_QUARTILE) else {
            return self;
        };
        let share = (STILL_OPEN * open / self.open_threshold).min(1.0);
        let (open, closed) = if share >= LEAST_SHARE {
            (share, share)
        } else {
            (1.0, LEAST_SHARE)
        };
        Self {
            open_threshold: open * self.open_threshold,
            closed_threshold: closed * closed * self.closed_threshold,
        }
    }
}

/// The rules for the two eyes of one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PersonsEyes {
    left: BlinkRule,
    right: BlinkRule,
}

impl PersonsEyes {
    /// Open when both eyes are, closed when both are; a wink is neither.
    pub(crate) fn read(self, eyes: EyeState) -> Eyes {
        let both = [(self.left, eyes.left_open), (self.right, eyes.right_open)];
        if both.iter().all(|(rule, open)| *open >= rule.open_threshold) {
            Eyes::Open
        } else if both
            .iter()
            .all(|(rule, open)| *open <= rule.closed_threshold)
        {
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

    #[rstest]
    #[case::as_open_as_everybodys(&[0.95, 0.9, 0.1, 0.9], 0.6, 0.4)]
    #[case::narrow(&[0.4, 0.4, 0.1, 0.4], 0.36, 0.144)]
    #[case::narrow_and_once_wide(&[0.4, 0.4, 0.1, 0.4, 0.9], 0.36, 0.144)]
    #[case::closed_at_first(&[0.1, 0.1, 0.1, 0.9, 0.1, 0.9], 0.6, 0.4)]
    #[case::hardly_ever_open(&[0.1, 0.1, 0.1, 0.1, 0.9], 0.6, 0.064)]
    #[case::just_too_narrow(&[0.26; 4], 0.6, 0.064)]
    #[case::no_frames(&[], 0.6, 0.4)]
    fn thresholds_follow_how_open_an_eye_can_be(
        #[case] openness: &[f32],
        #[case] open: f32,
        #[case] closed: f32,
    ) {
        let rule = BlinkRule::new(0.6, 0.4).unwrap();
        let of_left = openness.iter().map(|&left_open| EyeState {
            left_open,
            right_open: 0.9,
        });
        let persons = rule.of_person(&of_left.collect::<Vec<_>>());
        assert!(
            (persons.left.open_threshold - open).abs() < 1e-6,
            "{persons:?}"
        );
        assert!(
            (persons.left.closed_threshold - closed).abs() < 1e-6,
            "{persons:?}"
        );
        assert_eq!(persons.right, rule);
    }
}
