//! A picture as the numbers a network takes in.

use image::RgbImage;

/// Which colour comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColourOrder {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// How the numbers lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One plane a channel: `[3, height, width]`.
    Nchw,
    /// The channels of a pixel side by side: `[height, width, 3]`.
    Nhwc,
}

/// What is done to each value, 0 to 255: `(x - mean) * scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalisation {
    /// Order of the channels in the tensor.
    pub order: ColourOrder,
    /// Subtracted, for each channel in the order of the tensor; on the scale 0 to 255.
    pub mean: [f32; 3],
    /// Multiplied, for each channel in the order of the tensor.
    pub scale: [f32; 3],
}

impl Normalisation {
    /// RGB, `(x - 127.5) / 128`, as `ArcFace` networks take it.
    pub const SIGNED_UNIT: Self = Self {
        order: ColourOrder::Rgb,
        mean: [127.5; 3],
        scale: [1.0 / 128.0; 3],
    };

    /// BGR from 0 to 255, unchanged.
    pub const RAW_BGR: Self = Self {
        order: ColourOrder::Bgr,
        mean: [0.0; 3],
        scale: [1.0; 3],
    };

    /// The byte of an RGB pixel that becomes channel 0, 1, 2.
    const fn sources(&self) -> [usize; 3] {
        match self.order {
            ColourOrder::Rgb => [0, 1, 2],
            ColourOrder::Bgr => [2, 1, 0],
        }
    }
}

/// Writes the picture's values, normalised, over the whole of `out`.
///
/// # Panics
/// If `out` does not hold `3 * width * height` values.
pub fn write(picture: &RgbImage, normalisation: &Normalisation, layout: Layout, out: &mut [f32]) {
    assert_eq!(out.len(), picture.len(), "three values a pixel");
    match layout {
        Layout::Nchw => write_planes(picture, normalisation, out),
        Layout::Nhwc => write_pixels(picture, normalisation, out),
    }
}

fn write_planes(picture: &RgbImage, normalisation: &Normalisation, out: &mut [f32]) {
    let plane = (out.len() / 3).max(1);
    let channels = out.chunks_exact_mut(plane).zip(normalisation.sources());
    for (channel, (plane, source)) in channels.enumerate() {
        let (mean, scale) = (normalisation.mean[channel], normalisation.scale[channel]);
        for (value, pixel) in plane.iter_mut().zip(picture.as_chunks::<3>().0) {
            *value = (f32::from(pixel[source]) - mean) * scale;
        }
    }
}

fn write_pixels(picture: &RgbImage, normalisation: &Normalisation, out: &mut [f32]) {
    let Normalisation { mean, scale, .. } = normalisation;
    let sources = normalisation.sources();
    let pixels = picture.as_chunks::<3>().0;
    for (values, pixel) in out.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
        for channel in 0..3 {
            let value = f32::from(pixel[sources[channel]]);
            values[channel] = (value - mean[channel]) * scale[channel];
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use rstest::rstest;

    use super::*;

    const RGB: Normalisation = Normalisation {
        order: ColourOrder::Rgb,
        mean: [10.0, 20.0, 20.0],
        scale: [1.0, 2.0, 3.0],
    };
    const BGR: Normalisation = Normalisation {
        order: ColourOrder::Bgr,
        mean: [30.0, 20.0, 0.0],
        ..RGB
    };

    #[rstest]
    #[case(RGB, Layout::Nchw, [-10.0, 10.0, 0.0, 40.0, 60.0, 120.0])]
    #[case(BGR, Layout::Nchw, [10.0, 30.0, 0.0, 40.0, 0.0, 60.0])]
    #[case(RGB, Layout::Nhwc, [-10.0, 0.0, 60.0, 10.0, 40.0, 120.0])]
    #[case(BGR, Layout::Nhwc, [10.0, 0.0, 0.0, 30.0, 40.0, 60.0])]
    fn values_are_those_worked_by_hand(
        #[case] normalisation: Normalisation,
        #[case] layout: Layout,
        #[case] expected: [f32; 6],
    ) {
        let mut picture = RgbImage::from_pixel(2, 1, Rgb([0, 20, 40]));
        picture.put_pixel(1, 0, Rgb([20, 40, 60]));
        let mut out = [f32::NAN; 6];
        write(&picture, &normalisation, layout, &mut out);
        assert_eq!(out.map(f32::to_bits), expected.map(f32::to_bits));
    }
}
