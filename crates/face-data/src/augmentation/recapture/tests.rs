//! Each trace of a second capture is there when it is asked for, and only then.

use super::*;
use crate::{procedural, stream};

const SIDE: usize = 96;

/// Nothing but a copy: the least of every trace.
fn nothing() -> Recapture {
    Recapture {
        print: Chance::NEVER,
        pattern: Span::new(0.0, 0.0),
        period: Span::new(0.1, 0.1),
        contrast: Span::new(1.0, 1.0),
        saturation: Span::new(1.0, 1.0),
        tint: 0.0,
        border: Chance::NEVER,
        extent: Span::new(0.5, 0.5),
        perspective: 0.0,
        gloss: Chance::NEVER,
        blur: Span::new(0.0, 0.0),
    }
}

fn face() -> Vec<u8> {
    let crops = procedural::crops(1, 1);
    let face = image::imageops::crop_imm(&crops.crop(0).to_image(), 16, 16, 96, 96).to_image();
    face.into_raw()
}

fn shown(settings: &Recapture, picture: &[u8], seed: u64) -> Vec<u8> {
    let mut pixels = picture.to_vec();
    settings.apply(&mut stream(seed, &[]), &mut pixels, SIDE);
    pixels
}

/// Mean of the green channel at the places that `choose` names.
fn mean(pixels: &[u8], choose: impl Fn(usize, usize) -> bool) -> f32 {
    let places = (0..SIDE * SIDE).filter(|at| choose(at % SIDE, at / SIDE));
    let values: Vec<f32> = places.map(|at| f32::from(pixels[3 * at + 1])).collect();
    values.iter().sum::<f32>() / values.len() as f32
}

#[test]
fn without_a_trace_the_picture_stays_and_with_all_it_follows_the_seed() {
    let face = face();
    let copied = shown(&nothing(), &face, 1);
    let largest = copied.iter().zip(&face).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(largest <= Some(1), "{largest:?}");
    let all = Recapture::default();
    assert_eq!(shown(&all, &face, 1), shown(&all, &face, 1));
    assert_ne!(shown(&all, &face, 1), shown(&all, &face, 2));
}

#[test]
fn less_contrast_and_colour_are_left() {
    let settings = Recapture {
        contrast: Span::new(0.5, 0.5),
        saturation: Span::new(0.0, 0.0),
        ..nothing()
    };
    let mut picture = vec![0; 3 * SIDE * SIDE];
    for (at, pixel) in picture.chunks_exact_mut(3).enumerate() {
        pixel.copy_from_slice(if at % SIDE < 48 {
            &[0, 0, 0]
        } else {
            &[255, 60, 60]
        });
    }
    let shown = shown(&settings, &picture, 4);
    assert!(
        shown
            .chunks_exact(3)
            .all(|p| p[0].abs_diff(p[1]) <= 1 && p[1].abs_diff(p[2]) <= 1)
    );
    // The luma of the red is 118: half of it is left over the surface's own black.
    let difference = mean(&shown, |x, _| x > 50) - mean(&shown, |x, _| x < 46);
    assert!((difference - 59.0).abs() < 2.0, "{difference}");
}

#[rstest::rstest]
#[case::screen(Chance::NEVER)]
#[case::print(Chance::ALWAYS)]
fn the_pattern_has_the_depth_asked_for_and_repeats_within_two_periods(#[case] print: Chance) {
    let settings = Recapture {
        print,
        pattern: Span::new(0.2, 0.2),
        period: Span::new(0.125, 0.125),
        ..nothing()
    };
    let grey = vec![128; 3 * SIDE * SIDE];
    let pixels = shown(&settings, &grey, 3);
    let greens: Vec<f32> = pixels.chunks_exact(3).map(|p| f32::from(p[1])).collect();
    let (low, high) = greens
        .iter()
        .fold((255.0_f32, 0.0_f32), |(l, h), v| (l.min(*v), h.max(*v)));
    assert!(
        (high - 153.0).abs() < 4.0 && (low - 102.0).abs() < 4.0,
        "{low} {high}"
    );
    let window: Vec<f32> = (0..24)
        .flat_map(|y| (0..24).map(move |x| (x, y)))
        .map(|(x, y)| greens[y * SIDE + x])
        .collect();
    let spread = window.iter().fold(0.0_f32, |h, v| h.max(*v))
        - window.iter().fold(255.0_f32, |l, v| l.min(*v));
    assert!(spread > 40.0, "{spread}");
}

#[test]
fn beyond_the_edge_there_is_no_face() {
    let settings = Recapture {
        border: Chance::ALWAYS,
        ..nothing()
    };
    let white = vec![200; 3 * SIDE * SIDE];
    let mut walls = 0;
    for seed in 0..20 {
        let pixels = shown(&settings, &white, seed);
        let inside = mean(&pixels, |x, y| x.abs_diff(48) < 20 && y.abs_diff(48) < 20);
        assert!((inside - 200.0).abs() < 1.0, "{inside}");
        walls += usize::from((mean(&pixels, |x, y| x < 3 && y < 3) - 200.0).abs() > 5.0);
    }
    // A wall in half of them; a rim alone never reaches the corner.
    assert!((4..=16).contains(&walls), "{walls}");
}

#[test]
fn gloss_adds_light_and_an_angle_moves_the_rim_more_than_the_middle() {
    let face = face();
    let glossy = Recapture {
        gloss: Chance::ALWAYS,
        ..nothing()
    };
    let lit = shown(&glossy, &face, 6);
    assert!(mean(&lit, |_, _| true) > mean(&face, |_, _| true) + 3.0);
    let tilted = Recapture {
        perspective: 0.3,
        ..nothing()
    };
    // A ramp shows where each column comes from.
    let ramp: Vec<u8> = (0..3 * SIDE * SIDE)
        .map(|at| (2 * ((at / 3) % SIDE)) as u8)
        .collect();
    let seen = shown(&tilted, &ramp, 8);
    let moved = |x: usize| {
        let row = 3 * (48 * SIDE + x);
        f32::from(seen[row]) - f32::from(ramp[row])
    };
    assert!(moved(48).abs() < 2.0, "{}", moved(48));
    assert!(moved(8).abs() > 3.0, "{}", moved(8));
}
