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
        let judged = work::each(
            &format!("eyes, {part}"),
            &chosen,
            bench.threads,
            || network(bench, Role::Eyes),
            |network, &eye| {
                let facts = &eyes.pictures()[eye];
                let picture = eyes.load(eye)?;
                let (width, height) = picture.dimensions();
                let whole = BoundingBox::new(0.0, 0.0, width as f32, height as f32);
                Ok(Judged {
                    name: facts.name.clone(),
                    is_open: eyes.label_of(facts) == Some("open"),
                    score: openness(network, spec, &picture, &whole)?,
                })
            },
        )?;
        reports.push(report(part, threshold, judged)?);
    }
    Ok(Some(reports))
}

/// An eye and what the network says of it.
struct Judged {
    name: String,
    is_open: bool,
    /// No number where the network has no opinion.
    score: f32,
}

/// Eyes of which the network has no opinion are named and counted, and in no rate: the product does not go by them either.
fn report(part: &str, threshold: f32, judged: Vec<Judged>) -> Result<EyeReport> {
    let (without, judged): (Vec<_>, Vec<_>) =
        judged.into_iter().partition(|eye| eye.score.is_nan());
    let (open, closed): (Vec<_>, Vec<_>) = judged.into_iter().partition(|eye| eye.is_open);
    let scores = |eyes: Vec<Judged>| eyes.into_iter().map(|eye| eye.score).collect();
    let judged = TwoClass::new(scores(open), scores(closed))?;
    Ok(EyeReport {
        part: part.to_owned(),
        at_threshold: judged.at(threshold),
        best: judged.best(),
        without_opinion: without.into_iter().map(|eye| eye.name).collect(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eye_without_an_answer_is_named_and_in_no_rate() {
        let eye = |name: &str, is_open, score| Judged {
            name: name.to_owned(),
            is_open,
            score,
        };
        let judged = vec![
            eye("open/1", true, 0.9),
            eye("open/2", true, f32::NAN),
            eye("closed/1", false, 0.1),
            eye("closed/2", false, 0.7),
        ];
        let report = report("test", 0.5, judged).unwrap();
        assert_eq!(report.without_opinion, ["open/2"]);
        let accuracy = report.at_threshold.accuracy;
        assert_eq!(accuracy.of, 3);
        assert!((accuracy.value - 2.0 / 3.0).abs() < 1e-12, "{accuracy:?}");
    }
}
