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
        let [_, breadth] = kind.lengths();
        let field = Field::of(window, kind);
        let face = window.face;
        Self {
            kind,
            middle: match kind {
                Kind::Upright => face.y + face.height / 2.0,
                Kind::Level => face.x + face.width / 2.0,
            },
            by_tilt: (-TILTS..=TILTS)
                .map(|tilt| field.edges(breadth, slope(tilt)))
                .collect(),
        }
    }

    /// The best lines of `side`, and the picture's edge where the window reaches beyond it.
    fn lines(&self, side: &Side) -> Vec<Line> {
        let mut found: Vec<(i32, i32, i32)> = Vec::new();
        for tilt in -TILTS..=TILTS {
            let path = self.path(tilt);
            for offset in self.offsets(side, tilt) {
                let score = self.score(side, tilt, &path, offset);
                found.extend(score.map(|score| (score, tilt, offset)));
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

    /// How far across a line of this tilt has come at each place along it, from its offset on.
    fn path(&self, tilt: i32) -> Vec<i32> {
        let [length, _] = self.kind.lengths();
        let slope = slope(tilt);
        let across = |along: usize| (slope * (along as f32 - self.middle)).round() as i32;
        (0..length).map(across).collect()
    }

    /// What the map of this tilt holds along a line: see [`Maps::by_tilt`].
    fn places<'a>(
        &'a self,
        tilt: i32,
        path: &'a [i32],
        offset: i32,
    ) -> impl Iterator<Item = i32> + 'a {
        let [_, breadth] = self.kind.lengths();
        let rows = self.by_tilt[(tilt + TILTS) as usize].chunks_exact(breadth);
        rows.zip(path).map(move |(row, across)| {
            let across = usize::try_from(offset + across).ok();
            across
                .and_then(|at| row.get(at))
                .map_or(0, |&place| i32::from(place))
        })
    }

    fn support(&self, tilt: i32, offset: i32) -> Support {
        let path = self.path(tilt);
        let (mut visible, mut on_edge) = (vec![0], vec![0]);
        for (at, place) in self.places(tilt, &path, offset).enumerate() {
            visible.push(visible[at] + (place & 1));
            on_edge.push(on_edge[at] + (place >> 1));
        }
        Support { visible, on_edge }
    }

    /// Places on an edge less those beside it, over the part beside the face and what goes on from it as long as that adds to it; `None` of
    /// no line.
    fn score(&self, side: &Side, tilt: i32, path: &[i32], offset: i32) -> Option<i32> {
        let [from, to] = side.beside.map(|at| (at.max(0.0) as usize).min(path.len()));
        // The balance up to each place: from its least before the face to its most after it is the best stretch.
        let (mut balance, mut least, mut most) = (0, 0, i32::MIN);
        let mut visible = 0;
        for (at, place) in self.places(tilt, path, offset).enumerate() {
            if at <= from {
                least = least.min(balance);
            }
            if at >= to {
                most = most.max(balance);
            }
            if (from..to).contains(&at) {
                visible += place & 1;
            }
            balance += 2 * (place >> 1) - (place & 1);
        }
        let score = most.max(balance) - least;
        let is_seen = visible as f32 >= 0.6 * (to.saturating_sub(from)) as f32;
        (is_seen && score >= LEAST).then_some(score)
    }
}

fn slope(tilt: i32) -> f32 {
    (tilt as f32 * STEP_DEG).to_radians().tan()
}

/// The window's gradients, all positions across for each along the lines.
struct Field {
    across: Vec<f32>,
    along: Vec<f32>,
    /// What the square of the gradient along a line's normal must exceed on an edge.
    limit: Vec<f32>,
    /// 1 inside the picture, else 0.
    inside: Vec<u8>,
}

impl Field {
    fn of(window: &Window, kind: Kind) -> Self {
        let [length, breadth] = kind.lengths();
        let places = (0..length * breadth).map(|at| (at / breadth, at % breadth));
        let gradients: Vec<Option<[f32; 2]>> = places
            .map(|(along, across)| match kind {
                Kind::Upright => window.gradient(across, along),
                Kind::Level => window.gradient(along, across).map(|[x, y]| [y, x]),
            })
            .collect();
        let each = |of: fn([f32; 2]) -> f32, outside: f32| -> Vec<f32> {
            gradients.iter().map(|it| it.map_or(outside, of)).collect()
        };
        Self {
            across: each(|[across, _]| across, 0.0),
            along: each(|[_, along]| along, 0.0),
            limit: each(
                |[across, along]| {
                    let square = across * across + along * along;
                    (NORMAL * NORMAL * square).max(STEEP * STEEP)
                },
                f32::INFINITY,
            ),
            inside: gradients.iter().map(|it| u8::from(it.is_some())).collect(),
        }
    }

    /// See [`Maps::by_tilt`]. A place is on an edge when it or a neighbour across has a steep gradient along the line's normal, whichever side
    /// is the brighter.
    fn edges(&self, breadth: usize, slope: f32) -> Vec<u8> {
        let share = 1.0 / (1.0 + slope * slope);
        let places = self.across.iter().zip(&self.along).zip(&self.limit);
        let exact: Vec<u8> = places
            .map(|((across, along), limit)| {
                let normal = across - slope * along;
                u8::from(normal * normal * share > *limit)
            })
            .collect();
        let mut map = self.inside.clone();
        let rows = map
            .chunks_exact_mut(breadth)
            .zip(exact.chunks_exact(breadth));
        for (map, exact) in rows {
            // The first and the last place are never inside, as they lack a neighbour.
            for (place, near) in map[1..].iter_mut().zip(exact.windows(3)) {
                *place |= ((near[0] | near[1] | near[2]) & *place) << 1;
            }
        }
        map
    }
}
