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

impl DotChart {
    /// The figure's sheet.
    pub(super) fn sheet(&self) -> Sheet {
        let row_height = SERIES_HEIGHT * self.series.len().max(1) as f64 + BETWEEN;
        let rows = row_height * self.rows.len() as f64;
        let (_, used) = Sheet::titled(WIDTH, 0, &self.title, &self.subtitle);
        let names = if self.series.len() > 1 {
            style::LEADING + 8.0
        } else {
            0.0
        };
        let top = used + names + 8.0;
        let height = (top + rows + BOTTOM).ceil() as u32;
        let (mut sheet, _) = Sheet::titled(WIDTH, height, &self.title, &self.subtitle);
        if self.series.len() > 1 {
            self.name_series(&mut sheet, used + 4.0);
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

    fn name_series(&self, sheet: &mut Sheet, y: f64) {
        let mut x = self.left();
        for (name, at) in self.series.iter().zip(0..) {
            sheet.dot([x, y], 4.5, style::colour(at));
            sheet.text(
                [x + 10.0, y],
                name,
                style::TEXT,
                style::colour(at),
                Anchor::Start,
            );
            x += style::width(name, style::TEXT) + 40.0;
        }
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
    fn a_long_name_begins_on_the_paper() {
        let name = "pictures of another source: 147 open, 141 closed";
        assert!(chart(vec![row(name)]).sheet().begins(name) > 0.0);
    }
}
