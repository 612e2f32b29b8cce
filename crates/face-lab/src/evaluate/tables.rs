//! The tables of an evaluation, for a terminal.

use std::io::{self, Write};

use face_metrics::{AttackRates, Estimate};

use super::report::{
    AllPairsReport, AttackReport, CropReport, DetectorReport, EyeReport, LfwReport, LfwVariant,
    RateAt, Report, SequenceReport,
};
use super::table::{Table, counted, grouped, interval, percent};

/// Writes all of `report`.
pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    heading(report, out)?;
    for table in tables(report) {
        table.write(out)?;
    }
    writeln!(
        out,
        "\nIntervals are at 95%. Measured in {:.0} s.",
        report.seconds
    )
}

fn heading(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let (host, pack) = (&report.host, &report.pack);
    writeln!(
        out,
        "Pack {} {}, {} values a template",
        pack.name, pack.version, pack.dimension
    )?;
    writeln!(out, "pack.toml {}", pack.digest)?;
    writeln!(out, "model {}", pack.model)?;
    pack.networks
        .iter()
        .try_for_each(|network| writeln!(out, "- {network}"))?;
    let (processor, vectors) = (&host.processor, &host.vectors);
    writeln!(
        out,
        "Host: {processor} ({vectors}), {} threads, {}",
        host.cores, host.system
    )?;
    writeln!(out, "lab {}, ONNX Runtime: {}", host.lab, host.onnx_runtime)?;
    if let Some(limit) = report.settings.limit {
        writeln!(
            out,
            "CUT SHORT to {limit} pictures of each set: not figures to report."
        )?;
    }
    Ok(())
}

fn tables(report: &Report) -> Vec<Table> {
    let mut tables = Vec::new();
    tables.extend(report.lfw.iter().flat_map(lfw));
    tables.extend(report.crops.iter().flat_map(crops));
    tables.extend(report.eyes.as_deref().map(eyes));
    tables.extend(report.attacks.iter().map(attacks));
    tables.extend(report.sequences.iter().map(sequences));
    tables.extend(report.detector.iter().map(detector));
    tables
}

fn lfw(report: &LfwReport) -> Vec<Table> {
    let pairs = report
        .variants
        .first()
        .map_or(0, |variant| variant.pairs.folds.accuracy.of);
    let pictures = format!(
        "{} pictures of {} people",
        grouped(report.pictures as u64),
        grouped(report.people as u64)
    );
    let missing = format!("{} without a face", report.without_face);
    vec![
        verification(
            report,
            format!(
                "LFW, {} pairs in {} folds, threshold from the others; {pictures}, {missing}",
                grouped(pairs),
                folds(report)
            ),
        ),
        rates(
            report,
            "LFW, true accept rate of the pairs at a false match rate; intervals over people",
            |variant| &variant.pairs.tar,
        ),
        rates(
            report,
            &format!(
                "LFW, the same over all comparisons ({})",
                all_counts(report)
            ),
            |variant| &variant.all_pairs.tar,
        ),
        retrieval(report),
        open_set(report),
    ]
}

fn folds(report: &LfwReport) -> usize {
    report
        .variants
        .first()
        .map_or(0, |variant| variant.pairs.folds.folds.len())
}

fn all_counts(report: &LfwReport) -> String {
    report
        .variants
        .first()
        .map_or_else(String::new, |variant| pair_counts(&variant.all_pairs))
}

fn pair_counts(all: &AllPairsReport) -> String {
    format!(
        "{} mated, {} non-mated",
        grouped(all.mated),
        grouped(all.non_mated)
    )
}

fn verification(report: &LfwReport, title: String) -> Table {
    let mut table = Table::new(
        title,
        &[
            "template",
            "accuracy",
            "mean of folds ± s.e.",
            "EER",
            "AUC",
            "best distance",
        ],
    );
    for variant in &report.variants {
        let pairs = &variant.pairs;
        let best = &pairs.best_distance;
        table.row(vec![
            variant.template.clone(),
            interval(&pairs.folds.accuracy),
            format!(
                "{} ± {:.2}",
                percent(pairs.folds.mean),
                100.0 * pairs.folds.standard_error
            ),
            percent(pairs.equal_error_rate.rate),
            format!("{:.4}", pairs.area_under_curve),
            format!("{:.2}: {}", best.distance, percent(best.accuracy.value)),
        ]);
    }
    table
}

