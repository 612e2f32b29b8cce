//! Four lines that make a border.

use super::lines::{Candidates, Line, Support};
use super::window::Window;

/// Opposite sides, and what is upright against what is level, differ by so many degrees at most.
const SKEW_DEG: f32 = 14.0;
/// The least height and width, in heights and widths of the face: hair and shoulders are nearer.
const HIGH: f32 = 1.3;
const WIDE: f32 = 1.25;
/// The largest ratio of opposite sides' lengths, and least and largest of width to height.
const UNLIKE: f32 = 1.7;
const SHAPES: std::ops::RangeInclusive<f32> = 0.4..=2.2;
/// Share of a side's length at either end that is not looked at: corners are round.
const CORNER: f32 = 0.05;
/// Least length of a side that is inside the picture, in pixels of the window.
const SEEN: f32 = 30.0;
/// What is taken off where a side lies outside of the picture.
const THREE_SIDES: f32 = 0.2;
/// Weight of what goes on beyond the corners: so much that a wall of tiles, whose every line does, is no border.
const OVERSHOOT: f32 = 1.2;
/// Without a bottom, a side may be so much better than its lower half: shoulders are straight, too.
const SHOULDERS: f32 = 0.15;

/// The score of the best border that the candidates make, 0 where they make none.
pub(super) fn best(window: &Window, Candidates([left, right, top, bottom]): &Candidates) -> f32 {
    let mut best = 0.0_f32;
    for (left, right) in pairs(left, right) {
        for (top, bottom) in pairs(top, bottom) {
            let sides = [left, right, top, bottom];
            best = best.max(score(window, sides).unwrap_or(0.0));
        }
    }
    best.min(1.0)
}

/// Each of the one with each of the other that is about parallel, if both were seen.
fn pairs<'a>(
    one: &'a [Line],
    other: &'a [Line],
) -> impl Iterator<Item = (&'a Line, &'a Line)> + Clone {
    let all = one
        .iter()
        .flat_map(move |a| other.iter().map(move |b| (a, b)));
    all.filter(|(a, b)| {
        let is_seen = a.support.is_some() && b.support.is_some();
        !is_seen || (a.tilt_deg - b.tilt_deg).abs() <= SKEW_DEG
    })
}

/// `None` of lines that make no border.
fn score(window: &Window, sides: [&Line; 4]) -> Option<f32> {
    let seen = sides.iter().filter(|side| side.support.is_some()).count();
    let shape = Shape::of(window, sides).filter(|_| seen >= 3)?;
    if seen == 4 && !shape.is_likely() {
        return None;
    }
    let has_bottom = sides[3].support.is_some();
    let mut shares = Vec::with_capacity(4);
    let (mut parts, mut beyond) = (Vec::with_capacity(16), Vec::with_capacity(8));
    for (at, side) in sides.into_iter().enumerate() {
        let Some(support) = &side.support else {
            continue;
        };
        let [from, to] = shape.ends[at];
        let is_upright = at < 2;
        shares.push(share(support, [from, to], is_upright && !has_bottom)?);
        parts.extend(quarters(support, [from, to]));
        beyond.extend(overshoots(support, [from, to]));
    }
    parts.sort_by(f32::total_cmp);
    let weakest = shares.iter().copied().fold(f32::INFINITY, f32::min);
    let mean = shares.iter().sum::<f32>() / shares.len() as f32;
    let second = parts.get(1).copied().unwrap_or(0.0);
    let overshoot = beyond.iter().sum::<f32>() / (beyond.len() as f32).max(1.0);
    let missing = if seen == 4 { 0.0 } else { THREE_SIDES };
    Some((weakest + second + mean - OVERSHOOT * overshoot) / 3.0 - missing)
}

