//! Vectors, soft steps and smooth noise, built from exactly rounded operations only, so that every platform agrees.

use std::ops::{Add, Mul, Neg, Sub};

use crate::random::lattice;

/// A place or direction in centimetres (x to the right of the picture, y up, z to the camera), or a linear colour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Vec3 {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) z: f32,
}

/// Short constructor: geometry is written by the dozen.
pub(crate) const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    pub(crate) fn dot(self, o: Self) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    pub(crate) fn cross(self, o: Self) -> Self {
        vec3(
            self.y * o.z - self.z * o.y,
            self.z * o.x - self.x * o.z,
            self.x * o.y - self.y * o.x,
        )
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// Unit length; the zero vector becomes the direction to the camera.
    pub(crate) fn unit(self) -> Self {
        let length = self.length();
        if length > 1e-12 {
            self * (1.0 / length)
        } else {
            vec3(0.0, 0.0, 1.0)
        }
    }

    /// Component by component.
    pub(crate) fn times(self, o: Self) -> Self {
        vec3(self.x * o.x, self.y * o.y, self.z * o.z)
    }

    /// The way from `self` to `o`, `share` of it gone.
    pub(crate) fn mix(self, o: Self, share: f32) -> Self {
        self + (o - self) * share
    }
}

impl Add for Vec3 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        vec3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        vec3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        vec3(self.x * k, self.y * k, self.z * k)
    }
}

impl Neg for Vec3 {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

/// The linear colour of an sRGB triple (gamma 2, whose inverse is the exactly rounded square root).
pub(crate) fn srgb(red: f32, green: f32, blue: f32) -> Vec3 {
    let linear = |v: f32| (v / 255.0) * (v / 255.0);
    vec3(linear(red), linear(green), linear(blue))
}

/// From `a` to `b`, `share` of the way.
pub(crate) fn lerp(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// 0 below `from`, 1 above `to`, smooth between; `from` may be the greater, then it falls.
pub(crate) fn step(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A bell like exp(-d), zero from d = 8 on.
pub(crate) fn bell(d: f32) -> f32 {
    let t = (1.0 - d * 0.125).max(0.0);
    let t4 = t * t * t * t;
    t4 * t4
}

/// The bell over an ellipse with half axes `a` and `b`.
pub(crate) fn spot(x: f32, y: f32, a: f32, b: f32) -> f32 {
    bell((x / a) * (x / a) + (y / b) * (y / b))
}

/// Sine and cosine of an angle in degrees, by Taylor series after reduction to a half turn.
pub(crate) fn sin_cos(degrees: f32) -> (f32, f32) {
    let turns = f64::from(degrees) / 360.0;
    let x = (turns - turns.round()) * std::f64::consts::TAU;
    let (mut sin, mut cos, mut term) = (0.0, 0.0, 1.0);
    for n in 1..=24_u32 {
        // term holds x^(n-1) / (n-1)!; its sign runs + + - - for cosine and sine in turn.
        let way = if (n - 1) % 4 < 2 { 1.0 } else { -1.0 };
        if n % 2 == 1 {
            cos += way * term;
        } else {
            sin += way * term;
        }
        term *= x / f64::from(n);
    }
    (sin as f32, cos as f32)
}

/// Smooth noise in about [-1, 1] with features of size 1 around `p`.
pub(crate) fn noise(p: Vec3, seed: u32) -> f32 {
    let (fx, fy, fz) = (p.x.floor(), p.y.floor(), p.z.floor());
    let (x, y, z) = (fx as i32, fy as i32, fz as i32);
    let soft = |t: f32| t * t * (3.0 - 2.0 * t);
    let (tx, ty, tz) = (soft(p.x - fx), soft(p.y - fy), soft(p.z - fz));
    let edge = |dy, dz| {
        lerp(
            lattice(x, y + dy, z + dz, seed),
            lattice(x + 1, y + dy, z + dz, seed),
            tx,
        )
    };
    lerp(
        lerp(edge(0, 0), edge(1, 0), ty),
        lerp(edge(0, 1), edge(1, 1), ty),
        tz,
    )
}

/// A smooth curve through `points` (x ascending, y), held level beyond its ends (Catmull-Rom).
pub(crate) fn curve(points: &[(f32, f32)], x: f32) -> f32 {
    let last = points.len() - 1;
    let x = x.clamp(points[0].0, points[last].0);
    let i = points[1..last].iter().take_while(|p| p.0 <= x).count();
    let (from, to) = (points[i], points[i + 1]);
    let slope = |l: usize, r: usize| (points[r].1 - points[l].1) / (points[r].0 - points[l].0);
    let (start, end) = (
        slope(i.saturating_sub(1), i + 1),
        slope(i, (i + 2).min(last)),
    );
    let (width, t) = (to.0 - from.0, (x - from.0) / (to.0 - from.0));
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * from.1
        + (t3 - 2.0 * t2 + t) * width * start
        + (3.0 * t2 - 2.0 * t3) * to.1
        + (t3 - t2) * width * end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_agree_with_the_standard_library() {
        for degrees in [-725.0, -90.0, -1.5, 0.0, 30.0, 179.0, 181.0, 300.0_f32] {
            let (sin, cos) = sin_cos(degrees);
            let radians = f64::from(degrees).to_radians();
            assert!((f64::from(sin) - radians.sin()).abs() < 1e-6, "{degrees}");
            assert!((f64::from(cos) - radians.cos()).abs() < 1e-6, "{degrees}");
        }
    }

    #[test]
    fn a_curve_passes_through_its_points() {
        let points = [(0.0, 1.0), (0.5, 2.0), (0.7, 0.0), (1.0, 3.0)];
        for (x, y) in points {
            assert!((curve(&points, x) - y).abs() < 1e-5);
        }
        assert!((curve(&points, 9.0) - 3.0).abs() < 1e-5);
    }
}
