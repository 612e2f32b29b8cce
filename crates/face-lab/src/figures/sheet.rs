//! What lies on a figure's paper: marks in the order in which they are painted.

use face_vision::RgbImage;

use super::style::{self, Colour};

/// Where a text hangs on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The point is its left end.
    Start,
    /// The point is its middle.
    Middle,
    /// The point is its right end.
    End,
}

/// One mark. Lengths are pixels from the top left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line through points.
    Line {
        points: Vec<[f64; 2]>,
        colour: Colour,
        width: f64,
    },
    /// A filled outline, `alpha` from 0 (unseen) to 1.
    Area {
        points: Vec<[f64; 2]>,
        colour: Colour,
        alpha: f64,
    },
    /// A filled circle.
    Dot {
        centre: [f64; 2],
        radius: f64,
        colour: Colour,
    },
    /// A text whose middle height is at the point.
    Text {
        at: [f64; 2],
        text: String,
        size: f64,
        colour: Colour,
        anchor: Anchor,
        bold: bool,
        /// Turned to be read from below.
        upwards: bool,
    },
    /// A picture, its top left corner at the point, a pixel a pixel.
    Picture { at: [f64; 2], pixels: RgbImage },
}

/// A figure's paper.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    /// Pixels across.
    pub(super) width: u32,
    /// Pixels down.
    pub(super) height: u32,
    /// What it shows, in words, for those who cannot see it.
    pub(super) title: String,
    /// Protocol and numbers of trials.
    pub(super) subtitle: String,
    /// What is painted.
    pub(super) marks: Vec<Mark>,
}

/// Distance of the title from the left edge.
const LEFT: f64 = 20.0;

impl Sheet {
    /// Paper with a title and, under it, the protocol; and how much room they take from the top.
    pub(super) fn titled(width: u32, height: u32, title: &str, subtitle: &str) -> (Self, f64) {
        let mut sheet = Self {
            width,
            height,
            title: title.to_owned(),
            subtitle: subtitle.to_owned(),
            marks: Vec::new(),
        };
        sheet.bold([LEFT, 24.0], title, style::TITLE, style::INK);
        let lines = style::wrapped(subtitle, style::TEXT, f64::from(width) - 2.0 * LEFT);
        let mut y = 24.0 + 1.3 * style::LEADING;
        for line in lines {
            sheet.text([LEFT, y], &line, style::TEXT, style::GREY, Anchor::Start);
            y += style::LEADING;
        }
        (sheet, y)
    }

    pub(super) fn line(&mut self, points: Vec<[f64; 2]>, colour: Colour, width: f64) {
        if points.len() >= 2 {
            self.marks.push(Mark::Line {
                points,
                colour,
                width,
            });
        }
    }

    /// A line of dashes.
    pub(super) fn dashed(&mut self, points: &[[f64; 2]], colour: Colour, width: f64) {
        for dash in dashes(points, 6.0, 4.0) {
            self.line(dash, colour, width);
        }
    }

    pub(super) fn area(&mut self, points: Vec<[f64; 2]>, colour: Colour, alpha: f64) {
        self.marks.push(Mark::Area {
            points,
            colour,
            alpha,
        });
    }

    pub(super) fn dot(&mut self, centre: [f64; 2], radius: f64, colour: Colour) {
        self.marks.push(Mark::Dot {
            centre,
            radius,
            colour,
        });
    }

    pub(super) fn text(
        &mut self,
        at: [f64; 2],
        text: &str,
        size: f64,
        colour: Colour,
        anchor: Anchor,
    ) {
        self.marks.push(Mark::Text {
            at,
            text: text.to_owned(),
            size,
            colour,
            anchor,
            bold: false,
            upwards: false,
        });
    }

    /// A heading, from the point to the right.
    pub(super) fn bold(&mut self, at: [f64; 2], text: &str, size: f64, colour: Colour) {
        self.marks.push(Mark::Text {
            at,
            text: text.to_owned(),
            size,
            colour,
            anchor: Anchor::Start,
            bold: true,
            upwards: false,
        });
    }

