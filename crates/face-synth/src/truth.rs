//! Ground truth: where the five points of a rendered face are.

use face_types::{Landmarks, Point};

use crate::{Identity, Scene, camera::Camera, head::Head};

/// The five points of the face that [`crate::render`] draws, in pixels, by the same projection.
#[must_use]
pub fn landmarks(id: &Identity, scene: &Scene, width: u32, height: u32) -> Landmarks {
    let camera = Camera::new(scene, width as f32, height as f32);
    let head = Head::new(id, scene);
    let (eyes, nose, mouth) = (&id.eyes, &id.nose, &id.mouth);
    let corner = mouth.width * (1.0 + 0.08 * scene.expression) * 0.95;
    let lip = -mouth.drop + scene.expression * 0.4;
    let places = [
        (-eyes.apart, 0.0),
        (eyes.apart, 0.0),
        (nose.skew, -nose.length + 0.1),
        (mouth.skew - corner, lip),
        (mouth.skew + corner, lip),
    ];
    Landmarks(places.map(|(x, y)| {
        let seen = camera.project(camera.pose(head.front(x, y), 1.0));
        Point::new(seen.x, seen.y)
    }))
}
