//! The operators of ONNX, version 17, that networks here use, as methods of [`Graph`].

use burn::nn::PaddingConfig2d;

use super::graph::{attribute_f, attribute_i, attribute_is, attribute_s};
use super::{Affine, Graph, Value, proto};

/// What a window slides by, in two directions: of a convolution or a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Rows and columns it covers.
    pub kernel: [usize; 2],
    /// Rows and columns between its places.
    pub stride: [usize; 2],
    /// Rim of the picture.
    pub padding: PaddingConfig2d,
    /// Whether a window that hangs over the lower or right rim counts.
    pub ceil: bool,
}

impl Window {
    /// One cell at every place.
    #[must_use]
    pub const fn point() -> Self {
        Self {
            kernel: [1, 1],
            stride: [1, 1],
            padding: PaddingConfig2d::Valid,
            ceil: false,
        }
    }

    fn attributes(&self) -> Vec<proto::Attribute> {
        let mut attributes = vec![
            attribute_is("kernel_shape", &self.kernel),
            attribute_is("strides", &self.stride),
        ];
        match self.padding {
            PaddingConfig2d::Valid => {}
            PaddingConfig2d::Same => attributes.push(attribute_s("auto_pad", "SAME_UPPER")),
            PaddingConfig2d::Explicit(top, left, bottom, right) => {
                attributes.push(attribute_is("pads", &[top, left, bottom, right]));
            }
        }
        attributes
    }
}

impl Graph {
    /// A convolution in `groups` with the weights `[out, in / groups, rows, columns]` and bias of `affine`.
    pub fn convolution(
        &mut self,
        x: &Value,
        affine: &Affine,
        window: &Window,
        groups: usize,
    ) -> Value {
        let weight = self.constant(&affine.dims, &affine.weight);
        let bias = self.constant(&[affine.bias.len()], &affine.bias);
        let mut attributes = window.attributes();
        attributes.push(attribute_i("group", groups as i64));
        self.node("Conv", &[x, &weight, &bias], attributes)
    }

    /// `[n, in]` times the weights `[in, out]` of `affine`, plus its bias.
    pub fn linear(&mut self, x: &Value, affine: &Affine) -> Value {
        let weight = self.constant(&affine.dims, &affine.weight);
        let bias = self.constant(&[affine.bias.len()], &affine.bias);
        self.node("Gemm", &[x, &weight, &bias], Vec::new())
    }

    /// The largest value under the window; the rim counts as minus infinity.
    pub fn max_pool(&mut self, x: &Value, window: &Window) -> Value {
        let mut attributes = window.attributes();
        attributes.push(attribute_i("ceil_mode", i64::from(window.ceil)));
        self.node("MaxPool", &[x], attributes)
    }

    /// The mean under the window, where the rim counts as zeros or not at all.
    pub fn average_pool(&mut self, x: &Value, window: &Window, count_rim: bool) -> Value {
        let mut attributes = window.attributes();
        attributes.push(attribute_i("ceil_mode", i64::from(window.ceil)));
        attributes.push(attribute_i("count_include_pad", i64::from(count_rim)));
        self.node("AveragePool", &[x], attributes)
    }

    /// The mean of each channel: `[n, c, h, w]` to `[n, c, 1, 1]`.
    pub fn global_average_pool(&mut self, x: &Value) -> Value {
        self.node("GlobalAveragePool", &[x], Vec::new())
    }

    /// max(x, 0).
    pub fn relu(&mut self, x: &Value) -> Value {
        self.node("Relu", &[x], Vec::new())
    }

    /// x, or `slope` · x below zero.
    pub fn leaky_relu(&mut self, x: &Value, slope: f32) -> Value {
        self.node("LeakyRelu", &[x], vec![attribute_f("alpha", slope)])
    }

