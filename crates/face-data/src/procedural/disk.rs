//! Drawn sets as files, for tests of programs that read folders.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::png;
use crate::crops::INDEX_FILE;
use crate::pictures::PictureSet;
use crate::{CropSet, DataError};

/// Writes crops of 128x128 as one packed shard with its index, as [`CropSet::read_shards`] reads them.
///
/// # Errors
/// What the system says.
pub fn write_shards(crops: &CropSet, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut index = "shard\tname\tset\tidentity\tface_px\tscore\n".to_owned();
    let mut shard = tar::Builder::new(File::create(folder.join("drawn-00.tar"))?);
    for (number, entry) in crops.entries().iter().enumerate() {
        let bytes = png(&crops.crop(number).to_image());
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        shard.append_data(&mut header, &entry.name, &bytes[..])?;
        let identity = entry.identity.as_deref().unwrap_or("-");
        let (name, set) = (&entry.name, &entry.set);
        writeln!(
            index,
            "drawn-00.tar\t{name}\t{set}\t{identity}\t{}\t{}",
            entry.face_px, entry.score
        )
        .expect("a string takes every character");
    }
    shard.finish()?;
    fs::write(folder.join(INDEX_FILE), index)
}

/// Writes every picture of a set to a file of its name below `folder`.
///
/// # Errors
/// [`DataError::Read`] of a picture that the set cannot read, or of a file that cannot be written.
pub fn write_pictures(set: &PictureSet, folder: &Path) -> Result<(), DataError> {
    for (index, picture) in set.pictures().iter().enumerate() {
        let path = folder.join(&picture.name);
        let bytes = set.bytes(index)?;
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, bytes))
            .map_err(|source| DataError::Read { path, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{attacks, crops};
    use super::*;
    use crate::Layout;

    #[test]
    fn written_shards_are_read_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let drawn = crops(2, 2);
        write_shards(&drawn, folder.path()).unwrap();
        let read = CropSet::read_shards(folder.path(), |_| true).unwrap();
        assert_eq!(
            (read.entries(), read.labels()),
            (drawn.entries(), drawn.labels())
        );
        assert!((0..4).all(|index| read.crop(index) == drawn.crop(index)));
    }

    #[test]
    fn written_pictures_are_read_back_with_their_labels_and_groups() {
        let folder = tempfile::tempdir().unwrap();
        let drawn = attacks(2, 1);
        write_pictures(&drawn, folder.path()).unwrap();
        let read = PictureSet::open(folder.path(), Layout::Attacks).unwrap();
        assert_eq!(
            (read.labels(), read.groups()),
            (drawn.labels(), drawn.groups())
        );
        assert_eq!(read.label_numbers(), drawn.label_numbers());
        assert_eq!(read.load(3).unwrap(), drawn.load(3).unwrap());
    }
}
