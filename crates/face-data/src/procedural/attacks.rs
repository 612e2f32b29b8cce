//! Live faces, and the same faces on a drawn screen.

use face_synth::{Identity, blink_scene, render};
use face_vision::{RgbImage, resize};
use image::imageops;
use rand::RngExt as _;

use super::{SIZE, found, person_seed};
use crate::pictures::PictureSet;
use crate::stream;

/// `sources` sources (one person, one screen each) with `frames` frames live and as many replayed; 192x144.
#[must_use]
pub fn attacks(sources: usize, frames: usize) -> PictureSet {
    let all = (0..sources).flat_map(|source| (0..frames).map(move |frame| (source, frame)));
    PictureSet::from_found(all.flat_map(|(source, frame)| {
        let seed = person_seed(source);
        let scene = blink_scene(seed, frame, frames);
        let live = render(&Identity::from_seed(seed), &scene, SIZE.0, SIZE.1);
        let replay = behind_screen(&live, source as u64);
        [("live", live), ("replay", replay)].map(|(kind, picture)| {
            let group = format!("source-{source:02}");
            found(
                format!("{group}/{kind}/{frame:05}.png"),
                &picture,
                kind,
                group,
            )
        })
    }))
}

/// The picture as a camera would see it on screen number `screen`: smaller, in a black frame, with raised blacks, a cool
/// tint, and the beat of the screen's pixels with the sensor's.
#[must_use]
pub fn behind_screen(picture: &RgbImage, screen: u64) -> RgbImage {
    let rng = &mut stream(screen, &[]);
    let (width, height) = picture.dimensions();
    let margin = 2 + width / 24;
    let (across, down) = (rng.random_range(0.6..1.4), rng.random_range(0.6..1.4));
    let depth = rng.random_range(0.06..0.14);
    let phases: [f32; 3] = [0.0, 2.1, 4.2];
    let shown = resize(
        picture,
        width.saturating_sub(2 * margin).max(1),
        height.saturating_sub(2 * margin).max(1),
    );
    let mut seen = RgbImage::from_pixel(width, height, image::Rgb([8, 8, 10]));
    imageops::replace(&mut seen, &shown, i64::from(margin), i64::from(margin));
    for (x, y, pixel) in seen.enumerate_pixels_mut() {
        let beat = across * x as f32 + down * y as f32;
        for ((value, phase), tint) in pixel.0.iter_mut().zip(phases).zip([0.86, 0.95, 1.04]) {
            let level = (16.0 + 0.9 * f32::from(*value)) * tint;
            *value = (level * (1.0 + depth * (beat + phase).sin())) as u8;
        }
    }
    seen
}
