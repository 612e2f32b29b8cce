//! How much two pictures of a face differ beyond what the motion of a flat picture explains.
//!
//! A photograph, on paper or on a screen, moves before a camera as a plane: two frames of it are one picture under a homography
//! (Hartley and Zisserman, 2004, section 2.3), whatever the hand does. A head is no plane and no statue: as it turns, what is
//! near moves past what is far, and brows, gaze and mouth are never still for long. What is left when the best homography is
//! taken out tells the two apart.

use face_types::Landmarks;
use image::{GrayImage, RgbImage, imageops};
use imageproc::filter::gaussian_blur_f32;
use nalgebra::{Matrix3, SMatrix, SVector};

use crate::{AlignmentTemplate, align};

/// Side of a patch in pixels; the eyes of a face are 30 pixels apart in it.
const SIDE: usize = 96;
/// Pixels at each edge that are not compared: room for the motion.
const RIM: usize = 8;
/// Blur of a patch in pixels, so that slopes say where the picture would move.
const BLUR: f32 = 1.0;
/// Every second pixel of every second row is enough to find the motion by; what is left is measured on all.
const STEP: usize = 2;
/// Most steps towards the best motion.
const STEPS: usize = 25;
/// The motion is found when no corner moves further than this, in pixels.
const ENOUGH: f64 = 0.02;

/// Values of a homography, up to its scale.
const N: usize = 8;

/// A face in grey, upright and of a size by its five points.
#[derive(Clone, PartialEq)]
pub struct FacePatch {
    /// Row by row.
    grey: Vec<f32>,
}

impl std::fmt::Debug for FacePatch {
    /// Never shows the face.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FacePatch")
    }
}

impl FacePatch {
    /// The face of `picture` with these five points; `None` when they span no face.
    #[must_use]
    pub fn of(picture: &RgbImage, landmarks: &Landmarks) -> Option<Self> {
        let template = AlignmentTemplate::ARCFACE_112.scaled(SIDE as u32);
        let grey: GrayImage = imageops::grayscale(&align(picture, landmarks, &template)?);
        let grey = gaussian_blur_f32(&grey, BLUR);
        Some(Self {
            grey: grey.iter().map(|&value| f32::from(value)).collect(),
        })
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.grey[y * SIDE + x]
    }

    /// Between pixels, bilinear; beyond the edge the edge goes on.
    fn sample(&self, x: f64, y: f64) -> f32 {
        let last = (SIDE - 1) as f64;
        let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(SIDE - 1), (top + 1).min(SIDE - 1));
        let (fx, fy) = ((x - left as f64) as f32, (y - top as f64) as f32);
        let upper = self.at(left, top) * (1.0 - fx) + self.at(right, top) * fx;
        let lower = self.at(left, bottom) * (1.0 - fx) + self.at(right, bottom) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// A patch that others are laid over.
///
/// The motion is found by the inverse compositional algorithm of Lucas and Kanade (Baker and Matthews, IJCV 56(3), 2004), with
/// brightness and contrast of both pictures made equal at every step.
pub struct PlanarReference {
    /// The pixels by which the motion is found: places from -1 to 1, and values of mean 0 and variance 1.
    coarse: Vec<Place>,
    /// The same for all pixels.
    fine: Vec<Place>,
    /// What each value of the motion changes at each place of `coarse`, less what brightness and contrast explain.
    descents: Vec<SVector<f32, N>>,
    /// The inverse of the sum of their outer products.
    inverse: SMatrix<f64, N, N>,
}

/// A pixel of the reference.
#[derive(Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    value: f32,
}

impl std::fmt::Debug for PlanarReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlanarReference")
    }
}

impl PlanarReference {
    /// Ready for others to be laid over `patch`; `None` where it is so flat that no motion shows.
    #[must_use]
    pub fn new(patch: &FacePatch) -> Option<Self> {
        let (coarse, deviation) = places(patch, STEP)?;
        let (fine, _) = places(patch, 1)?;
        let mut descents: Vec<SVector<f32, N>> = pixels(STEP)
            .map(|(x, y)| descent(patch, x, y) / deviation)
            .collect();
        project_out(&mut descents, &coarse);
        let mut sum = SMatrix::<f64, N, N>::zeros();
        for descent in &descents {
            let descent: SVector<f64, N> = descent.cast();
            sum += descent * descent.transpose();
        }
        let inverse = sum.cholesky()?.inverse();
        inverse
            .iter()
            .all(|value| value.is_finite())
            .then_some(Self {
                coarse,
                fine,
                descents,
                inverse,
            })
    }

