//! The original's threshold search: accuracy over the Euclidean distance of two unit templates.

use serde::{Deserialize, Serialize};

use crate::{Estimate, Proportion, Scores};

/// Rates when two faces match up to a distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// Euclidean distance of unit templates, 0 to 2: d² = 2 - 2s.
    pub distance: f32,
    /// Share of all comparisons judged right.
    pub accuracy: Estimate,
    /// False match rate.
    pub fmr: f64,
    /// False non-match rate.
    pub fnmr: f64,
}

/// The rates at `steps` distances from 0 to 2, evenly apart, both ends included.
#[must_use]
pub fn sweep(scores: &Scores, steps: u32) -> Vec<SweepPoint> {
    let last = steps.max(2) - 1;
    let distances = (0..=last).map(|step| 2.0 * step as f32 / last as f32);
    distances.map(|distance| at(scores, distance)).collect()
}

fn at(scores: &Scores, distance: f32) -> SweepPoint {
    let threshold = 1.0 - distance * distance / 2.0;
    let false_matches = scores.false_matches(threshold);
    let misses = scores.false_non_matches(threshold);
    let wrong = Proportion::new(
        false_matches.hits + misses.hits,
        false_matches.total + misses.total,
    );
    SweepPoint {
        distance,
        accuracy: wrong.complement().wilson(),
        fmr: false_matches.value(),
        fnmr: misses.value(),
    }
}

/// The point with the highest accuracy, the middle one where several share it; `None` of no points.
///
/// It is chosen on the very comparisons it is judged on, so its accuracy is a little too good; see
/// [`crate::cross_validate`].
#[must_use]
pub fn best_of_sweep(points: &[SweepPoint]) -> Option<SweepPoint> {
    let best = points
        .iter()
        .map(|point| point.accuracy.value)
        .max_by(f64::total_cmp)?;
    let shared: Vec<_> = points
        .iter()
        .filter(|point| point.accuracy.value >= best)
        .collect();
    shared.get((shared.len() - 1) / 2).map(|&&point| point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_threshold_of_0_8_is_a_similarity_of_0_68() {
        let scores = Scores::new(vec![0.69, 0.67], vec![0.0, 0.1]).unwrap();
        let points = sweep(&scores, 201);
        let point = points
            .iter()
            .find(|point| (point.distance - 0.8).abs() < 1e-6)
            .unwrap();
        assert!((point.accuracy.value - 0.75).abs() < 1e-12);
        assert!((point.fnmr - 0.5).abs() < 1e-12 && point.fmr.abs() < 1e-12);
    }

    #[test]
    fn at_distance_0_nothing_matches_and_at_2_everything_does() {
        let scores = Scores::new(vec![0.9; 3], vec![-0.5]).unwrap();
        let points = sweep(&scores, 11);
        assert_eq!(points.len(), 11);
        assert!((points[0].accuracy.value - 0.25).abs() < 1e-12);
        assert!((points[10].accuracy.value - 0.75).abs() < 1e-12);
    }

    #[test]
    fn of_equally_good_distances_the_middle_one_is_taken() {
        let scores = Scores::new(vec![0.98], vec![0.02]).unwrap();
        let best = best_of_sweep(&sweep(&scores, 201)).unwrap();
        // Right from d = 0.2 (s = 0.98) to d = 1.4 (s = 0.02).
        assert!((best.distance - 0.8).abs() < 0.011, "{best:?}");
        assert_eq!(best_of_sweep(&[]), None);
    }
}
