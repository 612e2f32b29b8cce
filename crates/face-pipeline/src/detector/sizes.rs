//! At which sizes a picture is searched.
//!
//! Measured with the reference detector on 40 photographs, scaled so that the face has a given size in a picture of
//! 640 x 480: seen at a longest side of 320, it finds every face from 60 to 400 pixels, 39 of 40 of those of 30 and 32 of
//! those of 24; at 640, every face from 16 to 400. With 80 photographs cut to the middle 0.7 of the face, it finds 73 at
//! 320, 58 at 640, and all of them at 320 with a black margin around the picture. So a face that fills the picture must
//! be seen small, and one that overfills it with a margin; a face of 24 pixels in the network's input is found, with
//! room to spare. The coarse look costs a quarter of the fine one.
//!
//! Landmarks are the more precise the larger the face is seen. Mean mated similarity of the reference embedder on 160
//! photographs, by the size of the face in the network's input: 0.64 at 16 pixels, 0.71 at 24, 0.73 at 32, 0.75 at 64, 0.76
//! to 0.77 from 96 to 640, 0.71 at 900. Hence the close look at faces that were seen small.

use face_types::{BoundingBox, Point};
use face_vision::RgbImage;

use super::Detection;

/// Longest side of the coarse look.
const COARSE: f32 = 320.0;
/// Longest side of the fine look, unless a face of [`SMALLEST_FACE`] asks for more.
const FINE: f32 = 640.0;
/// Longest side of the fine look at most, which bounds time and memory: 2.6 megapixels if it is square.
const FINEST: f32 = 1600.0;
/// Longer side of the smallest face that must be found, in pixels of the picture (up to 2000 pixels on its longest side).
const SMALLEST_FACE: f32 = 30.0;
/// Longer side of the smallest face that is found reliably, in pixels of the network's input.
const SMALLEST_SEEN: f32 = 24.0;
/// From this size in the coarse look on, any face at least half as large is found by that look as well.
const LARGE: f32 = 60.0;

/// From this size on a close look adds nothing to the landmarks.
pub(crate) const PRECISE: f32 = 80.0;
/// Boxes that overlap at least so much, seen at two sizes, are of one face.
pub(crate) const SAME_FACE: f32 = 0.4;
/// Width of the margin on each side, as a share of the picture's longest side.
const MARGIN: f32 = 0.25;

/// A size at which the whole picture is seen; never enlarged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Black pixels around the picture.
    pub(crate) margin: u32,
    /// Pixels of the picture for each pixel of the look, across and down.
    step: (f32, f32),
}

impl Look {
    /// The first look, at which faces that fill the picture are found.
    pub(crate) fn coarse(width: u32, height: u32) -> Self {
        Self::with_factor(width, height, coarse_factor(width, height))
    }

    /// The same with a margin, in which faces larger than the picture are found.
    pub(crate) fn with_margin(width: u32, height: u32) -> Self {
        let factor = coarse_factor(width, height) / (1.0 + 2.0 * MARGIN);
        let look = Self::with_factor(width, height, factor);
        let margin = (MARGIN * look.width.max(look.height) as f32).round() as u32;
        Self { margin, ..look }
    }

    /// The second look, which finds small faces; `None` when the first found them already.
    pub(crate) fn fine(width: u32, height: u32) -> Option<Self> {
        let needed = SMALLEST_SEEN / SMALLEST_FACE;
        if coarse_factor(width, height) >= needed {
            return None;
        }
        let longest = width.max(height) as f32;
        let side = (needed * longest).clamp(FINE, FINEST);
        Some(Self::with_factor(width, height, (side / longest).min(1.0)))
    }

    fn with_factor(width: u32, height: u32, factor: f32) -> Self {
        let scaled = |length: u32| ((length as f32 * factor).round() as u32).max(1);
        let (scaled_width, scaled_height) = (scaled(width), scaled(height));
        Self {
            width: scaled_width,
            height: scaled_height,
            margin: 0,
            step: (
                width as f32 / scaled_width as f32,
                height as f32 / scaled_height as f32,
            ),
        }
    }

