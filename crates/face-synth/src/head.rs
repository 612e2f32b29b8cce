//! The shape of the head: a loft of rings from crown to chin, with the features raised on its front.

use crate::{
    Identity, Scene,
    math::{Vec3, bell, curve, lerp, noise, sin_cos, spot, step, vec3},
    mesh::{Material, Mesh, grid},
};

const ROWS: usize = 200;
const COLUMNS: usize = 230;

/// The surface of one head.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) id: &'a Identity,
    /// Opening of the mouth in centimetres.
    gape: f32,
}

/// Half extents of the horizontal ring at one height.
struct Ring {
    width: f32,
    front: f32,
    back: f32,
    middle: f32,
}

impl<'a> Head<'a> {
    /// The head of `id` with the expression of `scene`.
    pub(crate) const fn new(id: &'a Identity, scene: &Scene) -> Self {
        Self {
            id,
            gape: scene.mouth,
        }
    }

    /// The ring at height `y` above the eyes.
    fn ring(&self, y: f32) -> Ring {
        let skull = &self.id.skull;
        if y >= 0.0 {
            let t = (y / skull.crown).min(1.0);
            let dome = (1.0 - t * t * t).max(0.0).sqrt();
            let slope = skull.forehead * t * (1.0 - t) * 2.0;
            return Ring {
                width: skull.breadth * dome * (1.0 + 0.04 * t * (1.0 - t) * 4.0),
                front: (8.7 + slope) * dome,
                back: 9.8 * dome,
                middle: 0.0,
            };
        }
        let t = (y / -skull.chin).min(1.0);
        let t2 = t * t;
        let fifth = t2 * t2 * t;
        let closing = (1.0 - lerp(fifth, fifth * t2 * t2, skull.square))
            .max(0.0)
            .sqrt();
        let width = curve(
            &[
                (0.0, 1.0),
                (0.25, skull.cheekbone),
                (0.5, lerp(skull.cheekbone, skull.jaw, 0.5)),
                (0.72, skull.jaw),
                (0.88, lerp(skull.jaw, skull.chin_width, 0.72)),
                (1.0, skull.chin_width),
            ],
            t,
        );
        let middle = 4.6 * step(0.35, 1.0, t);
        let front = curve(
            &[(0.0, 8.7), (0.3, 8.9), (0.6, 9.2), (0.85, 9.1), (1.0, 8.9)],
            t,
        );
        let back = curve(&[(0.0, -9.8), (0.4, -6.0), (0.7, -2.0), (1.0, 3.0)], t);
        Ring {
            width: skull.breadth * width * closing,
            front: (front - middle) * closing,
            back: (middle - back) * closing,
            middle,
        }
    }

    /// The undisplaced surface at height `y` in the direction whose sine and cosine from the front are given.
    pub(crate) fn base(&self, y: f32, sin: f32, cos: f32) -> Vec3 {
        let ring = self.ring(y);
        // The front is flatter than an ellipse.
        let depth = if cos > 0.0 {
            ring.front * cos * (1.0 + 0.28 * sin * sin)
        } else {
            ring.back * cos
        };
        vec3(ring.width * sin, y, ring.middle + depth)
    }

    /// The displaced surface of the front at (x, y) of the undisplaced one.
    pub(crate) fn front(&self, x: f32, y: f32) -> Vec3 {
        let sin = (x / self.ring(y).width.max(1e-3)).clamp(-1.0, 1.0);
        self.raise(self.base(y, sin, (1.0 - sin * sin).sqrt()))
    }

    /// The undisplaced point `p` with the features raised.
    pub(crate) fn raise(&self, p: Vec3) -> Vec3 {
        let facing = step(0.0, 5.0, p.z);
        let field = self.id.skull.field;
        // The crown of a bald head is smooth; below it every skull has hollows of its own.
        let eyes = spot(p.x.abs() - self.id.eyes.apart, p.y, 2.0, 1.5);
        let uneven = lerp(1.0, 0.35, step(1.5, 6.0, p.y)) * (1.0 - 0.6 * eyes);
        let folded = vec3(p.x.abs(), p.y, p.z);
        let lumps =
            uneven * (noise(p * 0.27, field) * 1.05 + noise(folded * 0.42, field ^ 1) * 0.9);
        let z = self.eye_relief(p) + self.nose(p) + self.mouth(p) + self.cheeks(p);
        let beard = self.beard(p);
        let jaw =
            -0.6 * self.gape * step(-self.id.mouth.drop, -self.id.mouth.drop - 1.5, p.y) * facing;
        let out = vec3(p.x, p.y * 0.2, p.z).unit();
        let drift = vec3(noise(p * 0.3, field ^ 2), noise(p * 0.3, field ^ 4), 0.0)
            * (0.5 * facing * step(-0.8, -4.0, p.y));
        vec3(p.x, p.y + jaw, p.z + z * facing) + drift + out * (lumps + beard)
    }

    fn eye_relief(&self, p: Vec3) -> f32 {
        let (eyes, skull, brows) = (&self.id.eyes, &self.id.skull, &self.id.brows);
        let x = p.x.abs() - eyes.apart;
        let socket = -(0.55 + 0.5 * eyes.depth) * spot(x + 0.25, p.y - 0.25, 2.1, 1.35);
        let ball = 0.42 * spot(x, p.y, 1.25, 0.95);
        let ridge = (0.12 + 0.45 * skull.ridge) * spot(x + 0.3, p.y - brows.height + 0.1, 2.6, 0.8);
        let glabella = 0.3 * skull.ridge * spot(p.x, p.y - brows.height + 0.2, 1.2, 0.8);
        let bag = -0.1 * eyes.bags * spot(x + 0.1, p.y + 1.25, 1.3, 0.22);
        socket + ball + ridge + glabella + bag
    }

