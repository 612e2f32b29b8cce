//! Verification rates on listed pairs and on all comparisons.

use anyhow::{Context as _, Result};
use face_data::Comparison as Pair;
use face_metrics::{
    AllPairs, Comparison, Comparisons, Fold, Histogram, Scores, best_of_sweep, cross_validate,
    impostor_curve, sweep,
};

use super::Bench;
use super::report::{AllPairsReport, PairsReport, RateAt, ScoreCounts};

/// Share of the non-mated comparisons that are kept for intervals over people: twice the loosest of [`FMRS`], because in
/// a resample the rate falls at another place.
pub(super) const TAIL: f64 = 0.02;
/// False match rates at which the true accept rate is read.
const FMRS: [f64; 4] = [1e-2, 1e-3, 1e-4, 1e-5];
/// Bins of the distributions that are reported.
const BINS: usize = 256;
/// Points of the threshold sweep: every hundredth of a distance.
const STEPS: u32 = 201;
/// Comparisons on which the last point of an impostor curve rests.
const FEWEST: u64 = 10;
/// The similarity of a pair of which one picture shows no face: such pairs are never alike.
const NOT_ALIKE: f32 = -1.0;

/// The listed pairs of `folds`; `rows` has the template of each picture, and `people` whom it shows.
pub(super) fn pairs(
    bench: &Bench,
    rows: &[Option<&[f32]>],
    people: &[u32],
    folds: &[Vec<Pair<usize>>],
) -> Result<PairsReport> {
    let similarity = |pair: &Pair<usize>| match (rows[pair.first], rows[pair.second]) {
        (Some(a), Some(b)) => a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>(),
        _ => NOT_ALIKE,
    };
    let (mut mated, mut non_mated) = (Vec::new(), Vec::new());
    let mut by_fold = Vec::new();
    for pairs in folds {
        let mut fold = Fold::default();
        for pair in pairs {
            let comparison = Comparison {
                similarity: similarity(pair),
                people: (people[pair.first], people[pair.second]),
            };
            let (list, scores) = if pair.is_mated {
                (&mut mated, &mut fold.mated)
            } else {
                (&mut non_mated, &mut fold.non_mated)
            };
            list.push(comparison);
            scores.push(comparison.similarity);
        }
        by_fold.push(fold);
    }
    let of = |list: &[Comparison]| list.iter().map(|c| c.similarity).collect::<Vec<f32>>();
    let scores = Scores::new(of(&mated), of(&non_mated))?;
    let counts = ScoreCounts {
        mated: counted(scores.mated()),
        non_mated: counted(scores.non_mated()),
    };
    let points = sweep(&scores, STEPS);
    let count = people
        .iter()
        .max()
        .map_or(0, |&highest| highest as usize + 1);
    let comparisons = Comparisons::listed(count, mated, non_mated);
    Ok(PairsReport {
        folds: cross_validate(&by_fold)?,
        tar: rates(bench, &comparisons),
        equal_error_rate: scores.equal_error_rate(),
        area_under_curve: scores.area_under_curve(),
        curve: scores.curve(20),
        best_distance: best_of_sweep(&points).context("the sweep has no points")?,
        sweep: points,
        scores: counts,
    })
}

/// Every picture with every other.
pub(super) fn all_pairs(bench: &Bench, all: &AllPairs) -> AllPairsReport {
    let mated: Vec<f32> = all.mated.iter().map(|c| c.similarity).collect();
    AllPairsReport {
        mated: mated.len() as u64,
        non_mated: all.non_mated.total(),
        tar: rates(bench, &all.comparisons()),
        impostor_curve: curve(&all.non_mated),
        scores: ScoreCounts {
            mated: counted(&mated),
            non_mated: all.non_mated.coarser(BINS),
        },
    }
}

/// The impostor curve as far as enough comparisons bear it.
pub(crate) fn curve(non_mated: &Histogram) -> Vec<(f32, f64)> {
    impostor_curve(non_mated, FEWEST)
}

fn rates(bench: &Bench, comparisons: &Comparisons) -> Vec<RateAt> {
    let rate = |&fmr: &f64| {
        let tar = comparisons.tar_at_fmr(fmr, &bench.bootstrap)?;
        Some(RateAt { fmr, tar })
    };
    FMRS.iter().filter_map(rate).collect()
}

fn counted(scores: &[f32]) -> Histogram {
    let mut histogram = Histogram::new(BINS);
    for &score in scores {
        histogram.add(score);
    }
    histogram
}