    /// A face in pixels of the look, in pixels of the picture.
    pub(crate) fn in_picture(&self, face: &Detection) -> Detection {
        let (x, y) = self.step;
        let margin = self.margin as f32;
        let b = face.bounding_box;
        Detection {
            bounding_box: BoundingBox::new(
                (b.x - margin) * x,
                (b.y - margin) * y,
                b.width * x,
                b.height * y,
            ),
            score: face.score,
            // Points count from the centre of the first pixel, boxes from its edge.
            landmarks: face.landmarks.map(|p| {
                Point::new(
                    (p.x - margin + 0.5) * x - 0.5,
                    (p.y - margin + 0.5) * y - 0.5,
                )
            }),
            seen: face.seen,
        }
    }
}

/// A look at the surroundings of one face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CloseLook {
    /// A square of the picture, which may reach beyond it.
    pub(crate) region: BoundingBox,
}

impl CloseLook {
    /// Side of the network's input.
    pub(crate) const SIDE: u32 = 192;

    /// The square twice as large as the face, which so is seen at about 96 pixels.
    pub(crate) fn at(face: &BoundingBox) -> Self {
        let (middle, side) = (face.centre(), 2.0 * face.width.max(face.height).max(1.0));
        Self {
            region: BoundingBox::new(middle.x - side / 2.0, middle.y - side / 2.0, side, side),
        }
    }

    /// A face in pixels of the look, in pixels of the picture.
    pub(crate) fn in_picture(&self, face: &Detection) -> Detection {
        let (step, b) = (self.region.width / Self::SIDE as f32, face.bounding_box);
        let (left, top) = (self.region.x, self.region.y);
        Detection {
            bounding_box: BoundingBox::new(
                left + b.x * step,
                top + b.y * step,
                b.width * step,
                b.height * step,
            ),
            score: face.score,
            landmarks: face.landmarks.map(|p| {
                Point::new(
                    left + (p.x + 0.5) * step - 0.5,
                    top + (p.y + 0.5) * step - 0.5,
                )
            }),
            seen: face.seen,
        }
    }
}

fn coarse_factor(width: u32, height: u32) -> f32 {
    (COARSE / width.max(height).max(1) as f32).min(1.0)
}

/// Whether a face was found in a coarse look that is so large that only faces less than half its size can be missing.
pub(crate) fn has_large_face(found: &[Detection]) -> bool {
    found.iter().any(|face| face.seen >= LARGE)
}

/// The picture with a black margin on each side, and more of it on the right and below until both sides are multiples of
/// `multiple`.
pub(crate) fn letterbox(picture: RgbImage, margin: u32, multiple: u32) -> RgbImage {
    let padded = |length: u32| (length + 2 * margin).div_ceil(multiple).max(1) * multiple;
    let (width, height) = (padded(picture.width()), padded(picture.height()));
    if (width, height) == picture.dimensions() {
        return picture;
    }
    let mut canvas = RgbImage::new(width, height);
    let (from, to, margin) = (
        3 * picture.width() as usize,
        3 * width as usize,
        margin as usize,
    );
    for (row, source) in canvas
        .chunks_exact_mut(to)
        .skip(margin)
        .zip(picture.chunks_exact(from))
    {
        row[3 * margin..][..from].copy_from_slice(source);
    }
    canvas
}

#[cfg(test)]
mod tests {
    use face_types::Landmarks;

    use super::*;