    /// What is left of `other` when the best homography is taken out: 1 - r, where r is the correlation of the two pictures, 0
    /// (the same picture) to 2. An upper bound: a motion that is not found leaves more.
    #[must_use]
    pub fn residual(&self, other: &FacePatch) -> f32 {
        let mut warp = Matrix3::identity();
        let (mut best, mut best_warp) = (f32::NEG_INFINITY, warp);
        for _ in 0..STEPS {
            let Some(seen) = look(other, &self.coarse, &warp) else {
                break;
            };
            let likeness = correlation(&seen, &self.coarse);
            if likeness > best {
                (best, best_warp) = (likeness, warp);
            }
            let mut slope = SVector::<f32, N>::zeros();
            for ((descent, place), value) in self.descents.iter().zip(&self.coarse).zip(&seen) {
                slope += descent * (value - place.value);
            }
            let change = motion(&(self.inverse * slope.cast::<f64>()));
            let Some(back) = change.try_inverse() else {
                break;
            };
            warp *= back;
            warp /= warp[(2, 2)];
            if !warp.iter().all(|value| value.is_finite()) || largest_shift(&change) < ENOUGH {
                break;
            }
        }
        let at = |warp| look(other, &self.fine, warp).map(|seen| correlation(&seen, &self.fine));
        let last = at(&warp).unwrap_or(f32::NEG_INFINITY);
        let likeness = at(&best_warp).unwrap_or(0.0).max(last);
        (1.0 - likeness).clamp(0.0, 2.0)
    }
}

/// The pixels that are compared.
fn pixels(step: usize) -> impl Iterator<Item = (usize, usize)> {
    let side = move || (RIM..SIDE - RIM).step_by(step);
    side().flat_map(move |y| side().map(move |x| (x, y)))
}

/// From pixels to -1 to 1.
fn unit(pixel: usize) -> f64 {
    (pixel as f64 + 0.5) / (SIDE as f64 / 2.0) - 1.0
}

/// The way back.
fn pixel(unit: f64) -> f64 {
    (unit + 1.0) * (SIDE as f64 / 2.0) - 0.5
}

/// The pixels with their values evened, and the deviation that the values had.
fn places(patch: &FacePatch, step: usize) -> Option<(Vec<Place>, f32)> {
    let values = pixels(step).map(|(x, y)| patch.at(x, y)).collect();
    let (values, deviation) = evened(values)?;
    let place = |((x, y), value)| Place {
        x: unit(x),
        y: unit(y),
        value,
    };
    Some((pixels(step).zip(values).map(place).collect(), deviation))
}

/// `values` with mean 0 and variance 1, and the deviation that they had; `None` where they are all alike.
fn evened(mut values: Vec<f32>) -> Option<(Vec<f32>, f32)> {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2));
    let deviation = (variance.sum::<f32>() / count).sqrt();
    // Written so that a deviation that is not a number is none.
    (deviation > 1.0).then(|| {
        for value in &mut values {
            *value = (*value - mean) / deviation;
        }
        (values, deviation)
    })
}

/// What each value of a small motion changes at the pixel (x, y).
fn descent(patch: &FacePatch, x: usize, y: usize) -> SVector<f32, N> {
    // In units of half the side, as the places are.
    let half = SIDE as f32 / 2.0;
    let across = (patch.at(x + 1, y) - patch.at(x - 1, y)) / 2.0 * half;
    let down = (patch.at(x, y + 1) - patch.at(x, y - 1)) / 2.0 * half;
    let (u, v) = (unit(x) as f32, unit(y) as f32);
    let inward = -(across * u + down * v);
    SVector::from([
        across * u,
        across * v,
        across,
        down * u,
        down * v,
        down,
        inward * u,
        inward * v,
    ])
}

/// Takes out of every descent what a change of brightness or contrast would do as well.
fn project_out(descents: &mut [SVector<f32, N>], places: &[Place]) {
    let count = places.len() as f32;
    let mean = descents.iter().sum::<SVector<f32, N>>() / count;
    let along = descents
        .iter()
        .zip(places)
        .map(|(d, place)| d * place.value);
    let along = along.sum::<SVector<f32, N>>() / count;
    for (descent, place) in descents.iter_mut().zip(places) {
        *descent -= mean + along * place.value;
    }
}

