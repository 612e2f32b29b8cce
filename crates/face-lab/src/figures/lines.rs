//! Figures of lines over a grid, each named at its end.

use super::axis::Axis;
use super::sheet::{Anchor, Sheet, spread};
use super::style::{self, Colour};

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A full line.
    Full,
    /// A line of dashes.
    Dashed,
    /// A thin line, for what is only background.
    Thin,
    /// A full line with a dot at each point.
    Dotted,
    /// A line over a filled area down to the axis, named at its top.
    Filled,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its name; an empty one is not written.
    pub(super) name: String,
    /// Values along both axes.
    pub(super) points: Vec<[f64; 2]>,
    /// Its colour.
    pub(super) colour: Colour,
    /// How it is drawn.
    pub(super) stroke: Stroke,
}

/// A figure of lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineChart {
    /// What it shows.
    pub(super) title: String,
    /// Protocol and number of trials.
    pub(super) subtitle: String,
    /// The axis along the bottom.
    pub(super) x: Axis,
    /// The axis up the left side.
    pub(super) y: Axis,
    /// The lines; later ones lie on top.
    pub(super) lines: Vec<Line>,
    /// Places worth a mark, with what is said of them.
    pub(super) marked: Vec<([f64; 2], String, Colour)>,
}

const WIDTH: u32 = 820;
const HEIGHT: u32 = 500;
/// Room for the title and the numbers of the upright axis; longer numbers get more.
const LEFT: f64 = 78.0;
/// Where the title of the upright axis stands, and how far it reaches.
const UPRIGHT: [f64; 2] = [18.0, 28.0];
/// Room between a number and the plot.
const BESIDE: f64 = 8.0;
/// Room for the names of the lines.
const RIGHT: f64 = 210.0;
/// Room for the numbers and the title of the level axis.
const BOTTOM: f64 = 58.0;

