//! `lab evidence`: how what the pixels and the attack networks of a pack say becomes one attack score, and what that is worth.
//!
//! Every source of attacks is one camera and one or two people, and what is learnt of one camera need not hold for the next. So each is
//! judged by a regression and a threshold that never saw it; what is printed for the manifest is learnt from all of them.

mod held;
mod measured;
mod protocol;
mod regression;
#[cfg(test)]
mod tests;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use face_metrics::{Estimate, Proportion};
use face_packs::{Evidence, OnnxRuntime, Pack, Raster, Search};

use self::held::Kind;
use self::measured::Group;
use self::protocol::{HeldOut, held_out, threshold};
use self::regression::fit;
use crate::evaluate::table::{Table, counted, percent};

/// `lab evidence`.
#[derive(Debug, clap::Args)]
pub struct EvidenceArgs {
    /// Folder of the pack whose detector finds the faces, and whose attack networks have their say.
    #[arg(long, value_name = "DIR")]
    pub pack: PathBuf,
    /// Live faces and replayed ones, by source.
    #[arg(long, value_name = "TAR|DIR")]
    pub attacks: PathBuf,
    /// More living faces, of other cameras; give it once for each set.
    #[arg(long, value_name = "TAR|DIR")]
    pub bona_fide: Vec<PathBuf>,
    /// Recorded sequences, a folder each: of each is told how many frames look like an attack.
    #[arg(long, value_name = "DIR")]
    pub sequences: Option<PathBuf>,
    /// Photographs of people; they are held before a camera on phones and sheets.
    #[arg(long, value_name = "TAR|DIR", requires = "rooms")]
    pub people: Option<PathBuf>,
    /// Photographs without faces, in which that is done.
    #[arg(long, value_name = "TAR|DIR", requires = "people")]
    pub rooms: Option<PathBuf>,
    /// Share of living faces that may be refused.
    #[arg(long, default_value_t = 0.05, value_name = "SHARE")]
    pub bpcer: f64,
    /// Excess of fine texture from which on a raster counts; as `evidence.raster.excess` of the manifest.
    #[arg(long, default_value_t = -0.35, allow_negative_numbers = true, value_name = "N")]
    pub raster_excess: f32,
    /// Directedness of the spectrum from which on a raster counts; as `evidence.raster.raster` of the manifest.
    #[arg(long, default_value_t = 0.85, value_name = "N")]
    pub raster: f32,
    /// Border from which on a face lies within something held; as `evidence.border` of the manifest.
    #[arg(long, default_value_t = 0.66, value_name = "SHARE")]
    pub border: f32,
    /// At most so many pictures of each kind of a source, and of each set, spread over it: a source has many of one moment. So many are
    /// simulated of each kind, too.
    #[arg(long, default_value_t = 150, value_name = "N")]
    pub limit: usize,
    /// Faces looked at at a time, each on one thread.
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub threads: usize,
}

/// Learns, measures and prints.
///
/// # Errors
/// When the pack or a set cannot be read, or there are fewer than three sources with attacks.
pub(crate) fn run(args: &EvidenceArgs) -> Result<()> {
    ensure!(
        args.bpcer > 0.0 && args.bpcer < 1.0,
        "--bpcer is a share above 0 and below 1"
    );
    let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
    let pack = Pack::open(&args.pack)?;
    let rules = Rules {
        raster: Raster {
            excess: args.raster_excess,
            raster: args.raster,
        },
        border: args.border,
    };
    let groups = measured::groups(args, &pack, &runtime)?;
    let sources = groups.iter().filter(|group| group.is_source()).count();
    ensure!(
        sources >= 3,
        "{sources} sources have attacks and living faces: there is nothing to learn from where one is kept out"
    );
    let all: Vec<&Group> = groups.iter().collect();
    let evidence = fit(&all, rules)?;
    let at = threshold(&all, rules, args.bpcer)?;
    let mut out = std::io::stdout().lock();
    write_held_out(&mut out, args.bpcer, &held_out(&groups, rules, args.bpcer)?)?;
    if let Some(sequences) = &args.sequences {
        let sequences = measured::sequences(sequences, args, &pack, &runtime)?;
        write_sequences(&mut out, &sequences, &evidence, at)?;
    }
    if let (Some(people), Some(rooms)) = (&args.people, &args.rooms) {
        let kinds = held::measure([people, rooms], args, (&pack, &runtime), &evidence)?;
        write_held(&mut out, &kinds)?;
    }
    let manifest = Written {
        evidence,
        calibration: Calibration {
            attack_threshold: at,
        },
    };
    write!(
        out,
        "\nFor the manifest:\n\n{}",
        toml::to_string(&manifest)?
    )
    .context("cannot write the answer")
}

/// What is an attack by itself: it is not learnt, as the sources at hand show neither.
#[derive(Debug, Clone, Copy)]
struct Rules {
    raster: Raster,
    border: f32,
}

/// The part of a manifest that this command is for.
#[derive(serde::Serialize)]
struct Written {
    evidence: Evidence,
    calibration: Calibration,
}

#[derive(serde::Serialize)]
struct Calibration {
    attack_threshold: f32,
}

fn write_held_out(out: &mut impl std::io::Write, bpcer: f64, groups: &[HeldOut]) -> Result<()> {
    let title = format!(
        "Each source and set by what the others taught, where {} of their living faces are refused",
        percent(bpcer)
    );
    let head = [
        "kept out",
        "area under the ROC",
        "APCER",
        "BPCER",
        "living with raster or border",
        "attacks with them",
        "without a face",
    ];
    let mut table = Table::new(title, &head);
    let cell = |estimate: &Option<Estimate>| estimate.as_ref().map_or_else(String::new, counted);
    for group in groups {
        table.row(vec![
            group.name.clone(),
            group
                .area
                .map_or_else(String::new, |area| format!("{area:.3}")),
            cell(&group.apcer),
            cell(&group.bpcer),
            group.living_by_rule.to_string(),
            group.attacks_by_rule.to_string(),
            group.without_face.to_string(),
        ]);
    }
    table.write(out)?;
    Ok(())
}

fn write_held(out: &mut impl std::io::Write, kinds: &[Kind]) -> Result<()> {
    let title = "Photographs held before a camera (simulated): a border was found";
    let mut table = Table::new(title, &["on", "border found", "without a face"]);
    for kind in kinds {
        table.row(vec![
            kind.name.to_owned(),
            counted(&Proportion::new(kind.found, kind.of).wilson()),
            kind.without_face.to_string(),
        ]);
    }
    table.write(out)?;
    Ok(())
}

fn write_sequences(
    out: &mut impl std::io::Write,
    sequences: &[Group],
    evidence: &Evidence,
    threshold: f32,
) -> Result<()> {
    let title = "Sequences by what all sources taught: frames that look like an attack";
    let mut table = Table::new(title, &["sequence", "attack", "of", "raster or border"]);
    for sequence in sequences {
        let scores: Vec<f32> = sequence
            .live
            .iter()
            .map(|it| it.score(evidence).0)
            .collect();
        let count = |is: &dyn Fn(f32) -> bool| scores.iter().filter(|&&score| is(score)).count();
        table.row(vec![
            sequence.name.clone(),
            count(&|score| score >= threshold).to_string(),
            scores.len().to_string(),
            count(&|score| score >= 1.0).to_string(),
        ]);
    }
    table.write(out)?;
    Ok(())
}
