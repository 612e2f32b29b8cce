//! What is known of one frame.

use std::collections::HashSet;
use std::hash::Hash;

use face_types::EyeState;

/// What one frame shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameFacts {
    /// Number of faces.
    pub faces: usize,
    /// Whose face it is. Not looked at unless `faces` is 1.
    pub person: Person,
    /// The eyes of the only face; `None` when they could not be judged. Not looked at unless `faces` is 1.
    pub eyes: Option<EyeState>,
    /// Whether the picture is, to the byte, one that came before. A camera whose next picture is late gives the last one again;
    /// more than that is no camera.
    pub is_repeat: bool,
}

/// Whose face a frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Person {
    /// The one of the probe, or nobody asked.
    #[default]
    Probes,
    /// Not to be told: too blurred, too small, turned away.
    Unclear,
    /// Another than the probe's.
    Another,
}

/// Of each picture whether it is one that came before; pictures that were encoded anew are others.
#[must_use]
pub fn repeats<P: Eq + Hash>(pictures: &[P]) -> Vec<bool> {
    let mut before = HashSet::new();
    pictures
        .iter()
        .map(|picture| !before.insert(picture))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_a_picture_that_came_before() {
        assert_eq!(
            repeats(&["a", "b", "a", "a", "c"]),
            [false, false, true, true, false]
        );
    }
}
