//! `face-pipeline`: pictures to facts about the faces in them, by the networks of a pack.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use face_packs::{OnnxRuntime, Pack};
//! use face_pipeline::{Analyzer, Facts, Wishes};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = OnnxRuntime::load(Path::new("libonnxruntime.so"))?;
//! let mut analyzer = Analyzer::open(&Pack::open(Path::new("pack"))?, &runtime, 1)?;
//! let wishes = Wishes { facts: Facts { template: true, ..Facts::default() }, ..Wishes::default() };
//! let picture = std::fs::read("ada.jpg")?;
//! for analysis in analyzer.analyse(&[picture], wishes) {
//!     println!("{} faces", analysis?.faces.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What the laboratory shares with the product stands beside it: [`input`], the values of a network's input, and
//! [`Level`] and [`suppress`], the way from a detector's outputs to faces.
//!
//! Deliberately absent: people, thresholds on similarity, queues and threads (an [`Analyzer`] serves one caller at a time).

mod align;
mod analyzer;
mod attack;
mod changes;
mod detector;
mod embedder;
mod error;
mod eyes;
pub mod input;
mod quality;
mod stages;
mod wishes;

pub use analyzer::{Analysis, Analyzer};
pub use attack::AttackMeasures;
pub use changes::changes;
pub use detector::{Detection, Level, MAX_FACES, suppress};
pub use error::{AnalyseError, OpenError};
pub use eyes::eye_squares;
pub use face_vision::FacePatch;
pub use stages::{Stage, StageTimes};
pub use wishes::{Facts, Select, Wishes};
