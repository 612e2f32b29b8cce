//! What every service needs once: settings, logs, traces, metrics, health, request ids, keys, problems, start and stop.
//!
//! Deliberately absent: anything about faces or people.

pub mod attempts;
pub mod drain;
pub mod extract;
pub mod health;
pub mod health_check;
pub mod keys;
pub mod metrics;
mod problem;
pub mod request_id;
mod running;
pub mod settings;
pub mod telemetry;

pub use problem::Problem;
pub use running::{Running, StartError, announce, listen, stop_signal};
pub use settings::{Exposure, ExposureError, LogFormat, ServiceSettings};
