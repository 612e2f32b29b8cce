//! Changed copies beside the originals: the comparison of the original's experiment on eyes.

use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};

use crate::stream;

/// How many changed copies an epoch gets, as a share of its pictures: 0, 0.5 and 1.0 in the original's experiment.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExtraSamples(pub f64);

/// One sample of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EpochSample {
    /// Number of the picture.
    pub index: usize,
    /// Whether it is to be changed by the augmentation.
    pub is_changed: bool,
}

impl ExtraSamples {
    /// Samples of an epoch over `pictures` pictures.
    #[must_use]
    pub fn length(self, pictures: usize) -> usize {
        pictures + self.copies(pictures)
    }

    fn copies(self, pictures: usize) -> usize {
        (self.0.max(0.0) * pictures as f64).round() as usize
    }

    /// The samples of an epoch in random order: every picture as it is, and the share of changed copies.
    ///
    /// No picture is copied twice before every other was once; which ones are copied differs from epoch to epoch.
    #[must_use]
    pub fn epoch(self, indices: &[usize], seed: u64, epoch: u64) -> Vec<EpochSample> {
        let rng = &mut stream(seed, &[epoch]);
        let mut order = indices.to_vec();
        order.shuffle(rng);
        let copies = self.copies(indices.len());
        let sample = |is_changed| move |&index: &usize| EpochSample { index, is_changed };
        let originals = indices.iter().map(sample(false));
        let mut samples: Vec<EpochSample> = originals.collect();
        if !order.is_empty() {
            samples.extend(order.iter().cycle().take(copies).map(sample(true)));
        }
        samples.shuffle(rng);
        samples
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.0, 0)]
    #[case(0.5, 50)]
    #[case(1.0, 100)]
    #[case(1.5, 150)]
    fn every_picture_comes_once_and_the_share_of_copies_on_top(
        #[case] share: f64,
        #[case] copies: usize,
    ) {
        let indices: Vec<usize> = (100..200).collect();
        let samples = ExtraSamples(share).epoch(&indices, 3, 0);
        let mut plain: Vec<usize> = samples
            .iter()
            .filter(|s| !s.is_changed)
            .map(|s| s.index)
            .collect();
        plain.sort_unstable();
        assert_eq!(plain, indices);
        assert_eq!(samples.len(), 100 + copies);
        assert_eq!(samples.len(), ExtraSamples(share).length(100));
        let of_first = samples
            .iter()
            .filter(|s| s.is_changed && s.index == 100)
            .count();
        assert!(of_first <= copies.div_ceil(100));
    }

    #[test]
    fn the_copies_differ_from_epoch_to_epoch() {
        let indices: Vec<usize> = (0..100).collect();
        let copied = |epoch| {
            let samples = ExtraSamples(0.5).epoch(&indices, 3, epoch);
            let mut copied: Vec<usize> = samples
                .iter()
                .filter(|s| s.is_changed)
                .map(|s| s.index)
                .collect();
            copied.sort_unstable();
            copied
        };
        assert_eq!(copied(1), copied(1));
        assert_ne!(copied(1), copied(2));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(ExtraSamples(1.0).epoch(&[], 1, 1).is_empty());
    }
}