/// Where the plot lies on the sheet.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl LineChart {
    /// The figure's sheet.
    pub(super) fn sheet(&self) -> Sheet {
        let (mut sheet, used) = Sheet::titled(WIDTH, HEIGHT, &self.title, &self.subtitle);
        let numbers = self.y.ticks.iter().map(|(_, text)| text.as_str());
        let frame = Frame {
            left: LEFT.max(UPRIGHT[1] + style::widest(numbers, style::SMALL) + BESIDE),
            right: f64::from(WIDTH) - self.room_for_names(),
            top: used + 14.0,
            bottom: f64::from(HEIGHT) - BOTTOM,
        };
        self.grid(&mut sheet, &frame);
        for line in &self.lines {
            self.draw(&mut sheet, &frame, line);
        }
        self.names(&mut sheet, &frame);
        self.marks(&mut sheet, &frame);
        sheet
    }

    /// The marked places, with texts that do not lie on each other.
    fn marks(&self, sheet: &mut Sheet, frame: &Frame) {
        let places: Vec<[f64; 2]> = self
            .marked
            .iter()
            .map(|(point, ..)| self.at(frame, *point))
            .collect();
        // In the upper half there is room below a line, in the lower half above it.
        let middle = f64::midpoint(frame.top, frame.bottom);
        let beside = |y: f64| if y > middle { -14.0 } else { 15.0 };
        let wanted: Vec<f64> = places.iter().map(|&[_, y]| y + beside(y)).collect();
        let heights = spread(
            &wanted,
            style::LEADING + 2.0,
            frame.top + 10.0,
            frame.bottom - 10.0,
        );
        for (((_, text, colour), [x, y]), height) in self.marked.iter().zip(places).zip(heights) {
            sheet.dot([x, y], 4.5, *colour);
            let is_right = x > f64::midpoint(frame.left, frame.right);
            let (anchor, side) = if is_right {
                (Anchor::End, -12.0)
            } else {
                (Anchor::Start, 12.0)
            };
            sheet.text([x + side, height], text, style::TEXT, *colour, anchor);
        }
    }

    /// Names at the tops of lines need no room beside the plot.
    fn room_for_names(&self) -> f64 {
        let is_inside = |line: &Line| line.stroke == Stroke::Filled;
        if self.lines.iter().all(is_inside) {
            40.0
        } else {
            RIGHT
        }
    }

    fn at(&self, frame: &Frame, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            frame.left + self.x.place(x) * (frame.right - frame.left),
            frame.bottom - self.y.place(y) * (frame.bottom - frame.top),
        ]
    }

    fn grid(&self, sheet: &mut Sheet, frame: &Frame) {
        for (value, text) in &self.y.ticks {
            let y = frame.bottom - self.y.place(*value) * (frame.bottom - frame.top);
            sheet.line(vec![[frame.left, y], [frame.right, y]], style::GRID, 1.0);
            sheet.text(
                [frame.left - BESIDE, y],
                text,
                style::SMALL,
                style::GREY,
                Anchor::End,
            );
        }
        for (value, text) in &self.x.ticks {
            let x = frame.left + self.x.place(*value) * (frame.right - frame.left);
            sheet.line(vec![[x, frame.top], [x, frame.bottom]], style::GRID, 1.0);
            let at = [x, frame.bottom + 14.0];
            sheet.text(at, text, style::SMALL, style::GREY, Anchor::Middle);
        }
        let middle = [
            f64::midpoint(frame.left, frame.right),
            f64::midpoint(frame.top, frame.bottom),
        ];
        let below = [middle[0], frame.bottom + 38.0];
        sheet.text(
            below,
            &self.x.title,
            style::TEXT,
            style::INK,
            Anchor::Middle,
        );
        let beside = [UPRIGHT[0], middle[1]];
        sheet.upwards(beside, &self.y.title, style::TEXT, style::INK);
    }

    fn draw(&self, sheet: &mut Sheet, frame: &Frame, line: &Line) {
        let points: Vec<[f64; 2]> = line
            .points
            .iter()
            .map(|&point| self.at(frame, point))
            .collect();
        match line.stroke {
            Stroke::Full => sheet.line(points, line.colour, 2.0),
            Stroke::Thin => sheet.line(points, lighter(line.colour), 1.0),
            Stroke::Dashed => sheet.dashed(&points, line.colour, 2.0),
            Stroke::Dotted => {
                for &point in &points {
                    sheet.dot(point, 3.0, line.colour);
                }
                sheet.line(points, line.colour, 2.0);
            }
            Stroke::Filled => {
                let mut outline = points.clone();
                if let (Some(first), Some(last)) = (points.first(), points.last()) {
                    outline.extend([[last[0], frame.bottom], [first[0], frame.bottom]]);
                    sheet.area(outline, line.colour, 0.18);
                }
                sheet.line(points, line.colour, 2.0);
            }
        }
    }

    /// The names, to the right of the plot, as near to the height of their lines' ends as they do not touch.
    fn names(&self, sheet: &mut Sheet, frame: &Frame) {
        for line in self
            .lines
            .iter()
            .filter(|line| line.stroke == Stroke::Filled)
        {
            let top = line.points.iter().max_by(|a, b| a[1].total_cmp(&b[1]));
            let Some([x, y]) = top.map(|&top| self.at(frame, top)) else {
                continue;
            };
            sheet.text(
                [x, y - 12.0],
                &line.name,
                style::TEXT,
                line.colour,
                Anchor::Middle,
            );
        }
        let is_beside = |line: &&Line| line.stroke != Stroke::Filled && !line.name.is_empty();
        let named = || self.lines.iter().filter(is_beside);
        let wanted: Vec<f64> = named()
            .map(|line| {
                line.points
                    .last()
                    .map_or(frame.bottom, |&end| self.at(frame, end)[1])
            })
            .collect();
        let longest = RIGHT - 48.0;
        let wrapped: Vec<Vec<String>> = named()
            .map(|line| style::wrapped(&line.name, style::TEXT, longest))
            .collect();
        let tallest = wrapped.iter().map(Vec::len).max().unwrap_or(1) as f64;
        let apart = style::LEADING * tallest + 4.0;
        let room = frame.bottom - (tallest - 1.0) * style::LEADING;
        let heights = spread(&wanted, apart, frame.top, room);
        for ((line, lines), y) in named().zip(wrapped).zip(heights) {
            let x = frame.right + 32.0;
            let sample = vec![[frame.right + 8.0, y], [x - 6.0, y]];
            match line.stroke {
                Stroke::Dashed => sheet.dashed(&sample, line.colour, 2.0),
                Stroke::Thin => sheet.line(sample, lighter(line.colour), 1.0),
                _ => sheet.line(sample, line.colour, 2.0),
            }
            for (text, row) in lines.iter().zip(0_u32..) {
                let at = [x, y + f64::from(row) * style::LEADING];
                sheet.text(at, text, style::TEXT, line.colour, Anchor::Start);
            }
        }
    }
}