fn rates(report: &LfwReport, title: &str, of: fn(&LfwVariant) -> &Vec<RateAt>) -> Table {
    let mut table = Table::new(
        title,
        &["template", "FMR 1e-2", "FMR 1e-3", "FMR 1e-4", "FMR 1e-5"],
    );
    for variant in &report.variants {
        let mut row = vec![variant.template.clone()];
        row.extend(of(variant).iter().map(|rate| interval(&rate.tar)));
        table.row(row);
    }
    table
}

fn retrieval(report: &LfwReport) -> Table {
    let head = [
        "template",
        "R@1, batches 8 x 3",
        "R@1",
        "R@10",
        "R@20",
        "NMI",
    ];
    let title = "LFW, recall at 1, 10, 20 among all pictures of people with two or more, and k-means with as many clusters as people";
    let mut table = Table::new(title, &head);
    for variant in &report.variants {
        let mut row = vec![variant.template.clone()];
        let batch = variant.batch_recall.first();
        row.push(batch.map_or_else(String::new, |at| counted(&at.recall)));
        row.extend((0..3).map(|at| {
            let recall = variant.global_recall.get(at);
            recall.map_or_else(String::new, |at| counted(&at.recall))
        }));
        row.push(variant.clusters.map_or_else(String::new, |found| {
            format!("{:.4} (k = {})", found.nmi, grouped(found.clusters as u64))
        }));
        table.row(row);
    }
    table
}

fn open_set(report: &LfwReport) -> Table {
    let mut table = Table::new(
        "LFW, open-set identification, a picture a person",
        &[
            "template",
            "enrolled",
            "rank 1",
            "FPIR",
            "FNIR",
            "threshold",
        ],
    );
    for variant in &report.variants {
        let Some(found) = &variant.open_set else {
            continue;
        };
        for point in &found.points {
            table.row(vec![
                variant.template.clone(),
                grouped(found.enrolled as u64),
                interval(&found.rank_one),
                counted(&point.fpir),
                counted(&point.fnir),
                format!("{:.3}", point.threshold),
            ]);
        }
    }
    table
}

fn crops(report: &CropReport) -> Vec<Table> {
    let mut curve = Table::new(
        format!(
            "Impostor curve, {} people, one picture each, {} comparisons",
            grouped(report.people as u64),
            grouped(report.non_mated)
        ),
        &["threshold", "FMR"],
    );
    for (threshold, fmr) in &report.impostor_curve {
        curve.row(vec![format!("{threshold:.4}"), format!("{fmr:.2e}")]);
    }
    let mut named = Table::new(
        report
            .verification
            .as_ref()
            .map_or_else(String::new, |all| {
                format!(
                    "Named people, all comparisons of their crops ({})",
                    pair_counts(all)
                )
            }),
        &["FMR", "TAR"],
    );
    for rate in report.verification.iter().flat_map(|all| &all.tar) {
        named.row(vec![format!("{:e}", rate.fmr), interval(&rate.tar)]);
    }
    vec![curve, named]
}

fn eyes(reports: &[EyeReport]) -> Table {
    let mut table = Table::new(
        "Eye state, whole picture as the crop",
        &[
            "part",
            "threshold",
            "accuracy",
            "open found",
            "closed found",
            "AUC",
            "best threshold",
            "no answer",
        ],
    );
    for report in reports {
        let (at, best) = (&report.at_threshold, &report.best);
        table.row(vec![
            report.part.clone(),
            format!("{:.2}", at.threshold),
            counted(&at.accuracy),
            counted(&at.sensitivity),
            counted(&at.specificity),
            format!("{:.4}", at.area_under_curve),
            format!("{:.2}: {}", best.threshold, percent(best.accuracy.value)),
            listed(&report.without_opinion),
        ]);
    }
    table
}