/// How much of a side lies on an edge; `None` where too little of it is inside the picture.
fn share(support: &Support, [from, to]: [f32; 2], ends_in_shoulders: bool) -> Option<f32> {
    let length = to - from;
    let [from, to] = [from + CORNER * length, to - CORNER * length];
    let (visible, share) = support.share(from, to);
    if visible < 0.5 * length || visible < SEEN {
        return None;
    }
    let (visible, lower) = support.share(f32::midpoint(from, to), to);
    if ends_in_shoulders && visible > 8.0 {
        return Some(share.min(lower + SHOULDERS));
    }
    Some(share)
}

/// The same of its quarters, of those that are inside the picture.
fn quarters(support: &Support, [from, to]: [f32; 2]) -> impl Iterator<Item = f32> + '_ {
    let length = (1.0 - 2.0 * CORNER) * (to - from);
    let first = from + CORNER * (to - from);
    (0..4_u8).filter_map(move |quarter| {
        let from = first + length * f32::from(quarter) / 4.0;
        let (visible, share) = support.share(from, from + length / 4.0);
        (visible >= 0.5 * length / 4.0).then_some(share)
    })
}

/// How much of what lies beyond either corner is on an edge.
fn overshoots(support: &Support, [from, to]: [f32; 2]) -> impl Iterator<Item = f32> + '_ {
    let reach = (0.25 * (to - from)).clamp(12.0, 32.0);
    let beyond = [
        [from - 4.0 - reach, from - 4.0],
        [to + 4.0, to + 4.0 + reach],
    ];
    beyond.into_iter().filter_map(move |[from, to]| {
        let (visible, share) = support.share(from, to);
        (visible >= 0.5 * reach).then_some(share)
    })
}

/// Where the lines meet.
struct Shape {
    /// From where to where each side runs along itself.
    ends: [[f32; 2]; 4],
}

impl Shape {
    /// `None` where it is no larger than a head, or skewed.
    fn of(window: &Window, [left, right, top, bottom]: [&Line; 4]) -> Option<Self> {
        let tilt = |pair: [&Line; 2]| {
            let seen: Vec<f32> = pair
                .iter()
                .filter(|line| line.support.is_some())
                .map(|line| line.tilt_deg)
                .collect();
            (!seen.is_empty()).then(|| seen.iter().sum::<f32>() / seen.len() as f32)
        };
        // Turned, what is upright leans to the one side and what is level to the other.
        let skew = tilt([left, right]).zip(tilt([top, bottom]));
        if skew.is_some_and(|(upright, level)| (upright + level).abs() > SKEW_DEG) {
            return None;
        }
        let meet = |upright: &Line, level: &Line| meet(window, upright, level);
        let [top_left, top_right] = [left, right].map(|side| meet(side, top));
        let [bottom_left, bottom_right] = [left, right].map(|side| meet(side, bottom));
        let shape = Self {
            ends: [
                [top_left[1], bottom_left[1]],
                [top_right[1], bottom_right[1]],
                [top_left[0], top_right[0]],
                [bottom_left[0], bottom_right[0]],
            ],
        };
        let [left, right, top, bottom] = shape.lengths();
        let (high, wide) = (HIGH * window.face.height, WIDE * window.face.width);
        (left.min(right) >= high && top.min(bottom) >= wide).then_some(shape)
    }

    fn lengths(&self) -> [f32; 4] {
        self.ends.map(|[from, to]| to - from)
    }

    /// Whether something rectangular looks like this.
    fn is_likely(&self) -> bool {
        let [left, right, top, bottom] = self.lengths();
        let unlike = |a: f32, b: f32| a.max(b) / a.min(b) > UNLIKE;
        let shape = (top + bottom) / (left + right);
        !unlike(left, right) && !unlike(top, bottom) && SHAPES.contains(&shape)
    }
}

/// The point where an upright and a level line meet.
fn meet(window: &Window, upright: &Line, level: &Line) -> [f32; 2] {
    let face = window.face;
    let (middle_x, middle_y) = (face.x + face.width / 2.0, face.y + face.height / 2.0);
    let y = (level.offset + level.slope * (upright.offset - upright.slope * middle_y - middle_x))
        / (1.0 - level.slope * upright.slope);
    [upright.offset + upright.slope * (y - middle_y), y]
}
