//! Lens and sensor: blur, noise, eight bits.

use image::RgbImage;

use crate::{
    Scene,
    math::{Vec3, vec3},
    random::lattice,
    render::pixel,
};

/// The picture that a camera makes of the linear colours `picture`.
pub(crate) fn expose(mut picture: Vec<Vec3>, scene: &Scene, width: u32, height: u32) -> RgbImage {
    let radius = scene.blur * height as f32 / 480.0;
    if radius > 0.05 {
        for _ in 0..2 {
            picture = blur(&picture, width as usize, height as usize, radius, true);
            picture = blur(&picture, width as usize, height as usize, radius, false);
        }
    }
    let seed = (scene.noise_seed ^ (scene.noise_seed >> 32)) as u32;
    RgbImage::from_fn(width, height, |x, y| {
        let colour = picture[(y * width + x) as usize];
        let mut pixel = pixel(colour);
        for (channel, value) in pixel.0.iter_mut().enumerate() {
            // The sum of two even numbers is close enough to a normal one; its deviation is sqrt(2/3).
            let draw = |k: i32| lattice(x as i32, y as i32, channel as i32 * 2 + k, seed ^ 0x5eed);
            let noise = (draw(0) + draw(1)) * 1.2247 * scene.noise;
            *value = (f32::from(*value) + noise).round().clamp(0.0, 255.0) as u8;
        }
        pixel
    })
}

/// A box blur of half width `radius` (its ends weighed by the fraction) along rows or columns.
fn blur(from: &[Vec3], width: usize, height: usize, radius: f32, along_rows: bool) -> Vec<Vec3> {
    let whole = radius as i64;
    let part = radius - whole as f32;
    let weight = 1.0 / (1.0 + 2.0 * radius);
    let mut to = Vec::with_capacity(from.len());
    for y in 0..height {
        for x in 0..width {
            let at = |k: i64| {
                let (dx, dy) = if along_rows { (k, 0) } else { (0, k) };
                let x = (x as i64 + dx).clamp(0, width as i64 - 1) as usize;
                let y = (y as i64 + dy).clamp(0, height as i64 - 1) as usize;
                from[y * width + x]
            };
            let mut sum = (at(-whole - 1) + at(whole + 1)) * part;
            for k in -whole..=whole {
                sum = sum + at(k);
            }
            to.push(vec3(sum.x * weight, sum.y * weight, sum.z * weight));
        }
    }
    to
}
