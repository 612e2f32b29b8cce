//! The values of a network by name, whatever format they came in.

use std::collections::HashMap;

use super::ImportError;

/// Values with a shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tensor {
    /// Length of each axis.
    pub(super) dims: Vec<usize>,
    /// As many values as the product of `dims`, row-major.
    pub(super) values: Vec<f32>,
}

impl Tensor {
    /// `values` in the shape `dims`, which they must fill.
    pub(super) fn of(dims: &[usize], values: Vec<f32>) -> Self {
        debug_assert_eq!(dims.iter().product::<usize>(), values.len());
        Self {
            dims: dims.to_vec(),
            values,
        }
    }

    /// Weights of a convolution from TensorFlow's order `[rows, columns, in, out]` to ONNX's `[out, in, rows, columns]`.
    pub(super) fn out_in_first(&self) -> Self {
        let [rows, columns, inputs, outputs] = *self
            .dims
            .as_array()
            .expect("a convolution's weights have four axes");
        let mut values = Vec::with_capacity(self.values.len());
        for output in 0..outputs {
            for input in 0..inputs {
                let places =
                    (0..rows * columns).map(|place| (place * inputs + input) * outputs + output);
                values.extend(places.map(|index| self.values[index]));
            }
        }
        Self::of(&[outputs, inputs, rows, columns], values)
    }

    /// Each of the parts of the first axis times a factor of its own.
    pub(super) fn times(mut self, factors: &[f32]) -> Self {
        let part = self.values.len() / factors.len().max(1);
        for (values, factor) in self.values.chunks_exact_mut(part.max(1)).zip(factors) {
            for value in values {
                *value *= factor;
            }
        }
        self
    }
}

/// Tensors by name.
#[derive(Debug, Default)]
pub(super) struct Tensors(pub(super) HashMap<String, Tensor>);

impl Tensors {
    /// The tensor called `name`, of the shape `dims`.
    pub(super) fn get(&self, name: &str, dims: &[usize]) -> Result<&Tensor, ImportError> {
        match self.0.get(name) {
            Some(tensor) if tensor.dims == dims => Ok(tensor),
            found => Err(ImportError::Tensor {
                name: name.to_owned(),
                expected: dims.to_vec(),
                found: found.map(|tensor| tensor.dims.clone()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_change_places_and_values_go_along() {
        // Two rows, one column, two inputs, three outputs; each value says where it belongs.
        let place =
            |row: usize, input: usize, output: usize| (row * 100 + input * 10 + output) as f32;
        let values = (0..12).map(|i| place(i / 6, i / 3 % 2, i % 3)).collect();
        let turned = Tensor::of(&[2, 1, 2, 3], values).out_in_first();
        assert_eq!(turned.dims, [3, 2, 2, 1]);
        assert_eq!(
            turned.values[..4],
            [
                place(0, 0, 0),
                place(1, 0, 0),
                place(0, 1, 0),
                place(1, 1, 0)
            ]
        );
        assert_eq!(turned.values[11..], [place(1, 1, 2)]);
    }

    #[test]
    fn factors_go_to_the_parts_of_the_first_axis() {
        let tensor = Tensor::of(&[2, 2], vec![1.0, 2.0, 3.0, 4.0]).times(&[1.0, 10.0]);
        assert_eq!(tensor.values, [1.0, 2.0, 30.0, 40.0]);
    }

    #[test]
    fn a_tensor_of_another_shape_is_not_taken() {
        let tensors = Tensors([("w".to_owned(), Tensor::of(&[2], vec![1.0, 2.0]))].into());
        assert!(tensors.get("w", &[2]).is_ok());
        for (name, dims) in [("w", [3]), ("v", [2])] {
            let error = tensors.get(name, &dims).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
