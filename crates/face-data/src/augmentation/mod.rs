//! The changes that a training picture goes through, so that a network learns the face and not the photograph.
//!
//! Every part has a probability, 0 until a recipe sets it, and ranges with usable defaults. Lengths are shares of the
//! output's side, so that one recipe serves every input size.

mod blur;
mod canvas;
mod colour;
mod degrade;
mod geometry;
mod occlusion;
mod recapture;
mod span;
#[cfg(test)]
mod tests;

pub use blur::{GaussianBlur, MotionBlur};
pub use colour::{ColourCast, Light};
pub use degrade::{Jpeg, LowResolution, Noise};
pub use geometry::Geometry;
pub use occlusion::Occlusion;
pub use recapture::Recapture;
pub use span::{Chance, ChanceError, Span, SpanError};

use face_types::Point;
use face_vision::SimilarityTransform;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{CropView, Placement};
use canvas::Canvas;

/// What may be done to a crop on its way into a network; by default nothing.
///
/// The order is that of a camera: pose, what hides the face, light, lens, sensor, file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Shift, scale and turn, within the same single warp that brings the crop to the output.
    pub geometry: Geometry,
    /// Left and right exchanged.
    pub mirror: Chance,
    /// Something in front of the face.
    pub occlusion: Occlusion,
    /// Exposure, contrast and a light from one side.
    pub light: Light,
    /// A tint of the light.
    pub colour_cast: ColourCast,
    /// No colour at all.
    pub grey: Chance,
    /// Out of focus.
    pub gaussian_blur: GaussianBlur,
    /// A moving face or camera.
    pub motion_blur: MotionBlur,
    /// A small picture, enlarged.
    pub low_resolution: LowResolution,
    /// Noise of the sensor.
    pub noise: Noise,
    /// Blocks and rings of a compressed file.
    pub jpeg: Jpeg,
}

/// What [`Augmentation::apply`] has done that a label may depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Applied {
    /// The output shows the crop mirrored.
    pub mirrored: bool,
    /// From pixels of the crop to pixels of the output, before the mirror.
    pub transform: SimilarityTransform,
}

impl Applied {
    /// Where a place of the crop lands in an output of `side` pixels.
    #[must_use]
    pub fn place(&self, place: Point, side: u32) -> Point {
        let landed = self.transform.apply(place);
        if self.mirrored {
            Point::new(side as f32 - 1.0 - landed.x, landed.y)
        } else {
            landed
        }
    }
}

impl Augmentation {
    /// Writes the crop, placed and changed, over the whole of `out`: RGB, row by row, `placement.side` pixels a side.
    ///
    /// The same generator state gives the same bytes. Without any part the output is [`Placement::warp`].
    ///
    /// # Panics
    /// If `out` does not hold [`Placement::bytes`].
    pub fn apply(
        &self,
        rng: &mut impl Rng,
        crop: CropView<'_>,
        placement: &Placement,
        out: &mut [u8],
    ) -> Applied {
        let placement = self.geometry.jitter(rng, placement);
        placement.warp(crop, out);
        let mirrored = self.mirror.happens(rng);
        let canvas = &mut Canvas::new(out, placement.side as usize);
        if mirrored {
            canvas.mirror();
        }
        let applied = Applied {
            mirrored,
            transform: placement.transform,
        };
        let points = placement.landmarks.map(|points| {
            if mirrored {
                canvas.mirrored(&points)
            } else {
                points
            }
        });
        self.occlusion.apply(rng, canvas, points.as_ref());
        self.change_pixels(rng, canvas);
        applied
    }

    fn change_pixels(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        self.light.apply(rng, canvas);
        self.colour_cast.apply(rng, canvas);
        if self.grey.happens(rng) {
            colour::remove(canvas);
        }
        self.gaussian_blur.apply(rng, canvas);
        self.motion_blur.apply(rng, canvas);
        self.low_resolution.apply(rng, canvas);
        self.noise.apply(rng, canvas);
        self.jpeg.apply(rng, canvas);
    }
}
