//! The check during training: photographs that are in no batch, with the faces that the teacher sees there.

use burn::tensor::{Device, Tensor, TensorData};
use face_metrics::{Bootstrap, DetectorCurve, DetectorPoint, Found, LabelledPicture};
use face_nets::Detector;
use face_pipeline::Detection;
use face_types::BoundingBox;
use face_vision::{RgbImage, resize};
use image::imageops;

use super::answer::Answer;
use super::batches::append_input;
use super::sources::Sources;
use super::teacher::{Teacher, TeacherSettings};
use crate::train::Validation;

/// Longer side, in pixels, of faces that must be found.
const LEAST_SIDE: f32 = 40.0;
/// The teacher's score from which on a face may be found without its being false.
const LEAST_SURE: f32 = 0.3;
/// Score from which on the student's faces are counted.
const LOWEST: f32 = 0.1;
/// Intersection over union from which on two boxes are of one face.
const LEAST_IOU: f32 = 0.5;
/// False faces a picture at which recall is compared.
const FALSE_PER_PICTURE: f64 = 0.1;
/// Pictures of a forward pass.
const BATCH: usize = 8;
/// No interval is asked for here.
const ONCE: Bootstrap = Bootstrap {
    seed: 1,
    resamples: 1,
};

/// Pictures of one size and their faces.
#[derive(Debug)]
pub struct Check {
    side: u32,
    nms_iou: f32,
    threshold: f32,
    pictures: Vec<(RgbImage, Labels)>,
}

/// What the teacher sees in a picture.
#[derive(Debug)]
struct Labels {
    must: Vec<Detection>,
    may: Vec<BoundingBox>,
}

impl Check {
    /// The scenes and empty pictures of `sources`, shrunk to `side` where they are larger; the teacher is asked once.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn new(
        sources: &Sources,
        teacher: &dyn Teacher,
        settings: &TeacherSettings,
        side: u32,
    ) -> anyhow::Result<Self> {
        let label = |picture| {
            let canvas = on_black(picture, side);
            let answer = teacher.answer(&canvas)?;
            Ok((canvas, Labels::of(&answer, settings, side)))
        };
        let all = sources.scenes.iter().chain(&sources.empty);
        Ok(Self {
            side,
            nms_iou: settings.nms_iou,
            threshold: settings.threshold,
            pictures: all.map(label).collect::<anyhow::Result<_>>()?,
        })
    }

    /// Shares of the teacher's faces found, false faces, and how far the points lie from the teacher's; the score is the
    /// share found at one false face in ten pictures less the points' mean error in distances between the eyes.
    pub(super) fn validate(&self, net: &Detector, device: &Device) -> Validation {
        let mut labelled = Vec::new();
        let mut errors = Vec::new();
        for pictures in self.pictures.chunks(BATCH) {
            let seen = self.look(net, pictures, device);
            for ((_, labels), found) in pictures.iter().zip(seen) {
                errors.extend(
                    labels
                        .must
                        .iter()
                        .filter_map(|face| point_error(face, &found)),
                );
                labelled.push(labels.against(&found));
            }
        }
        let curve = DetectorCurve::new(&labelled, LEAST_IOU);
        let at_tenth = curve.at_false_per_picture(FALSE_PER_PICTURE, &ONCE);
        score(&at_tenth, &curve.at(self.threshold, &ONCE), &errors)
    }

    /// What the network finds in each picture.
    fn look(
        &self,
        net: &Detector,
        pictures: &[(RgbImage, Labels)],
        device: &Device,
    ) -> Vec<Vec<Detection>> {
        let side = self.side as usize;
        let mut values = Vec::new();
        for (picture, _) in pictures {
            append_input(picture, &mut values);
        }
        let input = TensorData::new(values, [pictures.len(), 3, side, side]);
        let grids = net.forward(Tensor::from_data(input, device));
        let answers = Answer::of_grids(&grids);
        let faces = answers
            .iter()
            .map(|answer| answer.faces(side, LOWEST, self.nms_iou));
        faces.collect()
    }
}

fn score(at_tenth: &DetectorPoint, at_threshold: &DetectorPoint, errors: &[f32]) -> Validation {
    let sum: f64 = errors.iter().copied().map(f64::from).sum();
    // A network that finds nothing has placed no point at all.
    let error = if errors.is_empty() {
        1.0
    } else {
        sum / errors.len() as f64
    };
    Validation {
        score: at_tenth.recall.value - error,
        metrics: vec![
            ("recall_tenth", at_tenth.recall.value),
            ("recall", at_threshold.recall.value),
            ("false", at_threshold.false_per_picture),
            ("point_error", error),
        ],
    }
}

impl Labels {
    fn of(answer: &Answer, settings: &TeacherSettings, side: u32) -> Self {
        let faces = answer.faces(side as usize, LEAST_SURE, settings.nms_iou);
        let (must, may) = faces.into_iter().partition::<Vec<_>, _>(|face| {
            face.score >= settings.threshold && face.seen >= LEAST_SIDE
        });
        Self {
            must,
            may: may.iter().map(|face| face.bounding_box).collect(),
        }
    }

    fn against(&self, found: &[Detection]) -> LabelledPicture {
        let found = found.iter().map(|face| Found {
            bounds: face.bounding_box,
            score: face.score,
        });
        LabelledPicture {
            faces: self.must.iter().map(|face| face.bounding_box).collect(),
            ignored: self.may.clone(),
            found: found.collect(),
        }
    }
}

/// Mean distance of the five points over the distance of the eyes; `None` when the face was not found.
fn point_error(face: &Detection, found: &[Detection]) -> Option<f32> {
    let same = found
        .iter()
        .filter(|other| other.bounding_box.iou(&face.bounding_box) >= LEAST_IOU)
        .max_by(|a, b| a.score.total_cmp(&b.score))?;
    let pairs = face.landmarks.0.iter().zip(same.landmarks.0);
    let distances = pairs.map(|(a, b)| a.distance(b));
    Some(distances.sum::<f32>() / 5.0 / face.landmarks.eye_distance())
}

/// The picture in the top left corner of a black square, as the product brings pictures to a network's size.
fn on_black(picture: &RgbImage, side: u32) -> RgbImage {
    let longer = picture.width().max(picture.height());
    let scale = (side as f32 / longer.max(1) as f32).min(1.0);
    let [width, height] = [picture.width(), picture.height()]
        .map(|length| ((length as f32 * scale).round() as u32).clamp(1, side));
    let mut canvas = RgbImage::new(side, side);
    imageops::replace(&mut canvas, &resize(picture, width, height), 0, 0);
    canvas
}
