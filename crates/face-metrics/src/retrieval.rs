//! Recall@k: whether a picture of the same person is among the k nearest.

use serde::{Deserialize, Serialize};

use crate::dot::{in_parallel, threads};
use crate::random::Random;
use crate::{Bootstrap, Estimate, Features, Proportion};

/// Recall among the `k` nearest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RecallAt {
    /// Number of neighbours looked at.
    pub k: usize,
    /// Share of the queries with a picture of the same class among them.
    pub recall: Estimate,
}

/// Random batches of `classes` classes and `per_class` pictures each, as a sampler of training would draw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batches {
    /// Classes of a batch (the original's n).
    pub classes: usize,
    /// Pictures of each class (the original's m).
    pub per_class: usize,
    /// Number of batches.
    pub count: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Batches {
    /// The original's test protocol, n = 8 and m = 3.
    fn default() -> Self {
        Self {
            classes: 8,
            per_class: 3,
            count: 500,
            seed: 1,
        }
    }
}

/// Recall with every picture as a query against all others; pictures without another of their class are no queries, but
/// stay in the way of others. The intervals draw classes anew, with the neighbours that they have here.
#[must_use]
pub fn global_recall(features: &Features, ks: &[usize], bootstrap: &Bootstrap) -> Vec<RecallAt> {
    let all: Vec<usize> = (0..features.len()).collect();
    let ranks = in_parallel(features.len(), threads(), |rows| {
        rows.map(|row| rank(features, row, &all))
            .collect::<Vec<_>>()
    })
    .concat();
    let classes = features.class_sizes().len();
    let recall = |&k: &usize| {
        let mut by_class = vec![Proportion::new(0, 0); classes];
        for (rank, &class) in ranks.iter().zip(features.classes()) {
            let Some(rank) = rank else { continue };
            let sum = &mut by_class[class as usize];
            *sum = Proportion::new(sum.hits + u64::from(*rank <= k), sum.total + 1);
        }
        by_class.retain(|class| class.total > 0);
        RecallAt {
            k,
            recall: bootstrap.over_groups(&by_class),
        }
    };
    ks.iter().map(recall).collect()
}

/// Recall within random batches, each picture a query against the rest of its batch; the intervals draw batches anew.
/// Empty when fewer classes than a batch needs have pictures enough.
#[must_use]
pub fn batch_recall(
    features: &Features,
    batches: &Batches,
    ks: &[usize],
    bootstrap: &Bootstrap,
) -> Vec<RecallAt> {
    let mut members = vec![Vec::new(); features.class_sizes().len()];
    for (row, &class) in features.classes().iter().enumerate() {
        members[class as usize].push(row);
    }
    members.retain(|rows| rows.len() >= batches.per_class.max(2));
    if members.len() < batches.classes || batches.classes < 2 {
        return Vec::new();
    }
    let mut random = Random::new(batches.seed);
    let ranks: Vec<Vec<usize>> = (0..batches.count)
        .map(|_| {
            let batch = draw(&mut members, batches, &mut random);
            let ranks = batch.iter().map(|&row| rank(features, row, &batch));
            ranks.flatten().collect()
        })
        .collect();
    let recall = |&k: &usize| {
        let each = ranks
            .iter()
            .map(|ranks| Proportion::count(ranks.iter().map(|&rank| rank <= k)));
        RecallAt {
            k,
            recall: bootstrap.over_groups(&each.collect::<Vec<_>>()),
        }
    };
    ks.iter().map(recall).collect()
}

fn draw(members: &mut [Vec<usize>], batches: &Batches, random: &mut Random) -> Vec<usize> {
    random.draw(members, batches.classes);
    let mut batch = Vec::with_capacity(batches.classes * batches.per_class);
    for rows in &mut members[..batches.classes] {
        random.draw(rows, batches.per_class);
        batch.extend_from_slice(&rows[..batches.per_class]);
    }
    batch
}

/// The place, from 1, of the nearest picture of the query's class among `others`; `None` when there is none. Pictures of
/// other classes that are exactly as near count as nearer.
fn rank(features: &Features, query: usize, others: &[usize]) -> Option<usize> {
    let classes = features.classes();
    let others = || others.iter().copied().filter(|&other| other != query);
    let own = others()
        .filter(|&other| classes[other] == classes[query])
        .map(|other| features.similarity(query, other))
        .max_by(f32::total_cmp)?;
    let nearer = others()
        .filter(|&other| classes[other] != classes[query])
        .filter(|&other| features.similarity(query, other) >= own);
    Some(nearer.count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::scattered;

    /// Points on a circle at these degrees.
    fn circle(degrees: &[f32], classes: &[u32]) -> Features {
        let values = degrees.iter().flat_map(|d| {
            let angle = d.to_radians();
            [angle.cos(), angle.sin()]
        });
        Features::new(values.collect(), 2, classes.to_vec()).unwrap()
    }

    #[test]
    fn ranks_are_those_counted_by_hand() {
        // 0 and 40 are of one class, with 10 and 20 between; 90 is alone.
        let features = circle(&[0.0, 40.0, 10.0, 20.0, 90.0], &[0, 0, 1, 2, 3]);
        let all = [0, 1, 2, 3, 4];
        assert_eq!(rank(&features, 0, &all), Some(3));
        assert_eq!(rank(&features, 1, &all), Some(3));
        assert_eq!(rank(&features, 2, &all), None);
        let found = global_recall(&features, &[1, 2, 3], &Bootstrap::default());
        let values: Vec<_> = found
            .iter()
            .map(|at| (at.k, at.recall.value, at.recall.of))
            .collect();
        assert_eq!(values, [(1, 0.0, 2), (2, 0.0, 2), (3, 1.0, 2)]);
    }

    #[test]
    fn separate_classes_are_always_recalled_and_mixed_ones_are_not() {
        let (clean, mixed) = (scattered(20, 4, 0.1, 3), scattered(20, 4, 20.0, 3));
        let bootstrap = Bootstrap {
            seed: 1,
            resamples: 50,
        };
        let recall = |features: &Features| {
            let global = global_recall(features, &[1], &bootstrap)[0].recall.value;
            let batch = batch_recall(features, &Batches::default(), &[1, 23], &bootstrap);
            (global, batch[0].recall.value, batch[1].recall.value)
        };
        assert_eq!(recall(&clean), (1.0, 1.0, 1.0));
        let (global, batch, last) = recall(&mixed);
        // By chance: 3 of 79 others, 2 of 23 others.
        assert!(
            global < 0.2 && (0.03..0.25).contains(&batch),
            "{global} {batch}"
        );
        assert!(last > 0.999, "all others of a batch are looked at");
    }

    #[test]
    fn batches_need_classes_with_pictures_enough() {
        let few = scattered(7, 3, 0.1, 4);
        assert!(batch_recall(&few, &Batches::default(), &[1], &Bootstrap::default()).is_empty());
    }
}
