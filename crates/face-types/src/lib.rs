//! The field's values: what a face, a template and a person are, made valid once and passed on.
//!
//! ```
//! use face_types::{ModelId, Template};
//!
//! let model = ModelId::new("sha256:0001").unwrap();
//! let ada = Template::normalise(model.clone(), vec![3.0, 4.0]).unwrap();
//! let bob = Template::normalise(model, vec![4.0, 3.0]).unwrap();
//! assert!((ada.similarity(&bob).unwrap().value() - 0.96).abs() < 1e-6);
//! ```
//!
//! Names follow ISO/IEC 2382-37: a *template* holds the features of one face, a *reference* is a stored template, a
//! *probe* the one asked about. Deliberately absent: pixels, networks, storage, HTTP.

mod face;
mod geometry;
mod person;
mod template;

pub use face::{AttackScore, EyeState, FaceFacts, FrameChange, Quality, prominent_faces};
pub use geometry::{BoundingBox, Landmarks, Point};
pub use person::{PersonId, PersonIdError, PersonName, PersonNameError, SampleId};
pub use template::{
    MAX_TEMPLATE_DIMENSION, ModelId, ModelMismatch, Similarity, Template, TemplateError,
};
