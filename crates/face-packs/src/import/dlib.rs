//! dlib's face recognition network (Davis King, 2017): a residual network of 29 convolutions, 150 by 150 pixels in, 128
//! values out.

use super::ImportError;
use super::graph::{Graph, Value, Window};
use super::tensors::{Tensor, Tensors};

/// Side of the input in pixels.
const SIDE: usize = 150;
/// Values of a template.
const DIMENSION: usize = 128;

/// Channels of each stage, and the residual blocks after the one that halves the picture.
const STAGES: [(&str, usize, usize); 5] = [
    ("conv32", 32, 3),
    ("conv64", 64, 3),
    ("conv128", 128, 2),
    ("conv256", 256, 2),
    ("conv256_down_out", 256, 0),
];

/// What is being built: the graph so far and the picture that its last value holds.
struct Builder<'t> {
    tensors: &'t Tensors,
    graph: Graph,
    x: Value,
    channels: usize,
    side: usize,
}

/// The ONNX file of the network: `input` `[n, 3, 150, 150]`, RGB, (x - mean) / 256; `template` `[n, 128]`, not normalised.
///
/// The template is the mean of those of the face and its mirror image, which doubles the cost.
pub(super) fn network(tensors: &Tensors) -> Result<Vec<u8>, ImportError> {
    let (mut graph, input) = Graph::new("input", &[None, Some(3), Some(SIDE), Some(SIDE)]);
    let mirror = graph.reversed(&input, 3);
    let x = graph.concat(&[&input, &mirror], 0);
    let mut builder = Builder {
        tensors,
        graph,
        x,
        channels: 3,
        side: SIDE,
    };
    builder.stem()?;
    for (name, channels, blocks) in STAGES {
        builder.stage(name, channels, blocks)?;
    }
    builder.finish()
}

impl Builder<'_> {
    /// The 7 by 7 convolution and the pool in front of the first stage.
    fn stem(&mut self) -> Result<(), ImportError> {
        let x = self.x.clone();
        let x = self.convolution(&x, "conv32_down", [3, 32], Window::inside(7, 2))?;
        let x = self.graph.relu(&x);
        self.x = self.graph.max_pool(&x, Window::inside(3, 2));
        (self.channels, self.side) = (32, ((SIDE - 7) / 2 + 1 - 3) / 2 + 1);
        Ok(())
    }

    fn stage(&mut self, name: &str, channels: usize, blocks: usize) -> Result<(), ImportError> {
        if blocks == 0 {
            return self.halve(name, channels);
        }
        if channels != self.channels {
            self.halve(&format!("{name}_down"), channels)?;
        }
        (1..=blocks).try_for_each(|block| self.block(&format!("{name}_{block}")))
    }

    /// relu(x + second(relu(first(x)))).
    fn block(&mut self, name: &str) -> Result<(), ImportError> {
        let way = self.two_convolutions(name, self.channels, 1)?;
        let sum = self.graph.add(&self.x, &way);
        self.x = self.graph.relu(&sum);
        Ok(())
    }

    /// The same at half the size: the short cut is the means of 2 by 2 pixels, with channels of zeros where there are
    /// more now; of the two pictures, which may differ by a row and a column, the smaller is continued by zeros.
    fn halve(&mut self, name: &str, channels: usize) -> Result<(), ImportError> {
        let way = self.two_convolutions(name, channels, 2)?;
        let (short_side, way_side) = (self.side / 2, (self.side - 3) / 2 + 1);
        let short = self.graph.average_pool(&self.x, Window::inside(2, 2));
        let short = self.enlarge(&short, channels - self.channels, 0);
        let way = self.enlarge(&way, 0, short_side - way_side);
        let sum = self.graph.add(&short, &way);
        self.x = self.graph.relu(&sum);
        (self.channels, self.side) = (channels, short_side);
        Ok(())
    }

    fn enlarge(&mut self, x: &Value, channels: usize, pixels: usize) -> Value {
        if channels + pixels == 0 {
            return x.clone();
        }
        self.graph.zeros_after(x, [0, channels, pixels, pixels])
    }

    fn two_convolutions(
        &mut self,
        name: &str,
        channels: usize,
        stride: usize,
    ) -> Result<Value, ImportError> {
        let first = if stride == 1 {
            Window::centred(3, 1)
        } else {
            Window::inside(3, stride)
        };
        let x = self.x.clone();
        let x = self.convolution(
            &x,
            &format!("{name}/conv1"),
            [self.channels, channels],
            first,
        )?;
        let x = self.graph.relu(&x);
        self.convolution(
            &x,
            &format!("{name}/conv2"),
            [channels; 2],
            Window::centred(3, 1),
        )
    }

    /// A convolution with the scale and shift that follow it folded in.
    fn convolution(
        &mut self,
        x: &Value,
        name: &str,
        [inputs, outputs]: [usize; 2],
        window: Window,
    ) -> Result<Value, ImportError> {
        let get = |part: &str, dims: &[usize]| self.tensors.get(&format!("{name}/{part}"), dims);
        let scale = &get("scale/weights", &[outputs])?.values;
        let weights = get("conv/filters", &[window.side, window.side, inputs, outputs])?
            .out_in_first()
            .times(scale);
        let bias = get("conv/bias", &[outputs])?.clone().times(scale);
        let shift = &get("scale/biases", &[outputs])?.values;
        let bias: Vec<f32> = bias
            .values
            .iter()
            .zip(shift)
            .map(|(bias, shift)| bias + shift)
            .collect();
        Ok(self.graph.convolution(x, &weights, &bias, window, 1))
    }

    /// The mean of each channel, times the last matrix; then the mean with the mirror image.
    fn finish(mut self) -> Result<Vec<u8>, ImportError> {
        let means = self.graph.mean(&self.x, &[2, 3]);
        let last: &Tensor = self.tensors.get("fc", &[self.channels, DIMENSION])?;
        let templates = self.graph.product(&means, last);
        let both = self.graph.reshape(&templates, &[2, -1, DIMENSION as i64]);
        let template = self.graph.mean(&both, &[0]);
        Ok(self.graph.finish(
            "dlib-face-recognition",
            &[(&template, "template", &[None, Some(DIMENSION)])],
        ))
    }
}
