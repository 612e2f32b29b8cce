//! The three ways in which the original's data sets cut a face from its picture.

use face_types::{BoundingBox, Landmarks, Point};
use image::{Rgb, RgbImage, imageops};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center};

use crate::align::warp_matrix;
use crate::{AlignmentTemplate, crop_scaled};

/// How a face becomes a square picture for training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FaceTransform {
    /// The box widened by a third, set into a black square and turned until the eyes are level.
    #[default]
    Rotation,
    /// The five points brought to fixed places by an affine transform, which may shear and stretch the face.
    Affine,
    /// The box alone, stretched to a square.
    Simple,
}

impl FaceTransform {
    /// The face in `bounds` with these landmarks as a picture of `side` x `side`.
    ///
    /// [`Self::Affine`] falls back to [`Self::Simple`] for points on one line, which fix no affine transform.
    #[must_use]
    pub fn apply(
        self,
        picture: &RgbImage,
        bounds: &BoundingBox,
        landmarks: &Landmarks,
        side: u32,
    ) -> RgbImage {
        match self {
            Self::Rotation => rotated(picture, bounds, landmarks, side),
            Self::Affine => affine(picture, landmarks, side)
                .unwrap_or_else(|| crop_scaled(picture, bounds, side, side)),
            Self::Simple => crop_scaled(picture, bounds, side, side),
        }
    }
}

fn rotated(picture: &RgbImage, bounds: &BoundingBox, landmarks: &Landmarks, side: u32) -> RgbImage {
    const WIDER: f32 = 4.0 / 3.0;
    let (width, height) = (bounds.width * WIDER, bounds.height * WIDER);
    let centre = bounds.centre();
    let wide = BoundingBox::new(
        centre.x - width / 2.0,
        centre.y - height / 2.0,
        width,
        height,
    );
    let whole = BoundingBox::new(0.0, 0.0, picture.width() as f32, picture.height() as f32);
    let square = letterbox(picture, &wide.intersection(&whole), side);
    let (left, right) = (landmarks.left_eye(), landmarks.right_eye());
    let tilt = (right.y - left.y).atan2(right.x - left.x);
    let border = Border::Constant(Rgb([0; 3]));
    rotate_about_center(&square, -tilt, Interpolation::Bilinear, border)
}

/// The box in the middle of a black square, its longer side filling it.
fn letterbox(picture: &RgbImage, bounds: &BoundingBox, side: u32) -> RgbImage {
    let mut square = RgbImage::new(side, side);
    let longer = bounds.width.max(bounds.height);
    if longer <= 0.0 {
        return square;
    }
    let scaled = |length: f32| ((length / longer * side as f32).round() as u32).clamp(1, side);
    let face = crop_scaled(picture, bounds, scaled(bounds.width), scaled(bounds.height));
    let (x, y) = ((side - face.width()) / 2, (side - face.height()) / 2);
    imageops::replace(&mut square, &face, i64::from(x), i64::from(y));
    square
}

fn affine(picture: &RgbImage, landmarks: &Landmarks, side: u32) -> Option<RgbImage> {
    let template = AlignmentTemplate::ARCFACE_112.scaled(side);
    let matrix = fit_affine(&landmarks.0, &template.points)?;
    warp_matrix(picture, matrix, side)
}

/// The rows of the affine transform nearest to bringing `from` to `to` by least squares; `None` for points on one line.
fn fit_affine(from: &[Point; 5], to: &[Point; 5]) -> Option<[[f32; 3]; 3]> {
    let (from_mean, to_mean) = (mean(from), mean(to));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    let mut products = [0.0_f64; 4];
    for (p, q) in from.iter().zip(to) {
        let [x, y] = centred(*p, from_mean);
        let [u, v] = centred(*q, to_mean);
        (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
        products = [
            products[0] + x * u,
            products[1] + y * u,
            products[2] + x * v,
            products[3] + y * v,
        ];
    }
    let determinant = xx * yy - xy * xy;
    // The determinant of points on one line is zero but for rounding; of a face it is near a tenth of xx * yy or more.
    if determinant.is_nan() || determinant <= 1e-6 * xx * yy {
        return None;
    }
    let solve = |x: f64, y: f64| {
        [
            (x * yy - y * xy) / determinant,
            (y * xx - x * xy) / determinant,
        ]
    };
    let [a, b] = solve(products[0], products[1]);
    let [c, d] = solve(products[2], products[3]);
    let shift_x = to_mean[0] - a * from_mean[0] - b * from_mean[1];
    let shift_y = to_mean[1] - c * from_mean[0] - d * from_mean[1];
    let rows = [[a, b, shift_x], [c, d, shift_y], [0.0, 0.0, 1.0]];
    Some(rows.map(|row| row.map(|v| v as f32)))
}

fn mean(points: &[Point; 5]) -> [f64; 2] {
    let sum = points.iter().fold([0.0, 0.0], |[x, y], p| {
        [x + f64::from(p.x), y + f64::from(p.y)]
    });
    sum.map(|v| v / 5.0)
}

fn centred(point: Point, mean: [f64; 2]) -> [f64; 2] {
    [f64::from(point.x) - mean[0], f64::from(point.y) - mean[1]]
}

#[cfg(test)]
mod tests;
