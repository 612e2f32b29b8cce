//! Figures of rates with their intervals: a row for each case, a dot for each series.

use face_metrics::Estimate;

use super::axis::Axis;
use super::sheet::{Anchor, Sheet};
use super::style::{self, Colour};

/// A rate in a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dot {
    /// Number of its series.
    pub(super) series: usize,
    /// The rate.
    pub(super) rate: Estimate,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// What was measured on.
    pub(super) name: String,
    /// The rates, one of each series at most.
    pub(super) dots: Vec<Dot>,
}

/// A figure of rates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DotChart {
    /// What it shows.
    pub(super) title: String,
    /// Protocol and number of trials.
    pub(super) subtitle: String,
    /// The axis along the bottom.
    pub(super) axis: Axis,
    /// Names of the series.
    pub(super) series: Vec<String>,
    /// Rows from the top.
    pub(super) rows: Vec<Row>,
}

const WIDTH: u32 = 820;
/// Room for the names of the rows; longer ones get more.
const LEFT: f64 = 190.0;
/// Room between a row's name and the plot.
const BESIDE: f64 = 14.0;
/// Room for the rates in figures.
const RIGHT: f64 = 110.0;
/// Room for the axis.
const BOTTOM: f64 = 56.0;
/// Height of one series in a row.
const SERIES_HEIGHT: f64 = 18.0;
/// Room between rows.
const BETWEEN: f64 = 16.0;
/// From the middle of a series' dot to its name.
const DOT: f64 = 10.0;
/// Room between the names of two series.
const BETWEEN_NAMES: f64 = 30.0;

impl DotChart {
    /// The figure's sheet.
    pub(super) fn sheet(&self) -> Sheet {
        let row_height = SERIES_HEIGHT * self.series.len().max(1) as f64 + BETWEEN;
        let rows = row_height * self.rows.len() as f64;
        let (_, used) = Sheet::titled(WIDTH, 0, &self.title, &self.subtitle);
        let names = self.legend();
        let lines = names.last().map_or(0.0, |&[_, y]| y + style::LEADING + 8.0);
        let top = used + lines + 8.0;
        let height = (top + rows + BOTTOM).ceil() as u32;
        let (mut sheet, _) = Sheet::titled(WIDTH, height, &self.title, &self.subtitle);
        for ((name, [x, y]), at) in self.series.iter().zip(names).zip(0..) {
            let y = used + 4.0 + y;
            sheet.dot([x, y], 4.5, style::colour(at));
            sheet.text(
                [x + DOT, y],
                name,
                style::TEXT,
                style::colour(at),
                Anchor::Start,
            );
        }
        let (left, right) = (self.left(), f64::from(WIDTH) - RIGHT);
        let across = |value: f64| left + self.axis.place(value) * (right - left);
        for (value, text) in &self.axis.ticks {
            let x = across(*value);
            sheet.line(vec![[x, top], [x, top + rows]], style::GRID, 1.0);
            sheet.text(
                [x, top + rows + 14.0],
                text,
                style::SMALL,
                style::GREY,
                Anchor::Middle,
            );
        }
        let below = [f64::midpoint(left, right), top + rows + 38.0];
        sheet.text(
            below,
            &self.axis.title,
            style::TEXT,
            style::INK,
            Anchor::Middle,
        );
        for (row, at) in self.rows.iter().zip(0_u32..) {
            let start = top + f64::from(at) * row_height + BETWEEN / 2.0;
            let middle = start + (row_height - BETWEEN) / 2.0;
            sheet.text(
                [left - BESIDE, middle],
                &row.name,
                style::TEXT,
                style::INK,
                Anchor::End,
            );
            for dot in &row.dots {
                let y = start + SERIES_HEIGHT * (dot.series as f64 + 0.5);
                draw(&mut sheet, &across, y, dot, right);
            }
        }
        sheet
    }

    fn left(&self) -> f64 {
        let names = self.rows.iter().map(|row| row.name.as_str());
        LEFT.max(style::widest(names, style::TEXT) + 2.0 * BESIDE)
    }

    /// Where the names of the series stand, in as many lines as they need; a single series needs no name.
    fn legend(&self) -> Vec<[f64; 2]> {
        if self.series.len() < 2 {
            return Vec::new();
        }
        let left = self.left();
        let mut next = [left, 0.0];
        let place = |name: &String| {
            let width = DOT + style::width(name, style::TEXT);
            if next[0] > left && next[0] + width > f64::from(WIDTH) {
                next = [left, next[1] + style::LEADING];
            }
            let at = next;
            next[0] += width + BETWEEN_NAMES;
            at
        };
        self.series.iter().map(place).collect()
    }
}

fn draw(sheet: &mut Sheet, across: &impl Fn(f64) -> f64, y: f64, dot: &Dot, right: f64) {
    let colour: Colour = style::colour(dot.series);
    let Estimate {
        value, low, high, ..
    } = dot.rate;
    sheet.line(vec![[across(low), y], [across(high), y]], colour, 2.0);
    sheet.dot([across(value), y], 4.5, colour);
    let text = format!("{:.1}%", 100.0 * value);
    sheet.text(
        [right + 14.0, y],
        &text,
        style::SMALL,
        colour,
        Anchor::Start,
    );
}

#[cfg(test)]
mod tests {
    use face_metrics::Proportion;

    use super::*;

    fn row(name: &str) -> Row {
        Row {
            name: name.to_owned(),
            dots: vec![Dot {
                series: 0,
                rate: Proportion::new(9, 10).wilson(),
            }],
        }
    }

    fn chart(rows: Vec<Row>) -> DotChart {
        DotChart {
            title: "Rates".to_owned(),
            subtitle: "n = 10".to_owned(),
            axis: Axis::shares("rate", 0.0, 1.0),
            series: vec!["one".to_owned()],
            rows,
        }
    }

    #[test]
    fn more_rows_make_a_taller_figure() {
        let (two, four) = (chart(vec![row("a"), row("b")]), chart(vec![row("a"); 4]));
        assert!(four.sheet().height > two.sheet().height + 50);
    }

    #[test]
    fn names_of_series_end_on_the_paper_and_need_no_more_lines_than_that() {
        let named = |series: [&str; 4]| DotChart {
            series: series.map(str::to_owned).into(),
            ..chart(vec![row("a")])
        };
        let short = named(["one", "two", "three", "four"]);
        assert!(short.legend().iter().all(|&[_, y]| y < 1.0));
        let long = named([
            "default, single",
            "default, mirrored mean",
            "reference, single",
            "reference, mirrored mean",
        ]);
        let places = long.legend();
        for (name, [x, _]) in long.series.iter().zip(&places) {
            let end = x + DOT + style::width(name, style::TEXT);
            assert!(end <= f64::from(WIDTH), "{name} ends at {end}");
        }
        assert!((places[3][1] - style::LEADING).abs() < 1e-9, "{places:?}");
        assert!(long.sheet().height > short.sheet().height + 10);
    }

    #[test]
    fn a_long_name_begins_on_the_paper() {
        let name = "pictures of another source: 147 open, 141 closed";
        assert!(chart(vec![row(name)]).sheet().begins(name) > 0.0);
    }
}
