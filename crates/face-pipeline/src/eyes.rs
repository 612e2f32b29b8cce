//! Tells open from closed eyes.

use face_packs::{Network, OnnxRuntime, Pack, Role};
use face_types::{BoundingBox, EyeState, Landmarks, Point};
use face_vision::{RgbImage, crop_scaled};

use crate::{AnalyseError, OpenError, input};

/// The eye network of a pack.
#[derive(Debug)]
pub(crate) struct Eyes {
    network: Network,
    spec: face_packs::Eyes,
}

impl Eyes {
    /// `None` when the pack has none.
    pub(crate) fn open(pack: &Pack, runtime: &OnnxRuntime) -> Result<Option<Self>, OpenError> {
        let Some(spec) = pack.manifest().eyes.clone() else {
            return Ok(None);
        };
        // A crop of an eye is too small to be worth a second thread.
        let network = pack.network(Role::Eyes, runtime, 1)?;
        Ok(Some(Self { network, spec }))
    }

    /// How open the two eyes are.
    pub(crate) fn state(
        &mut self,
        picture: &RgbImage,
        landmarks: &Landmarks,
    ) -> Result<EyeState, AnalyseError> {
        let [left, right] = eye_squares(landmarks, self.spec.crop);
        Ok(EyeState {
            left_open: self.openness(picture, &left)?,
            right_open: self.openness(picture, &right)?,
        })
    }

    fn openness(&mut self, picture: &RgbImage, eye: &BoundingBox) -> Result<f32, AnalyseError> {
        let (width, height) = (self.spec.input.width, self.spec.input.height);
        let crop = crop_scaled(picture, eye, width, height);
        let answer = input::run_one(&mut self.network, &crop, &self.spec.input, None)?;
        input::probability(
            &self.network,
            &answer,
            self.spec.open_index,
            self.spec.activation,
        )
    }
}

/// The squares around the left and the right eye that an eye network is asked about; their side is `crop` times the
/// distance between the eyes.
#[must_use]
pub fn eye_squares(landmarks: &Landmarks, crop: f32) -> [BoundingBox; 2] {
    let side = crop * landmarks.eye_distance();
    [landmarks.left_eye(), landmarks.right_eye()].map(|eye| square(eye, side))
}

/// The square of `side` pixels about a point; a point is the middle of a pixel, half a pixel from the edges of a box.
fn square(middle: Point, side: f32) -> BoundingBox {
    let half = side / 2.0;
    BoundingBox::new(middle.x + 0.5 - half, middle.y + 0.5 - half, side, side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_about_a_pixel_is_that_pixel() {
        assert_eq!(
            square(Point::new(3.0, 5.0), 1.0),
            BoundingBox::new(3.0, 5.0, 1.0, 1.0)
        );
    }
}
