//! Laws of the augmentation as a whole, and what each part does to a picture made for it.

use face_vision::RgbImage;
use image::Rgb;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::{CROP_TEMPLATE, stream};
use face_vision::AlignmentTemplate;

const SIDE: u32 = 64;

/// A recipe as it is written in a file.
fn recipe(text: &str) -> Augmentation {
    toml::from_str(text).unwrap()
}

/// Everything, every time.
fn everything() -> Augmentation {
    recipe(
        "mirror = 0.5
        grey = 0.2
        geometry.chance = 1.0
        occlusion = { chance = 1.0, mouth = 0.4, eyes = 0.4 }
        light.chance = 1.0
        colour_cast.chance = 1.0
        gaussian_blur.chance = 1.0
        motion_blur.chance = 1.0
        low_resolution.chance = 1.0
        noise.chance = 1.0
        jpeg.chance = 1.0",
    )
}

fn placement() -> Placement {
    Placement::between(&CROP_TEMPLATE, &AlignmentTemplate::ARCFACE_112.scaled(SIDE)).unwrap()
}

/// A crop with some structure everywhere and no symmetry.
fn crop() -> RgbImage {
    RgbImage::from_fn(128, 128, |x, y| {
        let stripe = if (x / 8 + y / 16) % 2 == 0 { 60 } else { 0 };
        Rgb([(x + stripe) as u8, (y + stripe) as u8, (128 - x / 2) as u8])
    })
}

fn applied_to(augmentation: &Augmentation, picture: &RgbImage, seed: u64) -> (Vec<u8>, Applied) {
    let placement = placement();
    let mut out = vec![0; placement.bytes()];
    let view = CropView::of(picture).unwrap();
    let applied = augmentation.apply(&mut stream(seed, &[]), view, &placement, &mut out);
    (out, applied)
}

fn plain(picture: &RgbImage) -> Vec<u8> {
    let mut out = vec![0; placement().bytes()];
    placement().warp(CropView::of(picture).unwrap(), &mut out);
    out
}

/// Mean, and mean squared difference of neighbours in a row: how much fine structure there is.
fn statistics(pixels: &[u8]) -> (f64, f64) {
    let mean = pixels.iter().copied().map(f64::from).sum::<f64>() / pixels.len() as f64;
    let steps = pixels.iter().zip(&pixels[3..]);
    let rough: f64 = steps.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    (mean, rough / pixels.len() as f64)
}

#[test]
fn without_any_part_a_crop_is_only_placed() {
    let (out, applied) = applied_to(&Augmentation::default(), &crop(), 1);
    assert_eq!(out, plain(&crop()));
    assert!(!applied.mirrored);
    assert_eq!(applied.transform, placement().transform);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_seed_gives_the_same_pixels_again_and_another_seed_others(seed in 0_u64..u64::MAX) {
        let (first, again) = (applied_to(&everything(), &crop(), seed), applied_to(&everything(), &crop(), seed));
        prop_assert_eq!(&first, &again);
        let other = applied_to(&everything(), &crop(), seed ^ 1);
        prop_assert_ne!(first.0, other.0);
    }

    #[test]
    fn a_place_of_the_crop_is_found_where_the_output_shows_it(seed in 0_u64..u64::MAX, x in 40_f32..88.0, y in 40_f32..88.0) {
        // A bright spot on black, seen through the geometric parts alone.
        let spot = RgbImage::from_fn(128, 128, |px, py| {
            let near = (px as f32 - x).hypot(py as f32 - y) < 3.0;
            Rgb([if near { 255 } else { 0 }; 3])
        });
        let parts = recipe("mirror = 0.5\n[geometry]\nchance = 1.0\nturn_deg = 20.0\nshift = 0.1");
        let (out, applied) = applied_to(&parts, &spot, seed);
        let (mut weight, mut sum) = (0.0, [0.0, 0.0]);
        for (index, pixel) in out.as_chunks::<3>().0.iter().enumerate() {
            let value = f32::from(pixel[0]);
            weight += value;
            sum[0] += value * (index % 64) as f32;
            sum[1] += value * (index / 64) as f32;
        }
        let place = applied.place(Point::new(x, y), SIDE);
        // The spot's pixels are whole, so that its middle is known to half a pixel of the crop.
        prop_assert!((sum[0] / weight - place.x).abs() < 0.5, "{} {}", sum[0] / weight, place.x);
        prop_assert!((sum[1] / weight - place.y).abs() < 0.5, "{} {}", sum[1] / weight, place.y);
    }
}

#[test]
fn a_mirrored_crop_is_the_plain_one_read_from_the_right() {
    let (mut out, applied) = applied_to(&recipe("mirror = 1.0"), &crop(), 3);
    assert!(applied.mirrored);
    Canvas::new(&mut out, SIDE as usize).mirror();
    assert_eq!(out, plain(&crop()));
}

