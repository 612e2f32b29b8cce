//! Straight edges on the four sides of a face.

use super::window::{HEIGHT, WIDTH, Window};

/// Tilts that are tried, to either side of upright and level, and the step between them in degrees.
const TILTS: i32 = 17;
const STEP_DEG: f32 = 1.5;
/// Least gradient of an edge, in levels a pixel, and least cosine of its angle to the line's normal.
const STEEP: f32 = 4.0;
const NORMAL: f32 = 0.97;
/// An edge so near the picture's own, in pixels of the window, is of a scan or a broadcast.
const APART: i32 = 7;
/// Least score of a line, and lines that are kept on each side.
const LEAST: i32 = 8;
const KEPT: usize = 8;
/// Lines nearer to each other than this are one.
const SAME_OFFSET: i32 = 3;
const SAME_TILTS: i32 = 4;

/// Along which axis of the window a line's offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Upright: the offset is an x, and the line runs down.
    Upright,
    /// Level: the offset is a y, and the line runs to the right.
    Level,
}

impl Kind {
    /// Length of the window along the line, and across it.
    const fn lengths(self) -> [usize; 2] {
        match self {
            Self::Upright => [HEIGHT, WIDTH],
            Self::Level => [WIDTH, HEIGHT],
        }
    }
}

/// The line at which the position across is `offset + slope * (along - middle)`.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) offset: f32,
    pub(super) slope: f32,
    pub(super) tilt_deg: f32,
    /// `None` of the picture's edge, beyond which nothing is known.
    pub(super) support: Option<Support>,
}

/// How many places of a line, from its first on, lie inside the picture, and how many of these on an edge.
#[derive(Debug, Clone)]
pub(super) struct Support {
    visible: Vec<i32>,
    on_edge: Vec<i32>,
}

impl Support {
    /// Places from `from` to `to` that lie inside the picture, and the share of these that lie on an edge.
    pub(super) fn share(&self, from: f32, to: f32) -> (f32, f32) {
        let last = self.visible.len() - 1;
        let [from, to] = [from, to].map(|at| at.round().clamp(0.0, last as f32) as usize);
        let count = |of: &[i32]| (of[to.max(from)] - of[from]) as f32;
        let visible = count(&self.visible);
        (
            visible,
            if visible > 0.0 {
                count(&self.on_edge) / visible
            } else {
                0.0
            },
        )
    }

    /// Places on an edge less those beside it.
    fn balance(&self, from: usize, to: usize) -> i32 {
        2 * (self.on_edge[to] - self.on_edge[from]) - (self.visible[to] - self.visible[from])
    }
}

/// The best lines on each side: left, right, top, bottom.
pub(super) struct Candidates(pub(super) [Vec<Line>; 4]);

impl Candidates {
    pub(super) fn of(window: &Window) -> Self {
        let face = window.face;
        let (upright, level) = (
            Maps::of(window, Kind::Upright),
            Maps::of(window, Kind::Level),
        );
        let (x, y) = (
            |share: f32| face.x + share * face.width,
            |share: f32| face.y + share * face.height,
        );
        let beside = |is_before, limit| Side {
            is_before,
            limit,
            beside: [y(0.2), y(1.0)],
            inside: window.columns,
        };
        let across = |is_before, limit| Side {
            is_before,
            limit,
            beside: [x(0.1), x(0.9)],
            inside: window.rows,
        };
        Self([
            upright.lines(&beside(true, x(0.05))),
            upright.lines(&beside(false, x(0.95))),
            level.lines(&across(true, y(0.05))),
            level.lines(&across(false, y(1.02))),
        ])
    }
}

/// A side of the face.
struct Side {
    /// Left or top, where positions are smaller than the face's.
    is_before: bool,
    /// Where the face begins.
    limit: f32,
    /// The part of a line that lies beside the face.
    beside: [f32; 2],
    /// The picture across the line.
    inside: [i32; 2],
}

/// Where edges of each tilt lie.
struct Maps {
    kind: Kind,
    /// The middle of the face along the lines.
    middle: f32,
    /// For each tilt the places of the window, all positions across for each along the line: 0 outside of the picture, else 1, and 3
    /// on an edge.
    by_tilt: Vec<Vec<u8>>,
}

impl Maps {
    fn of(window: &Window, kind: Kind) -> Self {
        let [length, breadth] = kind.lengths();
        let gradients: Vec<Option<[f32; 2]>> = (0..length * breadth)
            .map(|at| {
                let (along, across) = (at / breadth, at % breadth);
                match kind {
                    Kind::Upright => window.gradient(across, along),
                    Kind::Level => window.gradient(along, across).map(|[x, y]| [y, x]),
                }
            })
            .collect();
        let face = window.face;
        Self {
            kind,
            middle: match kind {
                Kind::Upright => face.y + face.height / 2.0,
                Kind::Level => face.x + face.width / 2.0,
            },
            by_tilt: (-TILTS..=TILTS)
                .map(|tilt| edges(&gradients, breadth, slope(tilt)))
                .collect(),
        }
    }

