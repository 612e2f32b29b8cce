//! Photographs on phones and sheets that are held before a camera; simulated, for of these none are recorded.

use std::path::Path;

use anyhow::{Result, ensure};
use face_data::{Layout, PictureSet};
use face_packs::{Evidence, OnnxRuntime, Pack};
use face_pipeline::Analyzer;
use face_synth::{Held, held_before};
use face_vision::resize;

use super::EvidenceArgs;
use crate::evaluate::work;

/// Height of a picture, as a webcam has it; rooms are photographs of another size.
const HEIGHT: u32 = 480;

/// How many pictures of one kind were taken for attacks by a border.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) found: u64,
    pub(super) of: u64,
    pub(super) without_face: u64,
}

/// The photographs of `people`, each on something in one of `rooms`.
///
/// # Errors
/// When a set is empty or cannot be read.
pub(super) fn measure(
    [people, rooms]: [&Path; 2],
    args: &EvidenceArgs,
    (pack, runtime): (&Pack, &OnnxRuntime),
    evidence: &Evidence,
) -> Result<Vec<Kind>> {
    let people = PictureSet::open(people, Layout::Scenes)?;
    let rooms = PictureSet::open(rooms, Layout::Scenes)?;
    ensure!(
        !people.is_empty() && !rooms.is_empty(),
        "there are no photographs, or no rooms, to hold them in"
    );
    let kinds = [
        ("a phone, all of it in the picture", Held::Phone),
        ("a phone, cut off by the picture", Held::PhoneCutOff),
        ("a sheet", Held::Sheet),
    ];
    kinds
        .into_iter()
        .map(|(name, held)| {
            let numbers: Vec<usize> = (0..args.limit).collect();
            let borders = work::each(
                name,
                &numbers,
                args.threads,
                || Ok(Analyzer::open(pack, runtime, 1)?),
                |analyzer, &at| {
                    let photograph = people.load(at * 7 % people.len())?;
                    let room = rooms.load(at * 5 % rooms.len())?;
                    let width = (room.width() * HEIGHT / room.height().max(1)).max(HEIGHT);
                    let room = resize(&room, width, HEIGHT);
                    let picture = held_before(&room, &photograph, held, at as u64);
                    let seen = analyzer.attack_measures(&picture)?;
                    Ok(seen.map(|(_, measures)| measures.border))
                },
            )?;
            let seen = borders.iter().flatten();
            Ok(Kind {
                name,
                found: seen.clone().filter(|&&it| it >= evidence.border).count() as u64,
                of: seen.count() as u64,
                without_face: borders.iter().filter(|it| it.is_none()).count() as u64,
            })
        })
        .collect()
}
