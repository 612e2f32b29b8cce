//! Ready-made pictures: portraits, a blink, and the files that a browser's fake camera reads.

use image::{RgbImage, codecs::jpeg::JpegEncoder};

use crate::{Identity, Scene, math::sin_cos, random::Random, render};

/// Size of portraits in pixels.
pub const PORTRAIT_SIZE: (u32, u32) = (640, 480);

/// The scene of portrait `variant` of person `seed`: small natural changes of pose, light and background.
#[must_use]
pub fn portrait_scene(seed: u64, variant: u64) -> Scene {
    let random = &mut Random::new(seed.rotate_left(17) ^ variant, 2);
    Scene {
        yaw_deg: random.between(-8.0, 8.0),
        pitch_deg: random.between(-5.0, 5.0),
        roll_deg: random.between(-5.0, 5.0),
        scale: random.between(0.92, 1.12),
        centre: [random.between(0.44, 0.56), random.between(0.45, 0.51)],
        light_deg: [random.between(-35.0, 35.0), random.between(15.0, 40.0)],
        light_intensity: random.between(0.85, 1.15),
        ambient: random.between(0.85, 1.15),
        warmth: random.between(-0.4, 0.4),
        background: random.bits(),
        clothes: random.bits(),
        gaze: [random.between(-0.2, 0.2), random.between(-0.2, 0.2)],
        expression: random.between(-0.1, 0.4),
        noise_seed: random.bits(),
        noise: random.between(1.0, 2.5),
        blur: random.between(0.0, 0.5),
        ..Scene::default()
    }
}

/// A webcam-like portrait, 640 x 480, of person `seed`; each `variant` is another moment.
#[must_use]
pub fn portrait(seed: u64, variant: u64) -> RgbImage {
    let (width, height) = PORTRAIT_SIZE;
    render(
        &Identity::from_seed(seed),
        &portrait_scene(seed, variant),
        width,
        height,
    )
}

/// `frames` frames of person `seed` before a webcam: eyes open, closed in the middle third, open again.
///
/// The head moves a little, and the sensor's noise differs in every frame. With fewer than three frames the eyes may
/// stay open.
#[must_use]
pub fn blink_sequence(seed: u64, frames: usize) -> Vec<RgbImage> {
    let (width, height) = PORTRAIT_SIZE;
    let id = Identity::from_seed(seed);
    (0..frames)
        .map(|i| render(&id, &blink_scene(seed, i, frames), width, height))
        .collect()
}

/// The scene of frame `index` of [`blink_sequence`].
#[must_use]
pub fn blink_scene(seed: u64, index: usize, frames: usize) -> Scene {
    Scene {
        eyes_open: eyes_open(index, frames),
        // Once and twice to and fro.
        ..sitting(seed, index, frames, [1.0, 2.0])
    }
}

/// How far the eyes are open: not at all in the middle third.
const fn eyes_open(index: usize, frames: usize) -> f32 {
    let is_closed = index >= frames.div_ceil(3) && index < frames - frames / 3;
    if is_closed { 0.0 } else { 1.0 }
}

/// A head that sways a little, so often to and fro: smoothly, so that frames near in time are alike, and ending where it began, so that a
/// camera that plays the frames in a loop shows no jump.
fn sitting(seed: u64, index: usize, frames: usize, cycles: [f32; 2]) -> Scene {
    let still = portrait_scene(seed, u64::MAX);
    let time = index as f32 / frames as f32;
    let phases = &mut Random::new(seed, 4);
    let mut sway = |size: f32| {
        let mut wave = |cycles: f32| sin_cos(360.0 * (cycles * time + phases.unit())).0;
        size * (0.6 * wave(cycles[0]) + 0.4 * wave(cycles[1]))
    };
    Scene {
        yaw_deg: still.yaw_deg * 0.5 + sway(1.2),
        pitch_deg: still.pitch_deg * 0.5 + sway(1.2),
        roll_deg: still.roll_deg * 0.5 + sway(0.8),
        centre: [still.centre[0] + sway(0.002), still.centre[1] + sway(0.002)],
        noise_seed: Random::new(seed.wrapping_add(index as u64), 4).bits(),
        ..still
    }
}

/// `image` as a JPEG file of `quality` 1 to 100.
#[must_use]
pub fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode_image(image)
        .expect("a vector takes every byte and the size is within JPEG's limits");
    file
}

/// JPEG files one after the other: what Chromium's `--use-file-for-fake-video-capture` reads from a `.mjpeg` file.
#[must_use]
pub fn mjpeg(frames: &[RgbImage]) -> Vec<u8> {
    frames.iter().flat_map(|frame| jpeg(frame, 92)).collect()
}

/// A [`mjpeg`] file of seven seconds before a webcam: person `seed` sits still as people do and blinks every one and a half.
///
/// The camera takes 7.5 pictures a second, as many do by lamplight, so each is there four times.
#[must_use]
pub fn webcam_film(seed: u64) -> Vec<u8> {
    const BLINK: usize = 11;
    const FRAMES: usize = 5 * BLINK;
    const TIMES: usize = 4;
    let (width, height) = PORTRAIT_SIZE;
    let id = Identity::from_seed(seed);
    let scene = |index| Scene {
        eyes_open: eyes_open(index % BLINK, BLINK),
        ..sitting(seed, index, FRAMES, [2.0, 3.0])
    };
    (0..FRAMES)
        .flat_map(|index| mjpeg(&[render(&id, &scene(index), width, height)]).repeat(TIMES))
        .collect()
}

/// People whom face networks tell apart well, for tests with few people; those whose blinks read most clearly first.
///
/// Measured over variants 0 to 3 of each, all 1056 pairs of portraits of two people: the cosine is at most 0.257 with
/// face-reidentification-retail-0095 (four pairs above 0.25) and 0.350 with MobileFaceNet. Any change to the drawing
/// of a person asks for a new choice.
const WELL_SEPARATED: [u64; 12] = [
    1411, 391, 1505, 1545, 1866, 1910, 126, 1616, 849, 1034, 446, 682,
];

/// Seeds of twelve people who are far apart for face networks.
#[must_use]
pub const fn well_separated_seeds() -> &'static [u64] {
    &WELL_SEPARATED
}