#[rstest]
#[case::lens("gaussian_blur = { chance = 1.0, deviation = [0.03, 0.03] }")]
#[case::motion("motion_blur = { chance = 1.0, length = [0.1, 0.1] }")]
#[case::few_pixels("low_resolution = { chance = 1.0, size = [0.25, 0.25] }")]
fn blur_takes_fine_structure_and_leaves_the_mean(#[case] text: &str) {
    let noisy = RgbImage::from_fn(128, 128, |x, y| {
        Rgb([if (x / 4 + y / 4) % 2 == 0 { 160 } else { 80 }; 3])
    });
    let (out, _) = applied_to(&recipe(text), &noisy, 5);
    let ((mean, rough), (mean_before, rough_before)) =
        (statistics(&out), statistics(&plain(&noisy)));
    assert!((mean - mean_before).abs() < 2.0, "{mean} {mean_before}");
    assert!(rough < 0.6 * rough_before, "{rough} {rough_before}");
}

#[test]
fn blur_of_a_deviation_spreads_a_line_by_that_deviation() {
    let line = RgbImage::from_fn(128, 128, |x, _| {
        Rgb([if (64..66).contains(&x) { 255 } else { 0 }; 3])
    });
    let wide = recipe("gaussian_blur = { chance = 1.0, deviation = [0.05, 0.05] }");
    let mut out = vec![0; 3 * 64 * 64];
    let (placement, view) = (
        Placement::middle_square(128, 128, 64),
        CropView::of(&line).unwrap(),
    );
    wide.apply(&mut stream(1, &[]), view, &placement, &mut out);
    let row = &out[3 * 64 * 32..][..3 * 64];
    let values: Vec<(f64, f64)> = (0..64).map(|x| (x as f64, f64::from(row[3 * x]))).collect();
    let weight: f64 = values.iter().map(|(_, v)| v).sum();
    let mean = values.iter().map(|(x, v)| x * v).sum::<f64>() / weight;
    let variance = values
        .iter()
        .map(|(x, v)| (x - mean).powi(2) * v)
        .sum::<f64>()
        / weight;
    // 5% of 64 is 3.2 pixels; cutting the tails and rounding to bytes costs a few per cent.
    assert!((variance.sqrt() - 3.2).abs() < 0.2, "{}", variance.sqrt());
}

#[test]
fn noise_has_the_deviation_asked_for() {
    let grey = RgbImage::from_pixel(128, 128, Rgb([128; 3]));
    let (out, _) = applied_to(
        &recipe("noise = { chance = 1.0, deviation = [8.0, 8.0] }"),
        &grey,
        9,
    );
    let count = out.len() as f64;
    let mean = out.iter().copied().map(f64::from).sum::<f64>() / count;
    let variance = out
        .iter()
        .map(|v| (f64::from(*v) - mean).powi(2))
        .sum::<f64>()
        / count;
    // 12,288 draws: the deviation's standard error is 0.05.
    assert!(
        (mean - 128.0).abs() < 0.3 && (variance.sqrt() - 8.0).abs() < 0.25,
        "{mean} {variance}"
    );
}

#[test]
fn grey_pictures_have_three_equal_channels() {
    let (out, _) = applied_to(&recipe("grey = 1.0"), &crop(), 2);
    assert!(
        out.as_chunks::<3>()
            .0
            .iter()
            .all(|[r, g, b]| r == g && g == b)
    );
}

#[test]
fn a_file_of_low_quality_changes_pixels_but_keeps_the_picture() {
    let (out, _) = applied_to(
        &recipe("jpeg = { chance = 1.0, quality = [20.0, 20.0] }"),
        &crop(),
        2,
    );
    let differences = out
        .iter()
        .zip(plain(&crop()))
        .map(|(a, b)| f64::from(a.abs_diff(b)));
    let mean = differences.sum::<f64>() / out.len() as f64;
    assert!((0.5..20.0).contains(&mean), "{mean}");
}

#[rstest]
#[case::mouth("mouth = 1.0", [0.5, 0.82], [0.5, 0.3])]
#[case::eyes("eyes = 1.0", [0.34, 0.46], [0.5, 0.85])]
fn a_patch_hides_what_it_is_meant_to_hide(
    #[case] text: &str,
    #[case] hidden: [f32; 2],
    #[case] seen: [f32; 2],
) {
    let parts = recipe(&format!("[occlusion]\nchance = 1.0\n{text}"));
    let before = plain(&crop());
    let at = |[x, y]: [f32; 2]| 3 * ((y * 64.0) as usize * 64 + (x * 64.0) as usize);
    let mut changed = 0;
    for seed in 0..20 {
        let (out, _) = applied_to(&parts, &crop(), seed);
        changed += usize::from(out[at(hidden)..][..3] != before[at(hidden)..][..3]);
        assert_eq!(out[at(seen)..][..3], before[at(seen)..][..3], "seed {seed}");
    }
    // A patch may by chance have the colour that it hides.
    assert!(changed >= 19, "{changed}");
}

#[rstest]
#[case::unknown("miror = 1.0", "unknown field")]
#[case::part("[noise]\nchance = 1.0\nsigma = 2", "unknown field")]
#[case::chance("mirror = 1.5", "not a probability")]
#[case::span("[noise]\ndeviation = [3.0, 1.0]", "not a range")]
fn a_recipe_with_a_mistake_is_refused(#[case] text: &str, #[case] message: &str) {
    let error = toml::from_str::<Augmentation>(text)
        .unwrap_err()
        .to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_recipe_is_read_back_as_it_was_written() {
    let text = toml::to_string(&everything()).unwrap();
    assert_eq!(recipe(&text), everything());
}
