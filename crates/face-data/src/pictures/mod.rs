//! Sets of whole pictures, whatever they are stored in: a folder or a tar file, people, eyes, frames, attacks or scenes.
//!
//! A set knows where its pictures lie and reads one when asked; nothing is unpacked.

mod celeba;
mod layout;
mod lfw;
mod source;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use face_vision::{DecodeLimits, RgbImage, decode};

use crate::DataError;

pub use celeba::{CelebaIdentities, celeba};
pub use layout::Layout;
pub use lfw::{Comparison, NamedPicture, PairProtocol, lfw};
pub use source::Source;

/// A picture that a set knows of.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Path within the set; the order of names is the order of the set, and of the frames of a sequence.
    pub name: String,
    /// Where its bytes are.
    pub source: Source,
    /// Number of what it shows, in [`PictureSet::labels`]; `None` where that is not known.
    pub label: Option<u32>,
    /// Number of what a split must not tear apart, in [`PictureSet::groups`]: a person, a source, a sequence.
    pub group: u32,
    /// Number of the part of the set it is in, in [`PictureSet::parts`].
    pub part: u32,
}

/// A picture as a reader finds it, its label, group and part still by name.
#[derive(Debug, Clone)]
pub struct Found {
    /// Path within the set.
    pub name: String,
    /// Where its bytes are.
    pub source: Source,
    /// What it shows.
    pub label: Option<String>,
    /// What a split must not tear apart.
    pub group: String,
    /// The part of the set; empty if it has none.
    pub part: String,
}

/// Pictures of one collection, sorted by name, with numbered labels, groups and parts.
#[derive(Debug, Clone, Default)]
pub struct PictureSet {
    pictures: Vec<Picture>,
    labels: Vec<String>,
    groups: Vec<String>,
    parts: Vec<String>,
}

impl PictureSet {
    /// The pictures under `path`, a folder or a tar file, in the given layout.
    ///
    /// # Errors
    /// [`DataError::Read`] when it cannot be listed, [`DataError::Empty`] when no file fits the layout.
    pub fn open(path: &Path, layout: Layout) -> Result<Self, DataError> {
        let files = source::list(path)?;
        let found = files
            .into_iter()
            .filter_map(|(name, source)| layout.describe(name, source));
        Self::found_in(path, layout.name(), found)
    }

    /// The pictures of several folders or tar files as one set.
    ///
    /// # Errors
    /// As [`Self::open`], for the first path that fails.
    pub fn open_all<P: AsRef<Path>>(paths: &[P], layout: Layout) -> Result<Self, DataError> {
        let mut all = Vec::new();
        for path in paths {
            let files = source::list(path.as_ref())?;
            all.extend(
                files
                    .into_iter()
                    .filter_map(|(name, source)| layout.describe(name, source)),
            );
        }
        let first = paths.first().map_or(Path::new(""), AsRef::as_ref);
        Self::found_in(first, layout.name(), all)
    }

    fn found_in(
        path: &Path,
        layout: &'static str,
        found: impl IntoIterator<Item = Found>,
    ) -> Result<Self, DataError> {
        let set = Self::from_found(found);
        if set.is_empty() {
            let path = path.to_owned();
            return Err(DataError::Empty { path, layout });
        }
        Ok(set)
    }

    /// A set of pictures found elsewhere.
    #[must_use]
    pub fn from_found(found: impl IntoIterator<Item = Found>) -> Self {
        let mut found: Vec<Found> = found.into_iter().collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let labels = Numbers::of(found.iter().filter_map(|picture| picture.label.as_deref()));
        let groups = Numbers::of(found.iter().map(|picture| &*picture.group));
        let parts = Numbers::of(found.iter().map(|picture| &*picture.part));
        let number = |picture: &Found| Picture {
            name: picture.name.clone(),
            source: picture.source.clone(),
            label: picture.label.as_deref().map(|label| labels.number(label)),
            group: groups.number(&picture.group),
            part: parts.number(&picture.part),
        };
        let pictures = found.iter().map(number).collect();
        let (labels, groups, parts) = (labels.names(), groups.names(), parts.names());
        Self {
            pictures,
            labels,
            groups,
            parts,
        }
    }

    /// The pictures that `keep` chooses, numbered anew.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Self, &Picture) -> bool) -> Self {
        let kept = self.pictures.iter().filter(|picture| keep(self, picture));
        Self::from_found(kept.map(|picture| Found {
            name: picture.name.clone(),
            source: picture.source.clone(),
            label: self.label_of(picture).map(str::to_owned),
            group: self.group_of(picture).to_owned(),
            part: self.part_of(picture).to_owned(),
        }))
    }

    /// The pictures of one part.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        self.filtered(|set, picture| set.part_of(picture) == name)
    }

    /// How many pictures there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// All pictures, sorted by name.
    #[must_use]
    pub fn pictures(&self) -> &[Picture] {
        &self.pictures
    }

    /// Names of what the pictures show, in the order of their numbers.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Names of the groups, in the order of their numbers.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// Names of the parts, in the order of their numbers.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The label's number of every picture.
    #[must_use]
    pub fn label_numbers(&self) -> Vec<Option<u32>> {
        self.pictures.iter().map(|picture| picture.label).collect()
    }

    /// The group's number of every picture.
    #[must_use]
    pub fn group_numbers(&self) -> Vec<u32> {
        self.pictures.iter().map(|picture| picture.group).collect()
    }

    /// The label of a picture of this set.
    #[must_use]
    pub fn label_of(&self, picture: &Picture) -> Option<&str> {
        picture.label.map(|number| &*self.labels[number as usize])
    }

    /// The group of a picture of this set.
    #[must_use]
    pub fn group_of(&self, picture: &Picture) -> &str {
        &self.groups[picture.group as usize]
    }

    /// The part of a picture of this set; empty if it has none.
    #[must_use]
    pub fn part_of(&self, picture: &Picture) -> &str {
        &self.parts[picture.part as usize]
    }

    /// The members of every group, in order: the frames of each sequence, the pictures of each person.
    #[must_use]
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.groups.len()];
        for (index, picture) in self.pictures.iter().enumerate() {
            members[picture.group as usize].push(index);
        }
        members
    }

    /// Where the picture of this name is.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        let by_name = |picture: &Picture| picture.name.as_str().cmp(name);
        self.pictures.binary_search_by(by_name).ok()
    }

    /// The encoded bytes of a picture.
    ///
    /// # Errors
    /// [`DataError::Read`].
    ///
    /// # Panics
    /// If there are not so many pictures.
    pub fn bytes(&self, index: usize) -> Result<Vec<u8>, DataError> {
        self.pictures[index].source.read()
    }

    /// A picture, upright RGB, decoded within the limits of [`face_vision::decode`].
    ///
    /// # Errors
    /// [`DataError::Read`], [`DataError::Decode`].
    ///
    /// # Panics
    /// If there are not so many pictures.
    pub fn load(&self, index: usize) -> Result<RgbImage, DataError> {
        decode(&self.bytes(index)?, &DecodeLimits::default()).map_err(|source| DataError::Decode {
            name: self.pictures[index].name.clone(),
            source,
        })
    }
}

/// Names and their numbers, in the order of the names.
struct Numbers(BTreeMap<String, u32>);

impl Numbers {
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let sorted: BTreeSet<&str> = names.collect();
        Self(sorted.into_iter().map(str::to_owned).zip(0..).collect())
    }

    fn number(&self, name: &str) -> u32 {
        self.0[name]
    }

    fn names(self) -> Vec<String> {
        self.0.into_keys().collect()
    }
}
