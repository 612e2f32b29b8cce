//! Training pictures: a scene at any size, scenes side by side, a crowd, or nobody.

use face_data::augmentation::Span;
use face_data::{CropView, DataRng};
use face_types::BoundingBox;
use face_vision::{RgbImage, crop_scaled, resize};
use image::imageops;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::recipe::PictureSettings;
use super::sources::Sources;

/// Share of a crop's side over which it fades into the picture behind it.
const RIM: f32 = 0.12;
/// How many times larger than needed to cover a square a picture may be shown.
const ZOOM: Span = Span::new(1.0, 2.0);

/// A picture of `side` by `side` pixels, as `rng` draws it.
///
/// # Panics
/// If there is no scene, no empty picture or no crop.
pub(super) fn draw(
    rng: &mut DataRng,
    settings: &PictureSettings,
    sources: &Sources,
    side: u32,
) -> RgbImage {
    if settings.scene.happens(rng) {
        scene(rng, settings, sources, side)
    } else if settings.tiles.happens(rng) {
        tiles(rng, settings, sources, side)
    } else if settings.crowd.happens(rng) {
        crowd(rng, settings, sources, side)
    } else {
        background(rng, sources, side)
    }
}

/// One scene, larger or smaller; what is left around it is black or another picture.
fn scene(rng: &mut DataRng, settings: &PictureSettings, sources: &Sources, side: u32) -> RgbImage {
    let picture = any(rng, &sources.scenes);
    let scale = log_draw(rng, settings.scene_scale);
    let extent = scaled(picture, scale);
    let mut canvas = if settings.black.happens(rng) {
        RgbImage::new(side, side)
    } else {
        background(rng, sources, side)
    };
    let corner = extent.map(|length| somewhere(rng, length, side));
    place(&mut canvas, picture, corner, extent);
    canvas
}

/// Scenes side by side, each filling its cell.
fn tiles(rng: &mut DataRng, settings: &PictureSettings, sources: &Sources, side: u32) -> RgbImage {
    let [least, most] = settings.tiles_across;
    let across = rng.random_range(least..=most);
    let cell = side.div_ceil(across);
    let mut canvas = RgbImage::new(side, side);
    for index in 0..across * across {
        let picture = any(rng, &sources.scenes);
        let tile = covered(rng, picture, cell);
        let corner = [index % across, index / across].map(|at| i64::from(at * cell));
        imageops::replace(&mut canvas, &tile, corner[0], corner[1]);
    }
    canvas
}

/// Crops of faces in front of a picture without any.
fn crowd(rng: &mut DataRng, settings: &PictureSettings, sources: &Sources, side: u32) -> RgbImage {
    let mut canvas = background(rng, sources, side);
    let [least, most] = settings.crowd_faces;
    for _ in 0..rng.random_range(least..=most) {
        let crop = sources.crops.crop(rng.random_range(0..sources.crops.len()));
        let length = log_draw(rng, settings.crowd_size).round() as u32;
        let corner = [0, 1].map(|_| somewhere(rng, length, side));
        blend(&mut canvas, crop, corner, length);
    }
    canvas
}

fn background(rng: &mut DataRng, sources: &Sources, side: u32) -> RgbImage {
    let picture = any(rng, &sources.empty);
    covered(rng, picture, side)
}

/// A part of `picture` that fills a square.
fn covered(rng: &mut DataRng, picture: &RgbImage, side: u32) -> RgbImage {
    let shorter = picture.width().min(picture.height());
    let scale = ZOOM.draw(rng) * side as f32 / shorter as f32;
    let extent = scaled(picture, scale).map(|length| length.max(side));
    let mut canvas = RgbImage::new(side, side);
    let corner = extent.map(|length| somewhere(rng, length, side));
    place(&mut canvas, picture, corner, extent);
    canvas
}

fn any<'s>(rng: &mut DataRng, pictures: &'s [RgbImage]) -> &'s RgbImage {
    pictures
        .choose(rng)
        .expect("a task is made from sources of every kind")
}

/// A number of the range, its logarithm drawn evenly.
fn log_draw(rng: &mut DataRng, span: Span) -> f32 {
    let [low, high] = span.into();
    low * (high / low).powf(rng.random())
}

fn scaled(picture: &RgbImage, scale: f32) -> [u32; 2] {
    [picture.width(), picture.height()].map(|length| ((length as f32 * scale) as u32).max(1))
}

/// Where something of this length begins, so that it lies inside the side or, if it is longer, fills it.
fn somewhere(rng: &mut DataRng, length: u32, side: u32) -> i64 {
    let free = i64::from(side) - i64::from(length);
    rng.random_range(free.min(0)..=free.max(0))
}

/// Draws `picture`, brought to `size`, with its corner at `corner`; what lies beyond the canvas is cut off.
fn place(canvas: &mut RgbImage, picture: &RgbImage, corner: [i64; 2], size: [u32; 2]) {
    let (from, of) = (picture.dimensions(), canvas.dimensions());
    let [across, down] = [
        visible(corner[0], size[0], from.0, of.0),
        visible(corner[1], size[1], from.1, of.1),
    ];
    if across.length == 0 || down.length == 0 {
        return;
    }
    let bounds = BoundingBox::new(across.first, down.first, across.shown, down.shown);
    let part = crop_scaled(picture, &bounds, across.length, down.length);
    imageops::replace(canvas, &part, across.start, down.start);
}

