//! From centimetres in the head's frame to pixels: pose, then perspective.

use crate::{
    Scene,
    math::{Vec3, sin_cos, vec3},
};

/// Distance of the camera from the middle of the head in centimetres.
pub(crate) const DISTANCE_CM: f32 = 68.0;
/// Pixels per centimetre at the middle of the head, in a picture 480 high at scale 1.
const PIXELS_PER_CM: f32 = 11.0;
/// The head turns about the top of the neck.
const PIVOT: Vec3 = vec3(0.0, -7.0, -1.5);

/// Pose and projection of one scene.
#[derive(Debug, Clone)]
pub(crate) struct Camera {
    rotation: [Vec3; 3],
    origin: [f32; 2],
    focal_px: f32,
}

impl Camera {
    /// The camera of `scene` for a picture of `width` x `height` pixels.
    pub(crate) fn new(scene: &Scene, width: f32, height: f32) -> Self {
        Self {
            rotation: rotation(scene),
            origin: [scene.centre[0] * width, scene.centre[1] * height],
            focal_px: DISTANCE_CM * PIXELS_PER_CM * scene.scale * height / 480.0,
        }
    }

    /// Turns a direction of the head; `share` 0 leaves it (shoulders), 1 turns it fully.
    pub(crate) fn turn(&self, v: Vec3, share: f32) -> Vec3 {
        let turned = vec3(
            self.rotation[0].dot(v),
            self.rotation[1].dot(v),
            self.rotation[2].dot(v),
        );
        v.mix(turned, share)
    }

    /// Moves a point of the head about the top of the neck.
    pub(crate) fn pose(&self, p: Vec3, share: f32) -> Vec3 {
        self.turn(p - PIVOT, share) + PIVOT
    }

    /// Pixel (x, y) and closeness (greater is nearer) of a posed point.
    pub(crate) fn project(&self, p: Vec3) -> Vec3 {
        let closeness = self.focal_px / (DISTANCE_CM - p.z);
        vec3(
            self.origin[0] + p.x * closeness,
            self.origin[1] - p.y * closeness,
            closeness,
        )
    }
}

/// Rows of roll x pitch x yaw.
fn rotation(scene: &Scene) -> [Vec3; 3] {
    let (sy, cy) = sin_cos(scene.yaw_deg);
    let (sp, cp) = sin_cos(-scene.pitch_deg);
    let (sr, cr) = sin_cos(-scene.roll_deg);
    let yawed = [vec3(cy, 0.0, sy), vec3(0.0, 1.0, 0.0), vec3(-sy, 0.0, cy)];
    let pitched = [
        yawed[0],
        yawed[1] * cp - yawed[2] * sp,
        yawed[1] * sp + yawed[2] * cp,
    ];
    [
        pitched[0] * cr - pitched[1] * sr,
        pitched[0] * sr + pitched[1] * cr,
        pitched[2],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nose_moves(scene: &Scene) -> (f32, f32) {
        let rest = Camera::new(&Scene::default(), 640.0, 480.0);
        let moved = Camera::new(scene, 640.0, 480.0);
        let tip = vec3(0.0, -3.5, 11.0);
        let (a, b) = (
            rest.project(rest.pose(tip, 1.0)),
            moved.project(moved.pose(tip, 1.0)),
        );
        (b.x - a.x, b.y - a.y)
    }

    #[test]
    fn yaw_is_to_the_right_pitch_upwards_and_roll_clockwise() {
        let turned = |yaw_deg, pitch_deg, roll_deg| {
            nose_moves(&Scene {
                yaw_deg,
                pitch_deg,
                roll_deg,
                ..Scene::default()
            })
        };
        assert!(turned(10.0, 0.0, 0.0).0 > 5.0);
        assert!(turned(0.0, 10.0, 0.0).1 < -5.0);
        assert!(
            turned(0.0, 0.0, 10.0).0 > 2.0,
            "the nose is above the pivot, so it leans right"
        );
    }
}
