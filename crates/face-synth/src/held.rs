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

/// What is held before the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A phone or tablet with a dark frame, all of it in the picture.
    Phone,
    /// The same, so near or so far aside that the picture cuts it off at one side or more.
    PhoneCutOff,
    /// A sheet of paper, its white margin narrow or missing, all of it in the picture.
    Sheet,
}

/// `photograph` on something that is held before a camera in `room`, which gives the picture its size.
///
/// Turned by up to 12 degrees, tilted, lighter or darker than the room, with the noise of a sensor; what holds it is not drawn, nor is what
/// it reflects.
#[must_use]
pub fn held_before(room: &RgbImage, photograph: &RgbImage, held: Held, seed: u64) -> RgbImage {
    let mut random = Random::new(seed, 6);
    let surface = Surface::at_random(room, held, &mut random);
    RgbImage::from_fn(room.width(), room.height(), |x, y| {
        let mut sum = [0.0; 3];
        // Four samples a pixel: an edge between two pixels has the colour of both.
        for (right, down) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let (x, y) = (x as f32 + right - 0.5, y as f32 + down - 0.5);
            let colour = surface
                .colour(photograph, x, y)
                .unwrap_or_else(|| sample(room, x, y));
            for (sum, value) in sum.iter_mut().zip(colour) {
                *sum += value / 4.0;
            }
        }
        Rgb(sum.map(|value| {
            let noise = random.between(-2.0, 2.0) + random.between(-2.0, 2.0);
            (value + noise).round().clamp(0.0, 255.0) as u8
        }))
    })
}

/// Where the thing that is held is, and what it is like.
struct Surface {
    middle: [f32; 2],
    half: [f32; 2],
    turn: [f32; 2],
    tilt: [f32; 2],
    /// Width of its frame as a share of half its width, and the frame's level.
    frame: f32,
    level: f32,
    gain: f32,
}

impl Surface {
    fn at_random(room: &RgbImage, held: Held, random: &mut Random) -> Self {
        let (width, height) = (room.width() as f32, room.height() as f32);
        let size = width.min(height);
        let (frame, level) = match held {
            Held::Phone | Held::PhoneCutOff => {
                (random.between(0.04, 0.16), random.between(8.0, 45.0))
            }
            Held::Sheet => (random.between(0.0, 0.12), random.between(205.0, 245.0)),
        };
        let half_height = match held {
            Held::Phone | Held::Sheet => random.between(0.25, 0.35),
            Held::PhoneCutOff => random.between(0.4, 0.6),
        } * size;
        let half_width = half_height * random.between(0.55, 0.9);
        let off = match held {
            Held::Phone | Held::Sheet => [0.0, 0.0],
            // Over one edge of the picture, by a little or by nearly a half.
            Held::PhoneCutOff => [
                random.between(-1.0, 1.0) * (width / 2.0 - 0.4 * half_width),
                random.between(0.1, 0.5) * half_height + (height / 2.0 - half_height).max(0.0),
            ],
        };
        let angle = random.between(-0.2, 0.2);
        Self {
            middle: [
                width / 2.0 + off[0] + random.between(-0.04, 0.04) * size,
                height / 2.0 + off[1] + random.between(-0.04, 0.04) * size,
            ],
            half: [half_width, half_height],
            turn: [1.0 - angle * angle / 2.0, angle],
            tilt: [random.between(-0.15, 0.15), random.between(-0.15, 0.15)],
            frame,
            level,
            gain: random.between(0.75, 1.25),
        }
    }

    /// What is seen of it at this place of the picture; `None` beside it.
    fn colour(&self, photograph: &RgbImage, x: f32, y: f32) -> Option<[f32; 3]> {
        let (x, y) = (x - self.middle[0], y - self.middle[1]);
        let [cos, sin] = self.turn;
        let (x, y) = (cos * x + sin * y, cos * y - sin * x);
        let depth = 1.0 + (self.tilt[0] * x + self.tilt[1] * y) / self.half[1];
        let (u, v) = (x / depth / self.half[0], y / depth / self.half[1]);
        if u.abs() > 1.0 || v.abs() > 1.0 {
            return None;
        }
        let frame = [self.frame, self.frame * self.half[0] / self.half[1]];
        if u.abs() > 1.0 - frame[0] || v.abs() > 1.0 - frame[1] {
            return Some([self.level; 3]);
        }
        // The largest part of the photograph that has the screen's shape, from its middle.
        let (width, height) = (photograph.width() as f32, photograph.height() as f32);
        let shape = self.half[0] / self.half[1];
        let (part_width, part_height) = (width.min(height * shape), height.min(width / shape));
        let from_x = width / 2.0 + u / (1.0 - frame[0]) * part_width / 2.0;
        let from_y = height / 2.0 + v / (1.0 - frame[1]) * part_height / 2.0;
        Some(sample(photograph, from_x, from_y).map(|value| value * self.gain))
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

    #[test]
    fn what_is_held_covers_the_room_where_it_is_and_no_more() {
        let (room, photograph) = (RgbImage::from_pixel(320, 240, Rgb([90; 3])), portrait(1, 0));
        for seed in 0..20 {
            let is_room = |picture: &RgbImage, x, y| {
                picture
                    .get_pixel(x, y)
                    .0
                    .iter()
                    .all(|&v| v.abs_diff(90) <= 6)
            };
            for held in [Held::Phone, Held::Sheet] {
                let picture = held_before(&room, &photograph, held, seed);
                assert_eq!(picture, held_before(&room, &photograph, held, seed));
                let corners = [(0, 0), (319, 0), (0, 239), (319, 239)];
                assert!(
                    corners.iter().all(|&(x, y)| is_room(&picture, x, y)),
                    "{held:?} {seed}"
                );
                let edges = (0..320).flat_map(|x| [(x, 0), (x, 239)]);
                assert!(
                    edges.into_iter().all(|(x, y)| is_room(&picture, x, y)),
                    "{held:?} {seed}"
                );
            }
            let cut_off = held_before(&room, &photograph, Held::PhoneCutOff, seed);
            let bottom = (0..320).filter(|&x| !is_room(&cut_off, x, 239)).count();
            assert!(bottom > 20, "{seed}: {bottom}");
        }
    }
}
