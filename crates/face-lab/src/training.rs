//! `lab train`: which recipe is whose, and where a run begins or goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use burn::tensor::Device;
use face_packs::{Digest, OnnxRuntime, Search};
use serde::Serialize;

use crate::classifier::{ClassifierRecipe, ClassifierTask};
use crate::detector::{DetectorRecipe, DetectorTask, Split, YuNet};
use crate::embedder::{EmbedderRecipe, EmbedderTask, Start};
use crate::train::{Ending, RunFolder, Stop, Task, TrainingSettings, train};

/// `lab train`.
#[derive(Debug, clap::Args)]
pub struct TrainArgs {
    /// The recipe; when a run is gone on with, its own.
    #[arg(long, required_unless_present = "resume")]
    pub recipe: Option<PathBuf>,
    /// The run's folder.
    #[arg(long)]
    pub run: PathBuf,
    /// Go on with the run in the folder.
    #[arg(long, conflicts_with = "recipe")]
    pub resume: bool,
    /// The folder with the data sets.
    #[arg(long)]
    pub data: PathBuf,
    /// The folder with the targets of `lab teach` or the labels of `lab label`, for recipes that learn from them.
    #[arg(long)]
    pub targets: Option<PathBuf>,
    /// The ONNX file of the network that is learnt from, for recipes that name its digest.
    #[arg(long)]
    pub teacher: Option<PathBuf>,
    /// Begin with the best weights of the run in this folder.
    #[arg(long, conflicts_with = "resume")]
    pub from: Option<PathBuf>,
    /// Write a checkpoint and stop after so many minutes.
    #[arg(long)]
    pub stop_after_min: Option<f64>,
}

/// What a run was made of, for its `run.json`.
#[derive(Debug, Serialize)]
struct Facts {
    program: &'static str,
    recipe_sha256: Digest,
    targets_sha256: Option<Digest>,
    from: Option<String>,
}

/// Trains.
///
/// # Errors
/// When the recipe, the data or the run's folder cannot be read, or training fails.
pub(crate) fn run(args: &TrainArgs) -> anyhow::Result<()> {
    let text = match &args.recipe {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?,
        None => RunFolder::recipe(&args.run)?,
    };
    match task_of(&text)?.as_str() {
        "detector" => detector(args, &text),
        "embedder" => embedder(args, &text),
        "eyes" | "attack" => classifier(args, &text),
        other => anyhow::bail!("there is no task {other:?}"),
    }
}

/// The task that a recipe names.
///
/// # Errors
/// When it is no TOML or names none.
pub(crate) fn task_of(recipe: &str) -> anyhow::Result<String> {
    let table: toml::Table = toml::from_str(recipe)?;
    let name = table.get("task").and_then(|task| task.as_str());
    Ok(name.context("the recipe names no task")?.to_owned())
}

fn embedder(args: &TrainArgs, text: &str) -> anyhow::Result<()> {
    let recipe = EmbedderRecipe::parse(text)?;
    let targets = args.targets.as_deref();
    let targets = targets.context("an embedder needs --targets, the folder of `lab teach`")?;
    let start = args.from.as_deref().map(Start::from_run).transpose()?;
    let note = targets.join("targets.json");
    let settings = recipe.training.clone();
    let task = EmbedderTask::open(recipe, &args.data, targets, start)?;
    let stop = Stop::on_signals(args.stop_after_min)?;
    go(args, text, Some(&note), &settings, &task, &stop)?;
    Ok(())
}

fn detector(args: &TrainArgs, text: &str) -> anyhow::Result<()> {
    let recipe = DetectorRecipe::parse(text)?;
    let file = args.teacher.as_deref();
    let file =
        file.context("a detector needs --teacher, the file of the network it learns from")?;
    anyhow::ensure!(
        args.from.is_none(),
        "a detector's run begins with its own weights; --from is for embedders"
    );
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let teacher = YuNet::open(file, &recipe.teacher, &runtime)?;
    let photographs = Split::read(&args.data, recipe.pictures.crops)?;
    let settings = recipe.training.clone();
    let task = DetectorTask::new(recipe, photographs, Arc::new(teacher))?;
    let stop = Stop::on_signals(args.stop_after_min)?;
    go(args, text, None, &settings, &task, &stop)?;
    Ok(())
}

fn classifier(args: &TrainArgs, text: &str) -> anyhow::Result<()> {
    let recipe = ClassifierRecipe::parse(text)?;
    let settings = recipe.training.clone();
    let labels = args.targets.as_deref();
    let note = recipe
        .labels()
        .zip(labels)
        .map(|(file, labels)| labels.join(file));
    let task = ClassifierTask::open(recipe, &args.data, labels, args.from.as_deref())?;
    let stop = Stop::on_signals(args.stop_after_min)?;
    go(args, text, note.as_deref(), &settings, &task, &stop)?;
    Ok(())
}

/// Begins or goes on with the run of `task`; `targets` is the note that tells what it learns from, where there is one.
pub(crate) fn go<T: Task>(
    args: &TrainArgs,
    text: &str,
    targets: Option<&Path>,
    settings: &TrainingSettings,
    task: &T,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let folder = if args.resume {
        RunFolder::open(&args.run)?
    } else {
        let facts = Facts {
            program: concat!("lab ", env!("CARGO_PKG_VERSION")),
            recipe_sha256: Digest::of(text.as_bytes()),
            targets_sha256: targets.map(Digest::of_file).transpose()?,
            from: args.from.as_ref().map(|from| from.display().to_string()),
        };
        RunFolder::create(&args.run, text, &facts)?
    };
    train(task, settings, folder, &Device::flex(), stop)
}
