//! `lab label`: where the faces of a set are and whether their eyes are open, asked once and kept as text.
//!
//! `faces.tsv` has the box of the largest face of every picture of `attacks` and `scenes`, found by a pack as the product
//! finds it. `eyes.tsv` has, for both eyes of every packed crop, how open each judge calls them: the pack's eye network,
//! and where `--eyes` names one, a net trained here before. One judge alone errs on the rare closed eyes more often than
//! not; what two of different making agree on, for both eyes of a face, is worth learning from.

mod eyes;
mod faces;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use face_packs::{OnnxRuntime, Pack, Search};

pub use eyes::{EYES_FILE, EyeLabels};
pub use faces::{FACES_FILE, FaceLabels};

/// `lab label`.
#[derive(Debug, clap::Args)]
pub struct LabelArgs {
    /// Pack whose detector and eye network are asked.
    #[arg(long, value_name = "DIR")]
    pub pack: PathBuf,
    /// A run of an eye net, whose best weights are asked too.
    #[arg(long, value_name = "DIR")]
    pub eyes: Option<PathBuf>,
    /// The folder with the data sets: `attacks`, `scenes` and `faces`, each if it is there.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Folder for the labels.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Pictures worked on at a time, each on one thread.
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub threads: usize,
}

/// Asks, and writes the files.
///
/// # Errors
/// When the pack or a set cannot be read, or a file cannot be written.
pub fn run(args: &LabelArgs) -> anyhow::Result<()> {
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let pack = Pack::open(&args.pack)?;
    pack.verify()?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create {}", args.out.display()))?;
    let asked = Asked {
        pack: &pack,
        runtime: &runtime,
        threads: args.threads.max(1),
    };
    write(
        &args.out.join(FACES_FILE),
        &faces::find(&asked, &args.data)?,
    )?;
    let shards = args.data.join("faces");
    if shards.is_dir() {
        let judged = eyes::judge(&asked, &shards, args.eyes.as_deref())?;
        write(&args.out.join(EYES_FILE), &judged)?;
    }
    Ok(())
}

/// Who is asked, on how many threads.
struct Asked<'a> {
    pack: &'a Pack,
    runtime: &'a OnnxRuntime,
    threads: usize,
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The columns of every line of the file at `path` after the first, which must be `head`.
fn read(path: &Path, head: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}; `lab label` writes it", path.display()))?;
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    anyhow::ensure!(
        first.starts_with(head),
        "{} begins with {first:?}, not {head:?}",
        path.display()
    );
    let columns = |line: &str| line.split('\t').map(str::to_owned).collect();
    Ok(lines.map(columns).collect())
}
