//! What is known of one frame.

use std::collections::HashSet;
use std::hash::Hash;

use face_types::{EyeState, FaceFacts, Quality, Similarity, prominent_faces};

/// What one frame shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameFacts {
    /// Number of faces.
    pub faces: usize,
    /// Whose face it is. Not looked at unless `faces` is 1.
    pub person: Person,
    /// The eyes of the only face; `None` when they could not be judged. Not looked at unless `faces` is 1.
    pub eyes: Option<EyeState>,
    /// Pose, size and light of the only face; `None` where nobody asks for them. Only challenges look at it.
    pub quality: Option<Quality>,
    /// Whether the picture is, to the byte, one that came before. A camera whose next picture is late gives the last one again;
    /// more than that is no camera.
    pub is_repeat: bool,
}

impl FrameFacts {
    /// What a frame with these faces, the largest first, shows; whose the only one is, nobody has asked yet.
    #[must_use]
    pub fn of(faces: &[FaceFacts], is_repeat: bool) -> Self {
        Self {
            faces: prominent_faces(faces),
            person: Person::Probes,
            eyes: faces.first().and_then(|face| face.eyes),
            quality: faces.first().and_then(|face| face.quality),
            is_repeat,
        }
    }
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

/// How alike a frame's face and the probe are when they are one person's, and when they are not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonRule {
    /// From here on it is the probe's person; [`Self::PROBES_FMR`] on a pack's impostor curve.
    pub probes: Similarity,
    /// Below this it is another person; [`Self::STRANGER_FMR`] on the curve.
    pub stranger: Similarity,
}

impl PersonRule {
    /// Share of other people's faces that would pass as the probe's. Looser than a claim: the frames are seconds old and of one
    /// camera, and each that is lost speaks against the person.
    pub const PROBES_FMR: f64 = 0.01;

    /// Share of other people's faces that a frame's face must be less alike than to be told to be another person's. What lies
    /// between is hard to tell: closed eyes, a turned head and blur make a person less like the probe than a stranger may be.
    pub const STRANGER_FMR: f64 = 0.1;

    /// The rule for a model of which `threshold` tells the similarity that strangers reach at a false match rate.
    #[must_use]
    pub fn where_reached(threshold: impl Fn(f64) -> Similarity) -> Self {
        Self {
            probes: threshold(Self::PROBES_FMR),
            stranger: threshold(Self::STRANGER_FMR),
        }
    }

    /// Whose a frame's face is that is so similar to the probe.
    #[must_use]
    pub fn tell(&self, similarity: Similarity) -> Person {
        if similarity >= self.probes {
            Person::Probes
        } else if similarity >= self.stranger {
            Person::Unclear
        } else {
            Person::Another
        }
    }
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
    use face_types::{BoundingBox, Landmarks, Point};
    use rstest::rstest;

    use super::*;

    fn face(side: f32) -> FaceFacts {
        FaceFacts {
            bounding_box: BoundingBox::new(0.0, 0.0, side * 0.8, side),
            score: 0.9,
            landmarks: Landmarks([Point::new(0.0, 0.0); 5]),
            quality: None,
            template: None,
            eyes: Some(EyeState {
                left_open: side / 100.0,
                right_open: 1.0,
            }),
            attack: None,
        }
    }

    #[rstest]
    #[case::nobody(&[], 0, None)]
    #[case::somebody_in_the_background(&[100.0, 39.0], 1, Some(1.0))]
    #[case::company(&[100.0, 41.0], 2, Some(1.0))]
    fn the_eyes_are_those_of_the_largest_face(
        #[case] sides: &[f32],
        #[case] faces: usize,
        #[case] left_open: Option<f32>,
    ) {
        let seen: Vec<_> = sides.iter().copied().map(face).collect();
        let frame = FrameFacts::of(&seen, false);
        assert_eq!(frame.faces, faces);
        assert_eq!(frame.eyes.map(|eyes| eyes.left_open), left_open);
    }

    #[rstest]
    #[case(0.5, Person::Probes)]
    #[case(0.3, Person::Probes)]
    #[case(0.29, Person::Unclear)]
    #[case(0.1, Person::Unclear)]
    #[case(0.09, Person::Another)]
    #[case(f32::NAN, Person::Another)]
    fn a_person_is_told_by_similarity(#[case] similarity: f32, #[case] person: Person) {
        let rule = PersonRule {
            probes: Similarity::new(0.3),
            stranger: Similarity::new(0.1),
        };
        assert_eq!(rule.tell(Similarity::new(similarity)), person);
    }

    #[test]
    fn a_repeat_is_a_picture_that_came_before() {
        assert_eq!(
            repeats(&["a", "b", "a", "a", "c"]),
            [false, false, true, true, false]
        );
    }
}
