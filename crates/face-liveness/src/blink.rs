//! The blink: open eyes, and closed ones later.

#[cfg(test)]
mod tests;

use face_types::EyeState;

use crate::Reason;

/// The largest share of frames without exactly one face and its eyes; beyond it a sequence fails, blink or not.
///
/// A third: closing one's eyes or turning away loses the detector a frame or two of 15, while a face that is swapped
/// or held up in turns loses more.
pub const MAX_UNUSABLE_SHARE: f32 = 1.0 / 3.0;

/// Half the width of the band around an eye threshold in which eyes count as neither open nor closed.
const HALF_BAND: f32 = 0.05;

/// What one frame shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameFacts {
    /// Number of faces.
    pub faces: usize,
    /// The eyes of the only face; `None` when they could not be judged. Not looked at unless `faces` is 1.
    pub eyes: Option<EyeState>,
}

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
    fn read(self, eyes: EyeState) -> Eyes {
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

/// The answer about a sequence of frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// A living person blinked.
    pub alive: bool,
    /// What was wrong with the frames, the gravest first; at least one reason unless `alive`.
    pub reasons: Vec<Reason>,
}

/// Whether `frames`, in the order of time, show a blink.
///
/// Alive when a frame with open eyes is followed, at once or later, by one with closed eyes, and not more than
/// [`MAX_UNUSABLE_SHARE`] of the frames lack exactly one face with eyes.
#[must_use]
pub fn assess(frames: &[FrameFacts], rule: &BlinkRule) -> Verdict {
    let seen: Vec<Seen> = frames.iter().map(|frame| Seen::of(frame, *rule)).collect();
    let count = |what| seen.iter().filter(|&&s| s == what).count();
    let (no_face, several, no_eyes) = (
        count(Seen::NoFace),
        count(Seen::SeveralFaces),
        count(Seen::NoEyes),
    );
    let is_blink = has_blink(&seen);
    let is_usable =
        (no_face + several + no_eyes) as f32 <= MAX_UNUSABLE_SHARE * frames.len() as f32;

    let remarks = [
        (frames.is_empty(), Reason::NoFrames),
        (!frames.is_empty() && !is_blink, Reason::NoBlink),
        (several > 0, Reason::SeveralFaces { frames: several }),
        (no_face > 0, Reason::NoFace { frames: no_face }),
        (no_eyes > 0, Reason::NoEyes { frames: no_eyes }),
    ];
    Verdict {
        alive: is_blink && is_usable,
        reasons: remarks
            .into_iter()
            .filter_map(|(holds, reason)| holds.then_some(reason))
            .collect(),
    }
}

/// A frame under a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    NoFace,
    SeveralFaces,
    NoEyes,
    Eyes(Eyes),
}

/// The eyes of the only face.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Eyes {
    Open,
    Closed,
    Between,
}

impl Seen {
    fn of(frame: &FrameFacts, rule: BlinkRule) -> Self {
        match (frame.faces, frame.eyes) {
            (0, _) => Self::NoFace,
            (1, None) => Self::NoEyes,
            (1, Some(eyes)) if eyes.left_open.is_nan() || eyes.right_open.is_nan() => Self::NoEyes,
            (1, Some(eyes)) => Self::Eyes(rule.read(eyes)),
            _ => Self::SeveralFaces,
        }
    }
}

fn has_blink(seen: &[Seen]) -> bool {
    let first_open = seen.iter().position(|&s| s == Seen::Eyes(Eyes::Open));
    first_open.is_some_and(|open| seen[open..].contains(&Seen::Eyes(Eyes::Closed)))
}
