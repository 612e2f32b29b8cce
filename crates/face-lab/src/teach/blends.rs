//! Blends of two aligned faces: people who do not exist, of whom the teachers still have an opinion.
//!
//! Few faces are at hand, and a student that has seen every one of them many times learns little from seeing them again.
//! A blend is a new face at no cost but the teachers' time (mixing as in Zhang et al., ICLR 2018; teachers that are asked
//! about the same pixels as in Beyer et al., CVPR 2022).

use std::collections::BTreeSet;

use face_data::{CropSet, CropView, stream};
use image::{RgbImage, imageops};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};

/// How blends are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlendSettings {
    /// How many.
    pub count: usize,
    /// Every blend follows from it and the blend's number; a larger count keeps the first ones.
    pub seed: u64,
    /// Least and largest share of the second face.
    pub share: [f32; 2],
}

/// Two crops and how they are mixed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// Row of the first crop.
    pub first: usize,
    /// Row of the second crop.
    pub second: usize,
    /// Whether the second is mirrored.
    pub is_mirrored: bool,
    /// The second one's share.
    pub share: f32,
}

impl Blend {
    /// Blend number `index` of crops in `rows`.
    ///
    /// # Panics
    /// If there is no row.
    #[must_use]
    pub fn draw(settings: &BlendSettings, rows: &[usize], index: usize) -> Self {
        let rng = &mut stream(settings.seed, &[2, index as u64]);
        let [least, largest] = settings.share;
        Self {
            first: rows[rng.random_range(0..rows.len())],
            second: rows[rng.random_range(0..rows.len())],
            is_mirrored: rng.random_bool(0.5),
            share: least + (largest - least) * rng.random::<f32>(),
        }
    }

    /// The blend as a picture.
    ///
    /// # Panics
    /// If the crops are not in `crops`.
    #[must_use]
    pub fn picture(&self, crops: &CropSet) -> RgbImage {
        let mut second = crops.crop(self.second).to_image();
        if self.is_mirrored {
            imageops::flip_horizontal_in_place(&mut second);
        }
        mix(crops.crop(self.first), second, self.share)
    }
}

/// `(1 - share) first + share second`, rounded.
fn mix(first: CropView<'_>, mut second: RgbImage, share: f32) -> RgbImage {
    let weight = (share * 256.0).round() as u16;
    for (to, from) in second.iter_mut().zip(first.pixels()) {
        let sum = (256 - weight) * u16::from(*from) + weight * u16::from(*to);
        // Both weights add up to 256, so the sum is at most 255 * 256 and the half added still fits.
        *to = ((sum + 128) >> 8) as u8;
    }
    second
}

/// The rows of all crops but those of people who are kept out: those that blends are drawn from.
pub(crate) fn training_rows(crops: &CropSet, kept_out: &BTreeSet<String>) -> Vec<usize> {
    let is_training = |&row: &usize| !crops.entries()[row].is_of(kept_out);
    (0..crops.len()).filter(is_training).collect()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    const SETTINGS: BlendSettings = BlendSettings {
        count: 10,
        seed: 3,
        share: [0.3, 0.7],
    };

    #[test]
    fn a_blend_lies_between_its_faces() {
        let first = RgbImage::from_pixel(2, 2, Rgb([0, 100, 255]));
        let second = RgbImage::from_pixel(2, 2, Rgb([200, 100, 255]));
        let view = CropView::of(&first).unwrap();
        assert_eq!(
            mix(view, second.clone(), 0.25).get_pixel(1, 1).0,
            [50, 100, 255]
        );
        assert_eq!(mix(view, second, 1.0).get_pixel(0, 0).0, [200, 100, 255]);
    }

    #[test]
    fn blends_follow_from_their_number_alone() {
        let rows = [3, 5, 8, 13];
        let larger = BlendSettings {
            count: 1_000,
            ..SETTINGS
        };
        for index in 0..SETTINGS.count {
            let blend = Blend::draw(&SETTINGS, &rows, index);
            assert_eq!(blend, Blend::draw(&larger, &rows, index));
            assert!(rows.contains(&blend.first) && rows.contains(&blend.second));
            assert!((0.3..=0.7).contains(&blend.share));
        }
    }
}
