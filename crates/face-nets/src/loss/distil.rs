//! Losses against a teacher: each template to the teacher's, and the likeness of templates to theirs.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;
use serde::{Deserialize, Serialize};

use crate::{similarities, unit_length};

/// Mean over the batch of 1 - cos(s, t), where s are the student's vectors and t the teacher's, both `[n, d]`.
#[must_use]
pub fn cosine_distillation(student: Tensor<2>, teacher: Tensor<2>) -> Tensor<1> {
    let cosines = (unit_length(student) * unit_length(teacher)).sum_dim(1);
    -cosines.mean() + 1.0
}

/// Mean over the pairs i ≠ j of the batch of (cos(sᵢ, sⱼ) - cos(tᵢ, tⱼ))², where s are the student's vectors `[n, d]` and
/// t the teacher's `[n, e]`, n at least 2 (similarity-preserving distillation, Tung and Mori, ICCV 2019, with squared
/// cosines' difference as in relational distillation, Park et al., CVPR 2019).
///
/// The two may have different dimensions: only likeness is compared.
#[must_use]
pub fn relational_distillation(student: Tensor<2>, teacher: Tensor<2>) -> Tensor<1> {
    let [n, _] = student.dims();
    let s = similarities(student.clone(), student);
    let t = similarities(teacher.clone(), teacher);
    // The diagonals are 1 in both and add nothing.
    (s - t).square().sum() / (n * (n - 1)) as f64
}

/// Mean squared difference of the shares that places of a face have in its template, `[n, places, d]`, divided by the mean
/// squared distance of the teacher's shares `t` from their own mean over the batch: 1 for a student that knows nothing but
/// that mean, n at least 2.
///
/// Hints from inside the teacher as in Romero et al., ICLR 2015, here of what the last layer adds up.
#[must_use]
pub fn places_distillation(student: Tensor<3>, teacher: Tensor<3>) -> Tensor<1> {
    let spread = teacher.clone() - teacher.clone().mean_dim(0);
    (student - teacher).square().mean() / spread.square().mean()
}

/// How hard it is made to find the own template among others'.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identification {
    /// s: what cosines are multiplied by before the softmax.
    pub scale: f64,
    /// m: how much nearer than the others the own template must be, as a cosine.
    pub margin: f64,
    /// Teacher's templates more alike than this, as a cosine, are of one person and no others to each other.
    pub alike: f64,
}

/// Mean over the batch of -log softmax(s · cos(sᵢ, ·) with cos(sᵢ, tᵢ) - m at the own place) / s, over the own template tᵢ of
/// the teacher's, `[n, d]`, and the teacher's of other faces, `[k, d]`: a search of the student's vectors `[n, d]` in a gallery
/// of the teacher's, with the margin of Wang et al., CVPR 2018, and classes that stand still.
///
/// Divided by s the loss is in cosines: about how much the most alike stranger is nearer than the own template less m.
#[must_use]
pub fn identification_distillation(
    student: Tensor<2>,
    teacher: Tensor<2>,
    others: Tensor<2>,
    settings: Identification,
) -> Tensor<1> {
    let Identification {
        scale,
        margin,
        alike,
    } = settings;
    let own = (unit_length(student.clone()) * unit_length(teacher.clone())).sum_dim(1);
    let is_one_person = similarities(teacher, others.clone()).greater_elem(alike);
    let strangers = similarities(student, others).mask_fill(is_one_person, -1e3);
    let logits = Tensor::cat(vec![own - margin, strangers], 1) * scale;
    -log_softmax(logits, 1).narrow(1, 0, 1).mean() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::testing::{assert_slopes, matrix, number};

    #[test]
    fn the_cosine_loss_is_as_worked_by_hand() {
        // Cosines 1, 0 and -1.
        let student = matrix(&[[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]]);
        let teacher = matrix(&[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]);
        assert!((number(cosine_distillation(student, teacher)) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_relational_loss_is_as_worked_by_hand() {
        // The student's pair is at a right angle, the teacher's at 60 degrees, in three dimensions.
        let student = matrix(&[[2.0, 0.0], [0.0, 3.0]]);
        let teacher = matrix(&[[1.0, 0.0, 0.0], [0.5, 0.75_f64.sqrt(), 0.0]]);
        let loss = number(relational_distillation(student, teacher));
        assert!((loss - 0.25).abs() < 1e-9, "{loss}");
    }

    #[test]
    fn a_rotated_copy_has_the_same_relations() {
        let student = matrix(&[[1.0, 0.2], [0.3, -0.7], [-0.1, 0.9]]);
        let rotation = matrix(&[[0.6, 0.8], [-0.8, 0.6]]);
        let rotated = student.clone().matmul(rotation);
        assert!(number(relational_distillation(student, rotated)).abs() < 1e-9);
    }

    #[test]
    fn the_loss_of_places_is_one_for_their_mean_and_nothing_for_the_teacher() {
        let shares = matrix(&[[1.0, 0.0, 0.0, 4.0], [3.0, 0.0, 0.0, 2.0]]);
        let teacher: Tensor<3> = shares.reshape([2, 2, 2]);
        let mean = teacher.clone().mean_dim(0).repeat_dim(0, 2);
        assert!((number(places_distillation(mean, teacher.clone())) - 1.0).abs() < 1e-6);
        assert!(number(places_distillation(teacher.clone(), teacher)) < 1e-9);
    }

    #[test]
    fn the_loss_of_a_search_is_as_worked_by_hand() {
        // The own template at a cosine of 0.8, one stranger at 0.6; the third is the own person again.
        let student = matrix(&[[0.8, 0.6]]);
        let teacher = matrix(&[[2.0, 0.0]]);
        let others = matrix(&[[0.0, 1.0], [5.0, 0.1]]);
        let settings = Identification {
            scale: 10.0,
            margin: 0.3,
            alike: 0.4,
        };
        let loss = number(identification_distillation(
            student, teacher, others, settings,
        ));
        let expected = (1.0 + 1.0_f64.exp()).ln() / 10.0;
        assert!((loss - expected).abs() < 1e-9, "{loss} {expected}");
    }

    #[test]
    fn the_slopes_are_those_of_finite_differences() {
        let teacher = matrix(&[[1.0, 0.1], [0.2, -0.5], [-0.4, 0.3]]);
        let student = matrix(&[[0.5, 0.4], [0.6, -0.1], [-0.9, 0.8]]);
        assert_slopes(&student, |s| cosine_distillation(s, teacher.clone()));
        assert_slopes(&student, |s| relational_distillation(s, teacher.clone()));
        let others = matrix(&[[0.7, 0.7], [-1.0, 0.2], [1.0, 0.0]]);
        let settings = Identification {
            scale: 4.0,
            margin: 0.3,
            alike: 0.9,
        };
        assert_slopes(&student, |s| {
            identification_distillation(s, teacher.clone(), others.clone(), settings)
        });
        let places: Tensor<3> = teacher.reshape([3, 1, 2]);
        assert_slopes(&student, |s| {
            places_distillation(s.reshape([3, 1, 2]), places.clone())
        });
    }
}
