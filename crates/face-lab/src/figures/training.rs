//! Training and validation curves, a figure for each number that runs record.

use std::collections::BTreeSet;

use super::Figure;
use super::axis::Axis;
use super::input::Run;
use super::lines::{Line, LineChart, Stroke};
use super::style;

/// Most points of a line; a long run has more steps than a figure has pixels.
const MOST: usize = 400;
/// Numbers that say how fast a run was, not how well it learns.
const NOT_LEARNING: [&str; 2] = ["samples_per_s", "seconds"];

/// A figure for each number of any run.
pub(super) fn all(runs: &[Run]) -> Vec<Figure> {
    let names: BTreeSet<&String> = runs
        .iter()
        .flat_map(|run| run.metrics.keys())
        .map(|(_, name)| name)
        .filter(|name| !NOT_LEARNING.contains(&name.as_str()))
        .collect();
    let drawn = names
        .into_iter()
        .filter_map(|name| Some((name, chart(runs, name)?)));
    drawn
        .map(|(name, chart)| {
            Figure::new(
                format!("training-{}", name.replace('_', "-")),
                chart.sheet(),
            )
        })
        .collect()
}

/// `None` when no run has two values of it.
fn chart(runs: &[Run], name: &str) -> Option<LineChart> {
    let mut lines = Vec::new();
    for (run, at) in runs.iter().zip(0..) {
        for (kind, stroke) in [("train", Stroke::Thin), ("validation", Stroke::Dotted)] {
            let Some(points) = run.metrics.get(&(kind.to_owned(), name.to_owned())) else {
                continue;
            };
            let stroke = if stroke == Stroke::Dotted && points.len() > 60 {
                Stroke::Full
            } else {
                stroke
            };
            lines.push(Line {
                name: format!("{}, {kind}", run.name),
                points: means(points, MOST),
                colour: style::colour(at),
                stroke,
            });
        }
    }
    lines.retain(|line| line.points.len() > 1);
    let all = || lines.iter().flat_map(|line| &line.points);
    let steps = all().map(|[step, _]| *step).fold(0.0, f64::max);
    let (low, high) = all().fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(low, high), [_, value]| (low.min(*value), high.max(*value)),
    );
    let margin = 0.04 * (high - low).max(1e-6);
    (!lines.is_empty()).then(|| LineChart {
        title: format!("Training: {}", name.replace('_', " ")),
        subtitle: "Thin lines: means over batches of the training set; others: the validation set"
            .to_owned(),
        x: Axis::linear("step", 0.0, steps),
        y: Axis::linear(&name.replace('_', " "), low - margin, high + margin),
        lines,
        marked: Vec::new(),
    })
}

/// At most `most` points, each the mean of as many neighbours.
fn means(points: &[[f64; 2]], most: usize) -> Vec<[f64; 2]> {
    let together = points.len().div_ceil(most).max(1);
    let parts = points.chunks(together);
    parts
        .map(|part| {
            [0, 1].map(|axis| part.iter().map(|point| point[axis]).sum::<f64>() / part.len() as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_averaged_where_there_are_many() {
        let points: Vec<[f64; 2]> = (0..10)
            .map(|at| [f64::from(at), f64::from(at * at)])
            .collect();
        assert_eq!(means(&points, 10), points);
        assert_eq!(means(&points, 5)[..2], [[0.5, 0.5], [2.5, 6.5]]);
        assert_eq!(means(&points, 3).len(), 3);
    }
}
