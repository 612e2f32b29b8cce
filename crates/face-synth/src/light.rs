//! Light on a surface: key, fill, light from all around, a soft highlight.

use crate::{
    Scene,
    camera::DISTANCE_CM,
    eye::Paint,
    math::{Vec3, lerp, sin_cos, vec3},
    raster::Sample,
};

/// The lights of one scene.
#[derive(Debug, Clone)]
pub(crate) struct Light {
    key: Vec3,
    fill: Vec3,
    colour: Vec3,
    intensity: f32,
    ambient: f32,
}

impl Light {
    pub(crate) fn new(scene: &Scene) -> Self {
        let (sx, cx) = sin_cos(scene.light_deg[0]);
        let (sy, cy) = sin_cos(scene.light_deg[1]);
        Self {
            key: vec3(sx * cy, sy, cx * cy),
            fill: vec3(-sx * 0.8, 0.1, 0.7).unit(),
            colour: vec3(1.0 + 0.1 * scene.warmth, 1.0, 1.0 - 0.14 * scene.warmth),
            intensity: scene.light_intensity,
            ambient: scene.ambient,
        }
    }

    /// Linear colour of `sample` painted with `paint`; a translucent surface lets red light round its edge.
    pub(crate) fn on(&self, sample: &Sample, paint: &Paint, translucent: bool) -> Vec3 {
        let normal = (sample.normal + paint.bend).unit();
        let wraps = if translucent {
            vec3(0.38, 0.22, 0.16)
        } else {
            vec3(0.15, 0.15, 0.15)
        };
        let facing = normal.dot(self.key);
        let wrapped = |wrap: f32| ((facing + wrap) / (1.0 + wrap)).max(0.0);
        let key = vec3(wrapped(wraps.x), wrapped(wraps.y), wrapped(wraps.z))
            * (0.72 * self.intensity * lerp(0.6, 1.0, paint.open));
        let fill = 0.16 * normal.dot(self.fill).max(0.0);
        let around = self.ambient * paint.open * lerp(0.2, 0.42, normal.y * 0.5 + 0.5);
        let rest = fill + around;
        let lit = (key.times(self.colour) + vec3(rest, rest, rest)).times(paint.colour);
        let eye = (vec3(0.0, 0.0, DISTANCE_CM) - sample.position).unit();
        let shine = normal.dot((self.key + eye).unit()).max(0.0);
        let s4 = shine * shine * shine * shine;
        let s16 = s4 * s4 * s4 * s4;
        let highlight =
            paint.shine * self.intensity * (0.07 * s16 + 0.05 * s16 * s16) + paint.glint;
        lit + vec3(highlight, highlight, highlight)
    }
}
