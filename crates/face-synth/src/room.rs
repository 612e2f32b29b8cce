//! The background: a wall, its light, and out-of-focus things on it.

use crate::{
    Scene,
    math::{Vec3, lerp, noise, srgb, step, vec3},
    random::Random,
};

/// A blurred upright rectangle.
struct Thing {
    middle: [f32; 2],
    half: [f32; 2],
    soft: f32,
    colour: Vec3,
}

/// Linear colours of the room of `scene`, row by row.
pub(crate) fn render(scene: &Scene, width: u32, height: u32) -> Vec<Vec3> {
    let random = &mut Random::new(scene.background, 3);
    let tint = [random.between(-22.0, 22.0), random.between(-22.0, 22.0)];
    let grey = random.between(90.0, 215.0);
    let wall = srgb(grey + tint[0], grey, grey + tint[1]);
    let slope = random.between(-0.35, 0.35);
    let things: Vec<Thing> = (0..random.bits() % 7).map(|_| thing(random)).collect();
    let seed = random.bits() as u32;
    let level = 0.55 + 0.25 * scene.light_intensity + 0.2 * scene.ambient;
    let mut picture = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / height as f32, y as f32 / height as f32);
            let mut colour = wall
                * (1.0
                    + slope * (u - 0.66)
                    + 0.1 * (0.5 - v)
                    + 0.08 * noise(vec3(u * 3.0, v * 3.0, 0.0), seed));
            for thing in &things {
                let across = step(
                    thing.half[0] + thing.soft,
                    thing.half[0] - thing.soft,
                    (u - thing.middle[0]).abs(),
                );
                let down = step(
                    thing.half[1] + thing.soft,
                    thing.half[1] - thing.soft,
                    (v - thing.middle[1]).abs(),
                );
                colour = colour.mix(thing.colour, across * down * 0.5);
            }
            picture.push(colour * (level * 0.85));
        }
    }
    picture
}

fn thing(random: &mut Random) -> Thing {
    let grey = random.between(30.0, 220.0);
    Thing {
        middle: [random.between(0.0, 1.33), random.between(0.0, 1.0)],
        half: [random.between(0.03, 0.15), random.between(0.05, 0.3)],
        soft: lerp(0.01, 0.05, random.unit()),
        colour: srgb(
            grey + random.between(-25.0, 25.0),
            grey,
            grey + random.between(-25.0, 25.0),
        ),
    }
}
