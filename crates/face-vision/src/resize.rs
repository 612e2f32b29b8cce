//! Pictures at another size.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// The whole picture at `width` x `height`, its aspect ratio not kept; black if either picture has no pixels.
///
/// A bilinear filter that widens as the picture shrinks, so nothing is skipped (unlike `OpenCV`'s `INTER_LINEAR`). The
/// SIMD instructions are chosen at run time.
#[must_use]
pub fn resize(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    resize_with(picture, width, height, &options())
}

/// The part of the picture from `left`, `top` (not whole pixels, but inside the picture), at `width` x `height`.
pub(crate) fn resize_part(
    picture: &RgbImage,
    [left, top, part_width, part_height]: [f64; 4],
    width: u32,
    height: u32,
) -> RgbImage {
    // The sum of two f32 may be rounded down to the border that it exceeds.
    let part_width = part_width.min(f64::from(picture.width()) - left);
    let part_height = part_height.min(f64::from(picture.height()) - top);
    let part = options().crop(left, top, part_width, part_height);
    resize_with(picture, width, height, &part)
}

fn options() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
}

fn resize_with(picture: &RgbImage, width: u32, height: u32, options: &ResizeOptions) -> RgbImage {
    let mut target = RgbImage::new(width, height);
    if target.is_empty() || picture.is_empty() {
        return target;
    }
    let source = ImageRef::new(picture.width(), picture.height(), picture, PixelType::U8x3)
        .expect("an RgbImage has three bytes a pixel");
    let mut view = Image::from_slice_u8(width, height, &mut target, PixelType::U8x3)
        .expect("an RgbImage has three bytes a pixel");
    Resizer::new()
        .resize(&source, &mut view, options)
        .expect("both are U8x3 and the part lies inside the picture");
    target
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_part_that_exceeds_the_border_by_a_rounding_is_read_up_to_the_border() {
        let picture = RgbImage::from_pixel(320, 320, Rgb([7, 8, 9]));
        let (left, width) = (200.000_02_f32, 119.999_99_f32);
        assert!(
            left + width <= 320.0 && f64::from(left) + f64::from(width) > 320.0,
            "rounded down"
        );
        let part = [left, left, width, width].map(f64::from);
        assert_eq!(
            resize_part(&picture, part, 2, 2),
            RgbImage::from_pixel(2, 2, Rgb([7, 8, 9]))
        );
    }

    #[rstest]
    #[case::smaller(10, 7)]
    #[case::larger(300, 200)]
    #[case::one(1, 1)]
    fn a_flat_picture_stays_flat(#[case] width: u32, #[case] height: u32) {
        let flat = RgbImage::from_pixel(64, 48, Rgb([9, 120, 250]));
        let wanted = RgbImage::from_pixel(width, height, Rgb([9, 120, 250]));
        assert_eq!(resize(&flat, width, height), wanted);
    }

    #[test]
    fn nothing_is_skipped_when_shrinking() {
        let checks = RgbImage::from_fn(64, 64, |x, y| {
            Rgb([if (x + y) % 2 == 0 { 200 } else { 0 }; 3])
        });
        let small = resize(&checks, 8, 8);
        assert!(small.iter().all(|value| value.abs_diff(100) <= 3));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(resize(&RgbImage::new(0, 5), 3, 3).iter().all(|v| *v == 0));
        assert!(resize(&RgbImage::new(5, 5), 0, 3).is_empty());
    }
}
