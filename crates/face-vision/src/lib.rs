//! `face-vision`: the mathematics of faces in pixels; no model, no I/O.
//!
//! ```
//! use face_types::Landmarks;
//! use face_vision::{AlignmentTemplate, Layout, Normalisation, RgbImage, align, tensor};
//!
//! let picture = RgbImage::new(640, 480);
//! let landmarks = Landmarks(AlignmentTemplate::ARCFACE_112.points.map(|p| [p.x * 2.0, p.y * 2.0].into()));
//! let face = align(&picture, &landmarks, &AlignmentTemplate::ARCFACE_112).expect("the five points span a face");
//! let mut input = vec![0.0; 3 * 112 * 112];
//! tensor::write(&face, &Normalisation::SIGNED_UNIT, Layout::Nchw, &mut input);
//! ```
//!
//! A picture is upright RGB, 8 bits a channel. Places follow `face-types`; the centre of the top left pixel is (0, 0) for
//! points, as in `OpenCV`, and a box from (0, 0) to (1, 1) covers that pixel.
//!
//! Deliberately absent: networks (`face-packs`, `face-pipeline`), files and sockets, colour management (embedded ICC
//! profiles are ignored), and any judgement of whom a face shows.

mod align;
mod border;
mod crop;
mod decode;
pub mod measure;
mod planar;
mod recapture;
mod resize;
mod similarity;
pub mod tensor;
pub mod transform;

pub use align::{AlignmentTemplate, align};
pub use border::border;
pub use crop::{crop, crop_scaled, widen};
pub use decode::{DecodeError, DecodeLimits, Header, PictureFormat, decode, inspect};
pub use image::{RgbImage, metadata::Orientation};
pub use measure::{Pose, light, pose, sharpness, visible};
pub use planar::{FacePatch, PlanarReference};
pub use recapture::Recapture;
pub use resize::resize;
pub use similarity::SimilarityTransform;
pub use tensor::{ColourOrder, Layout, Normalisation};
pub use transform::FaceTransform;
