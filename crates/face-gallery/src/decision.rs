//! From candidates to an outcome: match, ambiguous or unknown.

mod curve;
#[cfg(test)]
mod tests;
mod threshold;

use std::collections::HashSet;

use face_types::Similarity;

use crate::shortlist::Candidate;

pub use curve::{CurveError, CurvePoint, ImpostorCurve};
pub use threshold::{RuleError, ThresholdRule};

/// How far the best person must lead the next to be named, in similarity, where no impostor curve is known; from a curve
/// [`ImpostorCurve::margin`] takes it.
///
/// The scores of two pictures of one person scatter by about 0.09 (standard deviation of mated pairs, for the networks
/// this project is tested with); a lead of less than half of that, another picture could turn round. A mated best
/// stands about 0.3 above the nearest stranger, so the margin costs next to no match.
pub const DEFAULT_MARGIN: f32 = 0.05;

/// The outcome of one identification.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// One person, clearly.
    Match(Candidate),
    /// At least two people too near each other to choose between, best first: ask for another picture.
    Ambiguous(Vec<Candidate>),
    /// Nobody enrolled.
    Unknown,
}

/// The outcome for `candidates`, in any order and of two people at least where the gallery has as many.
///
/// Unknown, unless the best reaches `threshold`. Ambiguous, when another person is not more than `margin` behind the
/// best, even one below the threshold: raising the threshold then never settles who it is, it only turns an answer
/// into `Unknown`. A person's best entry counts; a negative margin counts as 0, where only exact ties are ambiguous.
#[must_use]
pub fn decide(candidates: &[Candidate], threshold: Similarity, margin: f32) -> Decision {
    let ranked = best_of_each(candidates);
    let Some(&best) = ranked.first() else {
        return Decision::Unknown;
    };
    if best.similarity < threshold {
        return Decision::Unknown;
    }
    let behind = |c: &Candidate| best.similarity.value() - c.similarity.value();
    let near: Vec<_> = ranked
        .into_iter()
        .take_while(|candidate| behind(candidate) <= margin.max(0.0))
        .collect();
    if near.len() == 1 {
        Decision::Match(best)
    } else {
        Decision::Ambiguous(near)
    }
}

/// One entry a person, best first.
fn best_of_each(candidates: &[Candidate]) -> Vec<Candidate> {
    let mut ranked = candidates.to_vec();
    ranked.sort_by(Candidate::rank);
    let mut seen = HashSet::new();
    ranked.retain(|candidate| seen.insert(candidate.person));
    ranked
}
