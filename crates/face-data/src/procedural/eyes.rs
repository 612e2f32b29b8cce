//! Eyes, open and closed.

use face_synth::{Identity, Scene, landmarks, portrait_scene, render};
use face_types::{BoundingBox, Point};
use face_vision::{RgbImage, crop_scaled};

use super::{SIZE, found, person_seed};
use crate::pictures::PictureSet;

/// Side of the eye crops in pixels.
const SIDE: u32 = 40;

/// Both eyes of `people` people in `moments` moments, open and closed: 40x40, four crops a moment. The group is the
/// person.
#[must_use]
pub fn eyes(people: usize, moments: usize) -> PictureSet {
    let all = (0..people).flat_map(|person| (0..moments).map(move |moment| (person, moment)));
    PictureSet::from_found(all.flat_map(|(person, moment)| {
        let states = [("open", 1.0), ("closed", 0.0)];
        states.into_iter().flat_map(move |(state, eyes_open)| {
            let crops = both_eyes(person, moment, eyes_open);
            crops.into_iter().zip(["L", "R"]).map(move |(crop, side)| {
                let name = format!("{state}/person-{person:02}_{moment:04}_{side}.png");
                found(name, &crop, state, format!("person-{person:02}"))
            })
        })
    }))
}

fn both_eyes(person: usize, moment: usize, eyes_open: f32) -> [RgbImage; 2] {
    let seed = person_seed(person);
    let identity = Identity::from_seed(seed);
    let scene = Scene {
        eyes_open,
        ..portrait_scene(seed, moment as u64)
    };
    let picture = render(&identity, &scene, SIZE.0, SIZE.1);
    let face = landmarks(&identity, &scene, SIZE.0, SIZE.1);
    let around = |eye: Point| {
        let side = 0.75 * face.eye_distance();
        let bounds = BoundingBox::new(eye.x - side / 2.0, eye.y - side / 2.0, side, side);
        crop_scaled(&picture, &bounds, SIDE, SIDE)
    };
    [around(face.left_eye()), around(face.right_eye())]
}
