//! Batches of n classes with m pictures each, as Group Loss needs them.

use std::collections::{BTreeMap, BinaryHeap};

use rand::RngExt as _;
use rand::seq::SliceRandom as _;

use crate::{DataRng, stream};

/// Draws batches of `n` classes with `m` pictures each (Elezi et al., ECCV 2020; 24 classes of 2 trained best there).
#[derive(Debug, Clone)]
pub struct ClassSampler {
    /// Pictures of each class.
    classes: Vec<Vec<usize>>,
    classes_per_batch: usize,
    pictures_per_class: usize,
}

impl ClassSampler {
    /// A sampler of those of `indices` whose class has at least `smallest_class` of them.
    ///
    /// `labels[i]` is the class of picture `i`; pictures without one are left out. With a smallest class below
    /// `pictures_per_class`, pictures of small classes are repeated within a batch.
    #[must_use]
    pub fn new(
        labels: &[Option<u32>],
        indices: &[usize],
        (classes_per_batch, pictures_per_class): (usize, usize),
        smallest_class: usize,
    ) -> Self {
        let mut classes: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for &index in indices {
            if let Some(label) = labels[index] {
                classes.entry(label).or_default().push(index);
            }
        }
        let mut classes: Vec<Vec<usize>> = classes.into_values().collect();
        classes.retain(|class| class.len() >= smallest_class.max(1));
        Self {
            classes,
            classes_per_batch: classes_per_batch.max(1),
            pictures_per_class: pictures_per_class.max(1),
        }
    }

    /// How many classes there are to draw from.
    #[must_use]
    pub const fn classes(&self) -> usize {
        self.classes.len()
    }

    /// The batches of one epoch: `n * m` numbers of pictures each, those of a class side by side.
    ///
    /// Every picture occurs, until fewer than `n` classes have pictures left; the last handful of a class is filled up
    /// with pictures of it that were seen already. Classes with most pictures left go first, so that few are left over.
    #[must_use]
    pub fn epoch(&self, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
        let rng = &mut stream(seed, &[epoch]);
        let mut handfuls: Vec<Vec<Vec<usize>>> = self
            .classes
            .iter()
            .map(|class| self.handfuls(rng, class))
            .collect();
        let mut left: BinaryHeap<(usize, u64, usize)> = handfuls
            .iter()
            .enumerate()
            .map(|(class, handfuls)| (handfuls.len(), rng.random(), class))
            .collect();
        let mut batches = Vec::new();
        while left.len() >= self.classes_per_batch {
            let drawn: Vec<_> = (0..self.classes_per_batch)
                .filter_map(|_| left.pop())
                .collect();
            let mut batch = Vec::with_capacity(self.classes_per_batch * self.pictures_per_class);
            for (count, _, class) in drawn {
                batch.extend(
                    handfuls[class]
                        .pop()
                        .expect("a class in the heap has a handful left"),
                );
                if count > 1 {
                    left.push((count - 1, rng.random(), class));
                }
            }
            batches.push(batch);
        }
        batches.shuffle(rng);
        batches
    }

    /// The pictures of a class in random order, `m` at a time.
    fn handfuls(&self, rng: &mut DataRng, class: &[usize]) -> Vec<Vec<usize>> {
        let mut order = class.to_vec();
        order.shuffle(rng);
        let fill = order.len().next_multiple_of(self.pictures_per_class) - order.len();
        // Seen before, but from the front: the last handful holds no picture twice unless the class is too small.
        let again: Vec<usize> = order.iter().copied().cycle().take(fill).collect();
        order.extend(again);
        order
            .chunks(self.pictures_per_class)
            .map(<[usize]>::to_vec)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_batch_has_n_classes_of_m_pictures(
            labels in prop::collection::vec(prop::option::of(0_u32..20), 0..200),
            n in 1_usize..6, m in 1_usize..4, seed in 0_u64..1000,
        ) {
            let indices: Vec<usize> = (0..labels.len()).collect();
            let sampler = ClassSampler::new(&labels, &indices, (n, m), m);
            for batch in sampler.epoch(seed, 0) {
                prop_assert_eq!(batch.len(), n * m);
                let classes: BTreeSet<Option<u32>> = batch.iter().map(|&index| labels[index]).collect();
                prop_assert_eq!(classes.len(), n);
                for handful in batch.chunks(m) {
                    prop_assert!(handful.iter().all(|&index| labels[index].is_some()));
                    prop_assert!(handful.iter().all(|&index| labels[index] == labels[handful[0]]));
                    prop_assert_eq!(handful.iter().collect::<BTreeSet<_>>().len(), m, "no picture twice");
                }
            }
            prop_assert_eq!(sampler.epoch(seed, 0), sampler.epoch(seed, 0));
        }
    }

    #[test]
    fn an_epoch_shows_every_picture_of_even_classes_once() {
        let labels: Vec<Option<u32>> = (0..96).map(|index| Some(index / 4)).collect();
        let indices: Vec<usize> = (0..96).collect();
        let sampler = ClassSampler::new(&labels, &indices, (8, 2), 2);
        let mut seen = sampler.epoch(5, 1).concat();
        seen.sort_unstable();
        assert_eq!(seen, indices);
        assert_ne!(sampler.epoch(5, 1), sampler.epoch(5, 2));
    }

    #[test]
    fn people_with_too_few_pictures_are_left_out() {
        let labels = [Some(0), Some(1), Some(1), Some(2), Some(2), Some(2), None];
        let sampler = ClassSampler::new(&labels, &[0, 1, 2, 3, 4, 5, 6], (2, 2), 2);
        assert_eq!(sampler.classes(), 2);
        assert!(
            sampler
                .epoch(1, 0)
                .concat()
                .iter()
                .all(|&index| (1..6).contains(&index))
        );
        let with_repeats = ClassSampler::new(&labels, &[0, 1, 2, 3, 4, 5, 6], (3, 2), 1);
        assert_eq!(with_repeats.epoch(1, 0).len(), 1);
    }
}
