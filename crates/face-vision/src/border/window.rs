//! What lies around a face, at one size for all faces, as gradients.

use face_types::BoundingBox;
use image::RgbImage;

use crate::crop_scaled;

pub(super) const WIDTH: usize = 288;
pub(super) const HEIGHT: usize = 320;
/// Height of the face in the window.
const FACE: f32 = 64.0;
/// Where its middle lies.
const MIDDLE: [f32; 2] = [144.0, 140.0];
/// A row or column all so dark, or so bright, and so even was added to the picture rather than taken by a camera,
/// whose noise is less even.
const DARK: f32 = 16.0;
const BRIGHT: f32 = 240.0;
const EVEN: f32 = 2.0;
/// Pixels of a row or column that are looked at, at most.
const SAMPLES: usize = 512;

/// The surroundings of a face.
pub(super) struct Window {
    /// The face's box in it.
    pub(super) face: BoundingBox,
    /// First and beyond the last column, then row, of the picture; just outside of the window where the picture goes on.
    pub(super) columns: [i32; 2],
    pub(super) rows: [i32; 2],
    /// To the right and downwards, of the channel where it is steepest, in levels a pixel, row by row; `None` where not all neighbours
    /// are the picture's.
    gradients: Vec<Option<[f32; 2]>>,
}

impl Window {
    /// `None` where there is no face, or nothing of the picture is near it.
    pub(super) fn about(picture: &RgbImage, face: &BoundingBox) -> Option<Self> {
        let scale = FACE / face.height;
        if !(scale.is_finite() && scale > 0.0) {
            return None;
        }
        let bounds = BoundingBox::new(
            face.x + face.width / 2.0 - MIDDLE[0] / scale,
            face.y + face.height / 2.0 - MIDDLE[1] / scale,
            WIDTH as f32 / scale,
            HEIGHT as f32 / scale,
        );
        let part = bounds.intersection(&without_padding(picture));
        let place = |start: f32, origin: f32, length: f32, most: usize| {
            let first = ((start - origin) * scale).round().clamp(0.0, most as f32) as usize;
            let count = (length * scale).round() as usize;
            (first, count.min(most - first))
        };
        let (left, width) = place(part.x, bounds.x, part.width, WIDTH);
        let (top, height) = place(part.y, bounds.y, part.height, HEIGHT);
        if width < 3 || height < 3 {
            return None;
        }
        let pixels = crop_scaled(picture, &part, width as u32, height as u32);
        let ends = |first: usize, count: usize, most: usize| {
            let last = first + count;
            [
                if first > 0 { first as i32 } else { -1 },
                (if last < most { last } else { most + 1 }) as i32,
            ]
        };
        Some(Self {
            face: BoundingBox::new(
                (face.x - bounds.x) * scale,
                (face.y - bounds.y) * scale,
                face.width * scale,
                face.height * scale,
            ),
            columns: ends(left, width, WIDTH),
            rows: ends(top, height, HEIGHT),
            gradients: gradients(&pixels, [left, top]),
        })
    }

    /// See [`Self::gradients`].
    pub(super) fn gradient(&self, x: usize, y: usize) -> Option<[f32; 2]> {
        self.gradients[y * WIDTH + x]
    }
}

/// The picture less black or white bars at its edges, at most a third to each side.
fn without_padding(picture: &RgbImage) -> BoundingBox {
    let (width, height) = picture.dimensions();
    let column = |x: u32| is_padding(sampled(height).flat_map(move |y| picture.get_pixel(x, y).0));
    let row = |y: u32| is_padding(sampled(width).flat_map(move |x| picture.get_pixel(x, y).0));
    let bar = |length: u32, is_padding: &dyn Fn(u32) -> bool| {
        let count = (0..length / 3).take_while(|&at| is_padding(at)).count() as u32;
        // Two pixels more: where a bar ends, scaling and compression have mixed it with the picture.
        if count > 0 { count + 2 } else { 0 }
    };
    let (left, right) = (
        bar(width, &column),
        bar(width, &|at| column(width - 1 - at)),
    );
    let (top, bottom) = (bar(height, &row), bar(height, &|at| row(height - 1 - at)));
    let inner = [width, height].map(i64::from);
    let inner = [
        inner[0] - i64::from(left + right),
        inner[1] - i64::from(top + bottom),
    ];
    if inner.iter().any(|&length| length < 3) {
        // Nothing but bars: a picture that is all dark.
        return BoundingBox::new(0.0, 0.0, width as f32, height as f32);
    }
    BoundingBox::new(left as f32, top as f32, inner[0] as f32, inner[1] as f32)
}

/// Numbers below `length`, all or evenly spread.
fn sampled(length: u32) -> impl Iterator<Item = u32> {
    (0..length).step_by(1 + length as usize / SAMPLES)
}

fn is_padding(values: impl Iterator<Item = u8>) -> bool {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values.map(f64::from) {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    let mean = sum / count;
    let is_extreme = mean < f64::from(DARK) || mean > f64::from(BRIGHT);
    is_extreme && (squares / count - mean * mean).max(0.0).sqrt() < f64::from(EVEN)
}

/// Sobel's gradients of `pixels`, whose first pixel lies at `origin` of the window.
fn gradients(pixels: &RgbImage, [left, top]: [usize; 2]) -> Vec<Option<[f32; 2]>> {
    let mut gradients = vec![None; WIDTH * HEIGHT];
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let raw = pixels.as_raw();
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let steepest = (0..3)
                .map(|channel| {
                    let at = |x: usize, y: usize| f32::from(raw[3 * (y * width + x) + channel]);
                    let column = |x: usize| at(x, y - 1) + 2.0 * at(x, y) + at(x, y + 1);
                    let row = |y: usize| at(x - 1, y) + 2.0 * at(x, y) + at(x + 1, y);
                    [
                        (column(x + 1) - column(x - 1)) / 8.0,
                        (row(y + 1) - row(y - 1)) / 8.0,
                    ]
                })
                .max_by(|a, b| square(*a).total_cmp(&square(*b)));
            gradients[(y + top) * WIDTH + x + left] = steepest;
        }
    }
    gradients
}

fn square([x, y]: [f32; 2]) -> f32 {
    x * x + y * y
}