/// Along one axis: the part of the canvas that a picture covers, and the part of the picture that is seen there.
struct Visible {
    start: i64,
    length: u32,
    first: f32,
    shown: f32,
}

fn visible(corner: i64, size: u32, picture: u32, canvas: u32) -> Visible {
    let start = corner.max(0);
    let end = (corner + i64::from(size)).min(i64::from(canvas));
    let step = picture as f32 / size as f32;
    let length = (end - start).max(0);
    Visible {
        start,
        length: length as u32,
        first: (start - corner) as f32 * step,
        shown: length as f32 * step,
    }
}

/// Draws `crop` at `size` by `size` pixels inside the canvas, its rim fading out.
fn blend(canvas: &mut RgbImage, crop: CropView<'_>, [left, top]: [i64; 2], size: u32) {
    let face = resize(&crop.to_image(), size, size);
    let rim = (RIM * size as f32).max(1.0);
    let opacity = |x: u32, y: u32| {
        let inside = [x, y, size - 1 - x, size - 1 - y].into_iter().min();
        ((inside.unwrap_or(0) + 1) as f32 / rim).min(1.0)
    };
    for (x, y, pixel) in face.enumerate_pixels() {
        let place = [left + i64::from(x), top + i64::from(y)].map(u32::try_from);
        let [Ok(column), Ok(row)] = place else {
            continue;
        };
        let Some(under) = canvas.get_pixel_mut_checked(column, row) else {
            continue;
        };
        let opacity = opacity(x, y);
        for (to, from) in under.0.iter_mut().zip(pixel.0) {
            let mixed = f32::from(*to) + opacity * (f32::from(from) - f32::from(*to));
            *to = mixed.round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use face_data::{CropEntry, CropSet, stream};
    use image::Rgb;

    use super::*;

    fn plain(colour: [u8; 3], size: u32) -> RgbImage {
        RgbImage::from_pixel(size, size, Rgb(colour))
    }

    /// Red scenes, green empty pictures, blue crops.
    fn sources() -> Sources {
        let entry = CropEntry {
            name: "a".to_owned(),
            set: "s".to_owned(),
            identity: None,
            face_px: 90,
            score: 0.9,
        };
        Sources {
            scenes: vec![plain([255, 0, 0], 50)],
            empty: vec![plain([0, 255, 0], 40)],
            crops: CropSet::from_pictures(128, [(entry, plain([0, 0, 255], 128))]).unwrap(),
        }
    }

    fn settings(kind: &str) -> PictureSettings {
        let text = format!(
            "sides = [64]\ncrops = 1.0\nscene_scale = [0.5, 3.0]\ntiles_across = [2, 4]\ncrowd_faces = [1, 5]\n\
             crowd_size = [10.0, 50.0]\n{kind}"
        );
        toml::from_str(&text).unwrap()
    }

    /// Shares of red, green and blue in many pictures, in thousandths.
    fn colours(kind: &str) -> [u32; 3] {
        let (settings, sources) = (settings(kind), sources());
        let mut sums = [0.0; 3];
        for seed in 0..40 {
            let picture = draw(&mut stream(seed, &[]), &settings, &sources, 64);
            assert_eq!(picture.dimensions(), (64, 64));
            for pixel in picture.pixels() {
                for (sum, value) in sums.iter_mut().zip(pixel.0) {
                    *sum += f64::from(value) / 255.0 / (64.0 * 64.0 * 40.0);
                }
            }
        }
        sums.map(|share| (1000.0 * share).round() as u32)
    }

    #[test]
    fn a_scene_stands_before_another_picture_or_black() {
        let [red, green, blue] = colours("scene = 1.0\ntiles = 0.0\ncrowd = 0.0\nblack = 0.0");
        assert!(red > 500 && green > 100, "{red} {green}");
        assert_eq!((red + green, blue), (1000, 0), "every pixel is of one");
        let [_, green, _] = colours("scene = 1.0\ntiles = 0.0\ncrowd = 0.0\nblack = 1.0");
        assert_eq!(green, 0);
    }

    #[test]
    fn tiles_fill_the_picture() {
        let shares = colours("scene = 0.0\ntiles = 1.0\ncrowd = 0.0\nblack = 0.0");
        assert_eq!(shares, [1000, 0, 0]);
    }

    #[test]
    fn a_crowd_stands_before_an_empty_picture() {
        let [red, green, blue] = colours("scene = 0.0\ntiles = 0.0\ncrowd = 1.0\nblack = 0.0");
        assert!(red == 0 && green > 100 && blue > 100, "{green} {blue}");
    }

    #[test]
    fn the_rest_shows_nobody() {
        let shares = colours("scene = 0.0\ntiles = 0.0\ncrowd = 0.0\nblack = 0.0");
        assert_eq!(shares, [0, 1000, 0]);
    }

    #[test]
    fn a_picture_at_its_own_size_is_placed_pixel_by_pixel() {
        let picture = RgbImage::from_fn(30, 20, |x, y| Rgb([x as u8, y as u8, 9]));
        let mut canvas = RgbImage::new(32, 32);
        place(&mut canvas, &picture, [-5, 14], [30, 20]);
        assert_eq!(canvas.get_pixel(0, 14).0, [5, 0, 9]);
        assert_eq!(canvas.get_pixel(24, 31).0, [29, 17, 9]);
        assert_eq!(canvas.get_pixel(25, 31).0, [0; 3]);
    }
}
