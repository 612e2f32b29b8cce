//! `face-gallery`: who among the enrolled is nearest to a probe, and whether that is near enough.
//!
//! ```
//! use face_gallery::{DEFAULT_MARGIN, Decision, Gallery, decide};
//! use face_types::{ModelId, PersonId, SampleId, Similarity, Template};
//!
//! let model = ModelId::new("sha256:0001").unwrap();
//! let ada = Template::normalise(model.clone(), vec![0.9, 0.1, 0.0]).unwrap();
//! let probe = Template::normalise(model.clone(), vec![0.8, 0.2, 0.1]).unwrap();
//!
//! let gallery = Gallery::new(model, 3);
//! let id = PersonId::new(7).unwrap();
//! gallery.insert(id, SampleId(uuid::Uuid::from_u128(1)), &ada).unwrap();
//!
//! let candidates = gallery.search(&probe, 5).unwrap();
//! let decision = decide(&candidates, Similarity::new(0.5), DEFAULT_MARGIN);
//! assert!(matches!(decision, Decision::Match(candidate) if candidate.person == id));
//! ```
//!
//! The search is exact: every reference is compared. Readers never wait for writers, because a search works on the
//! immutable snapshot that was current when it began.
//!
//! Deliberately absent: durability and names (the store's), networks, pixels, HTTP, several threads for one search,
//! and the overwriting of freed memory: a removed template's memory goes back to the allocator once the last search
//! that began before the removal is over.

mod block;
mod decision;
mod gallery;
mod kernel;
mod rows;
mod shortlist;

pub use decision::{
    CurveError, CurvePoint, DEFAULT_MARGIN, Decision, ImpostorCurve, RuleError, ThresholdRule,
    decide,
};
pub use gallery::{Gallery, GalleryError};
pub use shortlist::Candidate;