    /// A text to be read from below, its middle at the point.
    pub(super) fn upwards(&mut self, at: [f64; 2], text: &str, size: f64, colour: Colour) {
        self.marks.push(Mark::Text {
            at,
            text: text.to_owned(),
            size,
            colour,
            anchor: Anchor::Middle,
            bold: false,
            upwards: true,
        });
    }

    pub(super) fn picture(&mut self, at: [f64; 2], pixels: RgbImage) {
        self.marks.push(Mark::Picture { at, pixels });
    }
}

/// The parts of a line through `points` that are drawn: `on` pixels, then `off` pixels left out, and again.
fn dashes(points: &[[f64; 2]], on: f64, off: f64) -> Vec<Vec<[f64; 2]>> {
    let mut parts = Vec::new();
    let mut part: Vec<[f64; 2]> = points.first().copied().into_iter().collect();
    let (mut is_on, mut left) = (true, on);
    for pair in points.windows(2) {
        let [mut from, to] = [pair[0], pair[1]];
        loop {
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            if length < left {
                left -= length;
                part.push(to);
                break;
            }
            let share = left / length;
            from = [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]));
            part.push(from);
            if is_on {
                parts.push(std::mem::take(&mut part));
            }
            part = vec![from];
            is_on = !is_on;
            left = if is_on { on } else { off };
        }
    }
    if is_on {
        parts.push(part);
    }
    parts
}

/// `wanted` heights moved as little as keeps them `apart` and between `top` and `bottom`; order and number stay.
pub(super) fn spread(wanted: &[f64], apart: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut placed = vec![0.0; wanted.len()];
    let mut next = top;
    for &at in &order {
        placed[at] = wanted[at].max(next);
        next = placed[at] + apart;
    }
    let mut limit = bottom;
    for &at in order.iter().rev() {
        placed[at] = placed[at].min(limit);
        limit = placed[at] - apart;
    }
    placed
}

#[cfg(test)]
impl Sheet {
    /// Where `text`, which hangs on its right end, begins from the left edge.
    pub(super) fn begins(&self, wanted: &str) -> f64 {
        let found = self.marks.iter().find_map(|mark| match mark {
            Mark::Text {
                at,
                text,
                size,
                anchor: Anchor::End,
                ..
            } if text == wanted => Some(at[0] - style::width(text, *size)),
            _ => None,
        });
        found.unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_the_line() {
        let parts = dashes(&[[0.0, 0.0], [7.0, 0.0], [20.0, 0.0]], 6.0, 4.0);
        let ends: Vec<_> = parts
            .iter()
            .map(|part| (part[0][0], part.last().unwrap()[0]))
            .collect();
        assert_eq!(ends, [(0.0, 6.0), (10.0, 16.0), (20.0, 20.0)]);
    }

    #[test]
    fn a_long_protocol_pushes_the_figure_down() {
        let (_, short) = Sheet::titled(400, 300, "A", "few words");
        let (sheet, long) = Sheet::titled(400, 300, "A", &"many words ".repeat(20));
        assert!(long > short + 2.0 * style::LEADING);
        assert!(sheet.marks.len() > 4);
    }

    #[test]
    fn labels_stay_apart_and_in_order() {
        for wanted in [
            vec![5.0],
            vec![290.0, 289.0, 288.0],
            vec![10.0, 10.5, 200.0, 11.0, 300.0],
            (0..12).map(|at| f64::from(at * 37 % 100)).collect(),
        ] {
            let placed = spread(&wanted, 15.0, 10.0, 290.0);
            for a in 0..wanted.len() {
                assert!(placed[a] <= 290.0, "{placed:?}");
                for b in (0..wanted.len()).filter(|&b| wanted[a] < wanted[b]) {
                    assert!(
                        placed[b] - placed[a] >= 15.0 - 1e-9,
                        "{wanted:?} {placed:?}"
                    );
                }
            }
        }
    }
}