    /// x, or `slopes[c]` · x below zero, on pictures `[n, c, h, w]`; a single slope is for all channels.
    ///
    /// Written as slope · x + (1 - slope) · max(x, 0). With ONNX Runtime's own `PRelu`, which goes value by value, a
    /// `MobileFaceNet` takes 20 ms on one thread instead of 9.
    pub fn prelu(&mut self, x: &Value, slopes: &[f32]) -> Value {
        if let [slope] = slopes {
            return self.leaky_relu(x, *slope);
        }
        let dims = [slopes.len(), 1, 1];
        let rest: Vec<f32> = slopes.iter().map(|slope| 1.0 - slope).collect();
        let (slopes, rest) = (self.constant(&dims, slopes), self.constant(&dims, &rest));
        let positive = self.relu(x);
        let (whole, positive) = (self.mul(x, &slopes), self.mul(&positive, &rest));
        self.add(&whole, &positive)
    }

    /// 1 / (1 + exp(-x)).
    pub fn sigmoid(&mut self, x: &Value) -> Value {
        self.node("Sigmoid", &[x], Vec::new())
    }

    /// exp(x) over the sum of exp(x) along `axis`.
    pub fn softmax(&mut self, x: &Value, axis: i64) -> Value {
        self.node("Softmax", &[x], vec![attribute_i("axis", axis)])
    }

    /// a + b.
    pub fn add(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Add", &[a, b], Vec::new())
    }

    /// a · b, value by value.
    pub fn mul(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Mul", &[a, b], Vec::new())
    }

    /// x · `factor`.
    pub fn scale(&mut self, x: &Value, factor: f32) -> Value {
        let factor = self.constant(&[], &[factor]);
        self.mul(x, &factor)
    }

    /// √x.
    pub fn sqrt(&mut self, x: &Value) -> Value {
        self.node("Sqrt", &[x], Vec::new())
    }

    /// The parts one after the other along `axis`.
    pub fn concat(&mut self, parts: &[&Value], axis: i64) -> Value {
        self.node("Concat", parts, vec![attribute_i("axis", axis)])
    }

    /// `[n, …]` to `[n, everything else]`.
    pub fn flatten(&mut self, x: &Value) -> Value {
        self.node("Flatten", &[x], vec![attribute_i("axis", 1)])
    }

    /// Another shape; 0 keeps an axis, -1 is what remains.
    pub fn reshape(&mut self, x: &Value, shape: &[i64]) -> Value {
        let shape = self.integers(shape);
        self.node("Reshape", &[x, &shape], Vec::new())
    }

    /// The axes in the order of `order`.
    pub fn transpose(&mut self, x: &Value, order: &[usize]) -> Value {
        self.node("Transpose", &[x], vec![attribute_is("perm", order)])
    }

    /// The places `from` to `to` (exclusive) of `axis`.
    pub fn slice(&mut self, x: &Value, axis: i64, from: usize, to: usize) -> Value {
        let [from, to] = [from, to].map(|place| self.integers(&[place as i64]));
        let axis = self.integers(&[axis]);
        self.node("Slice", &[x, &from, &to, &axis], Vec::new())
    }

    /// The places of `axis` in reverse order.
    pub fn reversed(&mut self, x: &Value, axis: i64) -> Value {
        // From the last place past the first: the end is exclusive, and only a number below them all is before the first.
        let [from, to, step] = [-1, i64::MIN, -1].map(|place| self.integers(&[place]));
        let axis = self.integers(&[axis]);
        self.node("Slice", &[x, &from, &to, &axis, &step], Vec::new())
    }

    /// Each cell of `[n, c, h, w]` repeated twice in both directions: `[n, c, 2h, 2w]`.
    pub fn double(&mut self, x: &Value) -> Value {
        let scales = self.constant(&[4], &[1.0, 1.0, 2.0, 2.0]);
        let attributes = vec![
            attribute_s("mode", "nearest"),
            attribute_s("coordinate_transformation_mode", "asymmetric"),
            attribute_s("nearest_mode", "floor"),
        ];
        self.node("Resize", &[x, &Value(String::new()), &scales], attributes)
    }

    /// Each row of `[n, d]` over its Euclidean length; a row of zeros stays one.
    pub fn unit_length(&mut self, x: &Value) -> Value {
        let attributes = vec![attribute_is("axes", &[1]), attribute_i("keepdims", 1)];
        let length = self.node("ReduceL2", &[x], attributes);
        let least = self.constant(&[], &[crate::unit::LEAST_LENGTH]);
        let length = self.node("Max", &[&length, &least], Vec::new());
        self.node("Div", &[x, &length], Vec::new())
    }
}

#[cfg(test)]
mod tests;
