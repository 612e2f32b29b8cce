//! The people of a data set, divided into those to learn from and those to check by.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use face_data::crops::read_index;
use face_data::sampling::{Shares, split_by_group};
use face_data::{CropEntry, CropSet, read_identities};

use super::DataSettings;

/// Crops of people with several each.
#[derive(Debug)]
pub struct People {
    crops: CropSet,
    training: Vec<usize>,
    validation: Vec<usize>,
    /// The number of each crop's person among those to learn from.
    classes: Vec<Option<u32>>,
    count: usize,
}

impl People {
    /// Reads the crops below `data` (`faces/`, and `dev-identities.txt`, whose people are left out).
    ///
    /// # Errors
    /// When one of them cannot be read, or too few people are left.
    pub fn open(data: &Path, settings: &DataSettings) -> anyhow::Result<Self> {
        let kept_out = read_identities(&data.join("dev-identities.txt"))?;
        let faces = data.join("faces");
        let wanted = wanted(&read_index(&faces)?, &kept_out, settings);
        let is_wanted = |entry: &CropEntry| is_wanted(entry, &wanted, settings);
        Self::divide(CropSet::read_shards(&faces, is_wanted)?, settings)
    }

    /// Divides the people in `crops`, all of whom are to be used.
    ///
    /// # Errors
    /// When fewer than two people are left to learn from, or to check by.
    pub fn divide(crops: CropSet, settings: &DataSettings) -> anyhow::Result<Self> {
        let groups: Option<Vec<u32>> = crops.labels().iter().copied().collect();
        let groups = groups.context("a crop shows nobody knows whom")?;
        let shares = Shares::new(settings.validation, 0.0)?;
        let split = split_by_group(&groups, shares, settings.seed);
        let of =
            |rows: &[usize]| -> BTreeSet<u32> { rows.iter().map(|&row| groups[row]).collect() };
        let (training, validation) = (of(&split.training), of(&split.validation));
        anyhow::ensure!(
            training.len() > 1 && validation.len() > 1,
            "{} people to learn from and {} to check by are too few",
            training.len(),
            validation.len()
        );
        let count = training.len();
        let numbers: BTreeMap<u32, u32> = training.into_iter().zip(0..).collect();
        Ok(Self {
            classes: groups
                .iter()
                .map(|group| numbers.get(group).copied())
                .collect(),
            crops,
            training: split.training,
            validation: split.validation,
            count,
        })
    }

    /// All crops.
    #[must_use]
    pub const fn crops(&self) -> &CropSet {
        &self.crops
    }

    /// The crops to learn from.
    #[must_use]
    pub fn training(&self) -> &[usize] {
        &self.training
    }

    /// The crops to check by.
    #[must_use]
    pub fn validation(&self) -> &[usize] {
        &self.validation
    }

    /// For each crop the number of its person among those to learn from; `None` for those to check by.
    #[must_use]
    pub fn classes(&self) -> &[Option<u32>] {
        &self.classes
    }

    /// How many people there are to learn from.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }
}

/// The people with crops enough in the collections asked for, without those kept out.
fn wanted(
    entries: &[CropEntry],
    kept_out: &BTreeSet<String>,
    settings: &DataSettings,
) -> BTreeSet<String> {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    let of_sets = entries.iter().filter(|entry| is_of_sets(entry, settings));
    for person in of_sets.filter_map(|entry| entry.identity.as_ref()) {
        *counts.entry(person).or_default() += 1;
    }
    let enough = counts
        .into_iter()
        .filter(|(_, count)| *count >= settings.least);
    let people = enough.map(|(person, _)| person.clone());
    people.filter(|person| !kept_out.contains(person)).collect()
}

fn is_of_sets(entry: &CropEntry, settings: &DataSettings) -> bool {
    settings.sets.is_empty() || settings.sets.contains(&entry.set)
}

fn is_wanted(entry: &CropEntry, people: &BTreeSet<String>, settings: &DataSettings) -> bool {
    let person = entry.identity.as_ref();
    is_of_sets(entry, settings) && person.is_some_and(|person| people.contains(person))
}

#[cfg(test)]
mod tests {
    use face_data::procedural;

    use super::*;

    fn entry(set: &str, identity: Option<&str>) -> CropEntry {
        CropEntry {
            name: String::new(),
            set: set.to_owned(),
            identity: identity.map(str::to_owned),
            face_px: 100,
            score: 1.0,
        }
    }

    #[test]
    fn people_with_one_crop_of_the_sets_and_those_kept_out_are_left_out() {
        let entries = [
            entry("a", Some("two")),
            entry("a", Some("two")),
            entry("a", Some("one here")),
            entry("b", Some("one here")),
            entry("a", Some("kept out")),
            entry("a", Some("kept out")),
            entry("a", None),
        ];
        let settings = DataSettings {
            sets: ["a".to_owned()].into(),
            ..DataSettings::default()
        };
        let people = wanted(&entries, &["kept out".to_owned()].into(), &settings);
        assert_eq!(people, ["two".to_owned()].into());
        let kept = entries.iter().filter(|e| is_wanted(e, &people, &settings));
        assert_eq!(kept.count(), 2);
    }

    #[test]
    fn nobody_is_both_learnt_from_and_checked_by() {
        let settings = DataSettings {
            validation: 0.3,
            ..DataSettings::default()
        };
        let people = People::divide(procedural::crops(10, 2), &settings).unwrap();
        assert_eq!((people.training().len(), people.count()), (14, 7));
        let labels = people.crops().labels();
        let of = |rows: &[usize]| -> BTreeSet<_> { rows.iter().map(|&row| labels[row]).collect() };
        assert!(of(people.training()).is_disjoint(&of(people.validation())));
        assert!(
            people
                .training()
                .iter()
                .all(|&row| people.classes()[row].is_some())
        );
        assert!(
            people
                .validation()
                .iter()
                .all(|&row| people.classes()[row].is_none())
        );
    }
}
