//! Each group judged by what the others taught.

use anyhow::Result;
use face_metrics::{Estimate, Proportion, Scores};
use face_packs::Evidence;
use face_pipeline::AttackMeasures;

use super::Rules;
use super::measured::Group;
use super::regression::fit;

/// How a group that taught nothing is judged.
#[derive(Debug, Clone)]
pub(super) struct HeldOut {
    pub(super) name: String,
    /// Probability that an attack scores above a living face; `None` where the group has one kind only.
    pub(super) area: Option<f64>,
    /// Attacks that pass.
    pub(super) apcer: Option<Estimate>,
    /// Living faces, as they were taken, that are refused.
    pub(super) bpcer: Option<Estimate>,
    /// Living faces that are taken for attacks by a raster or a border, whatever was learnt.
    pub(super) living_by_rule: usize,
    /// The same of attacks.
    pub(super) attacks_by_rule: usize,
    pub(super) without_face: usize,
}

/// Every group by the regression and the threshold of the others.
pub(super) fn held_out(groups: &[Group], rules: Rules, bpcer: f64) -> Result<Vec<HeldOut>> {
    let judge = |at: usize| {
        let others = without(&groups.iter().collect::<Vec<_>>(), at);
        let evidence = fit(&others, rules)?;
        let threshold = threshold(&others, rules, bpcer)?;
        let group = &groups[at];
        let live = scores(group.live.iter(), &evidence);
        let attacks = scores(group.attacks.iter(), &evidence);
        let by_rule = |scores: &[f32]| scores.iter().filter(|&&score| score >= 1.0).count();
        let share = |scores: &[f32], is: &dyn Fn(f32) -> bool| {
            let counted = Proportion::count(scores.iter().map(|&score| is(score)));
            (!scores.is_empty()).then(|| counted.wilson())
        };
        Ok(HeldOut {
            name: group.name.clone(),
            living_by_rule: by_rule(&live),
            attacks_by_rule: by_rule(&attacks),
            apcer: share(&attacks, &|score| score < threshold),
            bpcer: share(&live, &|score| score >= threshold),
            area: group
                .is_source()
                .then(|| Scores::new(attacks, live).map(|scores| scores.area_under_curve()))
                .transpose()?,
            without_face: group.without_face,
        })
    };
    (0..groups.len()).map(judge).collect()
}

/// The lowest score from which on not more than `bpcer` of the living faces of `groups` lie, the mean over the groups, each scored by what
/// the others taught.
///
/// # Errors
/// As [`fit`].
pub(super) fn threshold(groups: &[&Group], rules: Rules, bpcer: f64) -> Result<f32> {
    let mut by_group: Vec<Vec<f32>> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let evidence = fit(&without(groups, at), rules)?;
        let mut sorted = scores(group.bona_fide(), &evidence);
        sorted.sort_by(f32::total_cmp);
        by_group.push(sorted);
    }
    by_group.retain(|scores| !scores.is_empty());
    let refused = |threshold: f32| -> f64 {
        let shares = by_group.iter().map(|scores| {
            let passed = scores.partition_point(|&score| score < threshold);
            (scores.len() - passed) as f64 / scores.len() as f64
        });
        shares.sum::<f64>() / by_group.len() as f64
    };
    let mut candidates: Vec<f32> = by_group.concat();
    candidates.sort_by(f32::total_cmp);
    let at = candidates.partition_point(|score| refused(score.next_up()) > bpcer);
    Ok(candidates
        .get(at)
        .map_or(1.0, |score| score.next_up().min(1.0)))
}

fn without<'a>(groups: &[&'a Group], at: usize) -> Vec<&'a Group> {
    let others = groups.iter().enumerate().filter(|(other, _)| *other != at);
    others.map(|(_, group)| *group).collect()
}

fn scores<'a>(faces: impl Iterator<Item = &'a AttackMeasures>, evidence: &Evidence) -> Vec<f32> {
    faces.map(|face| face.score(evidence).0).collect()
}
