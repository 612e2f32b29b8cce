//! `lab teach`: what the teachers say of every crop, computed once and kept.
//!
//! Each teacher's template is of unit length, the crop's or the mean of crop and mirrored crop. Joined by weight and projected on the
//! principal directions of the training crops, they become the targets of distillation; where a teacher's template is a
//! sum over places of the face, the share of every place becomes one. Blends of two faces add people
//! who do not exist: the teachers are asked about the very pixels that the student will see. A stopped run goes on where
//! it stopped.

mod blends;
mod directions;
mod places;
mod raw;
mod settings;
mod targets;
mod teacher;

use std::path::PathBuf;

pub(crate) use blends::training_rows;
pub use blends::{Blend, BlendSettings};
pub use places::Places;
pub(crate) use settings::ensure_digest;
pub use settings::{TeacherSettings, TeachersRecipe};
pub use targets::{NOTE_FILE, Targets};

use anyhow::Context as _;
use face_data::{CropSet, read_identities};
use face_packs::{OnnxRuntime, Search};

use raw::{Origin, RawCache};

/// `lab teach`.
#[derive(Debug, clap::Args)]
pub struct TeachArgs {
    /// Recipe with the teachers and the targets' dimension.
    #[arg(long)]
    pub recipe: PathBuf,
    /// The folder with the data sets: `faces/` with packed shards, `dev-identities.txt` with the people to be kept out of
    /// directions and blends.
    #[arg(long)]
    pub data: PathBuf,
    /// Folders in which the teachers' ONNX files are looked for.
    #[arg(long = "networks", required = true)]
    pub networks: Vec<PathBuf>,
    /// Folder for the templates and targets.
    #[arg(long)]
    pub out: PathBuf,
    /// Crops computed at a time, each on one thread.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
}

/// Computes what is missing of the templates, then the targets.
///
/// # Errors
/// When a file cannot be read or written, a network's digest is another, or the folder holds another recipe's work.
pub fn run(args: &TeachArgs) -> anyhow::Result<()> {
    let recipe = TeachersRecipe::read(&args.recipe)?;
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let files = recipe.find(&args.networks)?;
    let faces = args.data.join("faces");
    let kept_out = read_identities(&args.data.join("dev-identities.txt"))?;
    let crops = CropSet::read_shards(&faces, |_| true)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create {}", args.out.display()))?;
    let mut workers = (0..args.threads.max(1))
        .map(|_| teacher::open_all(&recipe, &files, &runtime))
        .collect::<anyhow::Result<Vec<_>>>()?;

    let origin = Origin::of_crops(&recipe, raw::shard_digests(&faces)?, crops.len());
    let mut templates = RawCache::open(&args.out, "templates", &origin, recipe.row())?;
    templates.fill(crops.len(), &mut workers, &|teacher, row| {
        let crop = crops.crop(row).to_image();
        let places = if recipe.mirrored {
            teacher.mirrored_mean(&crop)
        } else {
            teacher.template(&crop)
        };
        Ok(places?.values)
    })?;
    let rows = training_rows(&crops, &kept_out);
    let mut all = templates.read(crops.len())?;
    if let Some(settings) = &recipe.blends {
        let origin = origin.of_blends(settings);
        let mut blends = RawCache::open(&args.out, "blends", &origin, recipe.row())?;
        blends.fill(settings.count, &mut workers, &|teacher, index| {
            let blend = Blend::draw(settings, &rows, index).picture(&crops);
            Ok(teacher.template(&blend)?.values)
        })?;
        all.extend(blends.read(settings.count)?);
    }
    targets::write(&args.out, &recipe, all, &rows, crops.len())
}
