//! `face-data`: sets of face pictures for training and measuring: readers, splits, samplers, augmentation; no network.
//!
//! ```
//! use face_data::{Augmentation, CropEntry, CropSet, CROP_TEMPLATE, Placement, Prefetch, sampling, stream};
//! use face_vision::{AlignmentTemplate, RgbImage};
//! use std::sync::Arc;
//!
//! # let entry = CropEntry { name: "a".into(), set: "s".into(), identity: None, face_px: 90, score: 0.9 };
//! # let crops = CropSet::from_pictures(128, [(entry, RgbImage::new(128, 128))]).unwrap();
//! // In earnest: CropSet::read_shards(folder, |entry| entry.face_px >= 40)
//! let crops = Arc::new(crops);
//! let order = sampling::shuffled(&[0], 7, 0);
//! let placement = Placement::between(&CROP_TEMPLATE, &AlignmentTemplate::ARCFACE_112.scaled(64)).expect("five points");
//! let augmentation = Augmentation::default();
//! let samples = Prefetch::new(2, 8, order.len(), move |step| {
//!     let mut pixels = vec![0; placement.bytes()];
//!     let rng = &mut stream(7, &[0, step as u64]);
//!     augmentation.apply(rng, crops.crop(order[step]), &placement, &mut pixels);
//!     pixels
//! });
//! assert_eq!(samples.map(|pixels| pixels.len()).collect::<Vec<_>>(), [3 * 64 * 64]);
//! ```
//!
//! Pictures are upright RGB, 8 bits a channel. Everything that is drawn at random follows from a seed and the place of
//! the sample, never from the thread that makes it.
//!
//! Deliberately absent: networks and tensors (`face-nets`), error rates (`face-metrics`), and where the data comes from
//! (`lab data get`).

pub mod augmentation;
pub mod crops;
mod cut;
mod error;
mod parallel;
pub mod pictures;
mod placement;
mod prefetch;
#[cfg(any(test, feature = "procedural"))]
pub mod procedural;
mod random;
pub mod sampling;
mod view;

pub use augmentation::{Applied, Augmentation, Recapture};
pub use crops::{CROP_SIDE, CROP_TEMPLATE, CropEntry, CropSet, read_identities};
pub use cut::{FaceCut, LocatedFace, cut_faces};
pub use error::DataError;
pub use parallel::cores;
pub use pictures::{
    CelebaIdentities, Comparison, Layout, PairProtocol, Picture, PictureSet, celeba, lfw,
};
pub use placement::Placement;
pub use prefetch::Prefetch;
pub use random::{DataRng, stream};
pub use view::CropView;
