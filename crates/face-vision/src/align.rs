//! A face turned, scaled and shifted so that its five points fall where a network was taught to expect them.

use face_types::{BoundingBox, Landmarks, Point};
use image::{Rgb, RgbImage};
use imageproc::geometric_transformations::{Border, Interpolation, Projection, warp_into};

use crate::{SimilarityTransform, crop_scaled};

/// Where the five points belong in a square crop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlignmentTemplate {
    /// Side of the crop in pixels.
    pub size: u32,
    /// The five places in pixels of the crop, in the order of [`Landmarks`].
    pub points: [Point; 5],
}

impl AlignmentTemplate {
    /// The places of `ArcFace` (Deng et al., CVPR 2019) for a crop of 112 pixels.
    pub const ARCFACE_112: Self = Self {
        size: 112,
        points: [
            Point::new(38.2946, 51.6963),
            Point::new(73.5318, 51.5014),
            Point::new(56.0252, 71.7366),
            Point::new(41.5493, 92.3655),
            Point::new(70.7299, 92.2041),
        ],
    };

    /// A template from places given as fractions of the side.
    #[must_use]
    pub fn from_fractions(size: u32, fractions: [[f32; 2]; 5]) -> Self {
        let points = fractions.map(|[x, y]| Point::new(x * size as f32, y * size as f32));
        Self { size, points }
    }

    /// The same places in a crop of another size.
    #[must_use]
    pub fn scaled(&self, size: u32) -> Self {
        let factor = size as f32 / self.size as f32;
        let points = self.points.map(|p| Point::new(p.x * factor, p.y * factor));
        Self { size, points }
    }
}

/// A face may be this many times larger than its crop before it is shrunk ahead of the warp.
const LARGEST_STEP: f32 = 2.0;

/// The face as a square crop of the template's size, black where the picture ends; `None` when the points do not span a
/// face (they coincide or are not finite).
///
/// Bilinear sampling of a similarity transform, pixel centres at whole coordinates and black beyond the border: what
/// `OpenCV`'s `warpAffine` does, with which the public networks were trained and measured.
///
/// A face more than twice as large as the crop is first shrunk by an averaging filter, because four samples then skip
/// pixels between them and sensor noise passes undiminished. The reason, measured with `OpenCV` (`INTER_AREA`, then
/// `warpAffine`) rather than with this code: 120 faces enlarged five times, with noise of 15 levels added, as JPEG of
/// quality 90, against the template of the original: mean similarity 0.930 plain and 0.992 shrunk first
/// (`MobileFaceNet`), 0.957 and 0.992 (face-reidentification-retail-0095). Photographs of that size were not at hand.
/// Faces up to twice the crop's size are sampled plainly.
#[must_use]
pub fn align(
    picture: &RgbImage,
    landmarks: &Landmarks,
    template: &AlignmentTemplate,
) -> Option<RgbImage> {
    let transform = SimilarityTransform::fit(&landmarks.0, &template.points)?;
    if transform.scale() * LARGEST_STEP < 1.0
        && let Some(region) = needed_region(picture, &transform, template.size)
    {
        return warp_shrunk(picture, &region, &transform, template.size);
    }
    warp(picture, &transform, template.size)
}

pub(crate) fn warp(
    picture: &RgbImage,
    transform: &SimilarityTransform,
    size: u32,
) -> Option<RgbImage> {
    let SimilarityTransform { a, b, tx, ty } = *transform;
    warp_matrix(picture, [[a, -b, tx], [b, a, ty], [0.0, 0.0, 1.0]], size)
}

/// `matrix` holds rows and leads from the picture to the crop.
pub(crate) fn warp_matrix(
    picture: &RgbImage,
    matrix: [[f32; 3]; 3],
    size: u32,
) -> Option<RgbImage> {
    let nine = matrix
        .as_flattened()
        .as_array()
        .expect("three rows of three");
    let projection = Projection::from_matrix(*nine)?;
    let mut crop = RgbImage::new(size, size);
    let border = Border::Constant(Rgb([0; 3]));
    warp_into(
        picture,
        projection,
        Interpolation::Bilinear,
        border,
        &mut crop,
    );
    Some(crop)
}

/// Shrinks `region` until the face is as large as the crop needs, and warps the rest of the way.
fn warp_shrunk(
    picture: &RgbImage,
    region: &BoundingBox,
    transform: &SimilarityTransform,
    size: u32,
) -> Option<RgbImage> {
    let scaled = |length: f32| ((length * transform.scale()).round() as u32).max(1);
    let (width, height) = (scaled(region.width), scaled(region.height));
    let smaller = crop_scaled(picture, region, width, height);
    let (step_x, step_y) = (region.width / width as f32, region.height / height as f32);
    // A pixel's centre lies half a pixel inside its box: index i of the smaller picture is (i + 0.5) step - 0.5 here.
    let origin = transform.apply(Point::new(
        region.x + 0.5 * step_x - 0.5,
        region.y + 0.5 * step_y - 0.5,
    ));
    let (a, b) = (transform.a, transform.b);
    let matrix = [
        [a * step_x, -b * step_y, origin.x],
        [b * step_x, a * step_y, origin.y],
        [0.0, 0.0, 1.0],
    ];
    warp_matrix(&smaller, matrix, size)
}

/// The whole pixels of the picture that the crop shows, with a margin for the filter; `None` when it shows none.
fn needed_region(
    picture: &RgbImage,
    transform: &SimilarityTransform,
    size: u32,
) -> Option<BoundingBox> {
    let back = transform.inverse();
    let end = size as f32;
    let corners =
        [(0.0, 0.0), (end, 0.0), (0.0, end), (end, end)].map(|(x, y)| back.apply(Point::new(x, y)));
    let margin = 2.0 * back.scale();
    let least = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::INFINITY, f32::min);
    let most = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max);
    let left = (least(|p| p.x) - margin).floor().max(0.0);
    let top = (least(|p| p.y) - margin).floor().max(0.0);
    let right = (most(|p| p.x) + margin).ceil().min(picture.width() as f32);
    let bottom = (most(|p| p.y) + margin).ceil().min(picture.height() as f32);
    let region = BoundingBox::new(left, top, right - left, bottom - top);
    (region.area() > 0.0).then_some(region)
}

#[cfg(test)]
mod tests;
