//! Similarity transforms of the plane: turn, scale and shift, never mirror.

use face_types::Point;

/// `x' = a x - b y + tx`, `y' = b x + a y + ty`; in pixels, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimilarityTransform {
    /// Scale times the cosine of the angle.
    pub a: f32,
    /// Scale times the sine of the angle.
    pub b: f32,
    /// Shift to the right.
    pub tx: f32,
    /// Shift downwards.
    pub ty: f32,
}

impl SimilarityTransform {
    /// The transform that brings `from` nearest to `to` in the sum of squared distances; `None` when the lists differ in
    /// length or hold fewer than two different, finite points.
    ///
    /// It is the minimum that Umeyama (IEEE PAMI 13(4), 1991) finds by a singular value decomposition with reflections
    /// excluded; in the plane, (a, b) enter linearly and the normal equations have a closed form.
    #[must_use]
    pub fn fit(from: &[Point], to: &[Point]) -> Option<Self> {
        if from.len() != to.len() || from.len() < 2 {
            return None;
        }
        let (mean_from, mean_to) = (mean(from), mean(to));
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (x, y) = (f64::from(p.x) - mean_from.0, f64::from(p.y) - mean_from.1);
            let (u, v) = (f64::from(q.x) - mean_to.0, f64::from(q.y) - mean_to.1);
            dot += x * u + y * v;
            cross += x * v - y * u;
            spread += x * x + y * y;
        }
        let (a, b) = (dot / spread, cross / spread);
        let fitted = Self {
            a: a as f32,
            b: b as f32,
            tx: (mean_to.0 - a * mean_from.0 + b * mean_from.1) as f32,
            ty: (mean_to.1 - b * mean_from.0 - a * mean_from.1) as f32,
        };
        fitted.is_invertible().then_some(fitted)
    }

    /// Where `point` lands.
    #[must_use]
    pub fn apply(&self, point: Point) -> Point {
        Point::new(
            self.a * point.x - self.b * point.y + self.tx,
            self.b * point.x + self.a * point.y + self.ty,
        )
    }

    /// The way back; not finite if the scale is zero, which [`Self::fit`] never returns.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self {
            a,
            b,
            tx: -(a * self.tx - b * self.ty),
            ty: -(b * self.tx + a * self.ty),
        }
    }

    /// Length after over length before.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Degrees of the turn, clockwise as seen, in (-180, 180].
    #[must_use]
    pub fn rotation_deg(&self) -> f32 {
        self.b.atan2(self.a).to_degrees()
    }

    fn is_invertible(&self) -> bool {
        let all_finite = [self.a, self.b, self.tx, self.ty]
            .iter()
            .all(|v| v.is_finite());
        all_finite && self.scale() > f32::MIN_POSITIVE && self.scale().recip().is_finite()
    }
}

