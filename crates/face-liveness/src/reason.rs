//! What spoke against a sequence of frames, in words for the person before the camera.

use crate::Action;

/// What was wrong with the frames. A few bad frames are only a remark; [`crate::Verdict::alive`] is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There was nothing to look at.
    NoFrames,
    /// Frames whose face is another person's than the probe's.
    AnotherPerson {
        /// How many.
        frames: usize,
    },
    /// Frames that are, to the byte, earlier ones again.
    Repeated {
        /// How many.
        frames: usize,
    },
    /// The frames differ as one photograph, moved, does from itself, or are some photographs in turns.
    Photograph,
    /// Neighbouring frames differ as much as distant ones.
    OutOfOrder,
    /// No frame with open eyes was followed, in one take, by one with closed eyes and soon one with open eyes again.
    NoBlink,
    /// The first action of a challenge that was not seen in its place.
    NotDone {
        /// Which.
        action: Action,
    },
    /// Frames whose face is too dark, too bright or without contrast.
    BadLight {
        /// How many.
        frames: usize,
    },
    /// Frames without a face.
    NoFace {
        /// How many.
        frames: usize,
    },
    /// Frames with more than one face.
    SeveralFaces {
        /// How many.
        frames: usize,
    },
    /// Frames whose face is too poor to tell whose it is.
    Unclear {
        /// How many.
        frames: usize,
    },
    /// Frames with one face whose eyes could not be judged.
    NoEyes {
        /// How many.
        frames: usize,
    },
}

impl Reason {
    /// All names, in the order of the variants.
    pub const NAMES: &[&str] = &[
        "no_frames",
        "another_person",
        "repeated",
        "photograph",
        "out_of_order",
        "no_blink",
        "not_done",
        "bad_light",
        "no_face",
        "several_faces",
        "unclear",
        "no_eyes",
    ];

    /// The reason's name in metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoFrames => "no_frames",
            Self::AnotherPerson { .. } => "another_person",
            Self::Repeated { .. } => "repeated",
            Self::Photograph => "photograph",
            Self::OutOfOrder => "out_of_order",
            Self::NoBlink => "no_blink",
            Self::NotDone { .. } => "not_done",
            Self::BadLight { .. } => "bad_light",
            Self::NoFace { .. } => "no_face",
            Self::SeveralFaces { .. } => "several_faces",
            Self::Unclear { .. } => "unclear",
            Self::NoEyes { .. } => "no_eyes",
        }
    }

    /// Whether it speaks of somebody who holds something up to the camera or sends what no camera took.
    #[must_use]
    pub const fn is_of_an_attack(&self) -> bool {
        matches!(
            self,
            Self::AnotherPerson { .. }
                | Self::Repeated { .. }
                | Self::Photograph
                | Self::OutOfOrder
        )
    }

    /// In how many frames; 0 for what is of the whole sequence.
    #[must_use]
    pub const fn frames(&self) -> usize {
        match *self {
            Self::NoFrames
            | Self::Photograph
            | Self::OutOfOrder
            | Self::NoBlink
            | Self::NotDone { .. } => 0,
            Self::AnotherPerson { frames }
            | Self::BadLight { frames }
            | Self::Repeated { frames }
            | Self::NoFace { frames }
            | Self::SeveralFaces { frames }
            | Self::Unclear { frames }
            | Self::NoEyes { frames } => frames,
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::NoFrames => f.write_str("there were no frames"),
            Self::AnotherPerson { frames } => write!(f, "another person in {}", Count(frames)),
            Self::Repeated { frames } => write!(f, "the same picture again in {}", Count(frames)),
            Self::Photograph => f.write_str("the frames are of a photograph"),
            Self::OutOfOrder => f.write_str("the frames are not in the order of time"),
            Self::NoBlink => f.write_str("no blink was seen"),
            Self::NotDone { action } => write!(f, "the action `{action}` was not seen"),
            Self::BadLight { frames } => write!(f, "a badly lit face in {}", Count(frames)),
            Self::Unclear { frames } => write!(f, "a face hard to tell in {}", Count(frames)),
            Self::NoFace { frames } => write!(f, "no face in {}", Count(frames)),
            Self::SeveralFaces { frames } => write!(f, "more than one face in {}", Count(frames)),
            Self::NoEyes { frames } => write!(f, "no eyes to be seen in {}", Count(frames)),
        }
    }
}

/// "1 frame", "2 frames".
struct Count(usize);

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} frame{plural}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Reason::NoFrames, "there were no frames")]
    #[case(Reason::NoBlink, "no blink was seen")]
    #[case(Reason::NotDone { action: Action::TurnLeft }, "the action `turn-left` was not seen")]
    #[case(Reason::BadLight { frames: 2 }, "a badly lit face in 2 frames")]
    #[case(Reason::AnotherPerson { frames: 1 }, "another person in 1 frame")]
    #[case(Reason::Repeated { frames: 14 }, "the same picture again in 14 frames")]
    #[case(Reason::Photograph, "the frames are of a photograph")]
    #[case(Reason::OutOfOrder, "the frames are not in the order of time")]
    #[case(Reason::Unclear { frames: 3 }, "a face hard to tell in 3 frames")]
    #[case(Reason::NoFace { frames: 1 }, "no face in 1 frame")]
    #[case(Reason::NoFace { frames: 7 }, "no face in 7 frames")]
    #[case(Reason::SeveralFaces { frames: 2 }, "more than one face in 2 frames")]
    #[case(Reason::NoEyes { frames: 1 }, "no eyes to be seen in 1 frame")]
    fn a_reason_is_a_sentence_for_people(#[case] reason: Reason, #[case] sentence: &str) {
        assert_eq!(reason.to_string(), sentence);
    }
}