    fn nose(&self, p: Vec3) -> f32 {
        let nose = &self.id.nose;
        let x = p.x - nose.skew * step(1.0, -nose.length, p.y);
        let t = (1.0 - p.y) / (nose.length + 1.0);
        let profile = curve(
            &[
                (-0.3, 0.0),
                (0.0, 0.35 + 0.5 * nose.bridge),
                (0.5, 0.55 * nose.height + 0.35 * nose.bridge + nose.hump),
                (0.9, nose.height),
                (1.02, nose.height * 0.97),
                (1.22, 0.12 * nose.height),
                (1.34, 0.0),
            ],
            t,
        );
        let width = lerp(nose.bridge_width, nose.tip, step(0.45, 0.95, t));
        let ridge = profile * bell((x / width) * (x / width));
        let flank = profile * 0.32 * bell((x / (width * 2.0)) * (x / (width * 2.0)));
        let wing = 0.95
            * spot(
                x.abs() - nose.wings * 0.8,
                p.y + nose.length + 0.05,
                0.5,
                0.55,
            );
        let nostril = -0.5
            * spot(
                x.abs() - nose.wings * 0.48,
                p.y + nose.length + 0.72,
                0.36,
                0.22,
            );
        ridge * 0.85 + flank + wing + nostril
    }

    fn mouth(&self, p: Vec3) -> f32 {
        let mouth = &self.id.mouth;
        let y = p.y + mouth.drop;
        let across = bell((p.x / (mouth.width * 0.95)) * (p.x / (mouth.width * 0.95)));
        let mound = mouth.forward * spot(p.x, y, mouth.width * 1.1, 2.0);
        let upper = 0.42
            * mouth.upper.min(0.6)
            * 2.0
            * across
            * bell(((y - mouth.upper * 0.55) / 0.4) * ((y - mouth.upper * 0.55) / 0.4));
        let lower = 0.5
            * mouth.lower.min(0.7)
            * 1.7
            * across
            * bell(((y + mouth.lower * 0.55) / 0.45) * ((y + mouth.lower * 0.55) / 0.45));
        let meeting = -0.28 * across * bell((y / 0.13) * (y / 0.13));
        let corner = -0.25 * spot(p.x.abs() - mouth.width, y, 0.45, 0.4);
        let philtrum = -0.14 * spot(p.x, y - mouth.upper - 0.7, 0.28, 0.7);
        let below = -0.35 * spot(p.x, y + mouth.lower + 0.75, 1.9, 0.5);
        mound + upper + lower + meeting + corner + philtrum + below
    }

    fn cheeks(&self, p: Vec3) -> f32 {
        let (skull, age, mouth) = (&self.id.skull, self.id.skin.age, &self.id.mouth);
        let x = p.x.abs();
        let apple = (0.35 + 0.5 * skull.cheeks) * spot(x - 3.9, p.y + 2.9, 2.0, 1.7);
        let hollow = -0.5 * (0.5 - skull.cheeks).max(0.0) * spot(x - 4.6, p.y + 6.2, 1.6, 2.0);
        let chin = (0.15 + 0.7 * skull.chin_boss) * spot(p.x, p.y + skull.chin - 1.3, 1.7, 1.2);
        // The fold runs from the wing of the nose to beside the corner of the mouth.
        let along =
            ((-p.y - self.id.nose.length) / (mouth.drop - self.id.nose.length)).clamp(0.0, 1.3);
        let off = x - lerp(self.id.nose.wings + 0.35, mouth.width + 0.75, along);
        let fold = -(0.05 + 0.3 * age)
            * bell((off / 0.3) * (off / 0.3))
            * step(-self.id.nose.length + 0.3, -self.id.nose.length - 0.5, p.y)
            * step(-mouth.drop - 1.2, -mouth.drop, p.y);
        apple + hollow + chin + fold
    }

    /// Thickness of the beard at `p`, roughened.
    fn beard(&self, p: Vec3) -> f32 {
        let cover = crate::beard::cover(self.id, p);
        if cover < 0.02 {
            0.0
        } else {
            cover * self.id.beard.bulk * (0.8 + 0.4 * noise(p * 2.2, 77))
        }
    }

    /// Height of row `row` of `rows`, dense at crown and chin where the surface turns away.
    pub(crate) fn row_height(&self, row: usize, rows: usize) -> f32 {
        let t = 2.0 * row as f32 / (rows - 1) as f32 - 1.0;
        let eased = 1.5 * t - 0.5 * t * t * t;
        if eased < 0.0 {
            -eased * self.id.skull.crown
        } else {
            -eased * self.id.skull.chin
        }
    }

    /// The surface as a mesh in the head's own frame.
    pub(crate) fn mesh(&self) -> Mesh {
        let turns: Vec<(f32, f32)> = (0..COLUMNS)
            .map(|column| sin_cos(column_degrees(column, COLUMNS)))
            .collect();
        grid(Material::Skin, ROWS, COLUMNS, |row, column| {
            let base = self.base(self.row_height(row, ROWS), turns[column].0, turns[column].1);
            (self.raise(base), base)
        })
    }
}

/// Degrees from the front of a column, dense at the front.
pub(crate) fn column_degrees(column: usize, columns: usize) -> f32 {
    let t = 2.0 * column as f32 / (columns - 1) as f32 - 1.0;
    180.0 * (0.55 * t + 0.45 * t * t * t)
}
