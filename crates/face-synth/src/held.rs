//! A photograph in a hand before a camera: the attack that costs least.

use image::{Rgb, RgbImage};

use crate::random::Random;

/// What the hand's motion keeps of itself from frame to frame.
const KEPT: f32 = 0.8;

/// `frames` frames of `photograph` as a camera sees it that is held by a hand: shifted, turned, brought nearer, tilted, a little
/// lighter or darker, and with the noise of a sensor.
///
/// Simulated: neither the paper's or screen's own texture nor what it reflects is drawn. Beyond the photograph's edge its edge
/// goes on.
#[must_use]
pub fn hand_held(photograph: &RgbImage, frames: usize, seed: u64) -> Vec<RgbImage> {
    let mut random = Random::new(seed, 5);
    let mut hand = Hand([0.0; 7]);
    (0..frames)
        .map(|_| {
            hand = hand.moved(&mut random);
            hand.shows(photograph, &mut random)
        })
        .collect()
}

/// Where the hand is: right, down, nearer, turned, tilted sideways, tilted up, lighter; each of a size of about 1.
#[derive(Clone, Copy)]
struct Hand([f32; 7]);

impl Hand {
    fn moved(self, random: &mut Random) -> Self {
        Self(self.0.map(|place| KEPT * place + random.between(-1.0, 1.0)))
    }

    fn shows(self, photograph: &RgbImage, random: &mut Random) -> RgbImage {
        let (width, height) = photograph.dimensions();
        let size = width.min(height) as f32;
        let [right, down, nearer, turned, sideways, up, lighter] = self.0;
        let (scale, angle) = (1.0 - 0.01 * nearer, 0.012 * turned);
        let (cos, sin) = (scale * (1.0 - angle * angle / 2.0), scale * angle);
        let middle = [width as f32 / 2.0, height as f32 / 2.0];
        let gain = 1.0 + 0.01 * lighter;
        RgbImage::from_fn(width, height, |x, y| {
            let (u, v) = ((x as f32 - middle[0]) / size, (y as f32 - middle[1]) / size);
            let depth = 1.0 + 0.01 * (sideways * u + up * v);
            let from_x = (cos * u - sin * v + 0.008 * right) / depth * size + middle[0];
            let from_y = (sin * u + cos * v + 0.008 * down) / depth * size + middle[1];
            let colour = sample(photograph, from_x, from_y);
            Rgb(colour.map(|value| {
                // The sum of two even numbers is close enough to a normal one; a deviation of about 1.6 levels.
                let noise = random.between(-2.0, 2.0) + random.between(-2.0, 2.0);
                (value * gain + noise).round().clamp(0.0, 255.0) as u8
            }))
        })
    }
}

/// The colour between pixels, bilinear.
fn sample(picture: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (last_x, last_y) = (picture.width() - 1, picture.height() - 1);
    let (x, y) = (x.clamp(0.0, last_x as f32), y.clamp(0.0, last_y as f32));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |x, y, channel: usize| f32::from(picture.get_pixel(x, y).0[channel]);
    std::array::from_fn(|channel| {
        let upper = at(left, top, channel) * (1.0 - fx) + at(right, top, channel) * fx;
        let lower = at(left, bottom, channel) * (1.0 - fx) + at(right, bottom, channel) * fx;
        upper * (1.0 - fy) + lower * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portrait;

    #[test]
    fn every_frame_is_the_photograph_a_little_elsewhere() {
        let photograph = portrait(1, 0);
        let frames = hand_held(&photograph, 5, 3);
        assert_eq!(frames, hand_held(&photograph, 5, 3));
        let difference = |a: &RgbImage, b: &RgbImage| -> f32 {
            let sum: f32 = a
                .iter()
                .zip(b.iter())
                .map(|(a, b)| f32::from(a.abs_diff(*b)))
                .sum();
            sum / a.len() as f32
        };
        for pair in frames.windows(2) {
            let left = difference(&pair[0], &pair[1]);
            assert!((1.0..30.0).contains(&left), "{left}");
        }
    }
}