fn mean(points: &[Point]) -> (f64, f64) {
    let count = points.len() as f64;
    let sum = points.iter().fold((0.0, 0.0), |sum, p| {
        (sum.0 + f64::from(p.x), sum.1 + f64::from(p.y))
    });
    (sum.0 / count, sum.1 / count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn transforms() -> impl Strategy<Value = SimilarityTransform> {
        let shift = -300.0_f32..300.0;
        (0.05_f32..20.0, -180.0_f32..180.0, shift.clone(), shift).prop_map(
            |(scale, degrees, tx, ty)| {
                let (sin, cos) = degrees.to_radians().sin_cos();
                SimilarityTransform {
                    a: scale * cos,
                    b: scale * sin,
                    tx,
                    ty,
                }
            },
        )
    }

    fn faces() -> impl Strategy<Value = Vec<Point>> {
        let point = (0.0_f32..500.0, 0.0_f32..500.0).prop_map(|(x, y)| Point::new(x, y));
        prop::collection::vec(point, 2..6).prop_filter("spread out", |points| {
            points.iter().any(|p| p.distance(points[0]) > 20.0)
        })
    }

    fn mirror(points: &[Point]) -> Vec<Point> {
        points.iter().map(|p| Point::new(-p.x, p.y)).collect()
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_identity(transform in transforms(), x in -2.0_f32..2.0, y in -2.0_f32..2.0) {
            let near = SimilarityTransform { tx: transform.tx / 300.0, ty: transform.ty / 300.0, ..transform };
            let point = Point::new(x, y);
            prop_assert!(near.inverse().apply(near.apply(point)).distance(point) < 1e-4);
        }

        #[test]
        fn a_similarity_is_recovered_from_the_points_it_moved(transform in transforms(), from in faces()) {
            let to: Vec<Point> = from.iter().map(|p| transform.apply(*p)).collect();
            let fitted = SimilarityTransform::fit(&from, &to).unwrap();
            prop_assert!((fitted.scale() / transform.scale() - 1.0).abs() < 1e-3);
            // A ten-thousandth of what the points were moved by, at least: f32 carries seven digits.
            for (p, q) in from.iter().zip(&to) {
                prop_assert!(fitted.apply(*p).distance(*q) < 1e-4 * (500.0 * transform.scale()).max(500.0));
            }
        }

        #[test]
        fn a_mirrored_face_has_the_mirrored_transform(from in faces(), noise in faces()) {
            let count = from.len().min(noise.len());
            let (from, to) = (&from[..count], &noise[..count]);
            if let (Some(one), Some(other)) = (
                SimilarityTransform::fit(from, to),
                SimilarityTransform::fit(&mirror(from), &mirror(to)),
            ) {
                let tolerance = 1e-4 * (1.0 + one.scale());
                prop_assert!((one.a - other.a).abs() < tolerance && (one.b + other.b).abs() < tolerance);
                prop_assert!((one.tx + other.tx).abs() < 500.0 * tolerance);
                prop_assert!((one.ty - other.ty).abs() < 500.0 * tolerance);
            }
        }

        #[test]
        fn no_other_similarity_comes_nearer(from in faces(), noise in faces(), change in transforms()) {
            let count = from.len().min(noise.len());
            let (from, to) = (&from[..count], &noise[..count]);
            let error = |t: &SimilarityTransform| -> f64 {
                from.iter().zip(to).map(|(p, q)| f64::from(t.apply(*p).distance(*q)).powi(2)).sum()
            };
            if let Some(best) = SimilarityTransform::fit(from, to) {
                let other = SimilarityTransform {
                    a: best.a + change.a / 100.0,
                    b: best.b + change.b / 100.0,
                    tx: best.tx + change.tx / 100.0,
                    ty: best.ty + change.ty / 100.0,
                };
                prop_assert!(error(&best) <= error(&other) * (1.0 + 1e-4) + 1e-2);
            }
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_counts_ninety_degrees() {
        let from = [Point::new(0.0, 0.0), Point::new(1.0, 0.0)];
        let to = [Point::new(5.0, 5.0), Point::new(5.0, 7.0)];
        let turn = SimilarityTransform::fit(&from, &to).unwrap();
        assert!((turn.rotation_deg() - 90.0).abs() < 1e-4);
        assert!((turn.scale() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn points_that_fix_nothing_give_nothing() {
        let (here, there) = (Point::new(1.0, 1.0), Point::new(2.0, 5.0));
        assert_eq!(SimilarityTransform::fit(&[here], &[there]), None);
        assert_eq!(SimilarityTransform::fit(&[here; 5], &[there; 5]), None);
        assert_eq!(
            SimilarityTransform::fit(&[here, there], &[there, there]),
            None
        );
        assert_eq!(
            SimilarityTransform::fit(&[here, there], &[here, there, here]),
            None
        );
        let nowhere = Point::new(f32::NAN, 0.0);
        assert_eq!(
            SimilarityTransform::fit(&[here, nowhere], &[here, there]),
            None
        );
    }
}
