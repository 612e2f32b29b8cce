//! Finds faces of all sizes: a coarse look at the whole picture, one with a margin if that finds none, and a fine one
//! where small faces may have been missed.

mod nms;
mod retinaface;
mod sizes;
mod yunet;

use face_packs::{Decoding, Network, OnnxRuntime, Outputs, Pack, Role};
use face_types::{BoundingBox, Landmarks};
use face_vision::{AlignmentTemplate, RgbImage, SimilarityTransform, crop_scaled, resize};

use self::retinaface::Answer;
use self::sizes::{CloseLook, Look};
use crate::{AnalyseError, OpenError, input};

pub use self::nms::suppress;
pub use self::yunet::Level;

/// The most faces of one picture that are reported, the largest: a picture of a crowd must not occupy a worker for long.
pub const MAX_FACES: usize = 50;

/// A face found, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The box around it.
    pub bounding_box: BoundingBox,
    /// 0 to 1; 0 for a face that was assumed rather than found.
    pub score: f32,
    /// Its five points.
    pub landmarks: Landmarks,
    /// Longer side of the face in pixels of the network's input, on which the precision of the landmarks rests.
    pub seen: f32,
}

/// How thoroughly a picture is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// The coarse looks alone, for a picture known to be filled by a face.
    Coarse,
    /// The fine look too, unless the coarse one found a face so large that only much smaller ones can be missing.
    UntilLarge,
    /// Both looks.
    Everything,
}

/// The detector of a pack.
#[derive(Debug)]
pub(crate) struct Detector {
    network: Network,
    spec: face_packs::Detector,
    /// `YuNet`'s four outputs of each stride.
    names: Vec<[String; 4]>,
    /// The network's input, kept because allocating megabytes for each picture costs as much as filling them.
    values: Vec<f32>,
}

impl Detector {
    pub(crate) fn open(
        pack: &Pack,
        runtime: &OnnxRuntime,
        threads: usize,
    ) -> Result<Self, OpenError> {
        let spec = pack.manifest().detector.clone();
        let names = spec.strides.iter();
        let names = names
            .map(|stride| ["cls", "obj", "bbox", "kps"].map(|output| format!("{output}_{stride}")));
        Ok(Self {
            network: pack.network(Role::Detector, runtime, threads)?,
            names: names.collect(),
            spec,
            values: Vec::new(),
        })
    }

    /// The faces in `picture`, largest first, at most [`MAX_FACES`].
    pub(crate) fn faces(
        &mut self,
        picture: &RgbImage,
        effort: Effort,
    ) -> Result<Vec<Detection>, AnalyseError> {
        let (width, height) = picture.dimensions();
        let coarse = Look::coarse(width, height);
        let mut found = self.look(picture, coarse)?;
        if found.is_empty() {
            found = self.look(picture, Look::with_margin(width, height))?;
        }
        let is_done = match effort {
            Effort::Coarse => true,
            Effort::UntilLarge => sizes::has_large_face(&found),
            Effort::Everything => false,
        };
        if !is_done && let Some(fine) = Look::fine(width, height) {
            found.extend(self.look(picture, fine)?);
        }
        let mut faces = nms::suppress(found, self.spec.nms_iou);
        faces.sort_by(|a, b| b.bounding_box.area().total_cmp(&a.bounding_box.area()));
        faces.truncate(MAX_FACES);
        Ok(faces)
    }

    /// The face with landmarks as precise as they can be had: one that was seen small is looked at again, closer.
    pub(crate) fn polish(
        &mut self,
        picture: &RgbImage,
        face: &Detection,
    ) -> Result<Detection, AnalyseError> {
        if face.seen >= sizes::PRECISE || face.score == 0.0 {
            return Ok(*face);
        }
        let close = CloseLook::at(&face.bounding_box);
        let crop = crop_scaled(picture, &close.region, CloseLook::SIDE, CloseLook::SIDE);
        let found = self.run(crop, 0)?;
        let again = found.iter().map(|seen| close.in_picture(seen));
        let overlap = |again: &Detection| again.bounding_box.iou(&face.bounding_box);
        let best = again.max_by(|a, b| overlap(a).total_cmp(&overlap(b)));
        let same = best.filter(|best| overlap(best) >= sizes::SAME_FACE);
        Ok(same.map_or(*face, |same| Detection {
            score: face.score,
            ..same
        }))
    }

    /// Everything that one look at the whole picture finds, overlaps included.
    fn look(&mut self, picture: &RgbImage, look: Look) -> Result<Vec<Detection>, AnalyseError> {
        let found = self.run(resize(picture, look.width, look.height), look.margin)?;
        Ok(found.iter().map(|face| look.in_picture(face)).collect())
    }

    /// Everything that the network finds in `seen`, in pixels of its input, which has a margin around it.
    fn run(&mut self, seen: RgbImage, margin: u32) -> Result<Vec<Detection>, AnalyseError> {
        let canvas = sizes::letterbox(seen, margin, self.spec.side_multiple);
        self.values.resize(canvas.len(), 0.0);
        input::write(&canvas, &self.spec.pixels, &mut self.values);
        let shape = self.spec.pixels.shape(1, canvas.width(), canvas.height());
        let network = self.network.name().to_owned();
        let outputs = self.network.run(&shape, &self.values)?;
        let size = [canvas.width(), canvas.height()];
        let mut found = match self.spec.decoding {
            Decoding::YuNet => yunet_faces(&outputs, &self.names, &self.spec, size, &network),
            Decoding::RetinaFace => retinaface_faces(&outputs, &self.spec, size, &network),
        }?;
        found.retain(spans_a_face);
        Ok(found)
    }
}

fn is_finite(face: &Detection) -> bool {
    let BoundingBox {
        x,
        y,
        width,
        height,
    } = face.bounding_box;
    let points = face.landmarks.0.iter().flat_map(|point| [point.x, point.y]);
    [x, y, width, height]
        .into_iter()
        .chain(points)
        .all(f32::is_finite)
}

/// What the outputs of `YuNet` hold for an input of `size`.
fn yunet_faces(
    outputs: &Outputs<'_>,
    names: &[[String; 4]],
    spec: &face_packs::Detector,
    [width, height]: [u32; 2],
    network: &str,
) -> Result<Vec<Detection>, AnalyseError> {
    let mut found = Vec::new();
    for (&stride, [class, object, bounds, points]) in spec.strides.iter().zip(names) {
        let level = Level {
            stride: stride as f32,
            columns: (width / stride) as usize,
            rows: (height / stride) as usize,
            class: outputs.named(class)?.values,
            object: outputs.named(object)?.values,
            bounds: outputs.named(bounds)?.values,
            points: outputs.named(points)?.values,
        };
        level.check(network)?;
        found.extend(level.decode(spec.score_threshold));
    }
    Ok(found)
}

/// What the outputs of `RetinaFace` hold for an input of `size`.
fn retinaface_faces(
    outputs: &Outputs<'_>,
    spec: &face_packs::Detector,
    size: [u32; 2],
    network: &str,
) -> Result<Vec<Detection>, AnalyseError> {
    let answer = Answer {
        classes: outputs.named("conf")?.values,
        bounds: outputs.named("loc")?.values,
        points: outputs.named("landmarks")?.values,
    };
    answer.decode(network, &spec.strides, size, spec.score_threshold)
}

/// Whether the five points can be aligned at all.
fn spans_a_face(face: &Detection) -> bool {
    face.landmarks.eye_distance() >= 1.0
        && SimilarityTransform::fit(&face.landmarks.0, &AlignmentTemplate::ARCFACE_112.points)
            .is_some()
}
