//! Small tensors of 64-bit numbers, and slopes held against finite differences.

use burn::tensor::{Bool, DType, Device, Tensor, TensorData};

/// A matrix of 64-bit numbers.
pub(crate) fn matrix<const N: usize>(rows: &[[f64; N]]) -> Tensor<2> {
    let values: Vec<f64> = rows.iter().flatten().copied().collect();
    let data = TensorData::new(values, [rows.len(), N]);
    Tensor::from_data(data, (&Device::flex(), DType::F64))
}

/// A list of yes and no.
pub(crate) fn mask(values: &[bool]) -> Tensor<1, Bool> {
    Tensor::from_data(TensorData::from(values), &Device::flex())
}

/// The only value.
pub(crate) fn number(x: Tensor<1>) -> f64 {
    x.into_data().iter::<f64>().next().unwrap()
}

/// Asserts that the slope of `loss` at `x`, value by value, is (loss(x + h) - loss(x - h)) / 2h.
pub(crate) fn assert_slopes(x: &Tensor<2>, loss: impl Fn(Tensor<2>) -> Tensor<1>) {
    let h = 1e-5;
    let tracked = x.clone().autodiff().require_grad();
    let slopes = tracked.grad(&loss(tracked.clone()).backward()).unwrap();
    let slopes: Vec<f64> = slopes.into_data().iter().collect();
    let values: Vec<f64> = x.to_data().iter().collect();
    assert!(slopes.iter().any(|slope| slope.abs() > 1e-6), "{slopes:?}");
    for (place, slope) in slopes.iter().enumerate() {
        let moved = |step: f64| {
            let mut values = values.clone();
            values[place] += step;
            let data = TensorData::new(values, x.dims());
            number(loss(Tensor::from_data(data, (&x.device(), DType::F64))))
        };
        let expected = (moved(h) - moved(-h)) / (2.0 * h);
        // The differences are exact to about h² and to rounding over h.
        assert!(
            (slope - expected).abs() < 1e-7 * (1.0 + expected.abs()),
            "{place}: {slope}, {expected}"
        );
    }
}
