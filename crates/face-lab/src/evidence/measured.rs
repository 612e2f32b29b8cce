//! What is measured of every picture.

use std::path::Path;

use anyhow::{Context as _, Result};
use face_data::{Layout, PictureSet};
use face_packs::{OnnxRuntime, Pack};
use face_pipeline::{Analyzer, AttackMeasures};
use face_vision::{RgbImage, resize};

use super::EvidenceArgs;
use crate::evaluate::{self, work};

/// What living faces are labelled.
const LIVE: &str = "live";

/// Faces of one source of attacks, or of one set of living faces.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) name: String,
    /// Living faces.
    pub(super) live: Vec<AttackMeasures>,
    /// The same, as small as the source's attacks are: a face of a screen is often smaller, and that must not be learnt.
    pub(super) live_as_small: Vec<AttackMeasures>,
    /// Attacks.
    pub(super) attacks: Vec<AttackMeasures>,
    /// Pictures in which no face was found.
    pub(super) without_face: usize,
}

impl Group {
    /// Whether it has faces of both kinds.
    pub(super) const fn is_source(&self) -> bool {
        !self.live.is_empty() && !self.attacks.is_empty()
    }

    /// Living faces of every size.
    pub(super) fn bona_fide(&self) -> impl Iterator<Item = &AttackMeasures> {
        self.live.iter().chain(&self.live_as_small)
    }
}

/// A face, and how large it is.
struct Seen {
    measures: AttackMeasures,
    face_px: f32,
}

/// Every source of the attacks, then every set of living faces.
pub(super) fn groups(
    args: &EvidenceArgs,
    pack: &Pack,
    runtime: &OnnxRuntime,
) -> Result<Vec<Group>> {
    let look = Look {
        pack,
        runtime,
        threads: args.threads,
    };
    let set = PictureSet::open(&args.attacks, Layout::Attacks)?;
    let mut groups = Vec::new();
    for (number, name) in set.groups().iter().enumerate() {
        let of_kind = |is_live: bool| -> Vec<usize> {
            let pictures = set.pictures().iter().enumerate();
            let of_kind = pictures.filter(|(_, it)| {
                it.group as usize == number && (set.label_of(it) == Some(LIVE)) == is_live
            });
            spread(&of_kind.map(|(at, _)| at).collect::<Vec<_>>(), args.limit)
        };
        let (live, attacks) = (of_kind(true), of_kind(false));
        let seen_attacks = look.at(name, &set, &attacks, |_| None)?;
        let seen = look.at(name, &set, &live, |_| None)?;
        let size = median(seen_attacks.iter().flatten().map(|it| it.face_px));
        let small = match size {
            Some(size) => look.at(name, &set, &live, |face_px| {
                Some(size / face_px).filter(|&factor| factor < 1.0)
            })?,
            None => Vec::new(),
        };
        let without_face = seen.iter().chain(&seen_attacks).filter(|it| it.is_none());
        groups.push(Group {
            name: name.clone(),
            without_face: without_face.count(),
            live: measures(seen),
            live_as_small: measures(small),
            attacks: measures(seen_attacks),
        });
    }
    for path in &args.bona_fide {
        let set = PictureSet::open(path, Layout::Scenes)?;
        let chosen = evaluate::spread(Some(args.limit), set.len());
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let seen = look.at(&name, &set, &chosen, |_| None)?;
        groups.push(Group {
            name: name.into_owned(),
            without_face: seen.iter().filter(|it| it.is_none()).count(),
            live: measures(seen),
            ..Group::default()
        });
    }
    Ok(groups)
}

/// The frames of each sequence, as living faces.
pub(super) fn sequences(
    path: &Path,
    args: &EvidenceArgs,
    pack: &Pack,
    runtime: &OnnxRuntime,
) -> Result<Vec<Group>> {
    let look = Look {
        pack,
        runtime,
        threads: args.threads,
    };
    let set = PictureSet::open(path, Layout::Sequences)?;
    let each = set.groups().iter().zip(set.members());
    each.map(|(name, frames)| {
        Ok(Group {
            name: name.clone(),
            live: measures(look.at(name, &set, &frames, |_| None)?),
            ..Group::default()
        })
    })
    .collect()
}

/// How pictures are looked at.
struct Look<'a> {
    pack: &'a Pack,
    runtime: &'a OnnxRuntime,
    threads: usize,
}

impl Look<'_> {
    /// The largest face of each of the `chosen` pictures of `set`, once more where `again` tells of the face's size by which factor the
    /// picture is to be reduced. Where it never does, nothing is looked at again.
    fn at(
        &self,
        title: &str,
        set: &PictureSet,
        chosen: &[usize],
        again: impl Fn(f32) -> Option<f32> + Sync,
    ) -> Result<Vec<Option<Seen>>> {
        work::each(
            title,
            chosen,
            self.threads,
            || Ok(Analyzer::open(self.pack, self.runtime, 1)?),
            |analyzer, &at| {
                let picture = set.load(at)?;
                let seen = look(analyzer, &picture)?;
                let factor = seen.as_ref().and_then(|seen| again(seen.face_px));
                match factor {
                    Some(factor) => look(analyzer, &reduced(&picture, factor)),
                    None => Ok(seen),
                }
            },
        )
    }
}

fn look(analyzer: &mut Analyzer, picture: &RgbImage) -> Result<Option<Seen>> {
    let seen = analyzer.attack_measures(picture);
    let seen = seen.context("a picture cannot be looked at")?;
    Ok(seen.map(|(bounds, measures)| Seen {
        measures,
        face_px: bounds.height,
    }))
}

fn reduced(picture: &RgbImage, factor: f32) -> RgbImage {
    let side = |length: u32| ((length as f32 * factor).round() as u32).max(1);
    resize(picture, side(picture.width()), side(picture.height()))
}

fn measures(seen: Vec<Option<Seen>>) -> Vec<AttackMeasures> {
    seen.into_iter().flatten().map(|it| it.measures).collect()
}

fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

/// At most `limit` of `all`, spread over them.
fn spread(all: &[usize], limit: usize) -> Vec<usize> {
    let chosen = evaluate::spread(Some(limit), all.len());
    chosen.into_iter().map(|at| all[at]).collect()
}
