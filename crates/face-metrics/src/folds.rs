//! The protocol of Labeled Faces in the Wild: ten folds, each judged at the threshold that is best on the other nine
//! (Huang et al., 2007, "image restricted" with outside training data).

use serde::{Deserialize, Serialize};

use crate::{Estimate, MetricError, Proportion};

/// The similarities of one fold's pairs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fold {
    /// Pairs of one person.
    pub mated: Vec<f32>,
    /// Pairs of two people.
    pub non_mated: Vec<f32>,
}

/// What came of one fold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FoldResult {
    /// The threshold, from the other folds.
    pub threshold: f32,
    /// Share of this fold's pairs that it judges right.
    pub accuracy: f64,
}

/// What came of all folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossValidated {
    /// Share of all pairs judged right, with Wilson's interval over the pairs.
    pub accuracy: Estimate,
    /// Mean of the folds' shares, the published figure.
    pub mean: f64,
    /// Standard error of that mean: the folds' standard deviation over the root of their number.
    pub standard_error: f64,
    /// Each fold.
    pub folds: Vec<FoldResult>,
}

/// Judges each fold at the threshold that is best on all the others.
///
/// # Errors
/// [`MetricError::Shape`] for fewer than two folds, [`MetricError::Nothing`] for one without pairs and
/// [`MetricError::NotANumber`].
pub fn cross_validate(folds: &[Fold]) -> Result<CrossValidated, MetricError> {
    if folds.len() < 2 {
        return Err(MetricError::Shape {
            what: "folds",
            expected: 2,
            found: folds.len(),
        });
    }
    let labelled: Vec<Vec<(f32, bool)>> = folds.iter().map(labelled).collect::<Result<_, _>>()?;
    let mut right = Proportion::new(0, 0);
    let results: Vec<_> = (0..folds.len())
        .map(|fold| {
            let others = labelled.iter().enumerate().filter(|(at, _)| *at != fold);
            let threshold = best_threshold(others.flat_map(|(_, pairs)| pairs.iter().copied()));
            let judged = labelled[fold]
                .iter()
                .map(|&(score, is_mated)| (score >= threshold) == is_mated);
            let judged = Proportion::count(judged);
            right = Proportion::new(right.hits + judged.hits, right.total + judged.total);
            FoldResult {
                threshold,
                accuracy: judged.value(),
            }
        })
        .collect();
    let (mean, standard_error) = mean_and_error(&results);
    Ok(CrossValidated {
        accuracy: right.wilson(),
        mean,
        standard_error,
        folds: results,
    })
}

fn labelled(fold: &Fold) -> Result<Vec<(f32, bool)>, MetricError> {
    let mated = fold.mated.iter().map(|&score| (score, true));
    let non_mated = fold.non_mated.iter().map(|&score| (score, false));
    let pairs: Vec<_> = mated.chain(non_mated).collect();
    match pairs {
        pairs if pairs.is_empty() => Err(MetricError::Nothing("pair of a fold")),
        pairs if pairs.iter().any(|(score, _)| score.is_nan()) => {
            Err(MetricError::NotANumber("similarity"))
        }
        pairs => Ok(pairs),
    }
}

/// The threshold that judges most pairs right, half way to the next score below; of several the lowest.
fn best_threshold(pairs: impl Iterator<Item = (f32, bool)>) -> f32 {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Below every score all match: each mated pair is right. Each pair passed turns from match to non-match.
    let mut right = 0_i64;
    let (mut best, mut threshold) = (0_i64, f32::NEG_INFINITY);
    for (place, &(score, is_mated)) in pairs.iter().enumerate() {
        right += if is_mated { -1 } else { 1 };
        let next = pairs.get(place + 1).map(|&(next, _)| next);
        if next == Some(score) {
            continue;
        }
        if right > best {
            best = right;
            threshold = next.map_or_else(|| score.next_up(), |next| between(score, next));
        }
    }
    threshold
}

/// A number above `low` and not above `high`.
fn between(low: f32, high: f32) -> f32 {
    let middle = f32::midpoint(low, high);
    if middle > low { middle } else { high }
}

fn mean_and_error(results: &[FoldResult]) -> (f64, f64) {
    let n = results.len() as f64;
    let mean = results.iter().map(|fold| fold.accuracy).sum::<f64>() / n;
    let squares: f64 = results
        .iter()
        .map(|fold| (fold.accuracy - mean).powi(2))
        .sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(mated: &[f32], non_mated: &[f32]) -> Fold {
        Fold {
            mated: mated.to_vec(),
            non_mated: non_mated.to_vec(),
        }
    }

    #[test]
    fn two_folds_worked_by_hand() {
        // The second fold's best threshold is 0.45, where the first errs once; the first's is 0.75, the second errs twice.
        let folds = [
            fold(&[0.8, 0.9], &[0.1, 0.7]),
            fold(&[0.5, 0.6], &[0.2, 0.4]),
        ];
        let found = cross_validate(&folds).unwrap();
        assert!((found.folds[0].threshold - 0.45).abs() < 1e-6);
        assert!((found.folds[1].threshold - 0.75).abs() < 1e-6);
        assert!((found.folds[0].accuracy - 0.75).abs() < 1e-12);
        assert!((found.folds[1].accuracy - 0.5).abs() < 1e-12);
        assert!((found.mean - 0.625).abs() < 1e-12);
        // Standard deviation of 0.75 and 0.5 is 0.1768; over the root of two, 0.125.
        assert!((found.standard_error - 0.125).abs() < 1e-9);
        assert_eq!(found.accuracy.of, 8);
    }

    #[test]
    fn a_fold_is_never_judged_by_its_own_threshold() {
        // Alone, each fold is separable; the other's threshold judges half of it.
        let folds = [fold(&[0.3], &[0.2]), fold(&[0.9], &[0.8])];
        let found = cross_validate(&folds).unwrap();
        assert!((found.mean - 0.5).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn one_fold_has_no_others() {
        assert!(cross_validate(&[fold(&[1.0], &[0.0])]).is_err());
        assert!(cross_validate(&[fold(&[1.0], &[0.0]), Fold::default()]).is_err());
        assert!(cross_validate(&[fold(&[1.0], &[0.0]), fold(&[f32::NAN], &[])]).is_err());
    }

    proptest! {
        #[test]
        fn no_threshold_judges_more_pairs_right(
            pairs in prop::collection::vec(((-10_i32..10).prop_map(|s| s as f32 / 10.0), any::<bool>()), 1..60),
            other in -1.2_f32..1.2,
        ) {
            let right = |threshold: f32| pairs.iter().filter(|(s, mated)| (*s >= threshold) == *mated).count();
            prop_assert!(right(best_threshold(pairs.iter().copied())) >= right(other));
        }

        #[test]
        fn separable_scores_are_judged_right(scores in prop::collection::vec((0.55_f32..1.0, -1.0_f32..0.45), 20..60)) {
            let folds: Vec<Fold> = scores.chunks(5).map(|chunk| Fold {
                mated: chunk.iter().map(|pair| pair.0).collect(),
                non_mated: chunk.iter().map(|pair| pair.1).collect(),
            }).collect();
            // A threshold half way between others' scores may still cut a pair of this fold.
            prop_assert!(cross_validate(&folds).unwrap().mean > 0.8);
        }
    }
}
