//! Fitness of a face for recognition: measures of its picture, and the pack's network where there is one.

use face_packs::{Network, OnnxRuntime, Pack, QualityNetwork, Role};
use face_types::Quality;
use face_vision::{RgbImage, light, pose, sharpness, visible};

use crate::detector::Detection;
use crate::{AnalyseError, OpenError, align, input};

/// Assesses faces.
#[derive(Debug)]
pub(crate) struct Assessor(Option<(Network, QualityNetwork)>);

impl Assessor {
    /// With the pack's network, if it has one.
    pub(crate) fn open(
        pack: &Pack,
        runtime: &OnnxRuntime,
        threads: usize,
    ) -> Result<Self, OpenError> {
        let Some(spec) = pack.manifest().quality.clone() else {
            return Ok(Self(None));
        };
        Ok(Self(Some((
            pack.network(Role::Quality, runtime, threads)?,
            spec,
        ))))
    }

    /// The quality of `face`; `aligned` is its crop for the embedder.
    pub(crate) fn assess(
        &mut self,
        picture: &RgbImage,
        face: &Detection,
        aligned: &RgbImage,
    ) -> Result<Quality, AnalyseError> {
        let head = pose(&face.landmarks);
        let measured = Quality {
            overall: 0.0,
            sharpness: sharpness(aligned),
            light: light(aligned),
            yaw: head.yaw,
            pitch: head.pitch,
            roll: head.roll,
            size: face.bounding_box.width.max(face.bounding_box.height),
            visible: visible(&face.bounding_box, picture.width(), picture.height()),
        };
        let predicted = self.predict(picture, face)?;
        Ok(Quality {
            overall: overall(&measured, predicted),
            ..measured
        })
    }

    /// What the network thinks of the face, 0 to 1.
    fn predict(
        &mut self,
        picture: &RgbImage,
        face: &Detection,
    ) -> Result<Option<f32>, AnalyseError> {
        let Some((network, spec)) = &mut self.0 else {
            return Ok(None);
        };
        let crop =
            align::aligned_by_three(picture, &face.landmarks, &spec.eyes_mouth, spec.input.width);
        let answer = input::run_one(network, &crop, &spec.input, spec.output.as_deref())?;
        input::probability(network, &answer, 0, face_packs::Activation::None).map(Some)
    }
}

/// All of it in one number, 0 to 1: the weakest part, each part being 1 where more of it does not help recognition.
///
/// The weakest and not a mean: a mirror-sharp face in the dark is useless, and whoever is refused must be told one thing
/// to change. The ramps: sharpness 0 to 0.4; light as measured; size 16 to 64 pixels; yaw 60° to 20°, pitch 50° to 20°,
/// roll 90° to 40° (the alignment undoes a roll, except that detectors expect people upright); share in the picture 0.5
/// to 0.95; network 0 to 0.6, which it gives to clear portraits.
fn overall(measured: &Quality, predicted: Option<f32>) -> f32 {
    [
        ramp(measured.sharpness, 0.0, 0.4),
        measured.light.clamp(0.0, 1.0),
        ramp(measured.size, 16.0, 64.0),
        ramp(measured.yaw.abs(), 60.0, 20.0),
        ramp(measured.pitch.abs(), 50.0, 20.0),
        ramp(measured.roll.abs(), 90.0, 40.0),
        ramp(measured.visible, 0.5, 0.95),
        predicted.map_or(1.0, |predicted| ramp(predicted, 0.0, 0.6)),
    ]
    .into_iter()
    .fold(1.0, f32::min)
}

/// 0 at `useless`, 1 at `enough`, straight between and level beyond; 0 for what is not a number.
fn ramp(value: f32, useless: f32, enough: f32) -> f32 {
    let share = (value - useless) / (enough - useless);
    if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Quality = Quality {
        overall: 0.0,
        sharpness: 0.5,
        light: 1.0,
        yaw: 5.0,
        pitch: -8.0,
        roll: 3.0,
        size: 160.0,
        visible: 1.0,
    };

    #[test]
    fn a_clear_portrait_has_the_full_score() {
        assert!((overall(&GOOD, None) - 1.0).abs() < f32::EPSILON);
        assert!((overall(&GOOD, Some(0.65)) - 1.0).abs() < f32::EPSILON);
    }

    #[rstest::rstest]
    #[case::blurred(Quality { sharpness: 0.1, ..GOOD }, None, 0.25)]
    #[case::dark(Quality { light: 0.3, ..GOOD }, None, 0.3)]
    #[case::small(Quality { size: 40.0, ..GOOD }, None, 0.5)]
    #[case::turned_left(Quality { yaw: -40.0, ..GOOD }, None, 0.5)]
    #[case::turned_right(Quality { yaw: 40.0, ..GOOD }, None, 0.5)]
    #[case::lowered(Quality { pitch: -35.0, ..GOOD }, None, 0.5)]
    #[case::upside_down(Quality { roll: 180.0, ..GOOD }, None, 0.0)]
    #[case::cut_off(Quality { visible: 0.5, ..GOOD }, None, 0.0)]
    #[case::unclear_to_the_network(GOOD, Some(0.3), 0.5)]
    #[case::two_faults_count_as_the_worse(Quality { sharpness: 0.1, size: 40.0, ..GOOD }, None, 0.25)]
    #[case::not_a_number(Quality { yaw: f32::NAN, ..GOOD }, None, 0.0)]
    fn the_weakest_part_decides(
        #[case] measured: Quality,
        #[case] predicted: Option<f32>,
        #[case] expected: f32,
    ) {
        assert!(
            (overall(&measured, predicted) - expected).abs() < 1e-6,
            "{}",
            overall(&measured, predicted)
        );
    }
}
