//! Distributions of similarities, one figure a report.

use face_metrics::Histogram;

use super::Figure;
use super::axis::Axis;
use super::lines::{Line, LineChart, Stroke};
use super::style;
use crate::evaluate::{Report, ScoreCounts};

/// A figure for each report that has LFW.
pub(super) fn all(reports: &[Report]) -> Vec<Figure> {
    let mut figures = Vec::new();
    for report in reports {
        let Some(variant) = report.lfw.as_ref().and_then(|lfw| lfw.variants.first()) else {
            continue;
        };
        let scores = &variant.all_pairs.scores;
        let subtitle = format!(
            "Labeled Faces in the Wild, every picture with every other: {} mated, {} non-mated comparisons; pack {}, template {}",
            scores.mated.total(),
            scores.non_mated.total(),
            report.pack.name,
            variant.template
        );
        let chart = chart(scores, subtitle);
        figures.push(Figure::new(
            format!("scores-{}", report.pack.name),
            chart.sheet(),
        ));
    }
    figures
}

fn chart(scores: &ScoreCounts, subtitle: String) -> LineChart {
    let lines = [
        ("two people", &scores.non_mated, style::colour(1)),
        ("one person", &scores.mated, style::colour(0)),
    ];
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|(name, counts, colour)| Line {
            name: name.to_owned(),
            points: densities(counts),
            colour,
            stroke: Stroke::Filled,
        })
        .collect();
    let all = || lines.iter().flat_map(|line| &line.points);
    let highest = all().map(|[_, density]| *density).fold(0.0, f64::max);
    let low = all()
        .filter(|[_, density]| *density > 0.01)
        .map(|[at, _]| *at)
        .fold(1.0, f64::min);
    LineChart {
        title: "Similarities of one person and of two".to_owned(),
        subtitle,
        x: Axis::linear("similarity (cosine)", (low * 5.0).floor() / 5.0, 1.0),
        y: Axis::linear(
            "share for each 0.01 of similarity, in hundredths",
            0.0,
            highest * 1.1,
        ),
        lines,
        marked: Vec::new(),
    }
}

/// The shares, in hundredths, of similarities in each hundredth of similarity.
fn densities(counts: &Histogram) -> Vec<[f64; 2]> {
    let width = 2.0 / counts.counts().len() as f64;
    let total = counts.total().max(1) as f64;
    let bins = counts.counts().iter().enumerate();
    bins.map(|(at, &count)| {
        let middle = f64::from(counts.lower_end(at)) + width / 2.0;
        [middle, 100.0 * count as f64 / total * 0.01 / width]
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_add_up_to_everything() {
        let mut counts = Histogram::new(256);
        (0..1000).for_each(|i| counts.add(i as f32 / 1000.0));
        let points = densities(&counts);
        // Hundredths for each 0.01, over bins of 2/256.
        let sum: f64 = points
            .iter()
            .map(|[_, density]| density * (2.0 / 256.0) / 0.01)
            .sum();
        assert!((sum - 100.0).abs() < 1e-9, "{sum}");
    }
}
