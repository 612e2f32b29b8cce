//! `CelebA` (Liu et al., ICCV 2015): pictures in one folder, people in a list beside it.

use std::collections::HashMap;
use std::path::Path;

use super::{Found, PictureSet, source};
use crate::DataError;
use crate::error::reading;

/// The list of identities: a file name and a person's number on each line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CelebaIdentities(HashMap<String, u32>);

impl CelebaIdentities {
    /// Reads `identity_CelebA.txt`.
    ///
    /// # Errors
    /// [`DataError::Read`], or [`DataError::Line`] with the first line that does not follow the format.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = std::fs::read_to_string(path).map_err(reading(path))?;
        let mut people = HashMap::new();
        for (line, number) in text.lines().zip(1..) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, person) = match words[..] {
                [] => continue,
                [name, person] => (name, person.parse().ok()),
                _ => ("", None),
            };
            let person = person.ok_or_else(|| DataError::Line {
                path: path.to_owned(),
                line: number,
                reason: "expected a file name and a person's number",
            })?;
            people.insert(name.to_owned(), person);
        }
        Ok(Self(people))
    }

    /// Who is on the picture of this file name.
    #[must_use]
    pub fn person(&self, file: &str) -> Option<u32> {
        self.0.get(file).copied()
    }
}

/// The pictures under `path`, a folder or a tar file, that `identities` names; label and group are the person.
///
/// # Errors
/// As [`PictureSet::open`].
pub fn celeba(path: &Path, identities: &CelebaIdentities) -> Result<PictureSet, DataError> {
    let found = source::list(path)?
        .into_iter()
        .filter_map(|(name, source)| {
            let file = name.rsplit('/').next().unwrap_or(&name);
            // Padded, so that the order of names is the order of numbers.
            let person = format!("{:05}", identities.person(file)?);
            Some(Found {
                source,
                label: Some(person.clone()),
                group: person,
                part: String::new(),
                name,
            })
        });
    PictureSet::found_in(path, "celeba", found)
}
