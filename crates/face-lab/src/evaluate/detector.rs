//! Which faces a pack's detector finds of those that a reference detector sees, and how many false ones.

use std::path::Path;

use anyhow::{Context as _, Result};
use face_data::{Layout, PictureSet};
use face_metrics::{DetectorCurve, Found, LabelledPicture};
use face_packs::Pack;
use face_pipeline::{Analyzer, Wishes};
use face_types::{BoundingBox, FaceFacts, Landmarks, Point};
use face_vision::{RgbImage, resize};

use super::lowered::Lowered;
use super::report::DetectorReport;
use super::{Bench, work};

/// Longer side, in pixels, of faces that must be found.
const LEAST_SIDE: f32 = 40.0;
/// Intersection over union from which on two boxes are of one face.
const LEAST_IOU: f32 = 0.5;
/// How much larger the reference detector sees the pictures.
const LARGER: u32 = 2;
/// False faces a picture at which recall is compared.
const FALSE_PER_PICTURE: f64 = 0.1;

/// One picture: what is there, what was found, and how far the points of the same faces lie apart.
struct Seen {
    labelled: LabelledPicture,
    point_errors: Vec<f32>,
}

/// Compares the pack's detector with `reference`'s on the pictures at `scenes`, and counts what it finds at `negatives`.
pub(super) fn measure(
    bench: &Bench,
    reference: &Pack,
    scenes: &Path,
    negatives: Option<&Path>,
) -> Result<Option<DetectorReport>> {
    let lowered = Lowered::of(bench.pack)?;
    let open = |pack: &Pack| -> Result<Analyzer> { Ok(Analyzer::open(pack, bench.runtime, 1)?) };
    let scenes = PictureSet::open(scenes, Layout::Scenes)?;
    let seen = work::each(
        "scenes",
        &bench.chosen(scenes.len()),
        bench.threads,
        || Ok((open(reference)?, open(lowered.pack())?)),
        |(reference, ours), &picture| look(reference, ours, &scenes.load(picture)?),
    )?;
    let negatives = negatives
        .map(|path| PictureSet::open(path, Layout::Scenes))
        .transpose()?;
    let alarms = negatives.map_or(Ok(Vec::new()), |set| {
        work::each(
            "pictures without faces",
            &bench.chosen(set.len()),
            bench.threads,
            || open(lowered.pack()),
            |ours, &picture| {
                Ok(LabelledPicture {
                    found: found(&faces(ours, &set.load(picture)?)?),
                    ..LabelledPicture::default()
                })
            },
        )
    })?;
    report(bench, reference, &seen, &alarms).map(Some)
}

fn faces(analyzer: &mut Analyzer, picture: &RgbImage) -> Result<Vec<FaceFacts>> {
    Ok(analyzer.analyse_pixels(picture, Wishes::default())?.faces)
}

fn found(faces: &[FaceFacts]) -> Vec<Found> {
    let each = faces.iter().map(|face| Found {
        bounds: face.bounding_box,
        score: face.score,
    });
    each.collect()
}

fn look(reference: &mut Analyzer, ours: &mut Analyzer, picture: &RgbImage) -> Result<Seen> {
    let large = resize(picture, picture.width() * LARGER, picture.height() * LARGER);
    let labels: Vec<(BoundingBox, Landmarks)> =
        faces(reference, &large)?.iter().map(smaller).collect();
    let seen = faces(ours, picture)?;
    let is_large =
        |(bounds, _): &(BoundingBox, Landmarks)| bounds.width.max(bounds.height) >= LEAST_SIDE;
    let (must, may): (Vec<_>, Vec<_>) = labels.into_iter().partition(is_large);
    let boxes =
        |list: Vec<(BoundingBox, Landmarks)>| list.into_iter().map(|(bounds, _)| bounds).collect();
    let point_errors = must
        .iter()
        .filter_map(|label| point_error(label, &seen))
        .collect();
    Ok(Seen {
        labelled: LabelledPicture {
            faces: boxes(must),
            ignored: boxes(may),
            found: found(&seen),
        },
        point_errors,
    })
}

/// A face of the enlarged picture in pixels of the picture; points count from the centre of a pixel, boxes from its edge.
fn smaller(face: &FaceFacts) -> (BoundingBox, Landmarks) {
    let scale = LARGER as f32;
    let b = face.bounding_box;
    let bounds = BoundingBox::new(b.x / scale, b.y / scale, b.width / scale, b.height / scale);
    let point = |p: Point| Point::new((p.x + 0.5) / scale - 0.5, (p.y + 0.5) / scale - 0.5);
    (bounds, face.landmarks.map(point))
}

/// Mean distance of the five points over the distance of the eyes; `None` when the face was not found.
fn point_error((bounds, points): &(BoundingBox, Landmarks), seen: &[FaceFacts]) -> Option<f32> {
    let same = seen
        .iter()
        .filter(|face| face.bounding_box.iou(bounds) >= LEAST_IOU)
        .max_by(|a, b| a.score.total_cmp(&b.score))?;
    let distances = points
        .0
        .iter()
        .zip(same.landmarks.0)
        .map(|(a, b)| a.distance(b));
    Some(distances.sum::<f32>() / 5.0 / points.eye_distance())
}

fn report(
    bench: &Bench,
    reference: &Pack,
    seen: &[Seen],
    alarms: &[LabelledPicture],
) -> Result<DetectorReport> {
    let scenes = seen.iter().map(|seen| seen.labelled.clone());
    let all: Vec<_> = scenes.chain(alarms.iter().cloned()).collect();
    let curve = DetectorCurve::new(&all, LEAST_IOU);
    let threshold = bench.pack.manifest().detector.score_threshold;
    let at_threshold = curve.at(threshold, &bench.bootstrap);
    let false_on_negatives = alarms.iter().flat_map(|picture| &picture.found);
    let false_on_negatives = false_on_negatives
        .filter(|face| face.score >= threshold)
        .count();
    let mut errors: Vec<f32> = seen
        .iter()
        .flat_map(|seen| seen.point_errors.iter().copied())
        .collect();
    errors.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| {
        errors
            .get(errors.len() * share / 100)
            .map(|&error| f64::from(error))
    };
    let name = reference.manifest();
    (at_threshold.recall.of > 0)
        .then(|| DetectorReport {
            reference: format!("{} {}", name.name, name.version),
            scenes: seen.len(),
            negatives: alarms.len(),
            faces: at_threshold.recall.of,
            at_threshold,
            at_tenth: curve.at_false_per_picture(FALSE_PER_PICTURE, &bench.bootstrap),
            false_on_negatives: false_on_negatives as f64 / alarms.len().max(1) as f64,
            landmarks: at(50).zip(at(95)),
            curve: curve.curve(200),
        })
        .context("the reference detector finds no face of 40 pixels or more")
}
