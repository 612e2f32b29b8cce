//! Sequences of frames, judged as the product judges a liveness run: living people who blink, and attacks on them.
//!
//! Recorded sequences are few, so most are made: `show` says of what and how.

mod show;

use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context as _, Result};
use face_data::{Layout, PictureSet};
use face_gallery::ImpostorCurve;
use face_liveness::{
    BlinkRule, FrameFacts, Person, PersonRule, Sequence, assess, looks_like_an_attack, repeats,
};
use face_metrics::Proportion;
use face_packs::Calibration;
use face_pipeline::{Analysis, Analyzer, Facts, Select, Wishes, changes};
use face_types::{FaceFacts, Template};

use self::show::{Material, Presented};
use super::report::{SequenceReport, SpeciesReport};
use super::{Bench, work};

/// What the frames of a sequence, and the probe that came with them, are asked for.
const WISHES: Wishes = Wishes {
    facts: Facts {
        template: true,
        quality: false,
        eyes: true,
        attack: true,
        patch: true,
    },
    select: Select::Largest,
    detect: true,
};

/// Measures on the recorded sequences at `recorded` and the photographs at `people`. `None` when the pack has no eye network.
pub(super) fn measure(
    bench: &Bench,
    recorded: &Path,
    people: &Path,
    seed: u64,
) -> Result<Option<SequenceReport>> {
    if bench.pack.manifest().eyes.is_none() {
        return Ok(None);
    }
    let recorded = grouped(&PictureSet::open(recorded, Layout::Sequences)?)?;
    let people = grouped(&PictureSet::open(people, Layout::People)?)?;
    let material = Material::new(recorded, people)?;
    let shows = material.shows(seed);
    let rules = Rules::of(&bench.pack.manifest().calibration)?;
    let verdicts = work::each(
        "sequences",
        &bench.chosen(shows.len()),
        bench.threads,
        || Ok(Analyzer::open(bench.pack, bench.runtime, 1)?),
        |analyzer, &at| {
            let show = &shows[at];
            let presented = show.frames(&material)?;
            let verdict = rules.judge(analyzer, &presented);
            Ok((
                show.species(&material),
                verdict.with_context(|| format!("{show:?}"))?,
            ))
        },
    )?;
    Ok(Some(report(&verdicts)))
}

/// The pictures of each group of `set`, with its name.
fn grouped(set: &PictureSet) -> Result<Vec<(String, Vec<Vec<u8>>)>> {
    let mut groups: Vec<_> = set.groups().iter().map(|it| (it.clone(), vec![])).collect();
    for (at, picture) in set.pictures().iter().enumerate() {
        groups[picture.group as usize].1.push(set.bytes(at)?);
    }
    Ok(groups)
}

/// The product's answer to a sequence.
#[derive(Debug, Clone, Copy)]
struct Judged {
    /// The person of the probe is alive in it.
    is_alive: bool,
    /// So it is when the frames' attack scores count as well; `None` where the pack has nothing against attacks.
    is_bona_fide: Option<bool>,
}

/// How a pack's frames are judged.
struct Rules {
    blink: BlinkRule,
    person: PersonRule,
    attack_threshold: Option<f32>,
}

impl Rules {
    fn of(calibration: &Calibration) -> Result<Self> {
        let eyes = calibration.eye_threshold;
        let points = calibration.impostor_curve.iter();
        let curve = ImpostorCurve::new(points.map(|point| (point.threshold, point.fmr)))?;
        Ok(Self {
            blink: eyes.map_or_else(|| Ok(BlinkRule::default()), BlinkRule::around)?,
            person: PersonRule::where_reached(|fmr| curve.threshold(fmr)),
            attack_threshold: calibration.attack_threshold,
        })
    }

    fn judge(&self, analyzer: &mut Analyzer, presented: &Presented) -> Result<Judged> {
        let refused = Judged {
            is_alive: false,
            is_bona_fide: self.attack_threshold.map(|_| false),
        };
        let probe = analyse(analyzer, std::slice::from_ref(&presented.probe))?.remove(0);
        // The product asks for a face before it looks at any frame.
        let Some(FaceFacts {
            template: Some(probe),
            ..
        }) = probe.faces.into_iter().next()
        else {
            return Ok(refused);
        };
        let mut analyses = analyse(analyzer, &presented.frames)?;
        let patches: Vec<_> = analyses.iter_mut().map(|it| it.patch.take()).collect();
        let frames: Vec<FrameFacts> = analyses
            .iter()
            .zip(repeats(&presented.frames))
            .map(|(analysis, is_repeat)| self.frame(&analysis.faces, is_repeat, &probe))
            .collect::<Result<_>>()?;
        let sequence = Sequence {
            frames: &frames,
            // Sequences are judged side by side: one thread is this one's share.
            changes: &changes(&patches, NonZeroUsize::MIN),
        };
        let is_alive = assess(sequence, &self.blink).alive;
        let of_the_probe = analyses
            .iter()
            .zip(&frames)
            .filter(|(_, frame)| (frame.faces, frame.person) == (1, Person::Probes));
        let scores: Vec<f32> = of_the_probe
            .filter_map(|(analysis, _)| Some(analysis.faces.first()?.attack?.0))
            .collect();
        let is_attack = |threshold: f32| {
            let attacks: Vec<bool> = scores.iter().map(|&score| score >= threshold).collect();
            looks_like_an_attack(&attacks)
        };
        Ok(Judged {
            is_alive,
            is_bona_fide: self.attack_threshold.map(|it| is_alive && !is_attack(it)),
        })
    }

    fn frame(&self, faces: &[FaceFacts], is_repeat: bool, probe: &Template) -> Result<FrameFacts> {
        let mut frame = FrameFacts::of(faces, is_repeat);
        if let (1, Some(face)) = (frame.faces, faces.first()) {
            let template = face.template.as_ref().context("a face without template")?;
            frame.person = self.person.tell(template.similarity(probe)?);
        }
        Ok(frame)
    }
}

fn analyse(analyzer: &mut Analyzer, pictures: &[Vec<u8>]) -> Result<Vec<Analysis>> {
    let answers = analyzer.analyse(pictures, WISHES).into_iter();
    answers.map(|answer| Ok(answer?)).collect()
}

/// What passed, species by species in the order of their first sequence.
fn report(verdicts: &[(show::Species, Judged)]) -> SequenceReport {
    let mut names: Vec<&show::Species> = Vec::new();
    for (species, _) in verdicts {
        if !names.contains(&species) {
            names.push(species);
        }
    }
    let species = names.into_iter().map(|species| {
        let judged = || verdicts.iter().filter(|(it, _)| it == species);
        let with_attack_score: Option<Vec<bool>> =
            judged().map(|(_, judged)| judged.is_bona_fide).collect();
        SpeciesReport {
            name: species.name.clone(),
            is_bona_fide: species.is_bona_fide,
            passed: Proportion::count(judged().map(|(_, judged)| judged.is_alive)).wilson(),
            passed_with_attack_score: with_attack_score
                .map(|passed| Proportion::count(passed).wilson()),
        }
    });
    SequenceReport {
        species: species.collect(),
    }
}
