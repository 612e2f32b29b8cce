//! Pictures with no, one or several faces whose places are known exactly.

use face_synth::{Identity, landmarks, portrait_scene, render, render_background};
use face_types::Point;
use face_vision::RgbImage;
use image::imageops;
use rand::RngExt as _;

use super::{located, person_seed};
use crate::{LocatedFace, stream};

/// A drawn picture and its faces.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnScene {
    /// The picture, 320x240.
    pub picture: RgbImage,
    /// Its faces; none in every eighth picture or so.
    pub faces: Vec<LocatedFace>,
}

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;

/// Pictures number 0 to `count`.
#[must_use]
pub fn scenes(count: usize) -> Vec<DrawnScene> {
    (0..count as u64).map(scene).collect()
}

/// Picture `number`: one room, or two by two, each with a person or empty.
#[must_use]
pub fn scene(number: u64) -> DrawnScene {
    let rng = &mut stream(number, &[]);
    let rooms: u32 = if rng.random_bool(0.5) { 1 } else { 2 };
    let (width, height) = (WIDTH / rooms, HEIGHT / rooms);
    let mut drawn = DrawnScene {
        picture: RgbImage::new(WIDTH, HEIGHT),
        faces: Vec::new(),
    };
    for room in 0..rooms * rooms {
        let (left, top) = (room % rooms * width, room / rooms * height);
        let seed = person_seed(rng.random_range(0..40));
        let mut scene = portrait_scene(seed, rng.random());
        scene.scale *= rng.random_range(0.5..1.0);
        let tile = if rng.random_bool(0.8) {
            let identity = Identity::from_seed(seed);
            let points = landmarks(&identity, &scene, width, height)
                .map(|point| Point::new(point.x + left as f32, point.y + top as f32));
            drawn.faces.push(located(points));
            render(&identity, &scene, width, height)
        } else {
            render_background(&scene, width, height)
        };
        imageops::replace(&mut drawn.picture, &tile, i64::from(left), i64::from(top));
    }
    drawn
}
