//! The gate of enrolment: a poor reference costs every later probe, so it is refused with what to change.

use face_types::{FaceFacts, Quality, prominent_faces};

use super::Refusal;
use crate::ports::AnalyserError;

/// Shortest longer side of a face box, in pixels; below it the networks see mostly interpolation.
const SMALLEST_FACE: f32 = 40.0;
/// Largest turn and nod in degrees; the landmarks give them to about ten degrees.
const LARGEST_YAW: f32 = 45.0;
const LARGEST_PITCH: f32 = 45.0;
/// Smallest share of the face box within the picture.
const SMALLEST_VISIBLE: f32 = 0.75;
/// Least sharpness and light, 0 to 1 as `face_vision::measure` has them.
const LEAST_SHARPNESS: f32 = 0.08;
const LEAST_LIGHT: f32 = 0.15;

/// What is wrong with a face that was to be enrolled, and what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QualityFault {
    /// Fewer pixels than [`SMALLEST_FACE`].
    #[error("the face is too small; come closer, or use a picture with more pixels")]
    TooSmall,
    /// A part lies outside the picture.
    #[error("the face is cut off; move it to the middle of the picture")]
    CutOff,
    /// Turned or nodding too far.
    #[error("the face is turned away; look straight at the camera")]
    TurnedAway,
    /// Too dark, too bright or without contrast.
    #[error("the face is badly lit; use even light from the front")]
    BadlyLit,
    /// Out of focus or shaken.
    #[error("the face is blurred; hold still and clean the lens")]
    Blurred,
}

/// The one face that is to be enrolled; `faces` is sorted, largest first.
///
/// # Errors
/// [`Refusal::NoFace`], [`Refusal::SeveralFaces`] for a second prominent face, [`Refusal::Quality`].
pub(crate) fn only_face(faces: Vec<FaceFacts>) -> Result<FaceFacts, Refusal> {
    // With two people in the foreground it is unclear who is enrolled.
    if prominent_faces(&faces) > 1 {
        return Err(Refusal::SeveralFaces);
    }
    let face = faces.into_iter().next().ok_or(Refusal::NoFace)?;
    let quality = face
        .quality
        .as_ref()
        .ok_or_else(|| AnalyserError::Unavailable("the answer lacks the quality".into()))?;
    check(quality)?;
    Ok(face)
}

/// Refuses the first thing that is wrong, in the order in which it is easiest to mend. A value that is no number is
/// never good enough.
fn check(quality: &Quality) -> Result<(), QualityFault> {
    let rules = [
        (quality.size >= SMALLEST_FACE, QualityFault::TooSmall),
        (quality.visible >= SMALLEST_VISIBLE, QualityFault::CutOff),
        (quality.yaw.abs() <= LARGEST_YAW, QualityFault::TurnedAway),
        (
            quality.pitch.abs() <= LARGEST_PITCH,
            QualityFault::TurnedAway,
        ),
        (quality.light >= LEAST_LIGHT, QualityFault::BadlyLit),
        (quality.sharpness >= LEAST_SHARPNESS, QualityFault::Blurred),
    ];
    rules
        .into_iter()
        .find(|(holds, _)| !holds)
        .map_or(Ok(()), |(_, fault)| Err(fault))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::usecases::testing;

    const GOOD: Quality = testing::GOOD_QUALITY;

    #[rstest]
    #[case::good(GOOD, Ok(()))]
    #[case::tilted(Quality { roll: 90.0, ..GOOD }, Ok(()))]
    #[case::small(Quality { size: 39.0, ..GOOD }, Err(QualityFault::TooSmall))]
    #[case::cut(Quality { visible: 0.6, ..GOOD }, Err(QualityFault::CutOff))]
    #[case::left(Quality { yaw: -60.0, ..GOOD }, Err(QualityFault::TurnedAway))]
    #[case::up(Quality { pitch: 60.0, ..GOOD }, Err(QualityFault::TurnedAway))]
    #[case::dark(Quality { light: 0.05, ..GOOD }, Err(QualityFault::BadlyLit))]
    #[case::blurred(Quality { sharpness: 0.01, ..GOOD }, Err(QualityFault::Blurred))]
    #[case::not_a_number(Quality { sharpness: f32::NAN, ..GOOD }, Err(QualityFault::Blurred))]
    fn each_fault_is_named(#[case] quality: Quality, #[case] expected: Result<(), QualityFault>) {
        assert_eq!(check(&quality), expected);
    }

    #[test]
    fn a_second_face_counts_from_two_fifths_of_the_first() {
        let sizes = |sides: &[f32]| only_face(sides.iter().map(|s| testing::face(*s)).collect());
        assert!(matches!(sizes(&[]), Err(Refusal::NoFace)));
        assert!(sizes(&[100.0]).is_ok());
        assert!(sizes(&[100.0, 39.0]).is_ok());
        assert!(matches!(sizes(&[100.0, 40.0]), Err(Refusal::SeveralFaces)));
    }
}
