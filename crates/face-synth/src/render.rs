//! From a person and a scene to pixels: raster, paint, light, background, lens and sensor.

use image::{Rgb, RgbImage};

use crate::{
    Identity, Scene, body,
    camera::Camera,
    eye::Paint,
    hair,
    head::Head,
    light::Light,
    math::Vec3,
    mesh::{Material, Mesh},
    paint,
    raster::{Raster, Sample},
    room, sensor,
};

/// Fine pixels along each side of a pixel.
const FINE: usize = 2;

/// The picture of `id` in `scene`, `width` x `height` pixels, RGB; the same bytes on every machine.
#[must_use]
pub fn render(id: &Identity, scene: &Scene, width: u32, height: u32) -> RgbImage {
    let mut picture = room::render(scene, width, height);
    let raster = raster(id, scene, width as usize * FINE, height as usize * FINE);
    let light = Light::new(scene);
    for y in 0..height as usize {
        for x in 0..width as usize {
            let behind = picture[y * width as usize + x];
            let mut sum = Vec3::default();
            for i in 0..FINE * FINE {
                let fine = (y * FINE + i / FINE) * raster.width + x * FINE + i % FINE;
                sum = sum + raster.samples[fine].map_or(behind, |s| shade(id, scene, &light, &s));
            }
            picture[y * width as usize + x] = sum * (1.0 / (FINE * FINE) as f32);
        }
    }
    sensor::expose(picture, scene, width, height)
}

/// The background of `scene` alone: a room without a person.
#[must_use]
pub fn render_background(scene: &Scene, width: u32, height: u32) -> RgbImage {
    sensor::expose(room::render(scene, width, height), scene, width, height)
}

/// All surfaces, hidden ones removed.
fn raster(id: &Identity, scene: &Scene, width: usize, height: usize) -> Raster {
    let camera = Camera::new(scene, width as f32, height as f32);
    let head = Head::new(id, scene);
    let mut raster = Raster::new(width, height);
    let posed = |mut mesh: Mesh| {
        mesh.transform(|v| (camera.pose(v.position, 1.0), camera.turn(v.normal, 1.0)));
        mesh
    };
    raster.draw(&posed(head.mesh()), &camera, |_| true);
    for side in [-1.0, 1.0] {
        raster.draw(&posed(body::ear(&head, side)), &camera, |_| true);
    }
    raster.draw(&posed(hair::shell(&head)), &camera, |p| hair::covers(id, p));
    if let Some(curtain) = hair::curtain(&head) {
        raster.draw(&posed(curtain), &camera, |_| true);
    }
    if let Some(glasses) = &id.glasses {
        for part in body::frames(&head, glasses) {
            raster.draw(&posed(part), &camera, |_| true);
        }
    }
    raster.draw(&body::neck(&head, &camera), &camera, |_| true);
    raster.draw(&body::shoulders(), &camera, |_| true);
    raster
}

/// Linear colour of one sample.
fn shade(id: &Identity, scene: &Scene, light: &Light, sample: &Sample) -> Vec3 {
    let paint = match sample.material {
        Material::Skin => paint::skin(id, scene, sample.base),
        Material::Ear => Paint {
            open: 0.75,
            ..paint::bare(id, sample.base * 3.0)
        },
        Material::Neck => paint::neck(id, scene, sample.base),
        Material::Hair => paint::hair(id, sample.base),
        Material::Cloth => paint::cloth(scene, sample.base * 12.0),
        Material::Frame => frame(id),
    };
    let translucent = matches!(
        sample.material,
        Material::Skin | Material::Ear | Material::Neck
    );
    light.on(sample, &paint, translucent)
}

fn frame(id: &Identity) -> Paint {
    let colour = id.glasses.as_ref().map_or_else(Vec3::default, |g| g.colour);
    Paint {
        colour,
        shine: 0.8,
        open: 1.0,
        bend: Vec3::default(),
        glint: 0.0,
    }
}

/// A linear colour as a pixel.
pub(crate) fn pixel(colour: Vec3) -> Rgb<u8> {
    let grey = |v: f32| (v.max(0.0).sqrt() * 255.0 + 0.5).min(255.0) as u8;
    Rgb([grey(colour.x), grey(colour.y), grey(colour.z)])
}
