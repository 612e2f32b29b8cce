//! k-means with the seeding of k-means++ (Arthur and Vassilvitskii, SODA 2007).

use crate::Features;
use crate::dot::{dot, in_parallel, threads};
use crate::random::Random;

/// Rows in clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// The cluster of each row, counted from 0.
    pub clusters: Vec<u32>,
    /// Mean squared distance of the rows to the middle of their cluster.
    pub spread: f64,
    /// Rounds until nothing changed, or as many as were allowed.
    pub rounds: usize,
}

/// The middles of the clusters, each with half its squared length.
struct Middles {
    values: Vec<f32>,
    half_squares: Vec<f32>,
    dimension: usize,
}

/// Puts the rows into `k` clusters (or as many as there are rows), in at most `rounds` rounds of Lloyd's algorithm.
#[must_use]
pub fn k_means(features: &Features, k: usize, rounds: usize, seed: u64) -> Clustering {
    let k = k.clamp(1, features.len());
    let mut middles = Middles::seeded(features, k, &mut Random::new(seed));
    let mut clusters = vec![0; features.len()];
    let mut spread = 0.0;
    for round in 1..=rounds.max(1) {
        let (assigned, distance) = middles.assign(features);
        spread = distance / features.len() as f64;
        let is_settled = round > 1 && assigned == clusters;
        clusters = assigned;
        if is_settled || round == rounds.max(1) {
            return Clustering {
                clusters,
                spread,
                rounds: round,
            };
        }
        middles.recentre(features, &clusters);
    }
    Clustering {
        clusters,
        spread,
        rounds,
    }
}

impl Middles {
    /// The first middle is any row, each next one a row chosen with probability as the square of its distance to the
    /// nearest so far.
    fn seeded(features: &Features, k: usize, random: &mut Random) -> Self {
        let mut middles = Self {
            values: Vec::with_capacity(k * features.dimension()),
            half_squares: Vec::with_capacity(k),
            dimension: features.dimension(),
        };
        let mut distances = vec![f32::INFINITY; features.len()];
        let mut next = random.below(features.len());
        for _ in 0..k {
            middles.push(features.row(next));
            let chosen = next;
            let nearer = in_parallel(features.len(), threads(), |rows| {
                rows.map(|row| distances[row].min(squared_distance(features, row, chosen)))
                    .collect::<Vec<_>>()
            });
            distances = nearer.concat();
            next = weighted(&distances, random);
        }
        middles
    }

    fn push(&mut self, row: &[f32]) {
        self.values.extend_from_slice(row);
        self.half_squares.push(dot(row, row) / 2.0);
    }

    fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.dimension..][..self.dimension]
    }

    /// The nearest middle of each row, and the sum of the squared distances.
    fn assign(&self, features: &Features) -> (Vec<u32>, f64) {
        let parts = in_parallel(features.len(), threads(), |rows| {
            rows.map(|row| self.nearest(features.row(row)))
                .collect::<Vec<_>>()
        });
        let nearest = parts.concat();
        let sum = nearest
            .iter()
            .map(|(_, distance)| f64::from(*distance))
            .sum();
        (nearest.into_iter().map(|(at, _)| at).collect(), sum)
    }

    /// |x - m|² = |x|² - 2 (x·m - |m|²/2): the nearest has the largest bracket.
    fn nearest(&self, row: &[f32]) -> (u32, f32) {
        let brackets =
            (0..self.half_squares.len()).map(|at| dot(row, self.row(at)) - self.half_squares[at]);
        let (at, bracket) = brackets
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .expect("there is a middle at least");
        (at as u32, (dot(row, row) - 2.0 * bracket).max(0.0))
    }

    /// Moves each middle to the mean of its rows; one without rows stays.
    fn recentre(&mut self, features: &Features, clusters: &[u32]) {
        let mut sums = vec![0.0_f64; self.values.len()];
        let mut counts = vec![0_u32; self.half_squares.len()];
        for (row, &cluster) in clusters.iter().enumerate() {
            counts[cluster as usize] += 1;
            let sum = &mut sums[cluster as usize * self.dimension..][..self.dimension];
            for (sum, value) in sum.iter_mut().zip(features.row(row)) {
                *sum += f64::from(*value);
            }
        }
        for (at, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let range = at * self.dimension..(at + 1) * self.dimension;
            for (value, sum) in self.values[range.clone()].iter_mut().zip(&sums[range]) {
                *value = (sum / f64::from(count)) as f32;
            }
            self.half_squares[at] = dot(self.row(at), self.row(at)) / 2.0;
        }
    }
}

fn squared_distance(features: &Features, a: usize, b: usize) -> f32 {
    let (a, b) = (features.row(a), features.row(b));
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// A place, chosen with probability as its weight; any when all weights are zero.
fn weighted(weights: &[f32], random: &mut Random) -> usize {
    let total: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
    if total <= 0.0 {
        return random.below(weights.len());
    }
    let mut left = random.unit() * total;
    let found = weights.iter().position(|&weight| {
        left -= f64::from(weight);
        left < 0.0
    });
    found.unwrap_or(weights.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::scattered;
    use crate::nmi;

    #[test]
    fn four_points_in_two_heaps_worked_by_hand() {
        let points = Features::new(vec![0.0, 1.0, 10.0, 12.0], 1, vec![0, 0, 1, 1]).unwrap();
        let found = k_means(&points, 2, 20, 1);
        assert_eq!(found.clusters[0], found.clusters[1]);
        assert_eq!(found.clusters[2], found.clusters[3]);
        assert_ne!(found.clusters[0], found.clusters[2]);
        // Middles 0.5 and 11: squares 0.25, 0.25, 1, 1.
        assert!((found.spread - 0.625).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn separate_classes_are_found_again() {
        let features = scattered(10, 12, 0.15, 6);
        let found = k_means(&features, 10, 50, 1);
        assert!(nmi(&found.clusters, features.classes()) > 0.97, "{found:?}");
        let noise = scattered(10, 12, 30.0, 6);
        assert!(nmi(&k_means(&noise, 10, 50, 1).clusters, noise.classes()) < 0.6);
    }

    #[test]
    fn more_rounds_never_spread_more_and_a_seed_repeats() {
        let features = scattered(8, 10, 1.0, 7);
        let few = k_means(&features, 8, 1, 3);
        let many = k_means(&features, 8, 30, 3);
        assert!(many.spread <= few.spread + 1e-6);
        assert_eq!(many, k_means(&features, 8, 30, 3));
    }

    #[test]
    fn as_many_clusters_as_rows_leave_no_spread() {
        let features = scattered(6, 1, 0.0, 8);
        let found = k_means(&features, 100, 10, 1);
        assert!(found.spread < 1e-6);
        let mut clusters = found.clusters;
        clusters.sort_unstable();
        assert_eq!(clusters, [0, 1, 2, 3, 4, 5]);
    }
}
