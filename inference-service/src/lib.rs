//! `inference-service`: pixels in, facts about faces out, over HTTP; it knows no person and keeps nothing.
//!
//! A request goes in a straight line: `routes` (the table) → `http` (one file an endpoint) → `worker` (a bounded queue
//! before threads that each own an `Analyzer`) → `face-pipeline`. Deliberately absent: people, templates of others,
//! decisions on similarity.

mod http;
mod metrics;
mod networks;
mod routes;
mod settings;
mod startup;
mod worker;

pub use settings::InferenceSettings;
pub use startup::{BuildError, build};
