//! Labeled Faces in the Wild: pairs, all comparisons, recall, clusters, identification.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use face_data::{Comparison, PairProtocol, PictureSet};
use face_metrics::{
    AllPairs, Batches, Features, OpenSet, OpenSetSplit, batch_recall, global_recall, k_means, nmi,
};

use super::embedding::{PictureEmbedder, Sample};
use super::report::{ClusterReport, LfwReport, LfwVariant, OpenSetReport};
use super::{Bench, verification, work};

/// Neighbours among which a picture of the same person is looked for.
const KS: [usize; 3] = [1, 10, 20];
/// People enrolled, and people unknown, in the open-set protocol.
const GALLERY: usize = 1000;
/// False-positive identification rates that are read.
const FPIRS: [f64; 3] = [0.1, 0.01, 0.001];
/// Most rounds of k-means; it settles well before.
const ROUNDS: usize = 100;

/// Chooses one kind of template.
type ValuesOf = fn(&Sample) -> &[f32];
/// Pairs of one fold by number of picture.
type FoldPairs = Vec<Comparison<usize>>;

/// The pictures of the pairs, and their templates.
struct Templates {
    /// For each picture, where it is known.
    samples: Vec<Option<Sample>>,
    /// Whom it shows.
    people: Vec<u32>,
}

/// Measures on the pairs and pictures in `folder`.
pub(super) fn measure(bench: &Bench, folder: &Path) -> Result<Option<LfwReport>> {
    let set = face_data::lfw(folder)?;
    let folds = folds(bench, &set, folder)?;
    let used: BTreeSet<usize> = folds
        .iter()
        .flatten()
        .flat_map(|pair| [pair.first, pair.second])
        .collect();
    let used: Vec<usize> = used.into_iter().collect();
    let found = work::each(
        "LFW",
        &used,
        bench.threads,
        || PictureEmbedder::open(bench),
        |embedder, &picture| {
            let name = || set.pictures()[picture].name.clone();
            embedder.sample(&set.bytes(picture)?).with_context(name)
        },
    )?;
    let mut templates = Templates {
        samples: vec![None; set.len()],
        people: set.group_numbers(),
    };
    let without_face = found.iter().filter(|sample| sample.is_none()).count();
    for (&picture, sample) in used.iter().zip(found) {
        templates.samples[picture] = sample;
    }
    let people: BTreeSet<u32> = used
        .iter()
        .map(|&picture| templates.people[picture])
        .collect();
    let kinds: [(&str, ValuesOf); 2] = [
        ("single", |sample| &sample.single),
        ("mirrored mean", |sample| &sample.mirrored_mean),
    ];
    let variants = kinds.map(|(name, values)| variant(bench, name, &templates, values, &folds));
    Ok(Some(LfwReport {
        pictures: used.len(),
        people: people.len(),
        without_face,
        variants: variants.into_iter().collect::<Result<_>>()?,
    }))
}

/// The folds of `pairs.txt`, each cut to the first pairs of each kind where there is a limit.
fn folds(bench: &Bench, set: &PictureSet, folder: &Path) -> Result<Vec<FoldPairs>> {
    let mut protocol = PairProtocol::read(&folder.join("pairs.txt"))?;
    let limit = bench.limit.unwrap_or(usize::MAX);
    for fold in &mut protocol.folds {
        let (mated, non_mated): (Vec<_>, Vec<_>) = fold.drain(..).partition(|pair| pair.is_mated);
        fold.extend(mated.into_iter().take(limit));
        fold.extend(non_mated.into_iter().take(limit));
    }
    Ok(protocol.resolve(set)?)
}

fn variant(
    bench: &Bench,
    name: &str,
    templates: &Templates,
    values: ValuesOf,
    folds: &[FoldPairs],
) -> Result<LfwVariant> {
    let rows: Vec<Option<&[f32]>> = templates
        .samples
        .iter()
        .map(|sample| sample.as_ref().map(values))
        .collect();
    let features = features(&rows, &templates.people)?;
    let repeated = features.with_classes_of(2).ok();
    let recall = repeated.as_ref();
    Ok(LfwVariant {
        template: name.to_owned(),
        pairs: verification::pairs(bench, &rows, &templates.people, folds)?,
        all_pairs: verification::all_pairs(bench, &AllPairs::of(&features, verification::TAIL)),
        global_recall: recall.map_or_else(Vec::new, |f| global_recall(f, &KS, &bench.bootstrap)),
        batch_recall: recall.map_or_else(Vec::new, |features| {
            let batches = Batches {
                seed: bench.bootstrap.seed,
                ..Batches::default()
            };
            batch_recall(features, &batches, &KS[..1], &bench.bootstrap)
        }),
        clusters: recall.map(|features| clusters(features, bench.bootstrap.seed)),
        open_set: open_set(&features, bench.bootstrap.seed).transpose()?,
    })
}

fn features(rows: &[Option<&[f32]>], people: &[u32]) -> Result<Features> {
    let found = || {
        rows.iter()
            .zip(people)
            .filter_map(|(row, person)| Some(((*row)?, *person)))
    };
    let dimension = found()
        .next()
        .context("no face was found in any picture")?
        .0
        .len();
    let values = found().flat_map(|(row, _)| row).copied().collect();
    Ok(Features::new(
        values,
        dimension,
        found().map(|(_, person)| person).collect(),
    )?)
}

/// As many clusters as people.
fn clusters(features: &Features, seed: u64) -> ClusterReport {
    let people = features
        .class_sizes()
        .iter()
        .filter(|&&size| size > 0)
        .count();
    let found = k_means(features, people, ROUNDS, seed);
    ClusterReport {
        nmi: nmi(&found.clusters, features.classes()),
        clusters: people,
        pictures: features.len(),
        rounds: found.rounds,
    }
}

/// `None` when there are too few people for any of the rates.
fn open_set(features: &Features, seed: u64) -> Option<Result<OpenSetReport>> {
    let split = OpenSetSplit::draw(features, GALLERY, GALLERY, seed);
    if split.enrolled.is_empty() || split.non_mated.is_empty() {
        return None;
    }
    let report = OpenSet::search(features, &split).map(|set| OpenSetReport {
        enrolled: set.enrolled(),
        rank_one: set.rank_one(),
        points: FPIRS.iter().filter_map(|&fpir| set.at_fpir(fpir)).collect(),
        curve: thinned(set.curve(), 200),
    });
    Some(report.map_err(Into::into))
}

/// About `count` of the values, the first and the last among them.
fn thinned<T>(values: Vec<T>, count: usize) -> Vec<T> {
    let step = values.len().div_ceil(count).max(1);
    let last = values.len().saturating_sub(1);
    let each = values.into_iter().enumerate();
    each.filter(|(at, _)| at % step == 0 || *at == last)
        .map(|(_, value)| value)
        .collect()
}
