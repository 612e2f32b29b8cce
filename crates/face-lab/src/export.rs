//! `lab export`: the network of a run as an ONNX file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;
use face_nets::onnx::{ExportOptions, Storage};
use face_packs::Digest;

use crate::train::RunFolder;
use crate::{classifier, detector, embedder, identities, training};

/// `lab export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The run's folder.
    #[arg(long, value_name = "DIR")]
    pub run: PathBuf,
    /// The ONNX file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Which of the run's averaged weights.
    #[arg(long, value_enum, default_value_t)]
    pub weights: Chosen,
    /// Store the weights in 16 bits: half the size; computed is in 32 all the same.
    #[arg(long)]
    pub half: bool,
}

/// Weights of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Chosen {
    /// The best by the check during training.
    #[default]
    Best,
    /// The last, of a run that was not checked or is not finished.
    Last,
}

/// Writes the file.
///
/// # Errors
/// When the run cannot be read or the file not be written.
pub(crate) fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let storage = if args.half {
        Storage::Half
    } else {
        Storage::Single
    };
    let bytes = network(&args.run, args.weights, storage)?;
    std::fs::write(&args.out, &bytes)
        .with_context(|| format!("cannot write {}", args.out.display()))
}

/// The network of the run in `folder` as an ONNX file; its metadata hold the digests of recipe and weights.
///
/// # Errors
/// When the run cannot be read, or its task has no network to export.
pub(crate) fn network(folder: &Path, chosen: Chosen, storage: Storage) -> anyhow::Result<Vec<u8>> {
    let recipe = RunFolder::recipe(folder)?;
    let weights = folder.join(match chosen {
        Chosen::Best => "best/average.bpk",
        Chosen::Last => "last/average.bpk",
    });
    let digest = Digest::of_file(&weights)
        .with_context(|| format!("the run has no weights in {}", weights.display()))?;
    let task = training::task_of(&recipe)?;
    let options = ExportOptions {
        name: task.clone(),
        storage,
        metadata: vec![
            (
                "recipe_sha256".to_owned(),
                Digest::of(recipe.as_bytes()).to_string(),
            ),
            ("weights_sha256".to_owned(), digest.to_string()),
        ],
    };
    match task.as_str() {
        "detector" => detector::onnx(&recipe, &weights, &options),
        "embedder" => embedder::onnx(&recipe, &weights, &options),
        "attack" | "eyes" => classifier::onnx(&recipe, &weights, &options),
        "eyes-transfer" => identities::eyes::onnx(&recipe, &weights, &options),
        "group" | "pairs" => identities::onnx(&recipe, &weights, &options),
        other => anyhow::bail!("there is no task {other:?}"),
    }
}
