//! What a caller wants to know of a picture.

/// Which facts of which faces are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// The facts beyond box, score and landmarks.
    pub facts: Facts,
    /// The faces that get them.
    pub select: Select,
    /// `false`: the picture is a close crop of one face already, and that face is to be assumed if none is found.
    pub detect: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            facts: Facts::default(),
            select: Select::All,
            detect: true,
        }
    }
}

/// Facts of a face; one that the pack has no network for stays absent, except for quality, which needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent wishes")]
pub struct Facts {
    /// Features.
    pub template: bool,
    /// Fitness for recognition.
    pub quality: bool,
    /// Open or closed eyes.
    pub eyes: bool,
    /// Presentation-attack score.
    pub attack: bool,
    /// The largest face in grey, for [`crate::changes`].
    pub patch: bool,
}

/// The faces that get facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Select {
    /// Every face; small ones are looked for even where a large one was found.
    #[default]
    All,
    /// The largest; others are listed without facts, and those less than half its size may be missing.
    Largest,
}
