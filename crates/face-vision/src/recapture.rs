//! What the picture of a screen has that the picture of a face has not.

mod plane;
mod raster;
#[cfg(test)]
mod tests;

use face_types::{BoundingBox, Landmarks, Point};
use image::RgbImage;

use self::plane::Plane;
use crate::measure::luma;
use crate::{crop, crop_scaled};

/// Side of the square that is looked at, as a multiple of the five points' distance from their middle (root mean square): the face, with
/// little beside it.
const SIDE: f32 = 4.2;
/// Largest side in pixels: of a larger face a smaller picture is measured, and for its raster the middle alone, so that a large picture costs
/// no more memory than an ordinary one.
const LARGEST: f32 = 1024.0;
/// Sides to which the face is brought where measures are not of the camera's own pixels.
const FINE: usize = 128;
const COARSE: usize = 64;
const TINY: usize = 32;
/// Keeps logarithms of dark pixels finite, in levels of 255.
const DARK: f32 = 8.0;

/// Measures of a face before the camera or of its picture on a screen, from the pixels alone.
///
/// Each has a physical reason, none is enough: what they are worth, measured source by source, is in docs/liveness.md. A picture on a
/// screen has been taken twice, so its skin is smoother; a screen's white is bluer than the light of rooms; and where the camera resolves
/// the screen's pixels, they beat with its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recapture {
    /// Blue over green of the brightest tenth, the natural logarithm of the median.
    pub white_point: f32,
    /// Median gradient over the face's contrast, the natural logarithm, at 128 pixels a side.
    pub texture: f32,
    /// Energy of gradients at 128 pixels a side over that at 64, the natural logarithm.
    pub detail: f32,
    /// How much more texture there is at 128 pixels a side than at 64, by the measure of [`Self::texture`].
    pub excess: f32,
    /// How unlike in direction the spectrum of the camera's own pixels is: near 0 for noise and skin, above 1 for stripes. The mean over
    /// the frequencies from 6 to 30 in 64 pixels of ln(mean power) - median(ln power) of all directions.
    pub raster: f32,
}

impl Recapture {
    /// The measures of the face with these points; `None` where the picture holds less than two pixels of it a side.
    #[must_use]
    pub fn of(picture: &RgbImage, landmarks: &Landmarks) -> Option<Self> {
        let square = square(picture, landmarks)?;
        let face = if square.width > LARGEST {
            crop_scaled(picture, &square, LARGEST as u32, LARGEST as u32)
        } else {
            crop(picture, &square)
        };
        let grey = Plane::of(&face, luma);
        let own_pixels = crop(picture, &middle_of(&square));
        let fine = grey.scaled(FINE);
        let coarse = grey.scaled(COARSE);
        let texture = texture(&fine);
        Some(Self {
            white_point: white_point(&face),
            texture,
            detail: (energy(&fine) / energy(&fine.halved())).ln(),
            excess: texture - self::texture(&coarse),
            raster: raster::directedness(&Plane::of(&own_pixels, luma)),
        })
    }
}

/// The square about the middle of the points, in whole pixels and moved to lie inside the picture.
fn square(picture: &RgbImage, landmarks: &Landmarks) -> Option<BoundingBox> {
    let points = landmarks.0;
    let mean = |of: fn(&Point) -> f32| points.iter().map(of).sum::<f32>() / points.len() as f32;
    let middle = Point::new(mean(|point| point.x), mean(|point| point.y));
    let square_distance = |point: &Point| point.distance(middle).powi(2);
    let spread = (points.iter().map(square_distance).sum::<f32>() / points.len() as f32).sqrt();
    let (width, height) = picture.dimensions();
    let side = (SIDE * spread).min(width.min(height) as f32).round();
    let start = |middle: f32, length: u32| {
        (middle - side / 2.0)
            .round()
            .clamp(0.0, length as f32 - side)
    };
    (spread.is_finite() && side >= 2.0).then(|| {
        let (left, top) = (start(middle.x, width), start(middle.y, height));
        BoundingBox::new(left, top, side, side)
    })
}

/// The middle of the square, [`LARGEST`] pixels a side at most.
fn middle_of(square: &BoundingBox) -> BoundingBox {
    let side = square.width.min(LARGEST);
    let beside = ((square.width - side) / 2.0).floor();
    BoundingBox::new(square.x + beside, square.y + beside, side, side)
}

/// See [`Recapture::white_point`].
fn white_point(face: &RgbImage) -> f32 {
    let [red, green, blue] = [0, 1, 2].map(|channel| {
        Plane::of(face, |pixel| f32::from(pixel[channel]))
            .scaled(TINY)
            .values
    });
    let grey = |at: usize| 0.299 * red[at] + 0.587 * green[at] + 0.114 * blue[at];
    let bright = quantile((0..TINY * TINY).map(grey).collect(), 0.9);
    let of_bright = (0..TINY * TINY).filter(|&at| grey(at) >= bright);
    let ratios = of_bright.map(|at| ((blue[at] + DARK) / (green[at] + DARK)).ln());
    quantile(ratios.collect(), 0.5)
}

/// See [`Recapture::texture`]. What rounding to whole levels adds is outweighed by the constants.
fn texture(grey: &Plane) -> f32 {
    let contrast = quantile(grey.values.clone(), 0.95) - quantile(grey.values.clone(), 0.05);
    let gradients = grey.gradients().map(|[x, y]| x.hypot(y)).collect();
    ((quantile(gradients, 0.5) + 0.3) / (contrast + 4.0)).ln()
}

/// Mean square of the gradient.
fn energy(grey: &Plane) -> f32 {
    let squares: Vec<f32> = grey.gradients().map(|[x, y]| x * x + y * y).collect();
    squares.iter().sum::<f32>() / squares.len() as f32 + 0.001
}

/// The value that `share` of `values`, at least one, lie below.
fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    let at = ((values.len() - 1) as f32 * share).round() as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}
