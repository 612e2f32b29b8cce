//! Aligned crops, one a person: how often strangers reach a similarity.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use face_data::{CROP_TEMPLATE, CropEntry, CropSet, read_identities};
use face_metrics::{AllPairs, Features, Histogram};
use face_packs::{OnnxRuntime, Pack};
use face_types::Landmarks;

use super::embedding::CropEmbedder;
use super::report::{AllPairsReport, CropReport};
use super::{Bench, verification, work};

/// Measures on the shards in `folder`, as far as faces have `face_px` in their sources: the impostor curve on the largest face of each person, and, where `identities`
/// names people, verification among all their pictures.
pub(super) fn measure(
    bench: &Bench,
    folder: &Path,
    face_px: u32,
    identities: Option<&Path>,
) -> Result<Option<CropReport>> {
    let named = identities.map(read_identities).transpose()?;
    let is_wanted = |entry: &CropEntry| {
        let identity = entry.identity.as_ref().filter(|_| entry.face_px >= face_px);
        identity.is_some_and(|identity| named.as_ref().is_none_or(|named| named.contains(identity)))
    };
    let all = CropSet::read_shards(folder, is_wanted)?;
    let one_each = largest_of_each(&all, 0..all.len());
    let chosen: Vec<usize> = match named {
        Some(_) => (0..all.len()).collect(),
        None => bench
            .chosen(one_each.len())
            .iter()
            .map(|&at| one_each[at])
            .collect(),
    };
    let rows = templates((bench.pack, bench.runtime), &all, &chosen, bench.threads)?;
    let verification = named
        .is_some()
        .then(|| verify(bench, &all, &rows))
        .transpose()?;
    let apart: Vec<_> = rows
        .into_iter()
        .filter(|(crop, _)| one_each.binary_search(crop).is_ok())
        .collect();
    let non_mated = strangers(&apart)?;
    Ok(Some(CropReport {
        people: apart.len(),
        non_mated: non_mated.total(),
        impostor_curve: verification::curve(&non_mated),
        verification,
    }))
}

/// The templates of the crops in `chosen`, with their numbers.
pub(crate) fn templates(
    (pack, runtime): (&Pack, &OnnxRuntime),
    all: &CropSet,
    chosen: &[usize],
    threads: usize,
) -> Result<Vec<(usize, Vec<f32>)>> {
    work::each(
        "crops",
        chosen,
        threads,
        || CropEmbedder::open(pack, runtime),
        |embedder, &crop| {
            let picture = all.crop(crop).to_image();
            let template = embedder.embed(&picture, &Landmarks(CROP_TEMPLATE.points))?;
            Ok((crop, template.values().to_vec()))
        },
    )
}

/// The similarities of all pairs of `rows`, each of another person.
pub(crate) fn strangers(rows: &[(usize, Vec<f32>)]) -> Result<Histogram> {
    let people = rows.iter().zip(0..).map(|((_, row), person)| (row, person));
    Ok(AllPairs::of(&features(people)?, 0.0).non_mated)
}

/// The number of the largest face of each person among `rows`, ascending.
pub(crate) fn largest_of_each(set: &CropSet, rows: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut largest: HashMap<u32, usize> = HashMap::new();
    for at in rows {
        let Some(person) = set.labels()[at] else {
            continue;
        };
        let best = largest.entry(person).or_insert(at);
        if set.entries()[at].face_px > set.entries()[*best].face_px {
            *best = at;
        }
    }
    let mut chosen: Vec<usize> = largest.into_values().collect();
    chosen.sort_unstable();
    chosen
}

fn verify(bench: &Bench, set: &CropSet, rows: &[(usize, Vec<f32>)]) -> Result<AllPairsReport> {
    let labelled = rows
        .iter()
        .filter_map(|(crop, row)| Some((row, set.labels()[*crop]?)));
    let all = AllPairs::of(&features(labelled)?, verification::TAIL);
    Ok(verification::all_pairs(bench, &all))
}

fn features<'a>(rows: impl Iterator<Item = (&'a Vec<f32>, u32)>) -> Result<Features> {
    let (rows, people): (Vec<&Vec<f32>>, Vec<u32>) = rows.unzip();
    let dimension = rows
        .first()
        .context("there is no crop of a known person")?
        .len();
    Ok(Features::new(
        rows.into_iter().flatten().copied().collect(),
        dimension,
        people,
    )?)
}
