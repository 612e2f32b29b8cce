//! Small sets of drawn people for the tests of readers, samplers and trainings: no photograph, the same on every machine.
//!
//! They are easy by design: a network that cannot learn them is broken. Figures measured on them say nothing about faces.

mod attacks;
mod disk;
mod eyes;
mod people;
mod scenes;
#[cfg(test)]
mod tests;

pub use attacks::{attacks, behind_screen};
pub use disk::{write_pictures, write_shards};
pub use eyes::eyes;
pub use people::{crops, locate, people};
pub use scenes::{DrawnScene, scene, scenes};

use std::io::Cursor;

use face_types::{BoundingBox, Landmarks};
use face_vision::RgbImage;
use image::ImageFormat;

use crate::LocatedFace;
use crate::pictures::{Found, Source};

/// Size of drawn pictures in pixels.
const SIZE: (u32, u32) = (192, 144);

/// The seed of person `number`; the first twelve are told apart best by networks trained on photographs.
fn person_seed(number: usize) -> u64 {
    let known = face_synth::well_separated_seeds();
    known.get(number).copied().unwrap_or(10_000 + number as u64)
}

/// The face with these points: a box in the proportions of a detector's, forehead to chin and ear to ear.
fn located(landmarks: Landmarks) -> LocatedFace {
    let eyes = landmarks.left_eye().midpoint(landmarks.right_eye());
    let mouth = landmarks.left_mouth().midpoint(landmarks.right_mouth());
    let (apart, down) = (landmarks.eye_distance(), eyes.distance(mouth));
    // A turned head shows its eyes closer together, but not a lower face: the larger measure gives the width.
    let width = 2.2 * apart.max(0.95 * down);
    let (top, bottom) = (eyes.y - 1.05 * down, mouth.y + 0.7 * down);
    LocatedFace {
        bounds: BoundingBox::new(
            f32::midpoint(eyes.x, mouth.x) - width / 2.0,
            top,
            width,
            bottom - top,
        ),
        landmarks,
        score: 1.0,
    }
}

fn found(name: String, picture: &RgbImage, label: &str, group: String) -> Found {
    Found {
        name,
        source: Source::Memory(png(picture).into()),
        label: Some(label.to_owned()),
        group,
        part: String::new(),
    }
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("a vector takes every byte and PNG takes every size above zero");
    bytes.into_inner()
}
