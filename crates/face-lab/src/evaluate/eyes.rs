//! Open and closed eyes in close pictures of one eye.

use std::path::Path;

use anyhow::Result;
use face_data::{Layout, PictureSet};
use face_metrics::TwoClass;
use face_packs::{Eyes, Network, Role};
use face_pipeline::input;
use face_types::BoundingBox;
use face_vision::{RgbImage, crop_scaled};

use super::embedding::network;
use super::report::EyeReport;
use super::{Bench, work};

/// Eyes from here on are open where the pack does not say.
const HALF: f32 = 0.5;

/// Measures on every part of the set at `path`; each whole picture is taken for the crop of an eye. `None` when the pack
/// has no eye network.
pub(super) fn measure(bench: &Bench, path: &Path) -> Result<Option<Vec<EyeReport>>> {
    let manifest = bench.pack.manifest();
    let Some(spec) = &manifest.eyes else {
        return Ok(None);
    };
    let threshold = manifest.calibration.eye_threshold.unwrap_or(HALF);
    let set = PictureSet::open(path, Layout::Eyes)?;
    let mut reports = Vec::new();
    for part in set.parts() {
        let eyes = set.part(part);
        let chosen = bench.chosen(eyes.len());
        let scores = work::each(
            &format!("eyes, {part}"),
            &chosen,
            bench.threads,
            || network(bench, Role::Eyes),
            |network, &eye| {
                let is_open = eyes.label_of(&eyes.pictures()[eye]) == Some("open");
                let picture = eyes.load(eye)?;
                let (width, height) = picture.dimensions();
                let whole = BoundingBox::new(0.0, 0.0, width as f32, height as f32);
                Ok((openness(network, spec, &picture, &whole)?, is_open))
            },
        )?;
        let (open, closed): (Vec<_>, Vec<_>) =
            scores.into_iter().partition(|(_, is_open)| *is_open);
        let score = |list: Vec<(f32, bool)>| list.into_iter().map(|(score, _)| score).collect();
        let judged = TwoClass::new(score(open), score(closed))?;
        reports.push(EyeReport {
            part: part.clone(),
            at_threshold: judged.at(threshold),
            best: judged.best(),
        });
    }
    Ok(Some(reports))
}

/// How open the eye in `bounds` of `picture` is, as the network says; no number where it has no opinion.
pub(crate) fn openness(
    network: &mut Network,
    spec: &Eyes,
    picture: &RgbImage,
    bounds: &BoundingBox,
) -> Result<f32> {
    let crop = crop_scaled(picture, bounds, spec.input.width, spec.input.height);
    let answer = input::run_one(network, &crop, &spec.input, None)?;
    if answer.iter().any(|value| value.is_nan()) {
        return Ok(f32::NAN);
    }
    let open = input::probability(network, &answer, spec.open_index, spec.activation)?;
    Ok(open)
}
