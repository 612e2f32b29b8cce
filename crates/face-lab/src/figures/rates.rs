//! Recall, eye state and attacks: rates with their intervals.

use std::collections::BTreeMap;

use face_metrics::Estimate;

use super::Figure;
use super::axis::Axis;
use super::dots::{Dot, DotChart, Row};
use super::input::Run;
use super::lines::{Line, LineChart, Stroke};
use super::style;
use crate::evaluate::Report;

/// Every figure of rates that the reports have anything for.
pub(super) fn all(reports: &[Report]) -> Vec<Figure> {
    let figures = [
        ("recall", recall(reports)),
        ("eyes", eyes(reports)),
        ("attacks", attacks(reports)),
        ("bona-fide", bona_fide(reports)),
    ];
    let drawn = figures
        .into_iter()
        .filter(|(_, chart)| !chart.rows.is_empty());
    drawn
        .map(|(name, chart)| Figure::new(name, chart.sheet()))
        .collect()
}

/// Rows by name, in the order in which names first occur.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn add(&mut self, name: &str, series: usize, rate: Estimate) {
        let dot = Dot { series, rate };
        match self.0.iter_mut().find(|row| row.name == name) {
            Some(row) => row.dots.push(dot),
            None => self.0.push(Row {
                name: name.to_owned(),
                dots: vec![dot],
            }),
        }
    }
}

fn packs<T>(reports: &[Report], of: impl Fn(&Report) -> Option<&T>) -> Vec<(String, &T)> {
    let with = reports
        .iter()
        .filter_map(|report| Some((report.pack.name.clone(), of(report)?)));
    with.collect()
}

fn recall(reports: &[Report]) -> DotChart {
    let found = packs(reports, |report| report.lfw.as_ref());
    let (mut rows, mut series) = (Rows::default(), Vec::new());
    for (pack, lfw) in &found {
        for variant in &lfw.variants {
            let at = series.len();
            series.push(format!("{pack}, {}", variant.template));
            for batch in &variant.batch_recall {
                rows.add(&format!("recall@{}, batches", batch.k), at, batch.recall);
            }
            for global in &variant.global_recall {
                rows.add(&format!("recall@{}, all", global.k), at, global.recall);
            }
        }
    }
    let queries = found
        .first()
        .and_then(|(_, lfw)| lfw.variants.first()?.global_recall.first());
    DotChart {
        title: "Recall: a picture of the same person among the nearest".to_owned(),
        subtitle: format!(
            "Labeled Faces in the Wild, people with two pictures or more, {} queries; batches are of 8 people and 3 pictures each",
            queries.map_or(0, |recall| recall.recall.of)
        ),
        axis: axis("queries with a hit", &rows),
        series,
        rows: rows.0,
    }
}

/// From a round share below all intervals.
fn axis(title: &str, rows: &Rows) -> Axis {
    let dots = rows.0.iter().flat_map(|row| &row.dots);
    let low = dots.map(|dot| dot.rate.low).fold(1.0, f64::min);
    let start = [0.95, 0.9, 0.8, 0.5]
        .into_iter()
        .find(|start| *start <= low);
    Axis::shares(title, start.unwrap_or(0.0), 1.0)
}

fn eyes(reports: &[Report]) -> DotChart {
    let found = packs(reports, |report| report.eyes.as_ref());
    let mut rows = Rows::default();
    for ((_, parts), series) in found.iter().zip(0..) {
        for part in *parts {
            let rates = &part.at_threshold;
            let (closed, open) = (rates.specificity.of, rates.sensitivity.of);
            rows.add(
                &format!("{}: {open} open, {closed} closed", part.part),
                series,
                rates.accuracy,
            );
        }
    }
    DotChart {
        title: "Eye state at the pack's threshold".to_owned(),
        subtitle:
            "Close pictures of one eye, the whole picture taken for the crop; intervals at 95%"
                .to_owned(),
        axis: axis("eyes judged right", &rows),
        series: found.into_iter().map(|(pack, _)| pack).collect(),
        rows: rows.0,
    }
}

