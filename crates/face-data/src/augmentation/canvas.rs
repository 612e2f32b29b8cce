//! The output while it is worked on.

use face_types::{Landmarks, Point};
use image::RgbImage;

/// A square of RGB pixels.
pub(super) struct Canvas<'a> {
    pub(super) pixels: &'a mut [u8],
    pub(super) side: usize,
}

impl<'a> Canvas<'a> {
    pub(super) const fn new(pixels: &'a mut [u8], side: usize) -> Self {
        Self { pixels, side }
    }

    /// Left and right exchanged.
    pub(super) fn mirror(&mut self) {
        for row in self.pixels.chunks_exact_mut(3 * self.side) {
            row.as_chunks_mut::<3>().0.reverse();
        }
    }

    /// The five points on the mirrored picture; the eye on the left of it comes first again.
    pub(super) fn mirrored(&self, points: &Landmarks) -> Landmarks {
        let Landmarks([left_eye, right_eye, nose, left_mouth, right_mouth]) =
            points.map(|p| Point::new(self.side as f32 - 1.0 - p.x, p.y));
        Landmarks([right_eye, left_eye, nose, right_mouth, left_mouth])
    }

    /// Changes every pixel by its place (column, row).
    pub(super) fn for_each(&mut self, mut change: impl FnMut(usize, usize, &mut [u8; 3])) {
        let side = self.side;
        for (index, pixel) in self.pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            change(index % side, index / side, pixel);
        }
    }

    /// A copy as a picture.
    pub(super) fn to_picture(&self) -> RgbImage {
        RgbImage::from_raw(self.side as u32, self.side as u32, self.pixels.to_vec())
            .expect("a canvas has three bytes a pixel")
    }

    /// Takes the pixels of a picture of the same size.
    pub(super) fn take(&mut self, picture: &RgbImage) {
        self.pixels.copy_from_slice(picture);
    }
}

/// A value as a byte, rounded.
pub(super) fn byte(value: f32) -> u8 {
    // A float becomes the nearest byte that can hold it; not a number becomes 0.
    (value + 0.5) as u8
}
