//! `lab evaluate`: what a pack can do, measured on public benchmarks through the product's own pipeline.
//!
//! Nothing is kept of the pictures but scores and counts. Every rate comes with the number of trials and a 95% interval;
//! the protocols are those of `face-metrics`.

mod attacks;
pub(crate) mod crops;
mod detector;
mod embedding;
mod eyes;
mod host;
mod lfw;
mod lowered;
mod report;
#[cfg(test)]
pub(crate) mod samples;
mod sequences;
pub(crate) mod table;
mod tables;
pub(crate) mod verification;
pub(crate) mod work;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use face_metrics::Bootstrap;
use face_packs::{OnnxRuntime, Pack, Search};

pub(crate) use eyes::openness;
pub use report::{
    AllPairsReport, AttackReport, ClusterReport, CropReport, DetectorReport, EyeReport, Host,
    LfwReport, LfwVariant, OpenSetReport, PackFacts, PairsReport, RateAt, Report, ScoreCounts,
    SequenceReport, Settings, SpeciesReport,
};

/// `lab evaluate`.
#[derive(Debug, clap::Args)]
pub struct EvaluateArgs {
    /// Folder of the pack to measure.
    #[arg(long, value_name = "DIR")]
    pub pack: PathBuf,
    /// Labeled Faces in the Wild: a folder with `pairs.txt`, and people's folders or `lfw-*.tar` files of them.
    #[arg(long, value_name = "DIR")]
    pub lfw: Option<PathBuf>,
    /// Packed shards of aligned crops with `index.tsv`: the impostor curve, one picture a person.
    #[arg(long, value_name = "DIR")]
    pub faces: Option<PathBuf>,
    /// Only these people of the crops, one a line: people kept out of training.
    #[arg(long, value_name = "FILE", requires = "faces")]
    pub identities: Option<PathBuf>,
    /// Only crops whose face has so many pixels in its source: small ones, enlarged, are more alike.
    #[arg(long, default_value_t = 0, value_name = "N", requires = "faces")]
    pub face_px: u32,
    /// Close pictures of open and closed eyes.
    #[arg(long, value_name = "TAR|DIR")]
    pub eyes: Option<PathBuf>,
    /// Live faces and replayed ones, by source.
    #[arg(long, value_name = "TAR|DIR")]
    pub attacks: Option<PathBuf>,
    /// Recorded sequences, a folder each: `live` passes, anything else is an attack. Attacks are made of these and of `--people`.
    #[arg(long, value_name = "DIR", requires = "people")]
    pub sequences: Option<PathBuf>,
    /// Photographs, a folder a person, at least two of each: they are held before the camera.
    #[arg(long, value_name = "DIR", requires = "sequences")]
    pub people: Option<PathBuf>,
    /// Photographs with faces, for the detector.
    #[arg(long, value_name = "TAR|DIR", requires = "reference_pack")]
    pub scenes: Option<PathBuf>,
    /// Photographs without faces, for the detector's false alarms.
    #[arg(long, value_name = "TAR|DIR", requires = "scenes")]
    pub negatives: Option<PathBuf>,
    /// Pack whose detector, seeing the scenes twice as large, says where faces are.
    #[arg(long, value_name = "DIR")]
    pub reference_pack: Option<PathBuf>,
    /// Everything that was measured, as JSON; `lab figures` reads it.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// At most so many pictures of each set, spread over it (and of LFW so many pairs of each kind a fold): to try things
    /// out, not to report.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Pictures worked on at a time, each on one thread.
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub threads: usize,
    /// Seed of every draw: batches, clusters, people enrolled, resamples.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

/// What every part of an evaluation needs.
struct Bench<'a> {
    pack: &'a Pack,
    runtime: &'a OnnxRuntime,
    threads: usize,
    limit: Option<usize>,
    bootstrap: Bootstrap,
}

/// Measures the pack on every set that is named, prints the tables and writes the JSON file.
///
/// # Errors
/// When the pack or a set cannot be read, or a set is too small for its protocol.
pub fn run(args: &EvaluateArgs) -> Result<()> {
    let sets = [
        &args.lfw,
        &args.faces,
        &args.eyes,
        &args.attacks,
        &args.sequences,
        &args.scenes,
    ];
    ensure!(
        sets.iter().any(|set| set.is_some()),
        "nothing to measure on: name a set, for example --lfw"
    );
    let report = evaluate(args)?;
    std::io::Write::write_all(&mut std::io::stdout().lock(), text(&report)?.as_bytes())?;
    if let Some(path) = &args.json {
        let json = serde_json::to_vec_pretty(&report)?;
        std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Measures the pack on every set that is named.
///
/// # Errors
/// As [`run`].
pub fn evaluate(args: &EvaluateArgs) -> Result<Report> {
    let started = Instant::now();
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let pack = Pack::open(&args.pack)?;
    pack.verify()?;
    let bench = Bench {
        pack: &pack,
        runtime: &runtime,
        threads: args.threads.max(1),
        limit: args.limit,
        bootstrap: Bootstrap {
            seed: args.seed,
            ..Bootstrap::default()
        },
    };
    let mut report = Report {
        schema: report::SCHEMA,
        host: Host::of_this_machine(&runtime),
        pack: PackFacts::of(&pack)?,
        settings: Settings {
            limit: args.limit,
            bootstrap: bench.bootstrap,
        },
        lfw: on(args.lfw.as_deref(), |path| lfw::measure(&bench, path))?,
        crops: on(args.faces.as_deref(), |path| {
            crops::measure(&bench, path, args.face_px, args.identities.as_deref())
        })?,
        eyes: on(args.eyes.as_deref(), |path| eyes::measure(&bench, path))?,
        attacks: on(args.attacks.as_deref(), |path| {
            attacks::measure(&bench, path)
        })?,
        sequences: on(args.sequences.as_deref(), |path| {
            let people = args.people.as_deref().context("no photographs")?;
            sequences::measure(&bench, path, people, args.seed)
        })?,
        detector: on(args.scenes.as_deref(), |path| {
            let reference = args
                .reference_pack
                .as_deref()
                .context("no reference pack")?;
            detector::measure(
                &bench,
                &Pack::open(reference)?,
                path,
                args.negatives.as_deref(),
            )
        })?,
        seconds: 0.0,
    };
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The tables of `report`, for a terminal.
///
/// # Errors
/// Never: memory takes every byte.
pub fn text(report: &Report) -> Result<String> {
    let mut tables = Vec::new();
    tables::write(report, &mut tables)?;
    Ok(String::from_utf8(tables)?)
}

/// What `measure` finds on a set that is named and has what the pack can be measured on.
fn on<T>(
    path: Option<&Path>,
    measure: impl FnOnce(&Path) -> Result<Option<T>>,
) -> Result<Option<T>> {
    path.map_or(Ok(None), |path| {
        measure(path).with_context(|| format!("measuring on {}", path.display()))
    })
}

impl Bench<'_> {
    /// The numbers of the pictures to look at, of `count`: all, or as many as the limit says, spread evenly.
    fn chosen(&self, count: usize) -> Vec<usize> {
        spread(self.limit, count)
    }
}

/// Numbers below `count`, spread evenly: all, or as many as the limit says.
pub(crate) fn spread(limit: Option<usize>, count: usize) -> Vec<usize> {
    let wanted = limit.map_or(count, |limit| limit.min(count)).max(1);
    (0..wanted.min(count))
        .map(|at| at * count / wanted)
        .collect()
}

#[cfg(test)]
mod tests;
