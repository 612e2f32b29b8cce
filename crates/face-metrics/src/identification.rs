//! Open-set identification: people who are enrolled are to be found, others are to find nobody (ISO/IEC 19795-1).

use serde::{Deserialize, Serialize};

use crate::error::sorted;
use crate::random::Random;
use crate::scores::allowed;
use crate::{Estimate, Features, MetricError, Proportion};

/// A search for somebody who is enrolled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatedSearch {
    /// Highest similarity to a reference of that person.
    pub own: f32,
    /// Highest similarity to anybody else's reference.
    pub best_other: f32,
}

/// Searches in one gallery, for people in it and for others.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenSet {
    mated: Vec<MatedSearch>,
    /// Highest similarity to anybody, ascending.
    non_mated: Vec<f32>,
    enrolled: usize,
}

/// The two error rates at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OpenSetPoint {
    /// Similarity from which on a candidate counts.
    pub threshold: f32,
    /// False-positive identification rate: share of the searches for others that find somebody.
    pub fpir: Estimate,
    /// False-negative identification rate: share of the searches for enrolled people in which the person is not the best
    /// candidate, or below the threshold.
    pub fnir: Estimate,
}

/// Which rows are enrolled and which are searched for, a picture a person each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSetSplit {
    /// The references.
    pub enrolled: Vec<usize>,
    /// For each reference another picture of the same person.
    pub mated: Vec<usize>,
    /// Pictures of people who are not enrolled.
    pub non_mated: Vec<usize>,
}

impl OpenSetSplit {
    /// Draws up to `enrolled` people with two pictures at least, and up to `unknown` others.
    #[must_use]
    pub fn draw(features: &Features, enrolled: usize, unknown: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut members = vec![Vec::new(); features.class_sizes().len()];
        for (row, &class) in features.classes().iter().enumerate() {
            members[class as usize].push(row);
        }
        members.retain(|rows| !rows.is_empty());
        let count = members.len();
        random.draw(&mut members, count);
        for rows in &mut members {
            random.draw(rows, 2);
        }
        let (mut known, mut others): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|rows| rows.len() >= 2);
        others.splice(0..0, known.split_off(enrolled.min(known.len())));
        // People with many pictures and with one alike, or the unknown would be of another kind than the enrolled.
        let count = others.len();
        random.draw(&mut others, count);
        others.truncate(unknown);
        Self {
            enrolled: known.iter().map(|rows| rows[0]).collect(),
            mated: known.iter().map(|rows| rows[1]).collect(),
            non_mated: others.iter().map(|rows| rows[0]).collect(),
        }
    }
}

impl OpenSet {
    /// Searches done elsewhere in a gallery of `enrolled` people.
    ///
    /// # Errors
    /// [`MetricError::Nothing`] without searches of a kind, [`MetricError::NotANumber`].
    pub fn new(
        enrolled: usize,
        mated: Vec<MatedSearch>,
        non_mated: Vec<f32>,
    ) -> Result<Self, MetricError> {
        if mated.is_empty() {
            return Err(MetricError::Nothing("search for an enrolled person"));
        }
        if mated
            .iter()
            .any(|s| s.own.is_nan() || s.best_other.is_nan())
        {
            return Err(MetricError::NotANumber("similarity"));
        }
        Ok(Self {
            mated,
            non_mated: sorted(non_mated, "search for a person who is not enrolled")?,
            enrolled,
        })
    }