/// The colour half way to white.
fn lighter(colour: Colour) -> Colour {
    colour.map(|value| value.midpoint(255))
}

/// The part of a line whose points lie on both axes, and the two points just beyond its ends.
pub(super) fn on_axes(points: &[[f64; 2]], x: &Axis) -> Vec<[f64; 2]> {
    let is_on: Vec<bool> = points.iter().map(|[value, _]| x.has(*value)).collect();
    let near = |at: usize| {
        is_on[at] || (at > 0 && is_on[at - 1]) || is_on.get(at + 1).is_some_and(|on| *on)
    };
    points
        .iter()
        .enumerate()
        .filter(|(at, _)| near(*at))
        .map(|(_, point)| *point)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Mark;
    use super::*;

    fn chart() -> LineChart {
        let line = |name: &str, end: f64| Line {
            name: name.to_owned(),
            points: vec![[0.0, 0.0], [1.0, end]],
            colour: style::colour(0),
            stroke: Stroke::Full,
        };
        LineChart {
            title: "Title".to_owned(),
            subtitle: "n = 2".to_owned(),
            x: Axis::linear("across", 0.0, 1.0),
            y: Axis::linear("up", 0.0, 1.0),
            lines: vec![line("first", 1.0), line("second", 1.0)],
            marked: vec![([0.5, 0.5], "here".to_owned(), style::INK)],
        }
    }

    #[test]
    fn names_of_lines_that_end_together_do_not_overlap() {
        let sheet = chart().sheet();
        let height = |name: &str| {
            sheet
                .marks
                .iter()
                .find_map(|mark| match mark {
                    Mark::Text { at, text, .. } if text == name => Some(at[1]),
                    _ => None,
                })
                .unwrap()
        };
        assert!((height("first") - height("second")).abs() >= style::LEADING);
    }

    #[test]
    fn a_long_number_does_not_lie_on_the_title_of_its_axis() {
        let chart = LineChart {
            y: Axis::log_shares("up", 1e-7, 1.0),
            ..chart()
        };
        assert!(chart.sheet().begins("0.00001%") >= UPRIGHT[1]);
    }

    #[test]
    fn everything_lies_on_the_paper() {
        for mark in chart().sheet().marks {
            let points = match mark {
                Mark::Line { points, .. } | Mark::Area { points, .. } => points,
                Mark::Dot { centre, .. } => vec![centre],
                Mark::Text { at, .. } | Mark::Picture { at, .. } => vec![at],
            };
            for [x, y] in points {
                assert!(
                    (0.0..=f64::from(WIDTH)).contains(&x) && (0.0..=f64::from(HEIGHT)).contains(&y)
                );
            }
        }
    }

    #[test]
    fn a_line_is_cut_to_its_axis_with_one_point_beyond() {
        let axis = Axis::linear("", 2.0, 4.0);
        let points: Vec<_> = (0..8).map(|at| [f64::from(at), 0.0]).collect();
        let kept: Vec<f64> = on_axes(&points, &axis)
            .iter()
            .map(|point| point[0])
            .collect();
        assert_eq!(kept, [1.0, 2.0, 3.0, 4.0, 5.0]);
    }
}
