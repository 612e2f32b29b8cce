//! Counts over a set.

use std::collections::BTreeMap;
use std::fmt;

use face_data::{CropEntry, PictureSet, sampling};

/// What there is how often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Survey {
    /// What the set is called.
    pub(super) name: String,
    pub(super) pictures: usize,
    /// Pictures without a label.
    pub(super) unlabelled: usize,
    pub(super) groups: usize,
    pub(super) parts: BTreeMap<String, usize>,
    pub(super) labels: BTreeMap<String, usize>,
    /// Pictures among the samples that cannot be decoded, and why.
    pub(super) broken: Vec<String>,
}

/// Labels that are listed one by one; beyond, people are counted by their number of pictures.
const LISTED: usize = 40;
/// Fewest pictures of the people in each bar then.
const EDGES: [usize; 9] = [1, 2, 3, 4, 5, 10, 20, 50, 100];

impl Survey {
    pub(super) fn of_pictures(name: String, set: &PictureSet) -> Self {
        let mut survey = Self {
            name,
            groups: set.groups().len(),
            ..Self::default()
        };
        for picture in set.pictures() {
            survey.count(set.part_of(picture), set.label_of(picture));
        }
        survey
    }

    pub(super) fn of_crops(name: String, entries: &[CropEntry]) -> Self {
        let mut survey = Self {
            name,
            ..Self::default()
        };
        for entry in entries {
            survey.count(&entry.set, entry.identity.as_deref());
        }
        survey.groups = survey.labels.len() + survey.unlabelled;
        survey
    }

    fn count(&mut self, part: &str, label: Option<&str>) {
        self.pictures += 1;
        *self.parts.entry(part.to_owned()).or_default() += 1;
        match label {
            Some(label) => *self.labels.entry(label.to_owned()).or_default() += 1,
            None => self.unlabelled += 1,
        }
    }

    /// Bars of the histogram: the labels themselves, or how many labels have how many pictures.
    pub(super) fn bars(&self) -> (&'static str, Vec<(String, usize)>) {
        if self.labels.len() <= LISTED {
            let bars = self
                .labels
                .iter()
                .map(|(label, count)| (label.clone(), *count));
            return ("pictures of each label", bars.collect());
        }
        let mut bars: Vec<(String, usize)> = EDGES
            .iter()
            .zip(EDGES[1..].iter().map(Some).chain([None]))
            .map(|(&from, to)| match to {
                Some(&to) if to == from + 1 => (from.to_string(), 0),
                Some(&to) => (format!("{from}-{}", to - 1), 0),
                None => (format!("{from} or more"), 0),
            })
            .collect();
        for &count in self.labels.values() {
            bars[EDGES.partition_point(|&edge| edge <= count) - 1].1 += 1;
        }
        ("labels by their number of pictures", bars)
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{}: {} pictures, {} labels, {} groups, {} without a label",
            self.name,
            self.pictures,
            self.labels.len(),
            self.groups,
            self.unlabelled
        )?;
        for (part, count) in &self.parts {
            let part = if part.is_empty() { "(no part)" } else { part };
            writeln!(out, "  {part:<24} {count:>8}")?;
        }
        let (what, bars) = self.bars();
        writeln!(out, "{what}:")?;
        for (bar, count) in bars {
            writeln!(out, "  {bar:<24} {count:>8}")?;
        }
        self.broken
            .iter()
            .try_for_each(|line| writeln!(out, "broken: {line}"))
    }
}

/// At most `count` of the numbers below `all`, in ascending order.
pub(super) fn choose(all: usize, count: usize, seed: u64) -> Vec<usize> {
    let numbers: Vec<usize> = (0..all).collect();
    let mut chosen = sampling::shuffled(&numbers, seed, 0);
    chosen.truncate(count);
    chosen.sort_unstable();
    chosen
}