fn attacks(reports: &[Report]) -> DotChart {
    let found = packs(reports, |report| report.attacks.as_ref());
    let mut rows = Rows::default();
    for ((_, attacks), series) in found.iter().zip(0..) {
        for species in &attacks.at_bpcer_5.species {
            rows.add(
                &format!("{} ({})", species.name, species.apcer.of),
                series,
                species.apcer,
            );
        }
    }
    DotChart {
        title: "Attacks that pass, source by source".to_owned(),
        subtitle: "Replays held to a webcam, at the threshold that refuses 5 of 100 living faces of all sources (APCER at BPCER 5%); in brackets the number of attacks; the worst source counts".to_owned(),
        axis: Axis::shares("attacks that pass", 0.0, 1.0),
        series: found.into_iter().map(|(pack, _)| pack).collect(),
        rows: rows.0,
    }
}

fn bona_fide(reports: &[Report]) -> DotChart {
    let found = packs(reports, |report| report.attacks.as_ref());
    let mut rows = Rows::default();
    for ((_, attacks), series) in found.iter().zip(0..) {
        for (source, bpcer) in &attacks.bpcer_by_source {
            rows.add(&format!("{source} ({})", bpcer.of), series, *bpcer);
        }
    }
    DotChart {
        title: "Living faces that are refused, source by source".to_owned(),
        subtitle: "Webcam pictures at the pack's own threshold (BPCER); in brackets the number of pictures".to_owned(),
        axis: Axis::shares("living faces refused", 0.0, 1.0),
        series: found.into_iter().map(|(pack, _)| pack).collect(),
        rows: rows.0,
    }
}

/// Keys of a recipe that say how many augmented samples are added, as a share of the training set.
const EXTRA: [&str; 3] = ["extra", "extra_samples", "extra_share"];

/// Accuracy on the validation set of the runs that differ in how much augmentation adds, as the original compares them.
pub(super) fn eyes_by_augmentation(runs: &[Run]) -> Vec<Figure> {
    let mut best: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for run in runs {
        let extra = EXTRA.iter().find_map(|key| run.setting(key));
        let accuracy = run
            .metrics
            .get(&("validation".to_owned(), "accuracy".to_owned()));
        if let (Some(extra), Some(accuracy)) = (extra, accuracy) {
            let highest = accuracy.iter().map(|[_, value]| *value).fold(0.0, f64::max);
            best.insert(run.name.clone(), (extra, highest));
        }
    }
    if best.len() < 2 {
        return Vec::new();
    }
    let mut points: Vec<[f64; 2]> = best
        .values()
        .map(|&(extra, accuracy)| [extra, accuracy])
        .collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let low = points
        .iter()
        .map(|[_, accuracy]| *accuracy)
        .fold(1.0, f64::min);
    let last = points.iter().map(|[extra, _]| *extra).fold(1.0, f64::max);
    let marked = points
        .iter()
        .map(|&point| (point, format!("{:.2}%", 100.0 * point[1]), style::colour(0)));
    let chart = LineChart {
        title: "Eye state by augmentation".to_owned(),
        subtitle: "Best accuracy on the validation set of each run, by how many augmented samples are added to the training set".to_owned(),
        x: Axis::linear("added samples, as a share of the training set", 0.0, last),
        y: Axis::shares("eyes judged right", (low * 20.0 - 1.0).floor() / 20.0, 1.0),
        marked: marked.collect(),
        lines: vec![Line {
            name: "validation".to_owned(),
            points,
            colour: style::colour(0),
            stroke: Stroke::Dotted,
        }],
    };
    vec![Figure::new("eyes-by-augmentation", chart.sheet())]
}

#[cfg(test)]
mod tests {
    use face_metrics::Proportion;

    use super::*;

    #[test]
    fn series_of_one_name_share_a_row() {
        let rate = Proportion::new(97, 100).wilson();
        let mut rows = Rows::default();
        rows.add("a", 0, rate);
        rows.add("b", 0, rate);
        rows.add("a", 1, rate);
        let dots: Vec<_> = rows
            .0
            .iter()
            .map(|row| (row.name.as_str(), row.dots.len()))
            .collect();
        assert_eq!(dots, [("a", 2), ("b", 1)]);
        let start = axis("", &rows)
            .ticks
            .first()
            .map(|(value, _)| *value)
            .unwrap();
        assert!(
            (start - 0.9).abs() < 1e-9,
            "an interval from 91.5% begins at 90%"
        );
    }
}
