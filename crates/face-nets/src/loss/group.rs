//! Group Loss (Elezi, Vascon, Torcinovich, Pelillo and Leal-Taixé, ECCV 2020): the images of a batch name each other.

use std::collections::BTreeMap;

use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::unit_length;

/// Probabilities below this are as good as nought; keeps logarithms and quotients finite.
const NOUGHT: f64 = 1e-12;

/// The paper's loss with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupLoss {
    /// T: logits are divided by it before the softmax. The larger, the more the group decides.
    pub temperature: f64,
    /// How often the probabilities are refined.
    pub iterations: usize,
    /// Whether only the classes in the batch compete, rather than all; the paper's way when there are very many.
    pub only_present: bool,
}

impl Default for GroupLoss {
    /// Temperature 12 and three iterations, over all classes.
    fn default() -> Self {
        Self {
            temperature: 12.0,
            iterations: 3,
            only_present: false,
        }
    }
}

impl GroupLoss {
    /// Mean of -log x(i, yᵢ) over the images that are no anchors, where X are the refined probabilities.
    ///
    /// X starts as the softmax of `logits / T`, `[n, classes]`, with anchors set to their label y; W is [`pearson`] of
    /// `features`, `[n, d]`; `labels` and `is_anchor` have n entries, of which at least one is no anchor. The paper sums
    /// over all n; anchors add nothing to that, and the mean over the others keeps the loss's size independent of how
    /// many there are.
    #[must_use]
    pub fn loss(
        &self,
        features: Tensor<2>,
        logits: Tensor<2>,
        labels: &[usize],
        is_anchor: &[bool],
    ) -> Tensor<1> {
        let (logits, labels) = if self.only_present {
            present(logits, labels)
        } else {
            (logits, labels.to_vec())
        };
        let x = self.start(logits, &labels, is_anchor);
        let x = replicate(&pearson(features), x, self.iterations);
        let device = x.device();
        let column = |values: Vec<i64>| Tensor::<1, Int>::from_data(values.as_slice(), &device);
        let others = (0..).zip(is_anchor).filter(|(_, anchor)| !**anchor);
        let x = x.select(0, column(others.map(|(row, _)| row).collect()));
        let others = labels.iter().zip(is_anchor).filter(|(_, anchor)| !**anchor);
        let y = column(others.map(|(label, _)| *label as i64).collect());
        let chosen = x.gather(1, y.unsqueeze_dim(1));
        -(chosen + NOUGHT).log().mean()
    }

    /// X(0): softmax of the logits over T, anchors one-hot.
    fn start(&self, logits: Tensor<2>, labels: &[usize], is_anchor: &[bool]) -> Tensor<2> {
        let [n, classes] = logits.dims();
        let x = softmax(logits / self.temperature, 1);
        let anchored = is_anchor
            .iter()
            .flat_map(|a| std::iter::repeat_n(*a, classes));
        let of_label = labels
            .iter()
            .flat_map(|y| (0..classes).map(move |c| c == *y));
        let mask = |values: Vec<bool>| {
            Tensor::<2, Bool>::from_data(TensorData::new(values, [n, classes]), &x.device())
        };
        let (anchored, of_label) = (mask(anchored.collect()), mask(of_label.collect()));
        let x = x.mask_fill(anchored.clone(), 0.0);
        x.mask_fill(anchored.bool_and(of_label), 1.0)
    }
}

/// The columns of the classes that occur in `labels`, ascending, and the labels counted among them.
fn present(logits: Tensor<2>, labels: &[usize]) -> (Tensor<2>, Vec<usize>) {
    let mut classes = labels.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let place = |label: &usize| classes.partition_point(|class| class < label);
    let labels = labels.iter().map(place).collect();
    let columns: Vec<i64> = classes.iter().map(|class| *class as i64).collect();
    let columns = Tensor::<1, Int>::from_data(columns.as_slice(), &logits.device());
    (logits.select(1, columns), labels)
}

/// W: the correlations of Pearson between the rows of `features`, `[n, d]`, with negative ones set to nought: `[n, n]`.
#[must_use]
pub fn pearson(features: Tensor<2>) -> Tensor<2> {
    let mean = features.clone().mean_dim(1);
    let unit = unit_length(features - mean);
    unit.clone().matmul(unit.transpose()).clamp_min(0.0)
}

/// Replicator dynamics: `iterations` times x(i, λ) ← x(i, λ) · π(i, λ) / Σ over μ of x(i, μ) · π(i, μ), where Π = W X.
///
/// `w` is `[n, n]` and not negative; the rows of `x`, `[n, classes]`, are probabilities, and so are those of the result.
#[must_use]
pub fn replicate(w: &Tensor<2>, x: Tensor<2>, iterations: usize) -> Tensor<2> {
    (0..iterations).fold(x, |x, _| {
        let support = w.clone().matmul(x.clone());
        let x = x * support;
        let sum = x.clone().sum_dim(1).clamp_min(NOUGHT);
        x / sum
    })
}

/// Which images of a batch are anchors: the first `per_class` of each class, fewer where none would be left over.
#[must_use]
pub fn anchors(labels: &[usize], per_class: usize) -> Vec<bool> {
    let mut left = BTreeMap::new();
    for label in labels {
        *left.entry(label).or_insert(0_usize) += 1;
    }
    for count in left.values_mut() {
        *count = per_class.min(*count - 1);
    }
    let mut take = |label| {
        let left = left.get_mut(label).expect("every label was counted");
        let is_anchor = *left > 0;
        *left -= usize::from(is_anchor);
        is_anchor
    };
    labels.iter().map(&mut take).collect()
}

#[cfg(test)]
mod tests;
