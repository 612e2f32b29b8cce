//! The impostor curve of a new pack, on people who taught its embedder nothing.

use anyhow::Context as _;
use face_data::{CropSet, read_identities};
use face_packs::{OnnxRuntime, Pack};

use super::PackArgs;
use super::recipe::{Curve, PackRecipe};
use crate::embedder::{EmbedderRecipe, Parts};
use crate::evaluate::{crops, verification};
use crate::teach::Targets;
use crate::train::RunFolder;

/// Teachers' similarity from which two crops are taken for one person under two names.
const SAME: f32 = 0.5;

/// Measures the curve on the crops that the embedder's recipe kept back, the largest of each person.
pub(super) fn impostor_curve(
    args: &PackArgs,
    recipe: &PackRecipe,
    (pack, runtime): (&Pack, &OnnxRuntime),
) -> anyhow::Result<Curve> {
    let embedder = EmbedderRecipe::parse(&embedder_recipe(args, &recipe.embedder_run()?)?)?;
    let settings = embedder.calibration.as_ref();
    settings.context("the embedder's recipe kept no people back: it has no [calibration]")?;
    let crops = CropSet::read_shards(&args.data.join("faces"), |_| true)?;
    let targets = Targets::read(&args.targets)?;
    let kept_out = read_identities(&args.data.join("dev-identities.txt"))?;
    let parts = Parts::of(&crops, &kept_out, settings)?;
    let people = apart(&crops, &targets, &parts.calibration);
    let rows = crops::templates((pack, runtime), &crops, &people, args.threads)?;
    let non_mated = crops::strangers(&rows)?;
    Ok(Curve {
        points: verification::curve(&non_mated),
        comparisons: non_mated.total(),
    })
}

/// The recipe that says whom the embedder never saw: its run's, or for one that is kept the file of the run's name beside
/// the pack's recipe.
fn embedder_recipe(args: &PackArgs, run: &str) -> anyhow::Result<String> {
    let folder = args.runs.join(run);
    if folder.exists() {
        return RunFolder::recipe(&folder);
    }
    let path = args.recipe.with_file_name(format!("{run}.toml"));
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Of `rows` the largest face of each person, without those whom the teachers take for a person already there.
fn apart(crops: &CropSet, targets: &Targets, rows: &[usize]) -> Vec<usize> {
    let mut chosen = crops::largest_of_each(crops, rows.iter().copied());
    let is_of_nobody_known = |&row: &usize| crops.labels()[row].is_none();
    chosen.extend(rows.iter().copied().filter(is_of_nobody_known));
    chosen.sort_unstable();
    let mut kept: Vec<usize> = Vec::with_capacity(chosen.len());
    for row in chosen {
        let is_there = |&other: &usize| similarity(targets.of(row), targets.of(other)) >= SAME;
        if !kept.iter().any(is_there) {
            kept.push(row);
        }
    }
    kept
}

fn similarity(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
