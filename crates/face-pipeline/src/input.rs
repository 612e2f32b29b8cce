//! Pixels as a network's input, as its manifest describes it.

use face_packs::{Activation, Colour, InputSpec, Layout, Network, PixelSpec};
use face_vision::{ColourOrder, Normalisation, RgbImage, tensor};

use crate::AnalyseError;

/// Writes `picture` in the pixel form of `spec` over the whole of `out`.
///
/// # Panics
/// If `out` does not hold `3 * width * height` values.
pub fn write(picture: &RgbImage, spec: &PixelSpec, out: &mut [f32]) {
    let normalisation = Normalisation {
        order: match spec.colour {
            Colour::Rgb => ColourOrder::Rgb,
            Colour::Bgr => ColourOrder::Bgr,
        },
        mean: spec.mean,
        scale: spec.scale,
    };
    let layout = match spec.layout {
        Layout::Nchw => tensor::Layout::Nchw,
        Layout::Nhwc => tensor::Layout::Nhwc,
    };
    tensor::write(picture, &normalisation, layout, out);
}

/// The values of pictures of one size, one after the other.
#[must_use]
pub fn batch(pictures: &[&RgbImage], spec: &InputSpec) -> Vec<f32> {
    let length = 3 * spec.width as usize * spec.height as usize;
    let mut values = vec![0.0; length * pictures.len()];
    for (picture, out) in pictures.iter().zip(values.chunks_exact_mut(length)) {
        write(picture, &spec.pixels, out);
    }
    values
}

/// What `network` says of one picture of the size of `spec`; `output` names the one that counts, else it is the first.
///
/// # Errors
/// [`AnalyseError::Network`] when it does not run or has no such output.
pub fn run_one(
    network: &mut Network,
    picture: &RgbImage,
    spec: &InputSpec,
    output: Option<&str>,
) -> Result<Vec<f32>, AnalyseError> {
    let outputs = network.run(&spec.shape(1), &batch(&[picture], spec))?;
    let output = output.map_or_else(|| outputs.at(0), |name| outputs.named(name))?;
    Ok(output.values.to_vec())
}

/// The probability at `index` of a network's answer.
///
/// # Errors
/// [`AnalyseError::Answer`] when there is no such value, or it is no number.
pub fn probability(
    network: &Network,
    answer: &[f32],
    index: usize,
    activation: Activation,
) -> Result<f32, AnalyseError> {
    let value = match activation {
        Activation::None => answer.get(index).copied(),
        Activation::Softmax => softmax(answer, index),
    };
    let value = value
        .filter(|value| !value.is_nan())
        .ok_or_else(|| AnalyseError::Answer {
            network: network.name().to_owned(),
            expected: index + 1,
            found: answer.len(),
        })?;
    Ok(value.clamp(0.0, 1.0))
}

/// exp(x) over the sum of all exp(x), for the value at `index`.
fn softmax(values: &[f32], index: usize) -> Option<f32> {
    let own = *values.get(index)?;
    // Relative to the own value, so that none but an overwhelming rival overflows, and that one rightly gives 0.
    let sum: f32 = values.iter().map(|value| (value - own).exp()).sum();
    Some(1.0 / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(layout: Layout, colour: Colour) -> InputSpec {
        InputSpec {
            width: 2,
            height: 1,
            pixels: PixelSpec {
                layout,
                colour,
                mean: [1.0, 2.0, 3.0],
                scale: [1.0, 0.5, 2.0],
            },
        }
    }

    #[rstest::rstest]
    #[case(Layout::Nchw, Colour::Rgb, [9.0, 39.0, 9.0, 24.0, 54.0, 114.0])]
    #[case(Layout::Nchw, Colour::Bgr, [29.0, 59.0, 9.0, 24.0, 14.0, 74.0])]
    #[case(Layout::Nhwc, Colour::Rgb, [9.0, 9.0, 54.0, 39.0, 24.0, 114.0])]
    fn values_follow_the_manifest(
        #[case] layout: Layout,
        #[case] colour: Colour,
        #[case] expected: [f32; 6],
    ) {
        let picture = RgbImage::from_raw(2, 1, vec![10, 20, 30, 40, 50, 60]).unwrap();
        assert_eq!(batch(&[&picture], &spec(layout, colour)), expected);
    }

    #[test]
    fn a_batch_is_one_picture_after_the_other() {
        let (black, white) = (
            RgbImage::new(2, 1),
            RgbImage::from_pixel(2, 1, [255; 3].into()),
        );
        let spec = spec(Layout::Nchw, Colour::Rgb);
        let values = batch(&[&black, &white], &spec);
        assert_eq!(values[..6], batch(&[&black], &spec));
        assert_eq!(values[6..], batch(&[&white], &spec));
    }

    #[rstest::rstest]
    #[case(&[0.0, 0.0], 0, 0.5)]
    #[case(&[0.0, 3.0_f32.ln(), f32::NEG_INFINITY], 1, 0.75)]
    #[case(&[-1000.0, 1000.0], 0, 0.0)]
    #[case(&[-1000.0, 1000.0], 1, 1.0)]
    fn softmax_is_worked_by_hand(
        #[case] values: &[f32],
        #[case] index: usize,
        #[case] expected: f32,
    ) {
        assert!((softmax(values, index).unwrap() - expected).abs() < 1e-6);
    }

    #[test]
    fn softmax_of_a_value_that_is_not_there_is_none() {
        assert_eq!(softmax(&[1.0], 1), None);
    }
}
