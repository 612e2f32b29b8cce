//! Paper and panel: their colours and their pattern.

use rand::{Rng, RngExt as _};

use super::Recapture;
use crate::augmentation::canvas::{Canvas, byte};
use crate::augmentation::span::signed;

/// What shows the picture.
pub(super) struct Surface {
    black: f32,
    contrast: f32,
    saturation: f32,
    gains: [f32; 3],
    pattern: Pattern,
}

/// A wave over the picture, of one direction on a screen and of two on paper.
struct Pattern {
    is_print: bool,
    depth: f32,
    /// Radians a pixel across and down.
    wave: [f32; 2],
    /// Radians by which the three channels lag: the sub-pixels of a screen lie side by side.
    lags: [f32; 3],
    /// Change of the phase with the squared distance from the corner: no panel is quite flat to the camera.
    bend: f32,
}

impl Surface {
    pub(super) fn draw(rng: &mut impl Rng, settings: &Recapture, side: usize) -> Self {
        let is_print = settings.print.happens(rng);
        let contrast = settings.contrast.draw(rng).clamp(0.0, 1.0);
        // Paper is never black and never brighter than the room, a panel's black glows.
        let black = 255.0 * (1.0 - contrast) * rng.random::<f32>();
        Self {
            black,
            contrast,
            saturation: settings.saturation.draw(rng),
            gains: std::array::from_fn(|_| 1.0 + settings.tint * signed(rng)),
            pattern: Pattern::draw(rng, settings, side, is_print),
        }
    }

    /// The picture in `canvas` as the surface shows it.
    pub(super) fn show(&self, canvas: &mut Canvas<'_>) {
        canvas.for_each(|x, y, pixel| {
            let [red, green, blue] = pixel.map(f32::from);
            let grey = 0.299 * red + 0.587 * green + 0.114 * blue;
            let pattern = self.pattern.at(x as f32, y as f32, grey / 255.0);
            for (channel, value) in pixel.iter_mut().enumerate() {
                let colour = grey + self.saturation * (f32::from(*value) - grey);
                let shown = self.black + self.contrast * colour;
                *value = byte(shown * self.gains[channel] * pattern[channel]);
            }
        });
    }
}

impl Pattern {
    fn draw(rng: &mut impl Rng, settings: &Recapture, side: usize, is_print: bool) -> Self {
        let side = side as f32;
        // Below two pixels a wave is none.
        let period = (settings.period.draw(rng) * side).max(2.0);
        let angle = std::f32::consts::PI * signed(rng);
        let turn = std::f32::consts::TAU / period;
        let first = std::f32::consts::PI * signed(rng);
        let lag = if is_print { 0.0 } else { 2.0 * signed(rng) };
        Self {
            is_print,
            depth: settings.pattern.draw(rng),
            wave: [turn * angle.cos(), turn * angle.sin()],
            lags: [first, first + lag, first + 2.0 * lag],
            bend: if is_print {
                0.0
            } else {
                0.3 * turn * signed(rng) / side
            },
        }
    }

    /// Factors on the three channels at a place; `level` is the brightness there, 0 to 1.
    fn at(&self, x: f32, y: f32, level: f32) -> [f32; 3] {
        let along = self.wave[0] * x + self.wave[1] * y;
        if self.is_print {
            let across = self.wave[0] * y - self.wave[1] * x;
            // Dots show most in the middle tones: white has none, and in black they run together.
            let strength = self.depth * 4.0 * level * (1.0 - level);
            let dots = (along + self.lags[0]).cos() * across.cos();
            return [1.0 + strength * dots; 3];
        }
        let bent = along + self.bend * (x * x + y * y);
        self.lags.map(|lag| 1.0 + self.depth * (bent + lag).cos())
    }
}
