//! The camera's view of paper or screen: angle, edges, shine.

use rand::{Rng, RngExt as _};

use super::Recapture;
use crate::augmentation::canvas::{Canvas, byte};
use crate::augmentation::span::signed;

/// Where the surface is and what is around it. Places run from -1 to 1 over the view.
pub(super) struct View {
    /// Change of scale along either axis.
    tilt: [f32; 2],
    edge: Option<Edge>,
    gloss: Option<Gloss>,
}

/// The end of the surface.
struct Edge {
    /// Half its width and height.
    extent: [f32; 2],
    /// How far its rim, a bezel or a margin, goes beyond.
    rim: f32,
    colour: [u8; 3],
    /// A plain wall behind it; else the room that the picture shows.
    wall: Option<[u8; 3]>,
}

/// What the camera sees at a place.
enum Seen {
    Surface,
    Colour([u8; 3]),
    Room,
}

/// A soft spot of light.
struct Gloss {
    place: [f32; 2],
    /// One over its squared half width and height.
    fall: [f32; 2],
    level: f32,
}

impl View {
    pub(super) fn draw(rng: &mut impl Rng, settings: &Recapture) -> Self {
        let tilt = [signed(rng), signed(rng)].map(|share| share * settings.perspective);
        let has_edge = settings.border.happens(rng);
        let edge = has_edge.then(|| Edge::draw(rng, settings));
        let is_glossy = settings.gloss.happens(rng);
        Self {
            tilt,
            edge,
            gloss: is_glossy.then(|| Gloss::draw(rng)),
        }
    }

    /// The camera's picture of the surface in `canvas`, in front of `room`.
    pub(super) fn look(&self, canvas: &mut Canvas<'_>, room: &[u8]) {
        let side = canvas.side;
        let shown = canvas.pixels.to_vec();
        let half = side as f32 / 2.0;
        canvas.for_each(|x, y, pixel| {
            let [u, v] = [x, y].map(|at| (at as f32 + 0.5) / half - 1.0);
            let depth = 1.0 + self.tilt[0] * u + self.tilt[1] * v;
            let place = [u / depth, v / depth];
            let edge = self.edge.as_ref();
            *pixel = match edge.map_or(Seen::Surface, |edge| edge.seen(place)) {
                Seen::Surface => {
                    let shown = sample(&shown, side, place.map(|at| (at + 1.0) * half - 0.5));
                    let light = self.gloss.as_ref().map_or(0.0, |gloss| gloss.at(place));
                    shown.map(|value| byte(f32::from(value) + light))
                }
                Seen::Colour(colour) => colour,
                Seen::Room => {
                    let at = 3 * (y * side + x);
                    [room[at], room[at + 1], room[at + 2]]
                }
            };
        });
    }
}

impl Edge {
    fn draw(rng: &mut impl Rng, settings: &Recapture) -> Self {
        // A bezel is near black, a margin of paper near white.
        let base = if rng.random_bool(0.5) { 15.0 } else { 225.0 };
        let grey = base + 15.0 * signed(rng);
        let wall: [u8; 3] = std::array::from_fn(|_| rng.random_range(40..220));
        Self {
            extent: [settings.extent.draw(rng), settings.extent.draw(rng)],
            rim: 0.15 * rng.random::<f32>(),
            colour: [byte(grey); 3],
            wall: rng.random_bool(0.5).then_some(wall),
        }
    }

    /// What is seen at a place.
    fn seen(&self, [u, v]: [f32; 2]) -> Seen {
        let out = (u.abs() - self.extent[0]).max(v.abs() - self.extent[1]);
        if out <= 0.0 {
            Seen::Surface
        } else if out <= self.rim {
            Seen::Colour(self.colour)
        } else {
            self.wall.map_or(Seen::Room, Seen::Colour)
        }
    }
}

impl Gloss {
    fn draw(rng: &mut impl Rng) -> Self {
        Self {
            place: [signed(rng), signed(rng)],
            fall: [0, 1].map(|_| 1.0 / rng.random_range(0.15_f32..0.9).powi(2)),
            level: rng.random_range(30.0..170.0),
        }
    }

    /// Light added at a place.
    fn at(&self, [u, v]: [f32; 2]) -> f32 {
        let (x, y) = (u - self.place[0], v - self.place[1]);
        self.level * (-(x * x * self.fall[0] + y * y * self.fall[1])).exp()
    }
}

/// The bilinear sample at a place in pixels; beyond the picture its border.
fn sample(pixels: &[u8], side: usize, [x, y]: [f32; 2]) -> [u8; 3] {
    let last = (side - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(side - 1), (top + 1).min(side - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    std::array::from_fn(|channel| {
        let at = |x: usize, y: usize| f32::from(pixels[3 * (y * side + x) + channel]);
        let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
        let lower = at(left, bottom) * (1.0 - fx) + at(right, bottom) * fx;
        byte(upper * (1.0 - fy) + lower * fy)
    })
}
