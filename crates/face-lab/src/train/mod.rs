//! The engine that trains every network of the laboratory: recipe, run folder, checkpoints, averaging, early stop.
//!
//! A network joins by implementing [`Task`]; [`train`] does the rest.

mod adamw;
mod average;
pub mod checkpoint;
mod diverged;
mod epochs;
mod folder;
mod run;
mod settings;
mod stages;
mod start;
mod stop;
mod task;
#[cfg(test)]
mod tests;

pub use adamw::FusedAdamW;
pub use average::blend;
pub use diverged::Diverged;
pub use epochs::Epochs;
pub use folder::RunFolder;
pub use run::{Ending, train};
pub use settings::TrainingSettings;
pub use stages::{Stage, train_stages};
pub use start::Start;
pub use stop::Stop;
pub use task::{BatchSource, Metrics, StepLoss, Task, Validation};
