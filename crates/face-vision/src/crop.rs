//! Parts of a picture.

use face_types::BoundingBox;
use image::RgbImage;

use crate::resize::{resize, resize_part};

/// Longest side of a crop in pixels; a box beyond it (no face has one) is cut short rather than allocated.
const LONGEST_SIDE: f32 = 16_384.0;

/// The box, rounded to whole pixels and at least one a side; beyond the picture the nearest border pixel is repeated.
///
/// A picture without pixels gives black.
#[must_use]
pub fn crop(picture: &RgbImage, bounds: &BoundingBox) -> RgbImage {
    let side = |length: f32| length.round().clamp(1.0, LONGEST_SIDE) as u32;
    let mut target = RgbImage::new(side(bounds.width), side(bounds.height));
    if picture.is_empty() {
        return target;
    }
    let columns: Vec<usize> = nearest(bounds.x, target.width(), picture.width()).collect();
    let rows = nearest(bounds.y, target.height(), picture.height());
    let (source_stride, stride) = (3 * picture.width() as usize, 3 * target.width() as usize);
    for (to, row) in target.chunks_exact_mut(stride).zip(rows) {
        let from = &picture.as_raw()[row * source_stride..][..source_stride];
        copy_row(to, from, &columns);
    }
    target
}

/// The pixel of the picture that each of `count` places from `start` on shows.
fn nearest(start: f32, count: u32, length: u32) -> impl Iterator<Item = usize> {
    let (start, last) = (start.round() as i64, i64::from(length) - 1);
    (0..i64::from(count)).map(move |step| start.saturating_add(step).clamp(0, last) as usize)
}

fn copy_row(to: &mut [u8], from: &[u8], columns: &[usize]) {
    let (first, last) = (columns[0], columns[columns.len() - 1]);
    if last - first + 1 == columns.len() {
        to.copy_from_slice(&from[3 * first..3 * (last + 1)]);
        return;
    }
    for (pixel, &column) in to.chunks_exact_mut(3).zip(columns) {
        pixel.copy_from_slice(&from[3 * column..][..3]);
    }
}

/// The box at `width` x `height`, its edges not rounded; beyond the picture as [`crop`].
///
/// A box inside the picture is read where it lies, without a copy.
#[must_use]
pub fn crop_scaled(picture: &RgbImage, bounds: &BoundingBox, width: u32, height: u32) -> RgbImage {
    let inside = bounds.x >= 0.0
        && bounds.y >= 0.0
        && bounds.x + bounds.width <= picture.width() as f32
        && bounds.y + bounds.height <= picture.height() as f32;
    if inside && bounds.width >= 1.0 && bounds.height >= 1.0 {
        let part = [bounds.x, bounds.y, bounds.width, bounds.height].map(f64::from);
        return resize_part(picture, part, width, height);
    }
    crop_scaled_beyond(picture, bounds, width, height)
}

/// Copies the whole pixels around the box, then reads the box from the copy.
fn crop_scaled_beyond(
    picture: &RgbImage,
    bounds: &BoundingBox,
    width: u32,
    height: u32,
) -> RgbImage {
    let (left, top) = (bounds.x.floor(), bounds.y.floor());
    let right = (bounds.x + bounds.width).ceil().max(left + 1.0);
    let bottom = (bounds.y + bounds.height).ceil().max(top + 1.0);
    let copy = crop(
        picture,
        &BoundingBox::new(left, top, right - left, bottom - top),
    );
    let part = BoundingBox::new(bounds.x - left, bounds.y - top, bounds.width, bounds.height);
    let fits = part.width > 0.0
        && part.height > 0.0
        && part.x + part.width <= copy.width() as f32
        && part.y + part.height <= copy.height() as f32;
    if fits {
        resize_part(
            &copy,
            [part.x, part.y, part.width, part.height].map(f64::from),
            width,
            height,
        )
    } else {
        resize(&copy, width, height)
    }
}

