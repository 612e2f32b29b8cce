//! Training, validation and test sets that share no person and no source.

use std::collections::BTreeMap;

use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};

use crate::stream;

/// Shares of the pictures for validation and test; training gets the rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawShares", into = "RawShares")]
pub struct Shares {
    validation: f64,
    test: f64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawShares {
    validation: f64,
    test: f64,
}

/// Shares that leave nothing or less for training.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("shares of {validation} and {test} are negative or leave nothing for training")]
pub struct SharesError {
    /// The share for validation.
    pub validation: f64,
    /// The share for test.
    pub test: f64,
}

impl Shares {
    /// Shares of the pictures, 0 to 1.
    ///
    /// # Errors
    /// [`SharesError`] unless both are at least 0 and their sum is below 1.
    pub fn new(validation: f64, test: f64) -> Result<Self, SharesError> {
        if validation >= 0.0 && test >= 0.0 && validation + test < 1.0 {
            Ok(Self { validation, test })
        } else {
            Err(SharesError { validation, test })
        }
    }
}

impl TryFrom<RawShares> for Shares {
    type Error = SharesError;

    fn try_from(raw: RawShares) -> Result<Self, SharesError> {
        Self::new(raw.validation, raw.test)
    }
}

impl From<Shares> for RawShares {
    fn from(Shares { validation, test }: Shares) -> Self {
        Self { validation, test }
    }
}

/// Numbers of pictures, each in one of three sets, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// To learn from.
    pub training: Vec<usize>,
    /// To choose settings by.
    pub validation: Vec<usize>,
    /// To report figures of.
    pub test: Vec<usize>,
}

/// Splits pictures so that all of a group (a person, a source) are in one set.
///
/// `groups[i]` is the group of picture `i`. Groups are drawn in random order until each set has its share of the
/// pictures or would exceed it by more than half of the next group; so sets of few large groups miss their shares.
#[must_use]
pub fn split_by_group(groups: &[u32], shares: Shares, seed: u64) -> Split {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(index);
    }
    let mut order: Vec<Vec<usize>> = members.into_values().collect();
    order.shuffle(&mut stream(seed, &[]));
    let wanted = |share: f64| share * groups.len() as f64;
    let mut split = Split::default();
    for group in order {
        let half = group.len() as f64 / 2.0;
        let has_room = |set: &[usize], share: f64| set.len() as f64 + half <= wanted(share);
        if has_room(&split.test, shares.test) {
            split.test.extend(group);
        } else if has_room(&split.validation, shares.validation) {
            split.validation.extend(group);
        } else {
            split.training.extend(group);
        }
    }
    for set in [&mut split.training, &mut split.validation, &mut split.test] {
        set.sort_unstable();
    }
    split
}

/// For each group, the split that tests on it and trains on all others; the validation set is empty.
///
/// With a handful of sources (attacks) a single split says more about the source that was drawn than about the network.
#[must_use]
pub fn leave_one_group_out(groups: &[u32]) -> Vec<(u32, Split)> {
    let mut held: Vec<u32> = groups.to_vec();
    held.sort_unstable();
    held.dedup();
    let split = |held: u32| {
        let (test, training) = (0..groups.len()).partition(|&index| groups[index] == held);
        Split {
            training,
            validation: Vec::new(),
            test,
        }
    };
    held.into_iter()
        .map(|group| (group, split(group)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn groups_of(set: &[usize], groups: &[u32]) -> BTreeSet<u32> {
        set.iter().map(|&index| groups[index]).collect()
    }

    proptest! {
        #[test]
        fn every_picture_is_in_one_set_and_no_group_is_torn(
            groups in prop::collection::vec(0_u32..40, 0..300), seed in 0_u64..1000,
        ) {
            let split = split_by_group(&groups, Shares::new(0.2, 0.3).unwrap(), seed);
            let mut all = [&split.training[..], &split.validation, &split.test].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..groups.len()).collect::<Vec<_>>());
            let [training, validation, test] =
                [&split.training, &split.validation, &split.test].map(|set| groups_of(set, &groups));
            prop_assert!(training.is_disjoint(&validation) && training.is_disjoint(&test) && validation.is_disjoint(&test));
        }

        #[test]
        fn shares_are_met_to_a_group(seed in 0_u64..1000) {
            let groups: Vec<u32> = (0..1000).map(|index| index / 4).collect();
            let split = split_by_group(&groups, Shares::new(0.1, 0.25).unwrap(), seed);
            prop_assert!(split.test.len().abs_diff(250) <= 2 && split.validation.len().abs_diff(100) <= 2);
        }
    }

    #[test]
    fn another_seed_draws_other_groups() {
        let groups: Vec<u32> = (0..200).collect();
        let shares = Shares::new(0.0, 0.5).unwrap();
        let split = |seed| split_by_group(&groups, shares, seed);
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn each_source_is_held_out_once() {
        let splits = leave_one_group_out(&[4, 9, 4, 7]);
        let held: Vec<u32> = splits.iter().map(|(group, _)| *group).collect();
        assert_eq!(held, [4, 7, 9]);
        assert_eq!(splits[0].1.test, [0, 2]);
        assert_eq!(splits[0].1.training, [1, 3]);
    }

    #[test]
    fn shares_that_leave_nothing_are_refused() {
        assert!(Shares::new(0.5, 0.5).is_err() && Shares::new(-0.1, 0.0).is_err());
        assert!(Shares::new(f64::NAN, 0.0).is_err());
        let text = "validation = 0.6\ntest = 0.6";
        assert!(toml::from_str::<Shares>(text).is_err());
    }
}
