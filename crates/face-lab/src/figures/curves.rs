//! ROC, DET, threshold sweep, impostor curve, open-set identification and detector: rates over each other.

use face_metrics::Estimate;

use super::Figure;
use super::axis::Axis;
use super::lines::{Line, LineChart, Stroke, on_axes};
use super::style;
use crate::evaluate::{LfwVariant, Report};

/// A line of each kind of template of each report, coloured by report.
fn by_template(reports: &[Report], points: impl Fn(&LfwVariant) -> Vec<[f64; 2]>) -> Vec<Line> {
    let with_lfw = reports
        .iter()
        .filter_map(|report| Some((report, report.lfw.as_ref()?)));
    let mut lines = Vec::new();
    for ((report, lfw), at) in with_lfw.zip(0..) {
        for (variant, stroke) in lfw.variants.iter().zip([Stroke::Full, Stroke::Dashed]) {
            lines.push(Line {
                name: format!("{}, {}", report.pack.name, variant.template),
                points: points(variant),
                colour: style::colour(at),
                stroke,
            });
        }
    }
    lines.retain(|line| line.points.len() > 1);
    lines
}

/// Every figure of curves that the reports have anything for.
pub(super) fn all(reports: &[Report]) -> Vec<Figure> {
    let figures = [
        ("roc", roc(reports)),
        ("det", det(reports)),
        ("threshold-sweep", sweep(reports)),
        ("open-set", open_set(reports)),
        ("impostor-curve", impostors(reports)),
        ("detector", detector(reports)),
    ];
    let drawn = figures
        .into_iter()
        .filter(|(_, chart)| !chart.lines.is_empty());
    drawn
        .map(|(name, chart)| Figure::new(name, chart.sheet()))
        .collect()
}

fn pairs_protocol(reports: &[Report]) -> String {
    let first = reports
        .iter()
        .find_map(|report| report.lfw.as_ref()?.variants.first());
    first.map_or_else(String::new, |variant| {
        let counts = &variant.pairs.scores;
        format!(
            "Labeled Faces in the Wild, {} listed pairs: {} mated, {} non-mated",
            variant.pairs.folds.accuracy.of,
            counts.mated.total(),
            counts.non_mated.total()
        )
    })
}

fn roc(reports: &[Report]) -> LineChart {
    let x = Axis::log_shares("false match rate", 3e-4, 1.0);
    let mut lines = by_template(reports, |variant| {
        let curve = variant.pairs.curve.iter().rev();
        curve
            .map(|point| [point.fmr.value, point.tar().value])
            .filter(|[fmr, _]| *fmr > 0.0)
            .collect()
    });
    let lowest = lines
        .iter()
        .flat_map(|line| &line.points)
        .filter(|[fmr, _]| *fmr >= 3e-4);
    let low = floor(lowest.map(|[_, tar]| *tar).fold(1.0, f64::min));
    for line in &mut lines {
        line.points = on_axes(&line.points, &x);
    }
    LineChart {
        title: "ROC: how many of the right pairs match".to_owned(),
        subtitle: pairs_protocol(reports),
        x,
        y: Axis::shares("true accept rate", low, 1.0),
        lines,
        marked: Vec::new(),
    }
}

/// A round share somewhat below `lowest`.
fn floor(lowest: f64) -> f64 {
    let steps = [0.98, 0.95, 0.9, 0.8, 0.5];
    steps.into_iter().find(|&step| step < lowest).unwrap_or(0.0)
}

fn det(reports: &[Report]) -> LineChart {
    let (x, y) = (
        Axis::log_shares("false match rate", 3e-4, 1.0),
        Axis::log_shares("false non-match rate", 3e-4, 1.0),
    );
    let mut lines = by_template(reports, |variant| {
        let curve = variant.pairs.curve.iter().rev();
        let rates = curve.map(|point| [point.fmr.value, point.fnmr.value]);
        rates
            .filter(|[fmr, fnmr]| *fmr > 0.0 && *fnmr > 0.0)
            .collect()
    });
    for line in &mut lines {
        line.points = on_axes(&line.points, &x);
    }
    let with_error_rate = reports
        .iter()
        .filter_map(|report| report.lfw.as_ref()?.variants.first());
    let marked = with_error_rate.zip(0..).map(|(variant, at)| {
        let rate = variant.pairs.equal_error_rate.rate;
        (
            [rate, rate],
            format!("equal: {:.2}%", 100.0 * rate),
            style::colour(at),
        )
    });
    LineChart {
        title: "DET: both kinds of error over each other".to_owned(),
        subtitle: pairs_protocol(reports),
        marked: marked.collect(),
        x,
        y,
        lines,
    }
}

fn sweep(reports: &[Report]) -> LineChart {
    let mut lines = by_template(reports, |variant| {
        let points = variant.pairs.sweep.iter();
        points
            .map(|point| [f64::from(point.distance), point.accuracy.value])
            .collect()
    });
    // Both kinds of template have nearly the same curve.
    lines.retain(|line| line.stroke == Stroke::Full);
    let first = reports
        .iter()
        .filter_map(|report| report.lfw.as_ref()?.variants.first());
    let marked = first.zip(0..).map(|(variant, at)| {
        let best = variant.pairs.best_distance;
        let point = [f64::from(best.distance), best.accuracy.value];
        let text = format!(
            "{:.2}% at {:.2}",
            100.0 * best.accuracy.value,
            best.distance
        );
        (point, text, style::colour(at))
    });
    LineChart {
        title: "Accuracy over the threshold".to_owned(),
        subtitle: format!(
            "{}; the best distance is chosen on these pairs",
            pairs_protocol(reports)
        ),
        x: Axis::linear("Euclidean distance up to which two faces match", 0.0, 2.0),
        y: Axis::shares("pairs judged right", 0.5, 1.0),
        marked: marked.collect(),
        lines,
    }
}