/// The homography of eight values, rows `[1 + a, b, c]`, `[d, 1 + e, f]`, `[g, h, 1]`.
fn motion(values: &SVector<f64, N>) -> Matrix3<f64> {
    let nine = values.push(0.0);
    Matrix3::identity() + Matrix3::from_row_slice(nine.as_slice())
}

/// How far a motion moves the corners of the patch at most, in pixels.
fn largest_shift(motion: &Matrix3<f64>) -> f64 {
    let corners = [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)];
    let shifts = corners.map(|(x, y)| {
        let (u, v) = moved(motion, x, y);
        (u - x).hypot(v - y) * SIDE as f64 / 2.0
    });
    shifts.into_iter().fold(0.0, f64::max)
}

fn moved(motion: &Matrix3<f64>, x: f64, y: f64) -> (f64, f64) {
    let m = |row, column| motion[(row, column)];
    let depth = m(2, 0) * x + m(2, 1) * y + m(2, 2);
    (
        (m(0, 0) * x + m(0, 1) * y + m(0, 2)) / depth,
        (m(1, 0) * x + m(1, 1) * y + m(1, 2)) / depth,
    )
}

/// `patch` at the places that `warp` leads to, with mean 0 and variance 1.
fn look(patch: &FacePatch, places: &[Place], warp: &Matrix3<f64>) -> Option<Vec<f32>> {
    let sample = |place: &Place| {
        let (x, y) = moved(warp, place.x, place.y);
        patch.sample(pixel(x), pixel(y))
    };
    let (values, _) = evened(places.iter().map(sample).collect())?;
    Some(values)
}

fn correlation(seen: &[f32], places: &[Place]) -> f32 {
    let sum: f32 = seen.iter().zip(places).map(|(v, p)| v * p.value).sum();
    sum / places.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of nothing but waves, at another place, size and turn for every `motion`, and out of the plane by `depth`.
    fn patch(motion: [f64; N], depth: f64, gain: f32) -> FacePatch {
        let motion = self::motion(&SVector::from(motion));
        let grey = (0..SIDE * SIDE).map(|at| {
            let (x, y) = (unit(at % SIDE), unit(at / SIDE));
            let (u, v) = moved(&motion, x, y);
            // What sticks out of the plane is displaced by as much as it does.
            let u = u + depth * (-8.0 * (u * u + v * v)).exp();
            let wave = (7.0 * u).sin() + (5.0 * v + 2.0 * u).cos() + (11.0 * u * v).sin();
            128.0 + gain * 30.0 * wave as f32
        });
        FacePatch {
            grey: grey.collect(),
        }
    }

    const STILL: [f64; N] = [0.0; N];
    /// Some pixels of shift, a turn, a zoom, and a tilt towards the camera.
    const MOVED: [f64; N] = [0.03, -0.04, 0.06, 0.04, 0.02, -0.05, 0.03, -0.02];

    #[test]
    fn a_picture_moved_as_a_plane_leaves_nothing() {
        let reference = PlanarReference::new(&patch(STILL, 0.0, 1.0)).unwrap();
        assert!(reference.residual(&patch(STILL, 0.0, 1.0)) < 1e-5);
        // Darker and flatter besides.
        let left = reference.residual(&patch(MOVED, 0.0, 0.7));
        assert!(left < 5e-5, "{left}");
    }

    #[test]
    fn what_sticks_out_of_the_plane_leaves_more_the_more_it_does() {
        let reference = PlanarReference::new(&patch(STILL, 0.0, 1.0)).unwrap();
        let left = [0.02, 0.04, 0.08].map(|depth| reference.residual(&patch(MOVED, depth, 1.0)));
        assert!(left[0] > 1e-4, "{left:?}");
        assert!(left.is_sorted(), "{left:?}");
    }

    #[test]
    fn another_picture_is_far_away() {
        let reference = PlanarReference::new(&patch(STILL, 0.0, 1.0)).unwrap();
        let mut other = patch(STILL, 0.0, 1.0);
        other.grey.reverse();
        assert!(reference.residual(&other) > 0.2);
    }

    #[test]
    fn a_flat_patch_shows_no_motion() {
        let flat = FacePatch {
            grey: vec![90.0; SIDE * SIDE],
        };
        assert!(PlanarReference::new(&flat).is_none());
        let reference = PlanarReference::new(&patch(STILL, 0.0, 1.0)).unwrap();
        assert!((reference.residual(&flat) - 1.0).abs() < 1e-6);
    }
}
