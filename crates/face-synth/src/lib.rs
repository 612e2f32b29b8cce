//! `face-synth`: pictures of people who do not exist, for tests; no photograph, no network, no file.
//!
//! ```
//! use face_synth::{Identity, Scene, landmarks, render};
//!
//! let (ada, scene) = (Identity::from_seed(1), Scene { yaw_deg: 5.0, ..Scene::default() });
//! let picture = render(&ada, &scene, 160, 120);
//! let face = landmarks(&ada, &scene, 160, 120);
//! assert!(face.eye_distance() > 10.0 && picture.width() == 160);
//! ```
//!
//! A head is a loft of rings with its features raised on the front; it is posed, rasterised at twice the resolution,
//! painted place by place and lit. Only exactly rounded operations are used, so that a seed gives the same bytes on
//! every machine. Deliberately absent: learned parameters, textures from photographs, clocks.

mod beard;
mod body;
mod camera;
mod draw;
mod eye;
mod hair;
mod head;
mod held;
mod identity;
mod light;
mod math;
mod mesh;
mod paint;
mod portrait;
mod random;
mod raster;
mod render;
mod room;
mod scene;
mod sensor;
#[cfg(test)]
mod tests;
mod truth;

pub use held::{Held, hand_held, held_before};
pub use identity::Identity;
pub use portrait::{
    PORTRAIT_SIZE, blink_scene, blink_sequence, jpeg, mjpeg, portrait, portrait_scene, webcam_film,
    well_separated_seeds,
};
pub use render::{render, render_background};
pub use scene::Scene;
pub use truth::landmarks;