    /// The best lines of `side`, and the picture's edge where the window reaches beyond it.
    fn lines(&self, side: &Side) -> Vec<Line> {
        let mut found: Vec<(i32, i32, i32)> = Vec::new();
        for tilt in -TILTS..=TILTS {
            for offset in self.offsets(side, tilt) {
                let support = self.support(tilt, offset);
                found.extend(
                    self.score(side, &support)
                        .map(|score| (score, tilt, offset)),
                );
            }
        }
        found.sort_by_key(|&(score, ..)| std::cmp::Reverse(score));
        let mut kept: Vec<(i32, i32)> = Vec::new();
        for (_, tilt, offset) in found {
            let is_same = |&(other, at): &(i32, i32)| {
                (offset - at).abs() <= SAME_OFFSET && (tilt - other).abs() <= SAME_TILTS
            };
            if kept.len() < KEPT && !kept.iter().any(is_same) {
                kept.push((tilt, offset));
            }
        }
        let line = |&(tilt, offset): &(i32, i32)| Line {
            offset: offset as f32,
            slope: slope(tilt),
            tilt_deg: tilt as f32 * STEP_DEG,
            support: Some(self.support(tilt, offset)),
        };
        let mut lines: Vec<Line> = kept.iter().map(line).collect();
        let [first, beyond] = side.inside;
        let [_, breadth] = self.kind.lengths();
        let edge = if side.is_before { first } else { beyond - 1 };
        if (0..breadth as i32).contains(&edge) {
            lines.push(Line {
                offset: edge as f32,
                slope: 0.0,
                tilt_deg: 0.0,
                support: None,
            });
        }
        lines
    }

    /// Where lines of this tilt may lie: beside the face, and not at the picture's own edge.
    fn offsets(&self, side: &Side, tilt: i32) -> std::ops::RangeInclusive<i32> {
        let [_, breadth] = self.kind.lengths();
        let [first, beyond] = side.inside;
        let ends = side.beside.map(|along| slope(tilt) * (along - self.middle));
        let (least, most) = if side.is_before {
            (0.0, side.limit - ends[0].max(ends[1]).max(0.0))
        } else {
            let limit = side.limit - ends[0].min(ends[1]).min(0.0);
            (limit, breadth as f32 - 2.0)
        };
        let least = (least.ceil() as i32).max(first + APART);
        least..=(most.floor() as i32).min(beyond - 1 - APART)
    }

    fn support(&self, tilt: i32, offset: i32) -> Support {
        let [length, breadth] = self.kind.lengths();
        let map = &self.by_tilt[(tilt + TILTS) as usize];
        let slope = slope(tilt);
        let (mut visible, mut on_edge) = (vec![0; length + 1], vec![0; length + 1]);
        for along in 0..length {
            let across = (offset as f32 + slope * (along as f32 - self.middle)).round() as i32;
            let is_inside = (0..breadth as i32).contains(&across);
            let place = if is_inside {
                map[along * breadth + across as usize]
            } else {
                0
            };
            visible[along + 1] = visible[along] + i32::from(place & 1);
            on_edge[along + 1] = on_edge[along] + i32::from(place >> 1);
        }
        Support { visible, on_edge }
    }

    /// The balance of the part beside the face and of what goes on from it, where that adds to it; `None` of no line.
    fn score(&self, side: &Side, support: &Support) -> Option<i32> {
        let [length, _] = self.kind.lengths();
        let [from, to] = side.beside.map(|at| (at.max(0.0) as usize).min(length));
        let visible = support.visible[to] - support.visible[from];
        if (visible as f32) < 0.6 * (to - from) as f32 {
            return None;
        }
        let before = (0..=from).map(|at| support.balance(at, from)).max();
        let after = (to..=length).map(|at| support.balance(to, at)).max();
        let score = support.balance(from, to) + before.unwrap_or(0) + after.unwrap_or(0);
        (score >= LEAST).then_some(score)
    }
}

fn slope(tilt: i32) -> f32 {
    (tilt as f32 * STEP_DEG).to_radians().tan()
}

/// See [`Maps::by_tilt`]. A place is on an edge when it or a neighbour across has a steep gradient along the line's normal, whichever side is
/// the brighter.
fn edges(gradients: &[Option<[f32; 2]>], breadth: usize, slope: f32) -> Vec<u8> {
    let length = (1.0 + slope * slope).sqrt();
    let is_edge = |gradient: &Option<[f32; 2]>| {
        gradient.is_some_and(|[across, along]| {
            let normal = (across - slope * along) / length;
            let square = across * across + along * along;
            normal.abs() > STEEP && normal * normal > NORMAL * NORMAL * square
        })
    };
    let exact: Vec<bool> = gradients.iter().map(is_edge).collect();
    let rows = gradients
        .chunks_exact(breadth)
        .zip(exact.chunks_exact(breadth));
    rows.flat_map(|(gradients, exact)| {
        (0..breadth).map(move |at| {
            let near = &exact[at.saturating_sub(1)..(at + 2).min(breadth)];
            match gradients[at] {
                None => 0,
                Some(_) => 1 + 2 * u8::from(near.contains(&true)),
            }
        })
    })
    .collect()
}
