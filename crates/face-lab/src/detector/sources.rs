//! The photographs that training pictures are made of, decoded once, and a tenth of them for the check.

use std::path::Path;

use face_data::{CropSet, DataError, Layout, PictureSet};
use face_vision::RgbImage;
use sha2::{Digest as _, Sha256};

/// One in so many pictures is kept for the check.
const CHECKED: u64 = 10;

/// Photographs in memory.
#[derive(Debug, Clone)]
pub struct Sources {
    /// With faces somewhere in them.
    pub scenes: Vec<RgbImage>,
    /// Without faces.
    pub empty: Vec<RgbImage>,
    /// Faces alone, for crowds.
    pub crops: CropSet,
}

/// The same, in two parts that share no photograph.
#[derive(Debug, Clone)]
pub struct Split {
    /// What training pictures are made of.
    pub training: Sources,
    /// Scenes and empty pictures for the check; no crops.
    pub check: Sources,
}

impl Split {
    /// Reads `scenes.tar`, `negatives.tar` and the share `crops` of the packed crops in `faces/`, all below `data`. A
    /// picture's name decides in which part it is.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn read(data: &Path, crops: f64) -> anyhow::Result<Self> {
        let scenes = PictureSet::open(&data.join("scenes.tar"), Layout::Scenes)?;
        let empty = PictureSet::open(&data.join("negatives.tar"), Layout::Scenes)?;
        let kept = (crops.clamp(0.0, 1.0) * 1e6) as u64;
        let crops = CropSet::read_shards(&data.join("faces"), |entry| {
            number(&entry.name) % 1_000_000 < kept
        })?;
        Ok(Self {
            training: Sources {
                scenes: load(&scenes, |name| !is_checked(name))?,
                empty: load(&empty, |name| !is_checked(name))?,
                crops,
            },
            check: Sources {
                scenes: load(&scenes, is_checked)?,
                empty: load(&empty, is_checked)?,
                crops: CropSet::from_pictures(face_data::CROP_SIDE, [])?,
            },
        })
    }
}

fn load(set: &PictureSet, keep: impl Fn(&str) -> bool) -> Result<Vec<RgbImage>, DataError> {
    let names = set.pictures().iter().enumerate();
    let kept = names.filter(|(_, picture)| keep(&picture.name));
    kept.map(|(index, _)| set.load(index)).collect()
}

fn is_checked(name: &str) -> bool {
    number(name).is_multiple_of(CHECKED)
}

/// A number that follows from the name alone and says nothing of it.
fn number(name: &str) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    let first = digest.first_chunk().expect("a digest has 32 bytes");
    u64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_a_tenth_is_checked_and_always_the_same() {
        let name = |at: u32| format!("scenes/{at:05}.webp");
        let checked = (0..1000).filter(|&at| is_checked(&name(at))).count();
        assert!((70..130).contains(&checked), "{checked}");
        assert_eq!(number("abc") >> 32, 0xba78_16bf);
    }
}
