//! What a small sensor and a small file take away.

use face_vision::{DecodeLimits, decode, resize};
use image::codecs::jpeg::JpegEncoder;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::canvas::{Canvas, byte};
use super::span::{Chance, Span};

/// A small picture, enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LowResolution {
    /// How often.
    pub chance: Chance,
    /// Sides of the small picture as shares of the output's side.
    pub size: Span,
}

impl Default for LowResolution {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            size: Span::new(0.25, 0.8),
        }
    }
}

impl LowResolution {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let side = canvas.side as u32;
        let small = ((self.size.draw(rng) * side as f32).round() as u32).clamp(1, side);
        let shrunk = resize(&canvas.to_picture(), small, small);
        canvas.take(&resize(&shrunk, side, side));
    }
}

/// Noise of the sensor, independent in every value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Noise {
    /// How often.
    pub chance: Chance,
    /// Standard deviations in levels of 255.
    pub deviation: Span,
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            deviation: Span::new(1.0, 10.0),
        }
    }
}

/// Standard deviation of the sum of four even bytes, which is nearly normal: the square root of 4 (256^2 - 1) / 12.
const SPREAD: f32 = 147.800_54;
/// Its mean.
const MIDDLE: f32 = 510.0;

impl Noise {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let scale = self.deviation.draw(rng) / SPREAD;
        for pair in canvas.pixels.chunks_mut(2) {
            let bytes = rng.next_u64().to_le_bytes();
            for (value, four) in pair.iter_mut().zip(bytes.as_chunks::<4>().0) {
                let sum: u16 = four.iter().copied().map(u16::from).sum();
                *value = byte(f32::from(*value) + scale * (f32::from(sum) - MIDDLE));
            }
        }
    }
}

/// Blocks and rings of a compressed file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jpeg {
    /// How often.
    pub chance: Chance,
    /// Qualities, 1 to 100.
    pub quality: Span,
}

impl Default for Jpeg {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            quality: Span::new(25.0, 90.0),
        }
    }
}

impl Jpeg {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let quality = self.quality.draw(rng).round().clamp(1.0, 100.0) as u8;
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, quality)
            .encode_image(&canvas.to_picture())
            .expect("a vector takes every byte and a network's input is within JPEG's limits");
        let picture = decode(&file, &DecodeLimits::default())
            .expect("the file was written a moment ago by the same crate");
        canvas.take(&picture);
    }
}
