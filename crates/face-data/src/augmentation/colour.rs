//! Light and colour.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::canvas::{Canvas, byte};
use super::span::{Chance, Span, signed};

/// Exposure, contrast and a light from one side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Light {
    /// How often.
    pub chance: Chance,
    /// Factors on every value.
    pub gain: Span,
    /// Exponents on values from 0 to 1: below 1 the shadows rise, above 1 they deepen.
    pub gamma: Span,
    /// Most gain or loss of light from the middle to the border, towards a random direction; 0.3 leaves 0.7 on the far side.
    pub gradient: f32,
}

impl Default for Light {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            gain: Span::new(0.6, 1.4),
            gamma: Span::new(0.7, 1.4),
            gradient: 0.4,
        }
    }
}

impl Light {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let (gain, gamma) = (self.gain.draw(rng), self.gamma.draw(rng).max(0.05));
        let curve: [f32; 256] =
            std::array::from_fn(|value| 255.0 * gain * (value as f32 / 255.0).powf(gamma));
        let angle = std::f32::consts::PI * signed(rng);
        let slope = self.gradient * signed(rng).abs();
        let half = canvas.side as f32 / 2.0;
        let (across, down) = (slope * angle.cos() / half, slope * angle.sin() / half);
        canvas.for_each(|x, y, pixel| {
            let level = 1.0 + across * (x as f32 - half) + down * (y as f32 - half);
            *pixel = pixel.map(|value| byte(curve[usize::from(value)] * level));
        });
    }
}

/// A tint of the light: every channel gets a gain of its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColourCast {
    /// How often.
    pub chance: Chance,
    /// Most gain or loss of a channel.
    pub strength: f32,
}

impl Default for ColourCast {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            strength: 0.15,
        }
    }
}

impl ColourCast {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let gains: [f32; 3] = std::array::from_fn(|_| 1.0 + self.strength * signed(rng));
        let curves = gains
            .map(|gain| -> [u8; 256] { std::array::from_fn(|value| byte(value as f32 * gain)) });
        canvas.for_each(|_, _, pixel| {
            for (value, curve) in pixel.iter_mut().zip(&curves) {
                *value = curve[usize::from(*value)];
            }
        });
    }
}

/// Every pixel becomes its luma (ITU-R BT.601).
pub(super) fn remove(canvas: &mut Canvas<'_>) {
    canvas.for_each(|_, _, pixel| {
        let [red, green, blue] = pixel.map(u32::from);
        *pixel = [((77 * red + 150 * green + 29 * blue + 128) >> 8) as u8; 3];
    });
}
