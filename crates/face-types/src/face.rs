//! What one picture tells about one face.

use serde::{Deserialize, Serialize};

use crate::{BoundingBox, Landmarks, Template};

/// Fitness of a face for recognition; each component is measured apart so that a refusal can say what to change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// All of it in one number, 0 to 1, higher is better.
    pub overall: f32,
    /// 0 (blurred) to 1 (sharp).
    pub sharpness: f32,
    /// 0 (too dark, too bright or without contrast) to 1.
    pub light: f32,
    /// Degrees the head is turned; negative towards the left of the picture.
    pub yaw: f32,
    /// Degrees the head is raised (positive) or lowered.
    pub pitch: f32,
    /// Degrees the head is tilted, clockwise as seen.
    pub roll: f32,
    /// Longer side of the face box in pixels.
    pub size: f32,
    /// Share of the face box inside the picture, 0 to 1.
    pub visible: f32,
}

/// How open each eye is, 0 (closed) to 1 (open); left and right as seen in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EyeState {
    /// Eye on the left of the picture.
    pub left_open: f32,
    /// Eye on the right of the picture.
    pub right_open: f32,
}

/// How two frames of a sequence differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrameChange {
    /// Number of the earlier frame, from 0.
    pub earlier: usize,
    /// Number of the later frame.
    pub later: usize,
    /// What is left of the difference between the faces when the motion of a flat picture is taken out: 1 - r, where r is the
    /// correlation of the two, 0 (one picture) to 2.
    pub residual: f32,
}

impl FrameChange {
    /// Which frames of a sequence are compared, as pairs of an earlier and a later one, in order; `has_face` says of each whether it
    /// shows a face.
    ///
    /// Each with the next that shows a face, so that no two are cut off from each other by frames without one, and with the second,
    /// third, fifth and eighth after it: far enough apart that a living face has moved between them.
    #[must_use]
    pub fn pairs(has_face: &[bool]) -> Vec<(usize, usize)> {
        let shows = |frame: &usize| has_face.get(*frame).is_some_and(|&it| it);
        let of = |earlier: usize| {
            let next = (earlier + 1..has_face.len()).find(shows);
            let further = [2, 3, 5, 8].map(|lag| earlier + lag).into_iter();
            let further = further.filter(move |later| shows(later) && Some(*later) != next);
            let mut later: Vec<usize> = next.into_iter().chain(further).collect();
            later.sort_unstable();
            later.into_iter().map(move |later| (earlier, later))
        };
        (0..has_face.len()).filter(shows).flat_map(of).collect()
    }
}

/// Presentation-attack score (ISO/IEC 30107-3), 0 (bona fide) to 1 (attack).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttackScore(pub f32);

/// One face in a picture; the optional facts are present when they were asked for and the pack has the network.
#[derive(Debug, Clone)]
pub struct FaceFacts {
    /// Where the face is.
    pub bounding_box: BoundingBox,
    /// The detector's score, 0 to 1.
    pub score: f32,
    /// The five points.
    pub landmarks: Landmarks,
    /// Fitness for recognition.
    pub quality: Option<Quality>,
    /// Features, of unit length.
    pub template: Option<Template>,
    /// Open or closed eyes.
    pub eyes: Option<EyeState>,
    /// How much it looks like a photograph, screen or mask.
    pub attack: Option<AttackScore>,
}

/// A face with at least this share of the longer side of the largest one is a second person in the picture; smaller ones are
/// in the background.
const PROMINENT: f32 = 0.4;

/// How many of the faces of a picture are in its foreground: the largest, and those that are not much smaller.
#[must_use]
pub fn prominent_faces(faces: &[FaceFacts]) -> usize {
    let longer_side = |face: &FaceFacts| face.bounding_box.width.max(face.bounding_box.height);
    let largest = faces.iter().map(longer_side).fold(0.0, f32::max);
    let is_prominent = |face: &&FaceFacts| longer_side(face) >= largest * PROMINENT;
    faces.iter().filter(is_prominent).count()
}
