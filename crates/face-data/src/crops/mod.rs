//! Aligned face crops of one size, decoded once and kept in memory: what an embedder trains on.

mod index;
mod shards;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use face_types::Point;
use face_vision::{AlignmentTemplate, RgbImage};

use crate::{CropView, DataError};

pub use index::{CropEntry, read_identities};

/// What the index of packed shards says, without a look at the crops.
///
/// # Errors
/// [`DataError`] when the index cannot be read or breaks its format.
pub fn read_index(folder: &Path) -> Result<Vec<CropEntry>, DataError> {
    let rows = index::read(&folder.join(INDEX_FILE))?;
    Ok(rows.into_iter().map(|row| row.entry).collect())
}

/// Name of the index in a folder of packed shards.
pub const INDEX_FILE: &str = "index.tsv";

/// Side of the crops in packed shards, in pixels.
pub const CROP_SIDE: u32 = 128;

/// Where the five points lie in the crops of packed shards: the usual alignment of 112 pixels with a rim of 8, which
/// leaves room for shifts and turns.
pub const CROP_TEMPLATE: AlignmentTemplate = AlignmentTemplate {
    size: CROP_SIDE,
    points: {
        const RIM: f32 = 8.0;
        let mut points = AlignmentTemplate::ARCFACE_112.points;
        let mut index = 0;
        while index < points.len() {
            let Point { x, y } = points[index];
            points[index] = Point::new(x + RIM, y + RIM);
            index += 1;
        }
        points
    },
};

/// Crops in memory, all of one size, with what is known of each.
#[derive(Debug, Clone)]
pub struct CropSet {
    side: u32,
    /// `[n, side, side, 3]`.
    pixels: Vec<u8>,
    entries: Vec<CropEntry>,
    classes: Vec<String>,
    /// For each crop, which of `classes` it shows.
    labels: Vec<Option<u32>>,
}

impl CropSet {
    /// The crops of packed shards (`index.tsv` and the tar files it names) that `keep` chooses, in the order of the index,
    /// decoded on all cores.
    ///
    /// A crop takes 48 KiB: 57,000 of them 2.7 GiB.
    ///
    /// # Errors
    /// [`DataError`] when the index or a shard cannot be read, or holds no crop of 128x128 where the index says so.
    pub fn read_shards(
        folder: &Path,
        keep: impl Fn(&CropEntry) -> bool,
    ) -> Result<Self, DataError> {
        let mut rows = index::read(&folder.join(INDEX_FILE))?;
        rows.retain(|row| keep(&row.entry));
        let mut pixels = vec![0; rows.len() * crop_bytes(CROP_SIDE)];
        shards::decode_all(folder, &rows, &mut pixels)?;
        let entries = rows.into_iter().map(|row| row.entry).collect();
        Ok(Self::assemble(CROP_SIDE, pixels, entries))
    }

    /// Crops from pictures at hand.
    ///
    /// # Errors
    /// [`DataError::Size`] for a picture that is not `side` x `side`.
    pub fn from_pictures(
        side: u32,
        pictures: impl IntoIterator<Item = (CropEntry, RgbImage)>,
    ) -> Result<Self, DataError> {
        let (mut pixels, mut entries) = (Vec::new(), Vec::new());
        for (entry, picture) in pictures {
            check_size(&entry.name, picture.dimensions(), side)?;
            pixels.extend_from_slice(&picture);
            entries.push(entry);
        }
        Ok(Self::assemble(side, pixels, entries))
    }

    /// Numbers the classes in the order of their names.
    fn assemble(side: u32, pixels: Vec<u8>, entries: Vec<CropEntry>) -> Self {
        let identities = entries.iter().filter_map(|entry| entry.identity.as_deref());
        let mut numbers: BTreeMap<&str, u32> = identities.map(|name| (name, 0)).collect();
        for (number, value) in numbers.values_mut().zip(0..) {
            *number = value;
        }
        let label = |entry: &CropEntry| entry.identity.as_deref().map(|name| numbers[name]);
        let labels = entries.iter().map(label).collect();
        let classes = numbers.into_keys().map(str::to_owned).collect();
        Self {
            side,
            pixels,
            entries,
            classes,
            labels,
        }
    }

    /// How many crops there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Side of every crop in pixels.
    #[must_use]
    pub const fn side(&self) -> u32 {
        self.side
    }

    /// Crop number `index`.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn crop(&self, index: usize) -> CropView<'_> {
        let bytes = crop_bytes(self.side);
        CropView::new(&self.pixels[index * bytes..][..bytes], self.side, self.side)
            .expect("every crop of the set has this size")
    }

    /// What is known of each crop.
    #[must_use]
    pub fn entries(&self) -> &[CropEntry] {
        &self.entries
    }

    /// The people, in the order of their numbers.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The number of the person on each crop, where known.
    #[must_use]
    pub fn labels(&self) -> &[Option<u32>] {
        &self.labels
    }
}

const fn crop_bytes(side: u32) -> usize {
    3 * side as usize * side as usize
}

fn check_size(name: &str, (width, height): (u32, u32), side: u32) -> Result<(), DataError> {
    if (width, height) == (side, side) {
        return Ok(());
    }
    Err(DataError::Size {
        name: name.to_owned(),
        width,
        height,
        side,
    })
}
