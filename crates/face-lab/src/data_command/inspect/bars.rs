//! A histogram as a picture.

use anyhow::{Context as _, anyhow};
use face_vision::RgbImage;
use plotters::coord::Shift;
use plotters::prelude::{
    BLACK, BitMapBackend, Color as _, DrawingArea, DrawingAreaErrorKind, DrawingBackend,
    IntoDrawingArea as _, RGBColor, Rectangle, WHITE,
};

/// Size of the picture in pixels.
const SIZE: (u32, u32) = (900, 300);
/// Pixels of white around the bars.
const MARGIN: i32 = 20;
/// Share of a bar's place that it fills, in hundredths.
const FILLED: i32 = 80;
const FILL: RGBColor = RGBColor(0, 114, 178);

/// The bars in their order; their names and numbers stand beside the picture in the page.
pub(super) fn draw(bars: &[(String, usize)]) -> anyhow::Result<RgbImage> {
    let mut pixels = vec![255; 3 * SIZE.0 as usize * SIZE.1 as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area();
        paint(bars, &area).map_err(|error| anyhow!("cannot draw: {error}"))?;
    }
    RgbImage::from_raw(SIZE.0, SIZE.1, pixels).context("the buffer has three bytes a pixel")
}

fn paint<B: DrawingBackend>(
    bars: &[(String, usize)],
    area: &DrawingArea<B, Shift>,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    area.fill(&WHITE)?;
    let (width, height) = (SIZE.0 as i32 - 2 * MARGIN, SIZE.1 as i32 - 2 * MARGIN);
    let most = bars
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0)
        .max(1);
    let places = bars.len().max(1) as i32;
    let base = MARGIN + height;
    for ((_, count), place) in bars.iter().zip(0..) {
        let left = MARGIN + width * place / places;
        let right = left + (width * FILLED / 100 / places).max(1);
        let top = base - (*count as f64 / most as f64 * f64::from(height)).round() as i32;
        area.draw(&Rectangle::new([(left, top), (right, base)], FILL.filled()))?;
    }
    let ground = [(MARGIN, base), (MARGIN + width, base + 1)];
    area.draw(&Rectangle::new(ground, BLACK.filled()))?;
    area.present()
}
