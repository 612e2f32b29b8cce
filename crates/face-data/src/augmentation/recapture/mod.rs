//! A face shown to the camera as a print or on a screen: presentation attacks, simulated.
//!
//! What a second capture does to a picture, in the order in which it happens: paper or panel hold fewer colours and less
//! contrast than the face, their dots or pixels lay a pattern over it, they are held at an angle and may end within the
//! view, they shine, and the camera blurs what was blurred before. Deliberately simple: a network should learn that such
//! traces speak against a face, not what one device looks like. Simulated attacks stand in for none that were recorded.

mod surface;
#[cfg(test)]
mod tests;
mod view;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::blur::GaussianBlur;
use super::canvas::Canvas;
use super::span::{Chance, Span};
use surface::Surface;
use view::View;

/// How faces are shown to the camera; the defaults are usable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recapture {
    /// How often on paper; else on a screen.
    pub print: Chance,
    /// Depths of the pattern, as shares of the value: a screen's beat with the sensor (moiré), a print's dots.
    pub pattern: Span,
    /// Periods of the pattern as shares of the side.
    pub period: Span,
    /// Shares of the contrast that are left.
    pub contrast: Span,
    /// Shares of the colour's distance from grey that are left.
    pub saturation: Span,
    /// Most gain or loss of a channel.
    pub tint: f32,
    /// How often the edge of paper or screen is in view.
    pub border: Chance,
    /// Half the width and height of what is shown, where 1 reaches from the middle to the border of the view.
    pub extent: Span,
    /// Most change of scale from the middle to the border, by holding it at an angle.
    pub perspective: f32,
    /// How often it shines.
    pub gloss: Chance,
    /// Standard deviations of the second lens's blur, as shares of the side.
    pub blur: Span,
}

impl Default for Recapture {
    fn default() -> Self {
        Self {
            print: Chance::new(0.4),
            pattern: Span::new(0.0, 0.12),
            period: Span::new(0.025, 0.2),
            contrast: Span::new(0.55, 0.95),
            saturation: Span::new(0.6, 1.25),
            tint: 0.12,
            border: Chance::new(0.4),
            extent: Span::new(0.5, 1.05),
            perspective: 0.12,
            gloss: Chance::new(0.4),
            blur: Span::new(0.004, 0.02),
        }
    }
}

impl Recapture {
    /// Shows the picture in `pixels` to a camera: RGB, row by row, `side` pixels a side; the face stays where it is.
    ///
    /// The same generator state gives the same bytes.
    ///
    /// # Panics
    /// If `pixels` does not hold three bytes for each pixel.
    pub fn apply(&self, rng: &mut impl Rng, pixels: &mut [u8], side: usize) {
        assert_eq!(pixels.len(), 3 * side * side, "three bytes a pixel");
        let room = pixels.to_vec();
        let canvas = &mut Canvas::new(pixels, side);
        Surface::draw(rng, self, side).show(canvas);
        View::draw(rng, self).look(canvas, &room);
        let blur = GaussianBlur {
            chance: Chance::ALWAYS,
            deviation: self.blur,
        };
        blur.apply(rng, canvas);
    }
}
