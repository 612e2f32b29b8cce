//! `face-nets`: the laboratory's networks and losses, and their way to ONNX; no picture, no training loop.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use face_nets::onnx::{Export, ExportOptions};
//! use face_nets::{Embedder, MobileFaceNetSettings};
//!
//! let settings = MobileFaceNetSettings { width: 0.25, side: 48, dimension: 64 };
//! let network = settings.init(&Device::flex());
//! let templates = network.templates(Tensor::zeros([2, 3, 48, 48], &Device::flex()));
//! assert_eq!(templates.dims(), [2, 64]);
//! let file = network.to_onnx(&ExportOptions::default());
//! assert!(file.len() > 4 * 64);
//! ```
//!
//! Deliberately absent: pictures and their augmentation (`face-data`), optimisers, schedules and checkpoints
//! (`face-lab`), running a file (`face-packs`).

pub mod layers;
pub mod loss;
pub mod onnx;
pub mod residual;

mod bn_inception;
mod classifier;
mod conv_bn;
mod count;
mod detector;
mod embedder;
mod inception_resnet;
mod kernels;
mod mobile;
mod published;
mod siamese;
mod trunk;
mod unit;

pub use bn_inception::{BnInception, BnInceptionSettings};
pub use classifier::{Classifier, ClassifierSettings};
pub use count::parameters;
pub use detector::{Detector, DetectorSettings, Grid, STRIDES};
pub use embedder::Embedder;
pub use inception_resnet::{InceptionResnetV1, InceptionResnetV1Settings};
pub use mobile::{MobileFaceNet, MobileFaceNetSettings};
pub use published::{Head, LoadError, Loaded, Published, load_published};
pub use siamese::{Siamese, SiameseSettings};
pub use unit::{distances, similarities, unit_length};