    #[rstest::rstest]
    #[case::webcam(640, 480, (320, 240), Some((640, 480)))]
    #[case::portrait(480, 640, (240, 320), Some((480, 640)))]
    #[case::passport_photo(300, 400, (240, 320), None)]
    #[case::close_crop(112, 112, (112, 112), None)]
    #[case::full_hd(1920, 1080, (320, 180), Some((1536, 864)))]
    #[case::twelve_megapixels(4000, 3000, (320, 240), Some((1600, 1200)))]
    #[case::a_thread(40_000, 1, (320, 1), Some((1600, 1)))]
    #[case::one_pixel(1, 1, (1, 1), None)]
    fn looks_follow_the_size(
        #[case] width: u32,
        #[case] height: u32,
        #[case] coarse: (u32, u32),
        #[case] fine: Option<(u32, u32)>,
    ) {
        let size = |look: Look| (look.width, look.height);
        assert_eq!(size(Look::coarse(width, height)), coarse);
        assert_eq!(Look::fine(width, height).map(size), fine);
    }

    fn face(width: f32, height: f32) -> Detection {
        Detection {
            bounding_box: BoundingBox::new(8.0, 4.0, width, height),
            score: 0.9,
            landmarks: Landmarks([Point::new(9.5, 5.5); 5]),
            seen: width.max(height),
        }
    }

    #[test]
    fn a_face_is_brought_back_to_the_pixels_of_the_picture() {
        let found = Look::coarse(640, 480).in_picture(&face(10.0, 20.0));
        assert_eq!(found.bounding_box, BoundingBox::new(16.0, 8.0, 20.0, 40.0));
        // The middle of the look's tenth pixel is the middle of pixels 19 and 20 of the picture.
        assert_eq!(found.landmarks.nose(), Point::new(19.5, 11.5));
    }

    #[test]
    fn the_fine_look_is_spared_for_a_face_of_sixty_pixels_in_the_coarse_one() {
        assert!(has_large_face(&[face(10.0, 10.0), face(45.0, 60.0)]));
        assert!(!has_large_face(&[face(45.0, 59.0)]));
        assert!(!has_large_face(&[]));
    }

    #[test]
    fn a_close_look_leads_back_to_the_pixels_of_the_picture() {
        let close = CloseLook::at(&BoundingBox::new(100.0, 50.0, 24.0, 32.0));
        assert_eq!(close.region, BoundingBox::new(80.0, 34.0, 64.0, 64.0));
        // Three pixels of the look for each of the picture.
        let found = close.in_picture(&face(72.0, 96.0));
        let b = found.bounding_box;
        assert!((b.width - 24.0).abs() < 1e-4 && (b.height - 32.0).abs() < 1e-4);
        assert!((b.x - (80.0 + 8.0 / 3.0)).abs() < 1e-4 && (b.y - (34.0 + 4.0 / 3.0)).abs() < 1e-4);
        assert!((found.landmarks.nose().x - (80.0 + 10.0 / 3.0 - 0.5)).abs() < 1e-4);
    }

    #[test]
    fn a_look_with_a_margin_fits_the_coarse_size_and_leads_back_to_the_picture() {
        let look = Look::with_margin(640, 480);
        assert_eq!((look.width, look.height, look.margin), (213, 160, 53));
        let found = look.in_picture(&face(213.0, 160.0));
        assert!((found.bounding_box.x - (8.0 - 53.0) * 640.0 / 213.0).abs() < 1e-3);
        assert!((found.bounding_box.width - 640.0).abs() < 1e-3);
    }

    #[rstest::rstest]
    #[case::without_a_margin(0, (4, 4))]
    #[case::with_a_margin(2, (8, 8))]
    fn a_letterbox_keeps_the_pixels_and_adds_black(#[case] margin: u32, #[case] size: (u32, u32)) {
        let picture = RgbImage::from_fn(3, 2, |x, y| [x as u8 + 1, y as u8 + 1, 9].into());
        let canvas = letterbox(picture.clone(), margin, 4);
        assert_eq!(canvas.dimensions(), size);
        for (x, y, pixel) in canvas.enumerate_pixels() {
            let inside = (margin..margin + 3).contains(&x) && (margin..margin + 2).contains(&y);
            let expected = if inside {
                *picture.get_pixel(x - margin, y - margin)
            } else {
                [0; 3].into()
            };
            assert_eq!(*pixel, expected, "{x}, {y}");
        }
    }
}