/// The box `factor` times as large about its centre, but no larger than the picture, then shifted inside it.
///
/// `MiniFASNet` was trained on such boxes (Silent-Face-Anti-Spoofing), where both sides share one factor: if the picture
/// is too low for it, the width shrinks as well. Unlike there, the edges are not rounded to whole pixels.
#[must_use]
pub fn widen(
    bounds: &BoundingBox,
    factor: f32,
    picture_width: u32,
    picture_height: u32,
) -> BoundingBox {
    let (limit_x, limit_y) = (picture_width as f32, picture_height as f32);
    let fitting = factor
        .min(limit_x / bounds.width.max(1.0))
        .min(limit_y / bounds.height.max(1.0));
    let (width, height) = (bounds.width * fitting, bounds.height * fitting);
    let centre = bounds.centre();
    BoundingBox::new(
        (centre.x - width / 2.0).min(limit_x - width).max(0.0),
        (centre.y - height / 2.0).min(limit_y - height).max(0.0),
        width,
        height,
    )
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn numbered() -> RgbImage {
        RgbImage::from_fn(10, 8, |x, y| Rgb([x as u8, y as u8, 7]))
    }

    #[rstest]
    #[case::inside([2.0, 3.0, 4.0, 2.0], (4, 2), [2, 3], [5, 4])]
    #[case::rounded([1.6, 2.6, 4.4, 1.6], (4, 2), [2, 3], [5, 4])]
    #[case::beyond_the_left_top([-3.0, -2.0, 5.0, 4.0], (5, 4), [0, 0], [1, 1])]
    #[case::beyond_the_right_bottom([8.0, 6.0, 5.0, 5.0], (5, 5), [8, 6], [9, 7])]
    #[case::elsewhere([-90.0, 50.0, 2.0, 2.0], (2, 2), [0, 7], [0, 7])]
    #[case::thin([4.0, 4.0, 0.0, 0.2], (1, 1), [4, 4], [4, 4])]
    fn a_crop_shows_the_box_and_repeats_the_border(
        #[case] bounds: [f32; 4],
        #[case] size: (u32, u32),
        #[case] first: [u8; 2],
        #[case] last: [u8; 2],
    ) {
        let part = crop(&numbered(), &bounds.into());
        assert_eq!(part.dimensions(), size);
        assert_eq!(part.get_pixel(0, 0).0[..2], first);
        assert_eq!(part.get_pixel(size.0 - 1, size.1 - 1).0[..2], last);
    }

    #[test]
    fn a_scaled_crop_beyond_the_border_repeats_it() {
        let part = crop_scaled(
            &numbered(),
            &BoundingBox::new(-10.0, 0.0, 10.0, 8.0),
            20,
            16,
        );
        assert_eq!(part.dimensions(), (20, 16));
        assert!(part.pixels().all(|pixel| pixel.0[0] == 0));
    }

    #[rstest]
    #[case::plain([40.0, 30.0, 20.0, 10.0], 2.0, [30.0, 25.0, 40.0, 20.0])]
    #[case::shifted_from_the_left_top([0.0, 0.0, 20.0, 10.0], 2.0, [0.0, 0.0, 40.0, 20.0])]
    #[case::shifted_from_the_right_bottom([80.0, 70.0, 20.0, 10.0], 2.0, [60.0, 60.0, 40.0, 20.0])]
    #[case::limited_by_the_height([40.0, 20.0, 20.0, 40.0], 4.0, [30.0, 0.0, 40.0, 80.0])]
    fn a_widened_box_stays_inside(
        #[case] bounds: [f32; 4],
        #[case] factor: f32,
        #[case] expected: [f32; 4],
    ) {
        let wide: [f32; 4] = widen(&bounds.into(), factor, 100, 80).into();
        for (found, wanted) in wide.into_iter().zip(expected) {
            assert!((found - wanted).abs() < 1e-3, "{wide:?}");
        }
    }

    proptest! {
        #[test]
        fn whole_pixels_are_read_alike_with_and_without_a_copy(
            x in 0_u32..9, y in 0_u32..7, width in 1_u32..10, height in 1_u32..8,
        ) {
            let bounds = BoundingBox::new(x as f32, y as f32, width.min(10 - x) as f32, height.min(8 - y) as f32);
            let copied = crop_scaled_beyond(&numbered(), &bounds, 6, 5);
            prop_assert_eq!(crop_scaled(&numbered(), &bounds, 6, 5), copied);
        }

        #[test]
        fn any_box_gives_the_size_asked_for(
            bounds in prop::array::uniform4(prop_oneof![
                -50.0_f32..50.0, Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(1e-9), Just(-0.5),
            ]),
        ) {
            let part = crop_scaled(&numbered(), &bounds.into(), 4, 3);
            prop_assert_eq!(part.dimensions(), (4, 3));
        }

        #[test]
        fn a_widened_box_of_a_face_keeps_its_shape(
            x in -20.0_f32..90.0, y in -20.0_f32..70.0, width in 1.0_f32..60.0, height in 1.0_f32..60.0, factor in 1.0_f32..5.0,
        ) {
            let wide = widen(&BoundingBox::new(x, y, width, height), factor, 100, 80);
            prop_assert!(wide.x >= 0.0 && wide.y >= 0.0);
            prop_assert!(wide.x + wide.width <= 100.01 && wide.y + wide.height <= 80.01);
            prop_assert!((wide.width / wide.height - width / height).abs() < 1e-3 * width / height);
        }
    }
}
