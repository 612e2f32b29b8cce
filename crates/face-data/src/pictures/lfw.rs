//! Labeled Faces in the Wild (Huang et al., 2007): people's folders and the published lists of pairs.

use std::path::Path;

use super::{Layout, PictureSet};
use crate::DataError;
use crate::error::reading;

/// LFW under `folder`: a folder for each person, or tar files of such folders (`lfw-*.tar`).
///
/// # Errors
/// As [`PictureSet::open`].
pub fn lfw(folder: &Path) -> Result<PictureSet, DataError> {
    let mut tars = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(reading(folder))? {
        let path = entry.map_err(reading(folder))?.path();
        if path.extension().is_some_and(|ending| ending == "tar") {
            tars.push(path);
        }
    }
    tars.sort();
    if tars.is_empty() {
        PictureSet::open(folder, Layout::People)
    } else {
        PictureSet::open_all(&tars, Layout::People)
    }
}

/// A picture as a list of pairs names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedPicture {
    /// Name of the person, `_` between its words.
    pub person: String,
    /// Number of the picture, from one.
    pub number: u32,
}

impl NamedPicture {
    /// The picture's file below the folder of all people.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{0}/{0}_{1:04}.jpg", self.person, self.number)
    }
}

/// Two pictures, and whether they show one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Comparison<T> {
    /// One picture.
    pub first: T,
    /// The other picture.
    pub second: T,
    /// Whether both show the same person.
    pub is_mated: bool,
}

/// The pairs of `pairs.txt` (ten folds of 300 mated and 300 non-mated ones), `pairsDevTrain.txt` (one fold of 1100 each)
/// or `pairsDevTest.txt` (one of 500 each).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairProtocol {
    /// The pairs of each fold, mated ones first.
    pub folds: Vec<Vec<Comparison<NamedPicture>>>,
}

impl PairProtocol {
    /// Reads a list of pairs.
    ///
    /// # Errors
    /// [`DataError::Read`], or [`DataError::Line`] with the first line that does not follow the format.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = std::fs::read_to_string(path).map_err(reading(path))?;
        Self::parse(&text).map_err(|(line, reason)| DataError::Line {
            path: path.to_owned(),
            line,
            reason,
        })
    }

    /// Reads the text of a list; an error is a line, counted from one, and what was expected there.
    fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let end = text.lines().count();
        let mut lines = text.lines().zip(1_usize..);
        let header = lines.next().map_or("", |(line, _)| line);
        let (folds, pairs) = counts(header).ok_or((
            1,
            "expected the number of folds (left out if one) and of pairs of each kind",
        ))?;
        let mut next = |is_mated: bool| {
            let (line, number) = lines.next().ok_or((end, "the list ends early"))?;
            pair(line, is_mated)
                .ok_or((number, "expected a person and two numbers, or two of each"))
        };
        let mut read = Vec::new();
        for _ in 0..folds {
            let kinds = std::iter::repeat_n(true, pairs).chain(std::iter::repeat_n(false, pairs));
            read.push(kinds.map(&mut next).collect::<Result<Vec<_>, _>>()?);
        }
        match lines.find(|(line, _)| !line.trim().is_empty()) {
            Some((_, number)) => Err((number, "more pairs than the first line announces")),
            None => Ok(Self { folds: read }),
        }
    }

    /// The pairs of each fold as numbers of pictures in `set`.
    ///
    /// # Errors
    /// [`DataError::Missing`] with the first picture that the set lacks.
    pub fn resolve(&self, set: &PictureSet) -> Result<Vec<Vec<Comparison<usize>>>, DataError> {
        let names = set.pictures().iter().enumerate();
        let places: std::collections::HashMap<&str, usize> = names
            .map(|(index, picture)| (last_two_levels(&picture.name), index))
            .collect();
        let find = |picture: &NamedPicture| {
            let name = picture.file();
            places
                .get(&*name)
                .copied()
                .ok_or_else(|| DataError::Missing {
                    name,
                    within: "the set of pictures".to_owned(),
                })
        };
        let resolve = |pair: &Comparison<NamedPicture>| {
            Ok(Comparison {
                first: find(&pair.first)?,
                second: find(&pair.second)?,
                is_mated: pair.is_mated,
            })
        };
        let folds = self.folds.iter();
        folds
            .map(|fold| fold.iter().map(resolve).collect())
            .collect()
    }
}

fn counts(header: &str) -> Option<(usize, usize)> {
    let numbers: Vec<usize> = header
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect::<Option<_>>()?;
    match numbers[..] {
        [pairs] => Some((1, pairs)),
        [folds, pairs] => Some((folds, pairs)),
        _ => None,
    }
}

fn pair(line: &str, is_mated: bool) -> Option<Comparison<NamedPicture>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ([person, one], [other, two]) = match (&words[..], is_mated) {
        (&[person, one, two], true) => ([person, one], [person, two]),
        (&[person, one, other, two], false) => ([person, one], [other, two]),
        _ => return None,
    };
    let named = |person: &str, number: &str| {
        Some(NamedPicture {
            person: person.to_owned(),
            number: number.parse().ok()?,
        })
    };
    Some(Comparison {
        first: named(person, one)?,
        second: named(other, two)?,
        is_mated,
    })
}

/// `Zico/Zico_0001.jpg` of `lfw/Zico/Zico_0001.jpg`.
fn last_two_levels(name: &str) -> &str {
    let mut slashes = name.rmatch_indices('/');
    let start = slashes.nth(1).map_or(0, |(at, _)| at + 1);
    &name[start..]
}

#[cfg(test)]
mod tests;
