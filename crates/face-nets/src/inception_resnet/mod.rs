//! `InceptionResnetV1` (Szegedy, Ioffe, Vanhoucke and Alemi 2016, figures 7 and 10 to 15) as trained for faces by
//! `FaceNet`'s successors on `VGGFace2`: the embedder of the original's model 2.
//!
//! At width 1: 23,482,624 parameters, 512 values, 1.42 thousand million multiply-adds at 160x160. It differs from the
//! paper's as the published weights do: residual branches are multiplied by 0.17, 0.10 and 0.20 before they are added,
//! a last block adds without rectifier, and the pooled 1792 channels go through a linear map without bias to 512 and a
//! batch normalisation. Input: RGB, `(x - 127.5) / 128`.

mod block;
mod names;

use burn::module::Module;
use burn::nn::pool::MaxPool2d;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::conv_bn::ConvBn;
use crate::embedder::{self, Embedder};
use crate::onnx::{Export, Graph, Layer, Port, Value};
use block::{Reduction, Residual, Widths, append_relu};

/// ε of every normalisation, as the published weights were trained with.
const EPSILON: f64 = 1e-3;

/// The network's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InceptionResnetV1Settings {
    /// Factor on every channel; 1 is the published size.
    pub width: f64,
    /// Side of the square input in pixels, at least 75.
    pub side: usize,
    /// Values of a template.
    pub dimension: usize,
    /// Share of the pooled channels left out at random while training.
    pub dropout: f64,
}

/// The network; the names of its parts are those in `PyTorch` files.
#[derive(Module, Debug)]
pub struct InceptionResnetV1 {
    stem: Vec<ConvBn>,
    repeat_1: Vec<Residual>,
    mixed_6a: Reduction,
    repeat_2: Vec<Residual>,
    mixed_7a: Reduction,
    repeat_3: Vec<Residual>,
    block8: Residual,
    dropout: Dropout,
    last_linear: Linear,
    last_bn: BatchNorm,
    logits: Option<Linear>,
    side: usize,
}

impl Default for InceptionResnetV1Settings {
    fn default() -> Self {
        Self {
            width: 1.0,
            side: 160,
            dimension: 512,
            dropout: 0.6,
        }
    }
}

impl InceptionResnetV1Settings {
    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> InceptionResnetV1 {
        let w = Widths::new(self.width, device);
        let many =
            |count: usize, block: &dyn Fn() -> Residual| (0..count).map(|_| block()).collect();
        let channels = w.of(384) + w.of(256) + w.of(256);
        let mixed_6a = w.mixed_6a();
        let last = channels + w.of(384) + 2 * w.of(256);
        InceptionResnetV1 {
            stem: stem(&w),
            repeat_1: many(5, &|| w.block35(w.of(256))),
            mixed_6a,
            repeat_2: many(10, &|| w.block17(channels)),
            mixed_7a: w.mixed_7a(channels),
            repeat_3: many(5, &|| w.block8(last, 0.2, true)),
            block8: w.block8(last, 1.0, false),
            dropout: DropoutConfig::new(self.dropout).init(),
            last_linear: LinearConfig::new(last, self.dimension)
                .with_bias(false)
                .init(device),
            last_bn: BatchNormConfig::new(self.dimension)
                .with_epsilon(EPSILON)
                .init(device),
            logits: None,
            side: self.side,
        }
    }
}

/// The six convolutions before the first block, with a pool before the fourth (figure 14's stem of the paper).
fn stem(w: &Widths<'_>) -> Vec<ConvBn> {
    let layer = |[from, to]: [usize; 2], kernel: usize, stride: usize, padding: usize| {
        let from = if from == 3 { 3 } else { w.of(from) };
        w.conv([from, w.of(to)], [kernel; 2], [stride; 2], [padding; 2])
    };
    vec![
        layer([3, 32], 3, 2, 0),
        layer([32, 32], 3, 1, 0),
        layer([32, 64], 3, 1, 1),
        layer([64, 80], 1, 1, 0),
        layer([80, 192], 3, 1, 0),
        layer([192, 256], 3, 2, 0),
    ]
}

/// The pool after the third convolution of the stem.
fn stem_pool() -> MaxPool2d {
    block::pool()
}

/// How many convolutions of the stem stand before its pool.
const BEFORE_POOL: usize = 3;

impl InceptionResnetV1 {
    /// With a linear map after the template that tells `classes` people apart.
    #[must_use]
    pub fn with_classes(mut self, classes: usize) -> Self {
        let device = self.last_linear.weight.device();
        self.logits = Some(LinearConfig::new(self.dimension(), classes).init(&device));
        self
    }

    /// The pooled channels: `[n, 3, side, side]` to `[n, 1792]` at width 1.
    #[must_use]
    pub fn features(&self, faces: Tensor<4>) -> Tensor<2> {
        let (before, after) = self.stem.split_at(BEFORE_POOL);
        let convolve = |x: Tensor<4>, layer: &ConvBn| relu(layer.forward(x));
        let refine = |x: Tensor<4>, block: &Residual| block.forward(x);
        let x = before.iter().fold(faces, convolve);
        let x = after.iter().fold(stem_pool().forward(x), convolve);
        let x = self.mixed_6a.forward(self.repeat_1.iter().fold(x, refine));
        let x = self.mixed_7a.forward(self.repeat_2.iter().fold(x, refine));
        let x = self.repeat_3.iter().fold(x, refine);
        embedder::means(self.block8.forward(x))
    }

    /// Logits of the classes from what [`Embedder::embed`] gave, `[n, classes]`; `None` without classes.
    #[must_use]
    pub fn classify(&self, embedded: Tensor<2>) -> Option<Tensor<2>> {
        self.logits.as_ref().map(|logits| logits.forward(embedded))
    }
}

impl Embedder for InceptionResnetV1 {
    fn dimension(&self) -> usize {
        self.last_linear.weight.dims()[1]
    }

    fn embed(&self, faces: Tensor<4>) -> Tensor<2> {
        let features = self.dropout.forward(self.features(faces));
        self.last_bn.forward(self.last_linear.forward(features))
    }

    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value {
        let (before, after) = self.stem.split_at(BEFORE_POOL);
        let x = append_relu(before, graph, input);
        let x = stem_pool().append(graph, &x);
        let x = append_relu(after, graph, &x);
        let x = self.repeat_1.append(graph, &x);
        let x = self.mixed_6a.append(graph, &x);
        let x = self.repeat_2.append(graph, &x);
        let x = self.mixed_7a.append(graph, &x);
        let x = self.repeat_3.append(graph, &x);
        let x = self.block8.append(graph, &x);
        let x = embedder::append_means(graph, &x);
        (&self.last_linear, &self.last_bn).append(graph, &x)
    }
}

impl Export for InceptionResnetV1 {
    fn input(&self) -> Port {
        Port::pictures([self.side; 2])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let x = self.append_values(graph, input);
        embedder::template(graph, &x, self.dimension())
    }
}

#[cfg(test)]
mod tests;
