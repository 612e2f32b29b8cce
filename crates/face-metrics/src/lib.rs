//! `face-metrics`: error rates of biometric recognition, with their confidence intervals; no model, no picture, no I/O.
//!
//! ```
//! use face_metrics::Scores;
//!
//! let scores = Scores::new(vec![0.7, 0.8, 0.9], vec![0.0, 0.1, 0.2, 0.75]).unwrap();
//! let point = scores.at_fmr(0.25).unwrap();
//! assert!(point.threshold > 0.2 && point.fnmr.value == 0.0);
//! assert!(point.fmr.low < 0.25 && point.fmr.high > 0.25, "four comparisons prove little");
//! ```
//!
//! A *similarity* is higher for faces that are more alike; a comparison is *mated* when both faces are of one person, and
//! matches when its similarity is at least the threshold (ISO/IEC 19795-1). Every rate is an [`Estimate`]: the share,
//! a 95% interval and the number of trials. Wilson's interval holds for independent trials; comparisons that share
//! people are not, and get theirs from resampling the people ([`Comparisons`], [`Bootstrap`]). All randomness is seeded.
//!
//! Deliberately absent: networks, pictures, files, and any opinion on which rate is good enough.

mod all_pairs;
mod attack;
mod bootstrap;
mod calibration;
mod clustering;
mod detection;
mod dot;
mod error;
mod features;
mod folds;
mod histogram;
mod identification;
mod interval;
mod nmi;
mod people;
mod random;
mod retrieval;
mod scores;
mod sweep;
mod two_class;

pub use all_pairs::AllPairs;
pub use attack::{AttackRates, AttackScores, Species, SpeciesRate};
pub use bootstrap::Bootstrap;
pub use calibration::impostor_curve;
pub use clustering::{Clustering, k_means};
pub use detection::{DetectorCurve, DetectorPoint, Found, LabelledPicture};
pub use error::MetricError;
pub use features::Features;
pub use folds::{CrossValidated, Fold, FoldResult, cross_validate};
pub use histogram::Histogram;
pub use identification::{MatedSearch, OpenSet, OpenSetPoint, OpenSetSplit};
pub use interval::{Estimate, Proportion};
pub use nmi::nmi;
pub use people::{Comparison, Comparisons};
pub use retrieval::{Batches, RecallAt, batch_recall, global_recall};
pub use scores::{EqualErrorRate, OperatingPoint, Scores};
pub use sweep::{SweepPoint, best_of_sweep, sweep};
pub use two_class::{TwoClass, TwoClassRates};
