use face_types::Landmarks;
use image::{Rgb, imageops};
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::AlignmentTemplate;

const SIZE: u32 = 200;

/// A number from 0 to 1 that depends on the place as if by chance.
fn chance(x: u32, y: u32) -> f32 {
    let mut hash = (x + 1).wrapping_mul(0x9e37_79b1) ^ (y + 7).wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^= hash >> 12;
    (hash % 1000) as f32 / 1000.0
}

/// Something with large and small detail, and noise of so many levels.
fn picture(noise: f32, more: impl Fn(u32, u32) -> f32) -> RgbImage {
    RgbImage::from_fn(SIZE, SIZE, |x, y| {
        let large = 50.0 * ((x as f32 / 30.0).sin() + (y as f32 / 25.0).cos());
        let small = 10.0 * ((x as f32 / 3.0).sin() * (y as f32 / 4.0).cos());
        let value = 120.0 + large * 0.6 + small + noise * (chance(x, y) - 0.5) + more(x, y);
        Rgb([value, value * 0.8, value * 0.7].map(|value| value as u8))
    })
}

fn points() -> Landmarks {
    let face = AlignmentTemplate::ARCFACE_112.points;
    Landmarks(face.map(|point| Point::new(point.x + 44.0, point.y + 44.0)))
}

fn measured(picture: &RgbImage) -> Recapture {
    Recapture::of(picture, &points()).unwrap()
}

#[test]
fn a_picture_taken_twice_is_smoother() {
    let once = picture(12.0, |_, _| 0.0);
    let twice = imageops::blur(&once, 1.2);
    let (once, twice) = (measured(&once), measured(&twice));
    assert!(twice.texture < once.texture - 0.3, "{once:?} {twice:?}");
    assert!(twice.detail < once.detail - 0.3, "{once:?} {twice:?}");
}

#[test]
fn a_bluer_white_shows() {
    let warm = picture(4.0, |_, _| 0.0);
    let mut cold = warm.clone();
    for pixel in cold.pixels_mut() {
        pixel[2] = (f32::from(pixel[2]) * 1.3).min(255.0) as u8;
    }
    let by = measured(&cold).white_point - measured(&warm).white_point;
    assert!((0.15..0.3).contains(&by), "{by}");
}

#[rstest]
#[case::upright(2.3, 0.0)]
#[case::level(0.0, 1.3)]
#[case::slanting(1.4, 1.7)]
fn a_raster_is_told_from_noise(#[case] x_step: f32, #[case] y_step: f32) {
    let noise = measured(&picture(16.0, |_, _| 0.0));
    assert!(noise.raster.abs() < 0.5, "{noise:?}");
    let wave = |x: u32, y: u32| 12.0 * (x_step * x as f32 + y_step * y as f32).sin();
    let raster = measured(&picture(16.0, wave));
    assert!(raster.raster > noise.raster + 0.1, "{noise:?} {raster:?}");
}

#[test]
fn a_fine_raster_is_texture_that_a_coarse_look_does_not_see() {
    let skin = measured(&picture(6.0, |_, _| 0.0));
    let raster = |x: u32, y: u32| 20.0 * (2.8 * (x + y) as f32).sin();
    let raster = measured(&picture(6.0, raster));
    assert!(raster.excess > skin.excess + 0.1, "{skin:?} {raster:?}");
}

#[test]
fn light_and_dark_change_texture_little() {
    let light = picture(8.0, |_, _| 0.0);
    let mut dark = light.clone();
    dark.iter_mut().for_each(|value| *value /= 2);
    let (light, dark) = (measured(&light), measured(&dark));
    assert!(
        (light.texture - dark.texture).abs() < 0.2,
        "{light:?} {dark:?}"
    );
}

#[rstest]
#[case::nothing(0, 0)]
#[case::one_pixel(1, 1)]
#[case::a_line(1, 200)]
fn a_picture_without_a_square_has_no_measures(#[case] width: u32, #[case] height: u32) {
    assert_eq!(
        Recapture::of(&RgbImage::new(width, height), &points()),
        None
    );
}

#[test]
fn points_that_are_no_numbers_have_no_measures() {
    let nowhere = Landmarks([Point::new(f32::NAN, 3.0); 5]);
    assert_eq!(Recapture::of(&RgbImage::new(64, 64), &nowhere), None);
}

#[rstest]
#[case(64, 32)]
#[case(50, 32)]
#[case(33, 32)]
#[case(20, 32)]
#[case(3, 64)]
fn a_plane_at_another_size_keeps_its_mean_and_its_slope(#[case] from: usize, #[case] to: usize) {
    let slope = Plane {
        side: from,
        values: (0..from * from)
            .map(|at| (at % from) as f32 / from as f32)
            .collect(),
    };
    let scaled = slope.scaled(to);
    let mean = |plane: &Plane| plane.values.iter().sum::<f32>() / plane.values.len() as f32;
    assert!((mean(&scaled) - mean(&slope)).abs() < 0.02);
    let inner = &scaled.values[to / 4..3 * to / 4];
    for pair in inner.windows(2) {
        assert!(
            (pair[1] - pair[0] - 1.0 / to as f32).abs() < 0.02,
            "{inner:?}"
        );
    }
}

proptest! {
    #[test]
    fn measures_of_any_picture_are_numbers(
        width in 2_u32..90, height in 2_u32..90, noise in 0_u8..=255,
        x in -50.0_f32..150.0, y in -50.0_f32..150.0, size in 0.1_f32..4.0,
    ) {
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(chance(x, y) * f32::from(noise)) as u8; 3]));
        let face = AlignmentTemplate::ARCFACE_112.points;
        let points = Landmarks(face.map(|point| Point::new(point.x * size + x, point.y * size + y)));
        if let Some(Recapture { white_point, texture, detail, excess, raster }) = Recapture::of(&picture, &points) {
            for value in [white_point, texture, detail, excess, raster] {
                prop_assert!(value.is_finite());
            }
        }
    }
}
