//! The warp against the one of `face-vision`, and against sums worked by hand.

use face_vision::{RgbImage, align};
use image::Rgb;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::CROP_TEMPLATE;

/// A smooth picture with a different slope in every channel.
fn smooth(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |scale: f32, phase: f32| {
            let (x, y) = (x as f32 * scale + phase, y as f32 * scale);
            (127.0 + 60.0 * x.sin() + 60.0 * y.cos()) as u8
        };
        Rgb([wave(0.11, 0.0), wave(0.07, 1.0), wave(0.05, 2.0)])
    })
}

fn warped(placement: &Placement, picture: &RgbImage) -> Vec<u8> {
    let mut out = vec![0; placement.bytes()];
    placement.warp(CropView::of(picture).unwrap(), &mut out);
    out
}

#[rstest]
#[case::larger(128)]
#[case::equal(112)]
#[case::little_smaller(96)]
fn up_to_a_quarter_smaller_the_warp_is_that_of_the_alignment(#[case] side: u32) {
    let picture = smooth(128, 128);
    let to = AlignmentTemplate::ARCFACE_112.scaled(side);
    let placement = Placement::between(&CROP_TEMPLATE, &to).unwrap();
    let ours = warped(&placement, &picture);
    let theirs = align(&picture, &Landmarks(CROP_TEMPLATE.points), &to).unwrap();
    // Places are rounded to 1/256 of a pixel here, values are rounded there and cut here or the other way round.
    let most = ours
        .iter()
        .zip(theirs.as_raw())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(most.unwrap() <= 2, "{most:?}");
}

#[test]
fn a_picture_in_place_is_copied_as_sampling_would_copy_it() {
    let picture = smooth(40, 40);
    let placement = Placement::in_place(40);
    let mut sampled = vec![0; placement.bytes()];
    let view = CropView::of(&picture).unwrap();
    Sampler::new(view, &placement.transform).fill(40, &mut sampled);
    assert_eq!(warped(&placement, &picture), sampled);
    assert_eq!(sampled, *picture.as_raw());
}

#[test]
fn the_middle_of_a_crop_is_copied_without_a_change() {
    let picture = smooth(128, 128);
    let placement = Placement::between(&CROP_TEMPLATE, &AlignmentTemplate::ARCFACE_112).unwrap();
    let out = warped(&placement, &picture);
    for (x, y) in [(0, 0), (50, 70), (111, 111)] {
        let at = 3 * (y * 112 + x);
        assert_eq!(
            out[at..at + 3],
            picture.get_pixel(x as u32 + 8, y as u32 + 8).0
        );
    }
}

#[test]
fn a_checkerboard_becomes_grey_where_it_is_halved() {
    let checks = RgbImage::from_fn(128, 128, |x, y| {
        Rgb([if (x + y) % 2 == 0 { 200 } else { 0 }; 3])
    });
    let out = warped(&Placement::middle_square(128, 128, 64), &checks);
    assert!(out.iter().all(|value| value.abs_diff(100) <= 1));
}

#[test]
fn a_halved_picture_holds_the_means_of_two_by_two_pixels() {
    let picture = RgbImage::from_fn(4, 4, |x, y| Rgb([(16 * (4 * y + x)) as u8; 3]));
    let out = warped(&Placement::middle_square(4, 4, 2), &picture);
    let means = [
        (1 + 4 + 5) * 4,
        (2 + 3 + 6 + 7) * 4,
        (8 + 9 + 12 + 13) * 4,
        (10 + 11 + 14 + 15) * 4,
    ];
    let found: Vec<i32> = out
        .as_chunks::<3>()
        .0
        .iter()
        .map(|p| i32::from(p[0]))
        .collect();
    assert_eq!(found, means);
}

#[test]
fn beyond_the_crop_its_border_is_repeated() {
    let picture = RgbImage::from_fn(8, 8, |x, _| Rgb([if x == 0 { 40 } else { 200 }; 3]));
    let mut placement = Placement::middle_square(8, 8, 8);
    placement.transform.tx += 6.0;
    let out = warped(&placement, &picture);
    assert!(out[..3 * 6].iter().all(|value| *value == 40));
}

#[test]
fn a_square_is_taken_from_the_middle_of_a_wide_picture() {
    let picture = RgbImage::from_fn(30, 10, |x, _| Rgb([x as u8; 3]));
    let out = warped(&Placement::middle_square(30, 10, 10), &picture);
    let row: Vec<u8> = out[..30].iter().copied().step_by(3).collect();
    assert_eq!(row, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
}

#[rstest]
#[case::no_scale(0.0, 0.0)]
#[case::tiny(1e-30, 0.0)]
#[case::far_away(1.0, 1e30)]
#[case::no_number(1.0, f32::NAN)]
fn a_placement_that_shows_nothing_still_gives_pixels_of_the_crop(#[case] a: f32, #[case] tx: f32) {
    let transform = SimilarityTransform {
        a,
        b: 0.0,
        tx,
        ty: 0.0,
    };
    let placement = Placement {
        transform,
        side: 6,
        landmarks: None,
    };
    let out = warped(&placement, &RgbImage::from_pixel(20, 16, Rgb([7; 3])));
    assert!(out.iter().all(|value| *value == 7));
}

proptest! {
    #[test]
    fn a_flat_picture_stays_flat_under_any_placement(
        a in -3.0_f32..3.0, b in -3.0_f32..3.0, tx in -90.0_f32..90.0, ty in -90.0_f32..90.0, level in 0_u8..=255,
    ) {
        prop_assume!(a.hypot(b) > 0.1);
        let transform = SimilarityTransform { a, b, tx, ty };
        let placement = Placement { transform, side: 12, landmarks: None };
        let out = warped(&placement, &RgbImage::from_pixel(20, 16, Rgb([level; 3])));
        prop_assert!(out.iter().all(|value| *value == level));
    }
}
