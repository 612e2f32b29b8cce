//! Pictures side by side.

use face_data::{Augmentation, CROP_TEMPLATE, CropView, FaceCut, LocatedFace, Placement, stream};
use face_vision::{AlignmentTemplate, RgbImage, resize};
use image::{Rgb, imageops};

/// Side of a tile in pixels.
const TILE: u32 = 96;
/// Pixels between tiles.
const GAP: u32 = 4;
/// Tiles in a row of a grid.
const ACROSS: usize = 8;
/// Augmented versions of a picture.
const VERSIONS: u64 = 7;

/// The pictures in rows of eight; `None` when there is none.
pub(super) fn grid(pictures: &[(String, RgbImage)]) -> Option<RgbImage> {
    let tiles: Vec<RgbImage> = pictures
        .iter()
        .map(|(_, picture)| picture.clone())
        .collect();
    let lines: Vec<Vec<RgbImage>> = tiles.chunks(ACROSS).map(<[RgbImage]>::to_vec).collect();
    rows(&lines)
}

/// Rows of pictures, each fitted into a square; `None` when there is none.
pub(super) fn rows(rows: &[Vec<RgbImage>]) -> Option<RgbImage> {
    let across = rows.iter().map(Vec::len).max().filter(|&most| most > 0)?;
    let length = |tiles: usize| tiles as u32 * (TILE + GAP) + GAP;
    let mut sheet = RgbImage::from_pixel(length(across), length(rows.len()), Rgb([255; 3]));
    for (row, pictures) in rows.iter().enumerate() {
        for (column, picture) in pictures.iter().enumerate() {
            let tile = fitted(picture);
            let (x, y) = (
                length(column) + (TILE - tile.width()) / 2,
                length(row) + (TILE - tile.height()) / 2,
            );
            imageops::replace(&mut sheet, &tile, i64::from(x), i64::from(y));
        }
    }
    Some(sheet)
}

/// The picture with its longer side as long as a tile's.
fn fitted(picture: &RgbImage) -> RgbImage {
    let longer = picture.width().max(picture.height()).max(1);
    let side = |length: u32| (length * TILE / longer).clamp(1, TILE);
    resize(picture, side(picture.width()), side(picture.height()))
}

/// A picture, and its face cut in every way.
pub(super) fn cuts(picture: &RgbImage, face: &LocatedFace) -> Vec<RgbImage> {
    let cuts = FaceCut::ALL
        .into_iter()
        .filter_map(|cut| cut.apply(picture, face, TILE));
    std::iter::once(picture.clone()).chain(cuts).collect()
}

/// A picture as a network would see it, then several times changed. Aligned crops are placed as in training, others by
/// the square in their middle.
pub(super) fn augmented(
    picture: &RgbImage,
    augmentation: &Augmentation,
    is_crop: bool,
    (seed, number): (u64, u64),
) -> Vec<RgbImage> {
    let Some(view) = CropView::of(picture) else {
        return Vec::new();
    };
    let aligned = AlignmentTemplate::ARCFACE_112.scaled(TILE);
    let placement = Placement::between(&CROP_TEMPLATE, &aligned).filter(|_| is_crop);
    let placement = placement
        .unwrap_or_else(|| Placement::middle_square(picture.width(), picture.height(), TILE));
    let none = Augmentation::default();
    let version = |version: u64| {
        let parts = if version == 0 { &none } else { augmentation };
        let mut out = RgbImage::new(TILE, TILE);
        parts.apply(
            &mut stream(seed, &[number, version]),
            view,
            &placement,
            &mut out,
        );
        out
    };
    (0..=VERSIONS).map(version).collect()
}
