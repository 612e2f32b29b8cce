//! The networks of a pack by role: their files and how their output is read.

use serde::{Deserialize, Serialize};

use super::{Alignment, InputSpec, PixelSpec};
use crate::{Digest, Import};

/// A network's file, pinned by digest, with its terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Its name in the pack's folder: letters, digits, `.`, `_`, `-`, ending in `.onnx`.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// SPDX expression.
    pub licence: String,
    /// Whose licence it is and what it leaves open.
    pub licence_note: String,
    /// What is known of the data it was trained on.
    pub training_data: String,
    /// Public addresses of the file, tried in order; empty when there is none.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How the file is made where nobody publishes it, but packages hold what is in it.
    pub import: Option<Import>,
    /// What whoever pulls the file must accept first, where the terms are not plainly permissive.
    pub requires_acceptance: Option<String>,
}

/// Finds faces and their five points in a picture of any size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// The file.
    pub weights: Weights,
    /// Order and range of the input's values.
    pub pixels: PixelSpec,
    /// Width and height of the input must be multiples of this.
    pub side_multiple: u32,
    /// How outputs become boxes.
    pub decoding: Decoding,
    /// Pixels between neighbouring priors of each output level, ascending.
    pub strides: Vec<u32>,
    /// Faces below this score, 0 to 1, are dropped.
    pub score_threshold: f32,
    /// Of two boxes that overlap more than this (intersection over union), the lower score is dropped.
    pub nms_iou: f32,
}

/// How a detector's outputs become boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decoding {
    /// `YuNet` (Wu et al., 2023): per stride `s` the outputs `cls_s`, `obj_s`, `bbox_s`, `kps_s`, one row a cell;
    /// score = √(cls · obj), centre = (cell + d) · s, size = exp(d) · s, point = (cell + d) · s.
    YuNet,
    /// `RetinaFace` (Deng et al., CVPR 2020) in its small `PyTorch` form: outputs `loc`, `conf` and `landmarks`, one row for
    /// each of two anchors a cell, the levels after each other; anchors of 16 and 32 pixels at the first stride, four times
    /// as large at each further one.
    RetinaFace,
}

/// Turns an aligned face into a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedder {
    /// The file.
    pub weights: Weights,
    /// Size and pixel form of the aligned face.
    pub input: InputSpec,
    /// Where the five points lie in it.
    pub alignment: Alignment,
    /// Number of values of a template.
    pub dimension: usize,
    /// Name of the output; the first when left out.
    pub output: Option<String>,
}

/// Tells open from closed eyes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eyes {
    /// The file.
    pub weights: Weights,
    /// Size and pixel form of the crop of one eye.
    pub input: InputSpec,
    /// Side of the square around the eye's centre, as a multiple of the distance between the eyes.
    pub crop: f32,
    /// Which of the output's values says "open".
    pub open_index: usize,
    /// What turns the output into probabilities.
    pub activation: Activation,
}

/// Tells a living face from a picture of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// The file.
    pub weights: Weights,
    /// Size and pixel form of the crop.
    pub input: InputSpec,
    /// Sides of the crop as a multiple of the face box's; shrunk to fit and shifted to lie inside the picture.
    pub crop_scale: f32,
    /// Which of the output's values says "bona fide".
    pub real_index: usize,
    /// What turns the output into probabilities.
    pub activation: Activation,
}

/// What turns a network's output into probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// They are probabilities already.
    None,
    /// exp(x) over the sum of all exp(x).
    Softmax,
}

/// Predicts how useful an aligned face is for recognition, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityNetwork {
    /// The file.
    pub weights: Weights,
    /// Size and pixel form of its own aligned face.
    pub input: InputSpec,
    /// Where the eyes and the middle of the mouth lie in it: left eye, right eye, mouth, as seen in the picture, as
    /// fractions of width and height.
    pub eyes_mouth: [[f32; 2]; 3],
    /// Name of the output; the first when left out.
    pub output: Option<String>,
}
