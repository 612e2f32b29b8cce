//! How burn's layers, and what is made of them, write themselves into a graph.

use burn::nn::conv::Conv2d;
use burn::nn::pool::{AvgPool2d, MaxPool2d};
use burn::nn::{BatchNorm, Linear, PRelu};

use super::fold::values;
use super::{Affine, Graph, Value, Window};

/// A part of a network that writes itself into a graph, as it computes after training.
pub trait Layer {
    /// Appends this layer on `x`; the value it gives.
    fn append(&self, graph: &mut Graph, x: &Value) -> Value;
}

impl Layer for Conv2d {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        convolution(graph, x, self, &Affine::of_convolution(self))
    }
}

/// A convolution and the normalisation after it, as one convolution.
impl Layer for (&Conv2d, &BatchNorm) {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let (conv, norm) = *self;
        convolution(graph, x, conv, &Affine::of_convolution(conv).then(norm))
    }
}

impl Layer for Linear {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        graph.linear(x, &Affine::of_linear(self))
    }
}

/// A linear map and the normalisation after it, as one linear map.
impl Layer for (&Linear, &BatchNorm) {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let (linear, norm) = *self;
        graph.linear(x, &Affine::of_linear(linear).then(norm))
    }
}

/// On pictures, `[n, c, h, w]`.
impl Layer for PRelu {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        graph.prelu(x, &values(self.alpha.val()))
    }
}

impl Layer for MaxPool2d {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let window = Window {
            kernel: self.kernel_size,
            stride: self.stride,
            padding: self.padding.clone(),
            ceil: self.ceil_mode,
        };
        graph.max_pool(x, &window)
    }
}

impl Layer for AvgPool2d {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        let window = Window {
            kernel: self.kernel_size,
            stride: self.stride,
            padding: self.padding.clone(),
            ceil: self.ceil_mode,
        };
        graph.average_pool(x, &window, self.count_include_pad)
    }
}

impl<L: Layer> Layer for Vec<L> {
    fn append(&self, graph: &mut Graph, x: &Value) -> Value {
        self.iter()
            .fold(x.clone(), |x, layer| layer.append(graph, &x))
    }
}

/// The convolutions of networks here are never dilated, which `Window` relies on.
fn convolution(graph: &mut Graph, x: &Value, conv: &Conv2d, affine: &Affine) -> Value {
    debug_assert_eq!(conv.dilation, [1, 1]);
    let window = Window {
        kernel: conv.kernel_size,
        stride: conv.stride,
        padding: conv.padding.clone(),
        ceil: false,
    };
    graph.convolution(x, affine, &window, conv.groups)
}
