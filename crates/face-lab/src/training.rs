//! `lab train`: which recipe is whose, and where a run begins or goes on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use burn::tensor::Device;
use face_packs::{Digest, OnnxRuntime, Search};
use serde::{Deserialize, Serialize};

use crate::classifier::{ClassifierRecipe, ClassifierTask};
use crate::detector::{DetectorRecipe, DetectorTask, Split, YuNet};
use crate::embedder::{EmbedderRecipe, EmbedderTask};
use crate::identities::eyes::{Eyes, EyesRecipe, EyesTask};
use crate::identities::{self, Begin, IdentitiesRecipe, People};
use crate::label::{EYES_FILE, FACES_FILE};
use crate::teach::NOTE_FILE;
use crate::train::{Ending, RunFolder, Start, Stop, train};

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
    /// What it learns from and begins with.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Write a checkpoint and stop after so many minutes.
    #[arg(long)]
    pub stop_after_min: Option<f64>,
}

/// What runs learn from and begin with.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Inputs {
    /// The folder with the data sets.
    #[arg(long)]
    pub data: PathBuf,
    /// The folder with the targets of `lab teach` or the labels of `lab label`, for recipes that learn from them.
    #[arg(long)]
    pub targets: Option<PathBuf>,
    /// The ONNX file of the network that is learnt from, for recipes that name its digest.
    #[arg(long)]
    pub teacher: Option<PathBuf>,
    /// Begin with the best weights of the run in this folder; an embedder or a detector also with those of its ONNX file.
    #[arg(long)]
    pub from: Option<PathBuf>,
    /// Begin with weights that others published: a .pt, .pth or .safetensors file.
    #[arg(long, conflicts_with = "from")]
    pub published: Option<PathBuf>,
    /// Whether the run has a checkpoint, so that what it began with matters no more.
    #[arg(skip)]
    pub(crate) is_begun: bool,
}

impl Inputs {
    /// The data sets in `data` alone.
    pub(crate) fn of(data: &Path) -> Self {
        Self {
            data: data.to_path_buf(),
            targets: None,
            teacher: None,
            from: None,
            published: None,
            is_begun: false,
        }
    }

    /// # Errors
    /// When published weights are named.
    fn without_published(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.published.is_none(),
            "nobody has published weights of this network; --published is for those of others"
        );
        Ok(())
    }

    fn begin(&self) -> Begin {
        match (&self.from, &self.published) {
            (Some(run), _) => Begin::Run(run.join("best/average.bpk")),
            (None, Some(file)) => Begin::Published(file.clone()),
            (None, None) => Begin::Fresh,
        }
    }
}

/// What a run was made of, for its `run.json`.
#[derive(Debug, Serialize)]
struct Facts {
    program: &'static str,
    recipe_sha256: Digest,
    /// Files of `--targets`.
    learnt_from: BTreeMap<&'static str, Digest>,
    published_sha256: Option<Digest>,
    /// Of `from`, where it is a file.
    from_sha256: Option<Digest>,
    #[serde(flatten)]
    began: Began,
}

/// What a run began with, as its `run.json` says; paths as they were given.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Began {
    #[serde(default)]
    from: Option<PathBuf>,
    #[serde(default)]
    published: Option<PathBuf>,
}

/// Trains.
///
/// # Errors
/// When the recipe, the data or the run's folder cannot be read, or training fails.
pub(crate) fn run(args: &TrainArgs) -> anyhow::Result<()> {
    let stop = Stop::on_signals(args.stop_after_min)?;
    let ending = if let Some(path) = &args.recipe {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let folder = || begin(&args.run, &text, &args.inputs);
        train_by(&text, &args.inputs, folder, &stop)?
    } else {
        anyhow::ensure!(
            args.inputs.from.is_none() && args.inputs.published.is_none(),
            "a run that is gone on with has its beginning already"
        );
        go_on(&args.run, &args.inputs, &stop)?
    };
    match ending {
        Ending::Finished | Ending::Stopped => Ok(()),
    }
}

/// A new run in `path` by the recipe `text`.
///
/// # Errors
/// When the folder holds something, or what it learns from cannot be read.
pub(crate) fn begin(path: &Path, text: &str, inputs: &Inputs) -> anyhow::Result<RunFolder> {
    let digest = |path: &Option<PathBuf>| path.as_deref().map(Digest::of_file).transpose();
    let facts = Facts {
        program: concat!("lab ", env!("CARGO_PKG_VERSION")),
        recipe_sha256: Digest::of(text.as_bytes()),
        learnt_from: learnt_from(inputs)?,
        published_sha256: digest(&inputs.published)?,
        from_sha256: digest(&inputs.from.clone().filter(|path| path.is_file()))?,
        began: Began {
            from: inputs.from.clone(),
            published: inputs.published.clone(),
        },
    };
    RunFolder::create(path, text, &facts)
}

