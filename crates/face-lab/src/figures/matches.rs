//! Matches with their distances, of people who do not exist.

use std::path::Path;

use anyhow::{Context as _, Result};
use face_packs::{OnnxRuntime, Pack, Search};
use face_pipeline::{Analyzer, Facts, Select, Wishes};
use face_synth::{portrait, well_separated_seeds};
use face_types::{BoundingBox, Template};
use face_vision::{RgbImage, crop_scaled};

use super::sheet::{Anchor, Sheet};
use super::style;

/// Side of a face in the figure, in pixels.
const SIDE: u32 = 112;
/// Distance of the faces.
const GAP: f64 = 14.0;
/// Probes: one a row.
const PROBES: usize = 4;
/// References shown for each.
const NEAREST: usize = 4;
/// Which pictures of a person are enrolled, and which is the probe.
const ENROLLED: [u64; 2] = [0, 1];
const PROBE: u64 = 2;

/// A face and its template.
struct Face {
    person: u64,
    pixels: RgbImage,
    template: Template,
}

/// Matches faces that this program draws, by the pack in `folder`.
pub(super) fn draw(folder: &Path) -> Result<Sheet> {
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let pack = Pack::open(folder)?;
    let mut analyzer = Analyzer::open(&pack, &runtime, 1)?;
    let people = well_separated_seeds();
    let mut references = Vec::new();
    for &person in people {
        for variant in ENROLLED {
            references.push(face(&mut analyzer, person, variant)?);
        }
    }
    let width = (f64::from(SIDE) + GAP) * (NEAREST + 1) as f64 + 80.0;
    let row = f64::from(SIDE) + 34.0;
    let subtitle = format!(
        "Procedural faces: {} people with {} pictures each; Euclidean distance of templates by pack {}; blue: the same person, orange: another",
        people.len(),
        ENROLLED.len(),
        pack.manifest().name
    );
    let (_, top) = Sheet::titled(
        width as u32,
        0,
        "A probe and its nearest references",
        &subtitle,
    );
    let height = top + row * PROBES as f64 + 12.0;
    let (mut sheet, _) = Sheet::titled(
        width as u32,
        height as u32,
        "A probe and its nearest references",
        &subtitle,
    );
    for (&person, at) in people.iter().take(PROBES).zip(0_u32..) {
        let probe = face(&mut analyzer, person, PROBE)?;
        let y = top + 8.0 + f64::from(at) * row;
        draw_row(&mut sheet, y, &probe, &nearest(&probe, &references)?);
    }
    Ok(sheet)
}

fn face(analyzer: &mut Analyzer, person: u64, variant: u64) -> Result<Face> {
    let picture = portrait(person, variant);
    let wishes = Wishes {
        facts: Facts {
            template: true,
            ..Facts::default()
        },
        select: Select::Largest,
        detect: true,
    };
    let analysis = analyzer.analyse_pixels(&picture, wishes)?;
    let found = analysis.faces.into_iter().next().with_context(|| {
        format!("the pack finds no face in portrait {variant} of person {person}")
    })?;
    Ok(Face {
        person,
        pixels: crop_scaled(&picture, &around(&found.bounding_box), SIDE, SIDE),
        template: found.template.context("the face has no template")?,
    })
}

/// A square about the face, with its hair.
fn around(face: &BoundingBox) -> BoundingBox {
    let side = 1.35 * face.width.max(face.height);
    let centre = face.centre();
    BoundingBox::new(centre.x - side / 2.0, centre.y - side * 0.54, side, side)
}

fn nearest<'a>(probe: &Face, references: &'a [Face]) -> Result<Vec<(&'a Face, f32)>> {
    let distances = references.iter().map(|reference| {
        let similarity = probe.template.similarity(&reference.template)?;
        Ok((reference, similarity.euclidean()))
    });
    let mut distances: Vec<_> = distances.collect::<Result<_>>()?;
    distances.sort_by(|a, b| a.1.total_cmp(&b.1));
    distances.truncate(NEAREST);
    Ok(distances)
}

fn draw_row(sheet: &mut Sheet, y: f64, probe: &Face, found: &[(&Face, f32)]) {
    let side = f64::from(SIDE);
    sheet.picture([20.0, y], probe.pixels.clone());
    sheet.text(
        [20.0 + side / 2.0, y + side + 13.0],
        "probe",
        style::SMALL,
        style::GREY,
        Anchor::Middle,
    );
    for ((face, distance), at) in found.iter().zip(1_u32..) {
        let x = 20.0 + 36.0 + f64::from(at) * (side + GAP);
        let colour = style::colour(usize::from(face.person != probe.person));
        sheet.area(outline([x, y], side, 3.0), colour, 1.0);
        sheet.picture([x, y], face.pixels.clone());
        let text = format!("{distance:.2}");
        sheet.text(
            [x + side / 2.0, y + side + 13.0],
            &text,
            style::TEXT,
            colour,
            Anchor::Middle,
        );
    }
}

/// A square `wider` than the one of `side` at `at`, around it.
fn outline([x, y]: [f64; 2], side: f64, wider: f64) -> Vec<[f64; 2]> {
    let (left, right) = (x - wider, x + side + wider);
    let (top, bottom) = (y - wider, y + side + wider);
    vec![[left, top], [right, top], [right, bottom], [left, bottom]]
}
