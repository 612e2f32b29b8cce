//! What spoke against a sequence of frames, in words for the person before the camera.

/// What was wrong with the frames. A few bad frames are only a remark; [`crate::Verdict::alive`] is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There was nothing to look at.
    NoFrames,
    /// No frame with open eyes was followed by one with closed eyes.
    NoBlink,
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
    /// Frames with one face whose eyes could not be judged.
    NoEyes {
        /// How many.
        frames: usize,
    },
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::NoFrames => f.write_str("there were no frames"),
            Self::NoBlink => f.write_str("no blink was seen"),
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
    #[case(Reason::NoFace { frames: 1 }, "no face in 1 frame")]
    #[case(Reason::NoFace { frames: 7 }, "no face in 7 frames")]
    #[case(Reason::SeveralFaces { frames: 2 }, "more than one face in 2 frames")]
    #[case(Reason::NoEyes { frames: 1 }, "no eyes to be seen in 1 frame")]
    fn a_reason_is_a_sentence_for_people(#[case] reason: Reason, #[case] sentence: &str) {
        assert_eq!(reason.to_string(), sentence);
    }
}
