//! Something in front of the face: a hand, a mask, sunglasses, the edge of a door.

use face_types::{Landmarks, Point};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::canvas::{Canvas, byte};
use super::span::{Chance, Span, signed};

/// A patch of one colour, sometimes with a texture. At most one a picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Occlusion {
    /// How often.
    pub chance: Chance,
    /// Sides of a rectangle as shares of the output's side, drawn for each axis.
    pub size: Span,
    /// How often the patch lies over mouth and chin, as a mask does, where the points are known.
    pub mouth: Chance,
    /// How often it lies over both eyes, as sunglasses do, of those that do not lie over the mouth.
    pub eyes: Chance,
}

impl Default for Occlusion {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            size: Span::new(0.1, 0.45),
            mouth: Chance::NEVER,
            eyes: Chance::NEVER,
        }
    }
}

impl Occlusion {
    pub(super) fn apply(
        &self,
        rng: &mut impl Rng,
        canvas: &mut Canvas<'_>,
        points: Option<&Landmarks>,
    ) {
        if !self.chance.happens(rng) {
            return;
        }
        let patch = match points {
            Some(points) if self.mouth.happens(rng) => Patch::over_mouth(rng, points),
            Some(points) if self.eyes.happens(rng) => Patch::over_eyes(rng, points),
            _ => self.anywhere(rng, canvas.side as f32),
        };
        Paint::draw(rng).over(rng, canvas, &patch);
    }

    fn anywhere(&self, rng: &mut impl Rng, side: f32) -> Patch {
        let angle = std::f32::consts::PI * signed(rng);
        Patch {
            centre: Point::new(side * rng.random::<f32>(), side * rng.random::<f32>()),
            axis: Point::new(angle.cos(), angle.sin()),
            half: [self.size.draw(rng), self.size.draw(rng)].map(|share| share * side / 2.0),
        }
    }
}

/// A rectangle, turned.
struct Patch {
    centre: Point,
    /// Unit vector along its width.
    axis: Point,
    /// Half its width and height.
    half: [f32; 2],
}

impl Patch {
    /// From somewhere on the nose down past the chin.
    fn over_mouth(rng: &mut impl Rng, points: &Landmarks) -> Self {
        let mouth = points.left_mouth().midpoint(points.right_mouth());
        let eyes = points.left_eye().midpoint(points.right_eye());
        // In a face the chin is about half as far below the mouth as the eyes are above it.
        let face = Span::new(0.45, 0.75).draw(rng);
        let (up, down) = (face * mouth.distance(eyes), 0.7 * mouth.distance(eyes));
        let axis = direction(points.left_eye(), points.right_eye());
        let below = (down - up) / 2.0;
        Self {
            centre: Point::new(mouth.x - axis.y * below, mouth.y + axis.x * below),
            axis,
            half: [
                points.eye_distance() * Span::new(0.75, 1.1).draw(rng),
                f32::midpoint(up, down),
            ],
        }
    }

    fn over_eyes(rng: &mut impl Rng, points: &Landmarks) -> Self {
        let apart = points.eye_distance();
        Self {
            centre: points.left_eye().midpoint(points.right_eye()),
            axis: direction(points.left_eye(), points.right_eye()),
            half: [
                apart * Span::new(0.8, 1.05).draw(rng),
                apart * Span::new(0.18, 0.32).draw(rng),
            ],
        }
    }

    /// Place within the patch, -1 to 1 along each axis inside it.
    fn within(&self, x: f32, y: f32) -> [f32; 2] {
        let (x, y) = (x - self.centre.x, y - self.centre.y);
        [
            (x * self.axis.x + y * self.axis.y) / self.half[0],
            (y * self.axis.x - x * self.axis.y) / self.half[1],
        ]
    }
}

/// Unit vector from one point to another; to the right when they coincide.
fn direction(from: Point, to: Point) -> Point {
    let length = from.distance(to);
    if length > 0.0 {
        Point::new((to.x - from.x) / length, (to.y - from.y) / length)
    } else {
        Point::new(1.0, 0.0)
    }
}

/// Colour, shading and grain of a patch.
struct Paint {
    colour: [f32; 3],
    shading: f32,
    grain: f32,
}

impl Paint {
    fn draw(rng: &mut impl Rng) -> Self {
        let grey = rng.random::<f32>() * 255.0;
        // Half of them are nearly grey, as cloth and hands are; the rest may have any colour.
        let colourful = if rng.random_bool(0.5) { 20.0 } else { 127.0 };
        Self {
            colour: std::array::from_fn(|_| grey + colourful * signed(rng)),
            shading: 40.0 * signed(rng),
            grain: 25.0 * rng.random::<f32>(),
        }
    }

    fn over(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>, patch: &Patch) {
        canvas.for_each(|x, y, pixel| {
            let [along, across] = patch.within(x as f32, y as f32);
            if along.abs() <= 1.0 && across.abs() <= 1.0 {
                let level = self.shading * across + self.grain * signed(rng);
                *pixel = self.colour.map(|value| byte(value + level));
            }
        });
    }
}
