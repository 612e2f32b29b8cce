//! A detector that learns from another's answers at every place of the same grids: no labels, no assignment of faces to
//! places.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, sigmoid};

use crate::Grid;

/// Errors of boxes and points below this share of the face's size count by their square, larger ones by their size.
const PRECISE: f64 = 0.01;

/// What the teacher says at the places of all grids.
#[derive(Debug, Clone)]
pub struct DenseTargets {
    /// How sure it is of a face, 0 to 1: `[n, places, 1]`.
    pub scores: Tensor<3>,
    /// How much its box and points count, 0 where it sees none: `[n, places, 1]`.
    pub weights: Tensor<3>,
    /// One over the side of its box in cells: `[n, places, 1]`.
    pub scales: Tensor<3>,
    /// Its box, as in [`Grid::bounds`]: `[n, places, 4]`.
    pub bounds: Tensor<3>,
    /// Its points, as in [`Grid::points`]: `[n, places, 10]`.
    pub points: Tensor<3>,
}

/// The parts of the loss, one value each.
#[derive(Debug, Clone)]
pub struct DenseLoss {
    /// Quality focal loss of both logits against the score, over the sum of the scores.
    pub score: Tensor<1>,
    /// Mean error of the box's place and of the logarithms of its sides, in sides of the face.
    pub bounds: Tensor<1>,
    /// Mean error of the points' coordinates, in sides of the face.
    pub points: Tensor<1>,
}

/// The loss of `answer`, all grids joined, against the teacher's.
///
/// Both logits learn the score, so that the root of the product of their probabilities, which decides, is the score.
#[must_use]
pub fn dense_distillation(answer: &Grid, targets: DenseTargets) -> DenseLoss {
    let DenseTargets {
        scores,
        weights,
        scales,
        bounds,
        points,
    } = targets;
    let faces = scores.clone().sum().clamp_min(1.0);
    let focal = quality_focal(answer.class.clone(), scores.clone())
        + quality_focal(answer.object.clone(), scores);
    let size_free = scales.ones_like();
    let of_bounds = Tensor::cat(
        vec![scales.clone(), scales.clone(), size_free.clone(), size_free],
        2,
    );
    DenseLoss {
        score: focal.sum() / faces,
        bounds: weighted_error((answer.bounds.clone() - bounds) * of_bounds, &weights),
        points: weighted_error((answer.points.clone() - points) * scales, &weights),
    }
}

/// |t - σ(x)|² times the cross entropy of σ(x) with the soft target t (Li et al., `NeurIPS` 2020, equation 2, β = 2).
fn quality_focal(logits: Tensor<3>, targets: Tensor<3>) -> Tensor<3> {
    let no_face = targets.clone().neg().add_scalar(1.0);
    let log_likelihood =
        log_sigmoid(logits.clone()) * targets.clone() + log_sigmoid(logits.clone().neg()) * no_face;
    (targets - sigmoid(logits)).square() * -log_likelihood
}

/// The mean of |error|, rounded off near zero, over places by `weights` and over values.
fn weighted_error(error: Tensor<3>, weights: &Tensor<3>) -> Tensor<1> {
    let [_, _, values] = error.dims();
    let rounded = error.square().add_scalar(PRECISE * PRECISE).sqrt();
    let sum = (rounded.sub_scalar(PRECISE) * weights.clone()).sum();
    sum / weights
        .clone()
        .sum()
        .clamp_min(1.0)
        .mul_scalar(values as f64)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn values<const N: usize>(values: [f32; N]) -> Tensor<3> {
        Tensor::<1>::from_floats(values, &Device::flex()).reshape([1, 1, N])
    }

    fn grid(logit: f32, bounds: [f32; 4], point: f32) -> Grid {
        Grid {
            class: values([logit]),
            object: values([logit]),
            bounds: values(bounds),
            points: values([point; 10]),
        }
    }

    fn targets(score: f32, weight: f32) -> DenseTargets {
        DenseTargets {
            scores: values([score]),
            weights: values([weight]),
            scales: values([0.25]),
            bounds: values([0.0; 4]),
            points: values([0.0; 10]),
        }
    }

    fn number(tensor: Tensor<1>) -> f32 {
        tensor.into_scalar()
    }

    #[test]
    fn a_place_is_as_worked_by_hand() {
        // σ(ln 3) = 3/4; the target is 1: twice (1/4)² · -ln(3/4), over a sum of scores of 1.
        let loss = dense_distillation(
            &grid(3.0_f32.ln(), [4.0, 0.0, 1.0, 0.0], 8.0),
            targets(1.0, 1.0),
        );
        let expected = 2.0 / 16.0 * (4.0_f32 / 3.0).ln();
        assert!((number(loss.score) - expected).abs() < 1e-6);
        // 4 cells are one side, and so is a logarithm of 1: two errors of 1 in four values, rounded off by 0.01.
        assert!((number(loss.bounds) - 0.495).abs() < 1e-4);
        assert!((number(loss.points) - 1.99).abs() < 1e-4);
    }

    #[test]
    fn the_teachers_own_answer_costs_nothing() {
        let logit = (0.3_f32 / 0.7).ln();
        let loss = dense_distillation(&grid(logit, [0.0; 4], 0.0), targets(0.3, 0.3));
        for part in [loss.score, loss.bounds, loss.points] {
            assert!(number(part).abs() < 1e-6);
        }
    }

    #[test]
    fn where_the_teacher_sees_no_face_boxes_and_points_are_free() {
        let loss = dense_distillation(&grid(0.0, [9.0; 4], 9.0), targets(0.0, 0.0));
        assert!(number(loss.bounds).abs() < 1e-9 && number(loss.points).abs() < 1e-9);
        assert!(number(loss.score) > 0.1);
    }

    #[test]
    fn descent_leads_to_the_teachers_score() {
        let device = Device::flex().autodiff();
        let tracked = |x: Tensor<3>| Tensor::from_data(x.into_data(), &device);
        let targets = DenseTargets {
            scores: tracked(values([0.8])),
            weights: tracked(values([0.8])),
            scales: tracked(values([1.0])),
            bounds: tracked(values([0.5; 4])),
            points: tracked(values([-0.5; 10])),
        };
        let mut parts = [tracked(values([-4.0])), tracked(values([-4.0]))];
        for _ in 0..400 {
            let [class, object] = parts.map(Tensor::require_grad);
            let answer = Grid {
                class: class.clone(),
                object: object.clone(),
                bounds: targets.bounds.clone(),
                points: targets.points.clone(),
            };
            let slopes = dense_distillation(&answer, targets.clone())
                .score
                .backward();
            parts = [class, object].map(|part| {
                let slope = part.grad(&slopes).expect("it is part of the answer");
                Tensor::from_inner(part.inner() - slope)
            });
        }
        let [class, object] = parts;
        let score = (sigmoid(class) * sigmoid(object))
            .sqrt()
            .into_scalar::<f32>();
        // The loss flattens to nothing around the target.
        assert!((score - 0.8).abs() < 0.05, "{score}");
    }
}
