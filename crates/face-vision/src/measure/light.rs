//! Whether a face is lit so that its features can be seen.

use image::RgbImage;

use super::luma;

/// 0 (too dark, too bright or flat) to 1, of an aligned or cropped face.
///
/// The product of two ramps on the luma, 0 to 1: its mean is best between 0.2 and 0.75 and useless below 0.04 or above
/// 0.95; its standard deviation is enough from 0.1 on. The lower ramp is short so that dark skin in good light should
/// keep the full score: of 300 faces of LFW, 99 in 100 have a mean above 0.25 and a deviation above 0.11. It was not
/// measured by skin tone.
#[must_use]
pub fn light(face: &RgbImage) -> f32 {
    if face.is_empty() {
        return 0.0;
    }
    let (mean, deviation) = luma_moments(face);
    let bright_enough = ramp(mean, 0.04, 0.2);
    let dark_enough = 1.0 - ramp(mean, 0.75, 0.95);
    bright_enough.min(dark_enough) * ramp(deviation, 0.0, 0.1)
}

fn luma_moments(face: &RgbImage) -> (f32, f32) {
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    for pixel in face.pixels() {
        let value = f64::from(luma(pixel.0) / 255.0);
        sum += value;
        squares += value * value;
    }
    let count = f64::from(face.width()) * f64::from(face.height());
    let mean = sum / count;
    let variance = (squares / count - mean * mean).max(0.0);
    (mean as f32, variance.sqrt() as f32)
}

/// 0 up to `from`, 1 from `to` on, straight between.
fn ramp(value: f32, from: f32, to: f32) -> f32 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use rstest::rstest;

    use super::*;

    /// Half the pixels `low`, half `high`.
    fn face(low: u8, high: u8) -> RgbImage {
        RgbImage::from_fn(40, 40, |x, _| Rgb([if x < 20 { low } else { high }; 3]))
    }

    #[rstest]
    #[case::good(90, 170, 1.0, 1.0)]
    #[case::dark_skin_in_good_light(30, 90, 0.99, 1.0)]
    #[case::night(2, 14, 0.0, 0.1)]
    #[case::dim(5, 45, 0.2, 0.8)]
    #[case::glare(225, 255, 0.0, 0.3)]
    #[case::flat(127, 129, 0.0, 0.1)]
    fn light_is_judged(#[case] low: u8, #[case] high: u8, #[case] least: f32, #[case] most: f32) {
        let score = light(&face(low, high));
        assert!((least..=most).contains(&score), "{score}");
    }

    #[test]
    fn no_pixels_have_no_light() {
        assert!(light(&RgbImage::new(0, 0)).abs() < f32::EPSILON);
    }
}
