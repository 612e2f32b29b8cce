//! What training makes small: losses on pairs, on groups, on classes with a margin, and against a teacher.
//!
//! Each is a function or a small module on burn tensors and gives a tensor of one value, ready for `backward`. None
//! keeps state, except those with class weights of their own.

mod contrastive;
mod dense;
mod distil;
mod group;
mod margin;
mod pair;
#[cfg(test)]
mod testing;

pub use contrastive::contrastive;
pub use dense::{DenseLoss, DenseTargets, dense_distillation};
pub use distil::{
    Identification, cosine_distillation, identification_distillation, places_distillation,
    relational_distillation,
};
pub use group::{GroupLoss, anchors, pearson, replicate};
pub use margin::{Margin, MarginHead, MarginSettings};
pub use pair::{PairHead, pair_cross_entropy};

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

/// Mean of -log p(label) over the batch, where p = softmax of `logits`, `[n, classes]`, and `labels` is `[n]`.
///
/// With a smoothing of ε the label has 1 - ε of the target's mass and all classes share the rest (Szegedy et al., CVPR
/// 2016, section 7).
#[must_use]
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>, smoothing: f64) -> Tensor<1> {
    let log_p = log_softmax(logits, 1);
    let chosen = log_p.clone().gather(1, labels.unsqueeze_dim(1)).mean();
    if smoothing == 0.0 {
        return -chosen;
    }
    -(chosen * (1.0 - smoothing) + log_p.mean() * smoothing)
}

/// Mean over the batch of the cross entropy -Σ t log p, where p = softmax of `logits` and t are the rows of `targets`, both
/// `[n, classes]`; the rows of `targets` sum to 1.
///
/// A smoothing of ε takes that share of each target and spreads it over all classes, as in [`cross_entropy`].
#[must_use]
pub fn soft_cross_entropy(logits: Tensor<2>, targets: Tensor<2>, smoothing: f64) -> Tensor<1> {
    let [_, classes] = logits.dims();
    let targets = targets
        .mul_scalar(1.0 - smoothing)
        .add_scalar(smoothing / classes as f64);
    -(log_softmax(logits, 1) * targets).sum_dim(1).mean()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[rstest::rstest]
    #[case::plain(0.0, [0, 1], [0.5, 0.5])]
    #[case::one_class(0.0, [0, 0], [1.0, 0.0])]
    // The label keeps 1 - 0.2 and gets half of the 0.2 that is shared.
    #[case::smoothed(0.2, [0, 0], [0.9, 0.1])]
    fn two_rows_are_as_worked_by_hand(
        #[case] smoothing: f64,
        #[case] labels: [i64; 2],
        #[case] shares: [f32; 2],
    ) {
        // Probabilities 3/4 and 1/4 in both rows.
        let device = Device::flex();
        let three = 3.0_f32.ln();
        let logits = Tensor::<2>::from_floats([[three, 0.0], [three, 0.0]], &device);
        let labels = Tensor::<1, Int>::from_ints(labels, &device);
        let loss = cross_entropy(logits, labels, smoothing).into_scalar::<f32>();
        let expected = -(shares[0] * 0.75_f32.ln() + shares[1] * 0.25_f32.ln());
        assert!((loss - expected).abs() < 1e-6, "{loss} {expected}");
    }

    #[rstest::rstest]
    #[case::between(0.0, [0.8, 0.2], [0.8, 0.2])]
    #[case::smoothed(0.2, [1.0, 0.0], [0.9, 0.1])]
    fn soft_targets_are_as_worked_by_hand(
        #[case] smoothing: f64,
        #[case] target: [f32; 2],
        #[case] shares: [f32; 2],
    ) {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[3.0_f32.ln(), 0.0]], &device);
        let targets = Tensor::<2>::from_floats([target], &device);
        let loss = soft_cross_entropy(logits, targets, smoothing).into_scalar::<f32>();
        let expected = -(shares[0] * 0.75_f32.ln() + shares[1] * 0.25_f32.ln());
        assert!((loss - expected).abs() < 1e-6, "{loss} {expected}");
    }
}
