//! Tar files of crops, decoded into place on every core.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use face_vision::{DecodeLimits, decode};

use super::index::Row;
use super::{CROP_SIDE, check_size, crop_bytes};
use crate::error::reading;
use crate::{DataError, parallel};

/// A crop's place in the set, and the row that describes it.
struct Slot<'a> {
    row: &'a Row,
    pixels: &'a mut [u8],
}

/// Decodes the crops of `rows` into `pixels`, one after the other; one shard is in memory at a time.
pub(super) fn decode_all(folder: &Path, rows: &[Row], pixels: &mut [u8]) -> Result<(), DataError> {
    let mut by_shard: BTreeMap<&str, Vec<Slot<'_>>> = BTreeMap::new();
    for (row, pixels) in rows
        .iter()
        .zip(pixels.chunks_exact_mut(crop_bytes(CROP_SIDE)))
    {
        by_shard
            .entry(&row.shard)
            .or_default()
            .push(Slot { row, pixels });
    }
    for (shard, slots) in by_shard {
        let shard = Shard::read(folder.join(shard))?;
        parallel::for_each(slots, |mut slot| shard.decode(&mut slot))?;
    }
    Ok(())
}

/// A tar file in memory.
struct Shard {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where each file lies in `bytes`: its start and length.
    files: HashMap<String, (usize, usize)>,
}

impl Shard {
    fn read(path: PathBuf) -> Result<Self, DataError> {
        let bytes = std::fs::read(&path).map_err(reading(&path))?;
        let files = list(&bytes).map_err(reading(&path))?;
        Ok(Self { path, bytes, files })
    }

    fn decode(&self, slot: &mut Slot<'_>) -> Result<(), DataError> {
        let name = &slot.row.entry.name;
        let found = self.files.get(name);
        let file = found.and_then(|&(start, length)| self.bytes.get(start..start + length));
        let file = file.ok_or_else(|| DataError::Missing {
            name: name.clone(),
            within: self.path.display().to_string(),
        })?;
        let limits = DecodeLimits {
            max_pixels: u64::from(CROP_SIDE) * u64::from(CROP_SIDE),
            ..DecodeLimits::default()
        };
        let picture = decode(file, &limits).map_err(|source| DataError::Decode {
            name: name.clone(),
            source,
        })?;
        check_size(name, picture.dimensions(), CROP_SIDE)?;
        slot.pixels.copy_from_slice(&picture);
        Ok(())
    }
}

fn list(bytes: &[u8]) -> std::io::Result<HashMap<String, (usize, usize)>> {
    let mut files = HashMap::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let entry = entry?;
        let place = (entry.raw_file_position() as usize, entry.size() as usize);
        if let Some(name) = entry.path()?.file_name().and_then(|name| name.to_str()) {
            files.insert(name.to_owned(), place);
        }
    }
    Ok(files)
}
