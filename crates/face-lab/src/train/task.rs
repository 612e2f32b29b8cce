//! What a network must say of itself to be trained here.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// Numbers by name, as they go to the log and to `metrics.jsonl`.
pub type Metrics = Vec<(&'static str, f64)>;

/// A network with its data and its loss.
pub trait Task {
    /// The network.
    type Model: Module + 'static;
    /// What a step is computed from.
    type Batch: Send + 'static;

    /// The network with its first weights.
    ///
    /// # Errors
    /// When weights to start from cannot be read.
    fn model(&self, device: &Device) -> anyhow::Result<Self::Model>;

    /// Where batches come from.
    fn source(&self) -> Arc<dyn BatchSource<Batch = Self::Batch>>;

    /// The loss of a batch, with other numbers worth a line in the log.
    fn loss(&self, model: &Self::Model, batch: Self::Batch, device: &Device) -> StepLoss;

    /// How good the network is on data it was not trained on.
    ///
    /// # Errors
    /// When the data cannot be read.
    fn validate(&self, model: &Self::Model, device: &Device) -> anyhow::Result<Validation>;
}

/// The batch of every step, made on input threads; the same for the same step, whatever was asked before, so that a run
/// that goes on sees what it would have seen.
pub trait BatchSource: Send + Sync {
    /// What a step is computed from.
    type Batch;

    /// The batch of `step`, counted from 0.
    ///
    /// # Errors
    /// When data cannot be read.
    fn batch(&self, step: u64) -> anyhow::Result<Self::Batch>;
}

/// The loss of one step.
#[derive(Debug)]
pub struct StepLoss {
    /// One value, to be made small.
    pub loss: Tensor<1>,
    /// Other numbers; one value each, read only when a line is written.
    pub others: Vec<(&'static str, Tensor<1>)>,
}

/// The answer of [`Task::validate`].
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// Decides which weights are the best; larger is better.
    pub score: f64,
    /// All numbers, the score among them if it is to be seen.
    pub metrics: Metrics,
}