/// The digests of the files in the folder `--targets`, as far as they are there.
fn learnt_from(inputs: &Inputs) -> anyhow::Result<BTreeMap<&'static str, Digest>> {
    let Some(folder) = &inputs.targets else {
        return Ok(BTreeMap::new());
    };
    let there = [NOTE_FILE, EYES_FILE, FACES_FILE]
        .into_iter()
        .filter(|name| folder.join(name).is_file());
    there
        .map(|name| Ok((name, Digest::of_file(&folder.join(name))?)))
        .collect()
}

/// Goes on with the run in `path`. One that never came to a checkpoint begins again as it did; any other needs nothing
/// of what it began with.
///
/// # Errors
/// When there is none, and those of [`train_by`].
pub(crate) fn go_on(path: &Path, inputs: &Inputs, stop: &Stop) -> anyhow::Result<Ending> {
    let folder = RunFolder::open(path)?;
    let began = if folder.has_begun() {
        Began::default()
    } else {
        let facts = std::fs::read(folder.file("run.json"))?;
        serde_json::from_slice(&facts).context("run.json")?
    };
    let inputs = Inputs {
        from: began.from,
        published: began.published,
        is_begun: folder.has_begun(),
        ..inputs.clone()
    };
    train_by(&RunFolder::recipe(path)?, &inputs, || Ok(folder), stop)
}

/// Trains by the recipe `text` in `folder`, or goes on there; the folder is asked for once all else is at hand.
///
/// # Errors
/// When the recipe or what it learns from cannot be read, or training fails.
pub(crate) fn train_by(
    text: &str,
    inputs: &Inputs,
    folder: impl FnOnce() -> anyhow::Result<RunFolder>,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    match task_of(text)?.as_str() {
        "attack" | "eyes" => classifier(text, inputs, folder, stop),
        "detector" => detector(text, inputs, folder, stop),
        "embedder" => embedder(text, inputs, folder, stop),
        "eyes-transfer" => eyes(text, inputs, folder, stop),
        "group" | "pairs" => people(text, inputs, folder, stop),
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

fn classifier(
    text: &str,
    inputs: &Inputs,
    folder: impl FnOnce() -> anyhow::Result<RunFolder>,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let recipe = ClassifierRecipe::parse(text)?;
    inputs.without_published()?;
    let settings = recipe.training.clone();
    let (labels, from) = (inputs.targets.as_deref(), inputs.from.as_deref());
    let task = ClassifierTask::open(recipe, &inputs.data, labels, from)?;
    train(&task, &settings, folder()?, &Device::flex(), stop)
}

fn detector(
    text: &str,
    inputs: &Inputs,
    folder: impl FnOnce() -> anyhow::Result<RunFolder>,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let recipe = DetectorRecipe::parse(text)?;
    inputs.without_published()?;
    let file = inputs.teacher.as_deref();
    let file =
        file.context("a detector needs --teacher, the file of the network it learns from")?;
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let teacher = YuNet::open(file, &recipe.teacher, &runtime)?;
    let start = inputs.from.as_deref().map(Start::at).transpose()?;
    let photographs = Split::read(&inputs.data, recipe.pictures.crops)?;
    let settings = recipe.training.clone();
    let task = DetectorTask::new(recipe, photographs, Arc::new(teacher), start)?;
    train(&task, &settings, folder()?, &Device::flex(), stop)
}

fn embedder(
    text: &str,
    inputs: &Inputs,
    folder: impl FnOnce() -> anyhow::Result<RunFolder>,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let recipe = EmbedderRecipe::parse(text)?;
    let targets = inputs.targets.as_deref();
    let targets = targets.context("an embedder needs --targets, the folder of `lab teach`")?;
    inputs.without_published()?;
    let start = inputs.from.as_deref().map(Start::at).transpose()?;
    let settings = recipe.training.clone();
    let task = EmbedderTask::open(recipe, &inputs.data, targets, start)?;
    train(&task, &settings, folder()?, &Device::flex(), stop)
}

fn people(
    text: &str,
    inputs: &Inputs,
    folder: impl FnOnce() -> anyhow::Result<RunFolder>,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let recipe = IdentitiesRecipe::parse(text)?;
    let people = People::open(&inputs.data, &recipe.data)?;
    identities::train(
        recipe,
        people,
        &inputs.begin(),
        folder()?,
        &Device::flex(),
        stop,
    )
}

fn eyes(
    text: &str,
    inputs: &Inputs,
    folder: impl FnOnce() -> anyhow::Result<RunFolder>,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let recipe = EyesRecipe::parse(text)?;
    let begin = inputs.begin();
    anyhow::ensure!(
        inputs.is_begun || begin != Begin::Fresh,
        "a transfer needs --from, the run of a network that knows faces, or --published"
    );
    let eyes = Eyes::open(&inputs.data, &recipe.data)?;
    let settings = recipe.training.clone();
    let task = EyesTask::new(recipe, eyes, begin);
    train(&task, &settings, folder()?, &Device::flex(), stop)
}
