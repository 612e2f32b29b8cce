//! `lab pack`: a pack made of runs: exported, calibrated on people who taught it nothing, verified.

mod calibrate;
mod recipe;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use face_nets::onnx::Storage;
use face_packs::{Digest, OnnxRuntime, Pack, Recipe, Search, assemble};

use crate::export::{self, Chosen};
use recipe::{PackRecipe, Written};

/// `lab pack`.
#[derive(Debug, clap::Args)]
pub struct PackArgs {
    /// The pack's manifest, with the name of a run for each network in place of file, digest and length.
    #[arg(long, value_name = "FILE")]
    pub recipe: PathBuf,
    /// The folder with the runs.
    #[arg(long, value_name = "DIR")]
    pub runs: PathBuf,
    /// The folder with the data sets.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The folder with the targets of `lab teach`: people whom the teachers take for one are not compared.
    #[arg(long, value_name = "DIR")]
    pub targets: PathBuf,
    /// An earlier pack: networks that have no run in `--runs` are taken from it as they are.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// The pack's folder, empty or not there yet.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Faces computed at a time, each on one thread.
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub threads: usize,
}

/// Makes the pack.
///
/// # Errors
/// When a run or the data cannot be read, or the folder holds something else.
pub(crate) fn run(args: &PackArgs) -> anyhow::Result<()> {
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let recipe = PackRecipe::read(&args.recipe)?;
    let work = args.runs.join(".pack");
    clear(&work)?;
    let (files, trial) = (work.join("files"), work.join("trial"));
    std::fs::create_dir_all(&files)?;
    let written = export_all(&recipe, args, &files)?;
    let from = [files];

    let uncalibrated = Recipe::parse(&recipe.manifest(&written, None)?)?;
    assemble(&uncalibrated, &from, &trial)?;
    let pack = Pack::open(&trial)?;
    let curve = calibrate::impostor_curve(args, &recipe, (&pack, &runtime))?;

    let finished = Recipe::parse(&recipe.manifest(&written, Some(&curve))?)?;
    assemble(&finished, &from, &args.out)?;
    Pack::open(&args.out)?.verify()?;
    clear(&work)
}

fn clear(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot clear {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Exports the run of every network into `files`, or copies what is kept, by the file's name in the pack.
fn export_all(
    recipe: &PackRecipe,
    args: &PackArgs,
    files: &Path,
) -> anyhow::Result<BTreeMap<String, Written>> {
    let mut written = BTreeMap::new();
    for source in recipe.sources()? {
        let run = args.runs.join(&source.run);
        let (from, bytes) = match &args.keep {
            Some(earlier) if !run.exists() => {
                let file = earlier.join(&source.file);
                (file.clone(), std::fs::read(file).map_err(Into::into))
            }
            _ => {
                let bytes = export::network(&run, Chosen::Best, Storage::Half);
                (run, bytes)
            }
        };
        let bytes = bytes.with_context(|| format!("{} from {}", source.file, from.display()))?;
        std::fs::write(files.join(&source.file), &bytes)?;
        let file = Written {
            sha256: Digest::of(&bytes),
            bytes: bytes.len() as u64,
        };
        written.insert(source.file, file);
    }
    Ok(written)
}