fn open_set(reports: &[Report]) -> LineChart {
    let (x, y) = (
        Axis::log_shares(
            "searches for strangers that find somebody (FPIR)",
            1e-3,
            1.0,
        ),
        Axis::log_shares("searches for enrolled people that miss (FNIR)", 1e-3, 1.0),
    );
    let lines = by_template(reports, |variant| {
        let curve = variant
            .open_set
            .iter()
            .flat_map(|set| set.curve.iter().rev());
        let rates = curve.map(|point| [point.fpir.value, point.fnir.value]);
        rates
            .filter(|[fpir, fnir]| *fpir > 0.0 && *fnir > 0.0)
            .collect()
    });
    let first = reports
        .iter()
        .find_map(|report| report.lfw.as_ref()?.variants.first()?.open_set.as_ref());
    let subtitle = first.map_or_else(String::new, |set| {
        let of = |rate: fn(&face_metrics::OpenSetPoint) -> Estimate| set.points.first().map_or(0, |point| rate(point).of);
        format!(
            "Labeled Faces in the Wild, {} people enrolled with one picture; {} searches for them, {} for others",
            set.enrolled,
            of(|point| point.fnir),
            of(|point| point.fpir)
        )
    });
    LineChart {
        title: "Open-set identification".to_owned(),
        subtitle,
        x,
        y,
        lines,
        marked: Vec::new(),
    }
}

fn impostors(reports: &[Report]) -> LineChart {
    let mut lines = Vec::new();
    let mut counts = Vec::new();
    let mut lowest = 1.0_f64;
    for (report, at) in reports.iter().zip(0..) {
        let lfw = report.lfw.as_ref().and_then(|lfw| lfw.variants.first());
        let curves = [
            (
                lfw.map(|variant| {
                    (
                        &variant.all_pairs.impostor_curve,
                        variant.all_pairs.non_mated,
                    )
                }),
                "LFW",
                Stroke::Dotted,
            ),
            (
                report
                    .crops
                    .as_ref()
                    .map(|crops| (&crops.impostor_curve, crops.non_mated)),
                "crops",
                Stroke::Dashed,
            ),
        ];
        for (curve, set, stroke) in curves {
            let Some((curve, count)) = curve else {
                continue;
            };
            lowest = curve
                .iter()
                .fold(lowest, |lowest, (_, fmr)| lowest.min(*fmr));
            counts.push(format!("{set}: {count}"));
            lines.push(Line {
                name: format!("{}, {set}", report.pack.name),
                points: curve
                    .iter()
                    .map(|(threshold, fmr)| [f64::from(*threshold), *fmr])
                    .collect(),
                colour: style::colour(at),
                stroke,
            });
        }
    }
    let highest = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|[threshold, _]| *threshold)
        .fold(0.5, f64::max);
    let low = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|[threshold, _]| *threshold)
        .fold(0.0, f64::min);
    counts.dedup();
    LineChart {
        title: "How often strangers reach a similarity".to_owned(),
        subtitle: format!(
            "Every picture with every other of another person; comparisons: {}",
            counts.join(", ")
        ),
        x: Axis::linear(
            "similarity (cosine)",
            (low * 10.0).floor() / 10.0,
            (highest * 10.0).ceil() / 10.0,
        ),
        y: Axis::log_shares(
            "comparisons at or above it",
            10_f64.powf(lowest.log10().floor()),
            1.0,
        ),
        lines,
        marked: Vec::new(),
    }
}

fn detector(reports: &[Report]) -> LineChart {
    let with = || {
        reports
            .iter()
            .filter_map(|report| Some((report, report.detector.as_ref()?)))
            .zip(0..)
    };
    let lines = with().map(|((report, found), at)| Line {
        name: report.pack.name.clone(),
        points: found
            .curve
            .iter()
            .rev()
            .map(|point| [point.false_per_picture, point.recall.value])
            .filter(|[x, _]| *x > 0.0)
            .collect(),
        colour: style::colour(at),
        stroke: Stroke::Full,
    });
    let lines: Vec<Line> = lines.filter(|line| line.points.len() > 1).collect();
    let lowest = lines
        .iter()
        .flat_map(|line| &line.points)
        .filter(|[x, _]| *x >= 1e-2)
        .map(|[_, recall]| *recall)
        .fold(1.0, f64::min);
    let x = Axis::log_numbers("false faces a picture", 1e-3, 10.0);
    let marked = with().map(|((_, found), at)| {
        let point = found.at_tenth;
        let text = format!(
            "{:.1}% at {:.2}",
            100.0 * point.recall.value,
            point.false_per_picture
        );
        (
            [point.false_per_picture, point.recall.value],
            text,
            style::colour(at),
        )
    });
    let subtitle = with().next().map_or_else(String::new, |((_, found), _)| {
        format!(
            "{} faces of 40 pixels or more in {} scenes, as {} sees them in pictures twice as large; {} pictures without faces",
            found.faces, found.scenes, found.reference, found.negatives
        )
    });
    LineChart {
        title: "Detector: agreement with a reference detector".to_owned(),
        subtitle,
        y: Axis::shares("faces found", floor(lowest), 1.0),
        marked: marked.collect(),
        x,
        lines,
    }
}
