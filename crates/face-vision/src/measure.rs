//! What can be told about a face without a network: sharpness, light, pose, and how much of it is in the picture.

mod light;
mod pose;
mod sharpness;

use face_types::BoundingBox;

pub use light::light;
pub use pose::{Pose, pose};
pub use sharpness::sharpness;

/// Share of the box's area inside a picture of `width` x `height`, 0 to 1; 0 for an empty box.
#[must_use]
pub fn visible(bounds: &BoundingBox, width: u32, height: u32) -> f32 {
    let picture = BoundingBox::new(0.0, 0.0, width as f32, height as f32);
    let area = bounds.area();
    if area > 0.0 {
        bounds.intersection(&picture).area() / area
    } else {
        0.0
    }
}

/// Luma of a pixel by the weights of ITU-R BT.601, 0 to 255.
pub(crate) fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::inside([10.0, 10.0, 20.0, 20.0], 1.0)]
    #[case::half([-10.0, 10.0, 20.0, 20.0], 0.5)]
    #[case::a_corner([90.0, 70.0, 20.0, 20.0], 0.25)]
    #[case::outside([200.0, 0.0, 20.0, 20.0], 0.0)]
    #[case::empty([10.0, 10.0, 0.0, 20.0], 0.0)]
    fn the_share_inside_is_counted(#[case] bounds: [f32; 4], #[case] expected: f32) {
        assert!((visible(&bounds.into(), 100, 80) - expected).abs() < 1e-6);
    }
}
