//! Pairs of the same person or not, as a siamese network learns from.

use std::collections::{BTreeMap, HashSet};

use rand::RngExt as _;
use rand::seq::{IndexedRandom as _, SliceRandom as _};

use crate::pictures::Comparison;
use crate::{DataRng, stream};

/// Up to `count` pairs out of `indices`, half of them mated, in random order.
///
/// `labels[i]` is the class of picture `i`; pictures without one are left out. No pair occurs twice, whichever way round.
/// A mated pair is drawn by its person first, so that people with many pictures do not rule. Fewer pairs come back, still
/// half and half, when there are not so many different ones.
#[must_use]
pub fn same_or_not(
    labels: &[Option<u32>],
    indices: &[usize],
    count: usize,
    seed: u64,
) -> Vec<Comparison<usize>> {
    let mut classes: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for &index in indices {
        if let Some(label) = labels[index] {
            classes.entry(label).or_default().push(index);
        }
    }
    let classes: Vec<Vec<usize>> = classes.into_values().collect();
    let rng = &mut stream(seed, &[]);
    let mut mated = draw(rng, count / 2, |rng| mated(rng, &classes), true);
    let mut non_mated = draw(rng, count / 2, |rng| non_mated(rng, &classes), false);
    let balanced = mated.len().min(non_mated.len());
    mated.truncate(balanced);
    non_mated.truncate(balanced);
    mated.append(&mut non_mated);
    mated.shuffle(rng);
    mated
}

/// Draws that may repeat an earlier pair before a set counts as exhausted, for each pair.
const PATIENCE: usize = 50;

fn draw(
    rng: &mut DataRng,
    count: usize,
    mut one: impl FnMut(&mut DataRng) -> Option<(usize, usize)>,
    is_mated: bool,
) -> Vec<Comparison<usize>> {
    let (mut seen, mut pairs) = (HashSet::new(), Vec::new());
    let mut repeats = 0;
    while pairs.len() < count && repeats < PATIENCE * count.max(20) {
        let Some((first, second)) = one(rng) else {
            break;
        };
        if seen.insert((first.min(second), first.max(second))) {
            pairs.push(Comparison {
                first,
                second,
                is_mated,
            });
        } else {
            repeats += 1;
        }
    }
    pairs
}

/// Two pictures of one class; `None` when no class has two.
fn mated(rng: &mut DataRng, classes: &[Vec<usize>]) -> Option<(usize, usize)> {
    // People are drawn evenly until one with two pictures is met; sets in use have many of them.
    if !classes.iter().any(|class| class.len() > 1) {
        return None;
    }
    loop {
        if let Some([first, second]) = classes.choose(rng)?.sample_array(rng) {
            return Some((first, second));
        }
    }
}

/// Pictures of two classes; `None` when there is one class at most.
fn non_mated(rng: &mut DataRng, classes: &[Vec<usize>]) -> Option<(usize, usize)> {
    if classes.len() < 2 {
        return None;
    }
    let first = rng.random_range(0..classes.len());
    let second = (first + rng.random_range(1..classes.len())) % classes.len();
    Some((*classes[first].choose(rng)?, *classes[second].choose(rng)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_balanced_different_and_right(
            labels in prop::collection::vec(prop::option::of(0_u32..30), 2..200), seed in 0_u64..1000,
        ) {
            let indices: Vec<usize> = (0..labels.len()).collect();
            let pairs = same_or_not(&labels, &indices, 40, seed);
            let mated = pairs.iter().filter(|pair| pair.is_mated).count();
            prop_assert_eq!(2 * mated, pairs.len());
            let mut seen = HashSet::new();
            for pair in &pairs {
                prop_assert_ne!(pair.first, pair.second);
                prop_assert!(labels[pair.first].is_some());
                prop_assert_eq!(labels[pair.first] == labels[pair.second], pair.is_mated);
                prop_assert!(seen.insert((pair.first.min(pair.second), pair.first.max(pair.second))));
            }
            prop_assert_eq!(pairs, same_or_not(&labels, &indices, 40, seed));
        }
    }

    #[test]
    fn as_many_pairs_come_as_were_asked_for_when_there_are_enough() {
        let labels: Vec<Option<u32>> = (0..100).map(|index| Some(index / 5)).collect();
        let indices: Vec<usize> = (0..100).collect();
        assert_eq!(same_or_not(&labels, &indices, 200, 1).len(), 200);
        // Five people of two pictures have five mated pairs.
        let labels: Vec<Option<u32>> = (0..10).map(|index| Some(index / 2)).collect();
        assert_eq!(same_or_not(&labels, &indices[..10], 200, 1).len(), 10);
    }

    #[test]
    fn pictures_outside_the_chosen_ones_are_left_out() {
        let labels: Vec<Option<u32>> = (0..100).map(|index| Some(index / 5)).collect();
        let chosen: Vec<usize> = (40..80).collect();
        let pairs = same_or_not(&labels, &chosen, 30, 3);
        assert!(
            pairs
                .iter()
                .all(|pair| (40..80).contains(&pair.first) && (40..80).contains(&pair.second))
        );
    }
}
