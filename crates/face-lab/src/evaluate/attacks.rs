//! Presentation attacks, source by source.

use std::path::Path;

use anyhow::Result;
use face_data::{Layout, PictureSet};
use face_metrics::{AttackScores, Estimate, Proportion, Species};
use face_pipeline::{Analyzer, Facts, Select, Wishes};

use super::report::AttackReport;
use super::{Bench, work};

/// What living faces are labelled.
const LIVE: &str = "live";

/// The score of one presentation.
struct Presentation {
    source: u32,
    is_live: bool,
    /// `None` when no face was found.
    score: Option<f32>,
}

/// Measures on the sources at `path`. `None` when the pack has nothing against attacks.
pub(super) fn measure(bench: &Bench, path: &Path) -> Result<Option<AttackReport>> {
    if !bench.pack.manifest().detects_attacks() {
        return Ok(None);
    }
    let set = PictureSet::open(path, Layout::Attacks)?;
    let presentations = work::each(
        "attacks",
        &bench.chosen(set.len()),
        bench.threads,
        || Ok(Analyzer::open(bench.pack, bench.runtime, 1)?),
        |analyzer, &picture| {
            let facts = &set.pictures()[picture];
            Ok(Presentation {
                source: facts.group,
                is_live: set.label_of(facts) == Some(LIVE),
                score: score(analyzer, set.bytes(picture)?)?,
            })
        },
    )?;
    report(bench, &set, &presentations).map(Some)
}

fn score(analyzer: &mut Analyzer, bytes: Vec<u8>) -> Result<Option<f32>> {
    let wishes = Wishes {
        facts: Facts {
            attack: true,
            ..Facts::default()
        },
        select: Select::Largest,
        detect: true,
    };
    let mut answers = analyzer.analyse(&[bytes], wishes);
    let analysis = answers.remove(0)?;
    let face = analysis.faces.first();
    Ok(face.and_then(|face| face.attack).map(|attack| attack.0))
}

fn report(bench: &Bench, set: &PictureSet, all: &[Presentation]) -> Result<AttackReport> {
    let scores = |source: Option<u32>, is_live: bool| -> Vec<f32> {
        all.iter()
            .filter(|one| {
                one.is_live == is_live && source.is_none_or(|source| source == one.source)
            })
            .filter_map(|one| one.score)
            .collect()
    };
    let sources = || set.groups().iter().zip(0_u32..);
    let species = sources().map(|(name, source)| Species {
        name: name.clone(),
        scores: scores(Some(source), false),
    });
    // A source may have live faces alone.
    let species = species
        .filter(|species| !species.scores.is_empty())
        .collect();
    let measured = AttackScores::new(scores(None, true), species)?;
    let threshold = bench.pack.manifest().calibration.attack_threshold;
    let at = threshold.unwrap_or(0.5);
    let bpcer = |source| -> Estimate {
        Proportion::count(
            scores(Some(source), true)
                .into_iter()
                .map(|score| score >= at),
        )
        .wilson()
    };
    let missing = |is_live| {
        all.iter()
            .filter(|one| one.is_live == is_live && one.score.is_none())
            .count()
    };
    Ok(AttackReport {
        at_threshold: threshold.map(|threshold| measured.at(threshold)),
        at_bpcer_5: measured.at_bpcer(0.05),
        bpcer_by_source: sources()
            .map(|(name, source)| (name.clone(), bpcer(source)))
            .filter(|(_, bpcer)| bpcer.of > 0)
            .collect(),
        live_without_face: missing(true),
        attacks_without_face: missing(false),
    })
}