    /// Searches every probe of `split` among its references.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn search(features: &Features, split: &OpenSetSplit) -> Result<Self, MetricError> {
        let best = |probe: usize, except: Option<usize>| {
            let others = split.enrolled.iter().enumerate();
            others
                .filter(|(at, _)| Some(*at) != except)
                .map(|(_, &reference)| features.similarity(probe, reference))
                .fold(-1.0_f32, f32::max)
        };
        let mated = split
            .mated
            .iter()
            .enumerate()
            .map(|(at, &probe)| MatedSearch {
                own: features.similarity(probe, split.enrolled[at]),
                best_other: best(probe, Some(at)),
            });
        let non_mated = split.non_mated.iter().map(|&probe| best(probe, None));
        Self::new(split.enrolled.len(), mated.collect(), non_mated.collect())
    }

    /// Number of people enrolled.
    #[must_use]
    pub const fn enrolled(&self) -> usize {
        self.enrolled
    }

    /// Share of the searches for enrolled people in which the person comes first, at no threshold.
    #[must_use]
    pub fn rank_one(&self) -> Estimate {
        let first = self
            .mated
            .iter()
            .map(|search| search.own > search.best_other);
        Proportion::count(first).wilson()
    }

    /// Both error rates at `threshold`.
    #[must_use]
    pub fn at(&self, threshold: f32) -> OpenSetPoint {
        let below = self.non_mated.partition_point(|&score| score < threshold);
        let missed = self
            .mated
            .iter()
            .map(|search| search.own < threshold || search.own <= search.best_other);
        OpenSetPoint {
            threshold,
            fpir: Proportion::new(below as u64, self.non_mated.len() as u64)
                .complement()
                .wilson(),
            fnir: Proportion::count(missed).wilson(),
        }
    }

    /// Both error rates at the lowest threshold whose false-positive rate is not above `fpir`; `None` when there are too
    /// few searches to tell.
    #[must_use]
    pub fn at_fpir(&self, fpir: f64) -> Option<OpenSetPoint> {
        let allowed = allowed(fpir, self.non_mated.len())?;
        let threshold = match self.non_mated.len().checked_sub(allowed + 1) {
            Some(first_refused) => self.non_mated[first_refused].next_up(),
            None => self.non_mated[0],
        };
        Some(self.at(threshold))
    }

    /// The rates at each number of false positives, by rising threshold.
    #[must_use]
    pub fn curve(&self) -> Vec<OpenSetPoint> {
        let mut thresholds = self.non_mated.clone();
        thresholds.extend(self.non_mated.last().map(|highest| highest.next_up()));
        thresholds.dedup();
        thresholds.into_iter().map(|t| self.at(t)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::features::scattered;

    fn search(own: f32, best_other: f32) -> MatedSearch {
        MatedSearch { own, best_other }
    }

    #[test]
    fn rates_are_those_counted_by_hand() {
        let mated = vec![
            search(0.9, 0.1),
            search(0.5, 0.2),
            search(0.4, 0.6),
            search(0.7, 0.3),
        ];
        let set = OpenSet::new(4, mated, vec![0.1, 0.2, 0.3, 0.45, 0.6]).unwrap();
        // One of five others at 0.6 passes 0.46; the third person is beaten, the rest stand.
        let point = set.at(0.46);
        assert!((point.fpir.value - 0.2).abs() < 1e-12 && (point.fnir.value - 0.25).abs() < 1e-12);
        let strict = set.at(0.65);
        assert!(strict.fpir.value == 0.0 && (strict.fnir.value - 0.5).abs() < 1e-12);
        assert!((set.rank_one().value - 0.75).abs() < 1e-12);
        let fifth = set.at_fpir(0.2).unwrap();
        assert!(fifth.threshold > 0.45 && fifth.threshold < 0.4501);
        assert_eq!(set.at_fpir(0.1), None);
    }

    #[test]
    fn a_person_as_near_as_another_is_not_found() {
        let set = OpenSet::new(2, vec![search(0.5, 0.5)], vec![0.0]).unwrap();
        assert!((set.at(-1.0).fnir.value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_split_keeps_people_apart() {
        let features = scattered(30, 3, 0.1, 1);
        let split = OpenSetSplit::draw(&features, 12, 100, 5);
        let people = |rows: &[usize]| -> HashSet<u32> {
            rows.iter().map(|&row| features.classes()[row]).collect()
        };
        let (enrolled, unknown) = (people(&split.enrolled), people(&split.non_mated));
        assert_eq!((enrolled.len(), unknown.len()), (12, 18));
        assert!(enrolled.is_disjoint(&unknown));
        for (reference, probe) in split.enrolled.iter().zip(&split.mated) {
            assert_ne!(reference, probe);
            assert_eq!(features.classes()[*reference], features.classes()[*probe]);
        }
        assert_eq!(split, OpenSetSplit::draw(&features, 12, 100, 5));
        assert_ne!(split, OpenSetSplit::draw(&features, 12, 100, 6));
    }

    #[test]
    fn separate_people_are_all_found_and_strangers_find_nobody() {
        let features = scattered(40, 2, 0.1, 2);
        let split = OpenSetSplit::draw(&features, 20, 20, 1);
        let set = OpenSet::search(&features, &split).unwrap();
        let point = set.at_fpir(0.05).unwrap();
        assert!(
            point.fnir.value == 0.0 && point.fpir.value <= 0.05,
            "{point:?}"
        );
        assert!(set.curve().is_sorted_by(|a, b| a.threshold < b.threshold
            && a.fpir.value >= b.fpir.value
            && a.fnir.value <= b.fnir.value));
    }
}