/// How many there are, and the first few by name.
fn listed(names: &[String]) -> String {
    const FEW: usize = 3;
    if names.is_empty() {
        return "0".to_owned();
    }
    let rest = if names.len() > FEW { ", …" } else { "" };
    let few = names[..names.len().min(FEW)].join(", ");
    format!("{}: {few}{rest}", names.len())
}

fn attacks(report: &AttackReport) -> Table {
    let fixed = &report.at_bpcer_5;
    let title = format!(
        "Presentation attacks by source; BPCER {} at threshold {:.3}; no face in {} live and {} replayed pictures",
        counted(&fixed.bpcer),
        fixed.threshold,
        report.live_without_face,
        report.attacks_without_face
    );
    let mut table = Table::new(
        title,
        &[
            "source",
            "APCER at BPCER 5%",
            "APCER at the pack's threshold",
            "BPCER at the pack's threshold",
        ],
    );
    let at_pack = report.at_threshold.as_ref();
    for (source, bpcer) in &report.bpcer_by_source {
        table.row(vec![
            source.clone(),
            apcer(Some(fixed), source),
            apcer(at_pack, source),
            counted(bpcer),
        ]);
    }
    let worst = |rates: &AttackRates| {
        rates.worst().map_or_else(String::new, |worst| {
            format!("{}: {}", worst.name, percent(worst.apcer.value))
        })
    };
    table.row(vec![
        "worst".to_owned(),
        worst(fixed),
        at_pack.map_or_else(String::new, worst),
        worst_of(&report.bpcer_by_source),
    ]);
    table
}

fn sequences(report: &SequenceReport) -> Table {
    let mut table = Table::new(
        "Sequences before the camera; of attacks the share that passed is APCER, of living people 1 - BPCER",
        &["shown", "is to", "passed", "passed with the attack score"],
    );
    for species in &report.species {
        let is_to = if species.is_bona_fide { "pass" } else { "fail" };
        let with_score = species.passed_with_attack_score.as_ref();
        table.row(vec![
            species.name.clone(),
            is_to.to_owned(),
            counted(&species.passed),
            with_score.map_or_else(|| "no attack score".to_owned(), counted),
        ]);
    }
    table
}

fn apcer(rates: Option<&AttackRates>, source: &str) -> String {
    let species =
        rates.and_then(|rates| rates.species.iter().find(|species| species.name == source));
    species.map_or_else(
        || "no attacks".to_owned(),
        |species| counted(&species.apcer),
    )
}

fn worst_of(sources: &[(String, Estimate)]) -> String {
    let worst = sources
        .iter()
        .max_by(|a, b| a.1.value.total_cmp(&b.1.value));
    worst.map_or_else(String::new, |(name, bpcer)| {
        format!("{name}: {}", percent(bpcer.value))
    })
}

fn detector(report: &DetectorReport) -> Table {
    let title = format!(
        "Detector: faces of 40 pixels or more in {} scenes that {} sees in pictures twice as large; false faces over these and {} pictures without faces",
        grouped(report.scenes as u64),
        report.reference,
        grouped(report.negatives as u64)
    );
    let mut table = Table::new(
        title,
        &["at", "threshold", "agreement", "false faces a picture"],
    );
    for (name, point) in [
        ("the pack's threshold", &report.at_threshold),
        ("0.1 false a picture at most", &report.at_tenth),
    ] {
        table.row(vec![
            name.to_owned(),
            format!("{:.3}", point.threshold),
            counted(&point.recall),
            format!("{:.4}", point.false_per_picture),
        ]);
    }
    table.row(vec![
        "pictures without faces".to_owned(),
        format!("{:.3}", report.at_threshold.threshold),
        String::new(),
        format!("{:.4}", report.false_on_negatives),
    ]);
    if let Some((median, high)) = report.landmarks {
        table.row(vec![
            "points, median and 95th of 100".to_owned(),
            String::new(),
            format!(
                "{} and {} of the eyes' distance",
                percent(median),
                percent(high)
            ),
        ]);
    }
    table
}
