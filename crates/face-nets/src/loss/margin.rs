//! Classes apart by a margin: `ArcFace` and `CosFace`.

use burn::module::{Initializer, Module, Param};
use burn::tensor::{Device, Int, Tensor};
use serde::{Deserialize, Serialize};

use super::cross_entropy;
use crate::similarities;

/// Below this 1 - cos² counts as this: the slope of its root at nought is infinite.
const LEAST_SINE_SQUARE: f64 = 1e-7;

/// How the cosine of the own class is made harder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Margin {
    /// cos(θ + m), m in radians (Deng et al., CVPR 2019, equation 3; m = 0.5).
    Arc(f64),
    /// cos θ - m (Wang et al., CVPR 2018, equation 4; m = 0.35).
    Cosine(f64),
}

impl Margin {
    /// The own class's cosines with the margin.
    fn of(self, cosines: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Cosine(m) => cosines - m,
            Self::Arc(m) => arc(cosines, m),
        }
    }

    /// `cosines`, `[n, classes]`, with the margin at each row's label, `labels` being `[n]`.
    #[must_use]
    pub fn apply(self, cosines: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<2> {
        let [n, classes] = cosines.dims();
        let own = cosines.clone().gather(1, labels.clone().unsqueeze_dim(1));
        let harder = self.of(own).expand([n, classes]);
        let is_own = labels.one_hot::<2>(classes).equal_elem(1);
        cosines.mask_where(is_own, harder)
    }
}

/// cos(θ + m) = cos θ · cos m - sin θ · sin m; beyond θ = π - m, where that would rise again, cos θ - m · sin m instead,
/// as the authors' programs do.
fn arc(cosines: Tensor<2>, m: f64) -> Tensor<2> {
    let sine_square = -cosines.clone().square() + 1.0;
    let sines = sine_square.clamp_min(LEAST_SINE_SQUARE).sqrt();
    let turned = cosines.clone() * m.cos() - sines * m.sin();
    let is_beyond = cosines.clone().lower_equal_elem(-m.cos());
    turned.mask_where(is_beyond, cosines - m * m.sin())
}

/// The margin, and what cosines are multiplied by before the softmax.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarginSettings {
    /// The margin.
    pub margin: Margin,
    /// s; 64 in both papers.
    pub scale: f64,
}

/// A direction for each class, and how templates are held against them while training; left away afterwards.
#[derive(Module, Debug)]
pub struct MarginHead {
    /// W: the classes' directions, `[classes, d]`, of any length.
    pub weight: Param<Tensor<2>>,
    #[module(skip)]
    settings: MarginSettings,
}

impl MarginSettings {
    /// A head for templates of `dimension` values of `classes` people, with directions at random.
    #[must_use]
    pub fn init(&self, dimension: usize, classes: usize, device: &Device) -> MarginHead {
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 0.01,
        };
        MarginHead {
            weight: normal.init([classes, dimension], device),
            settings: *self,
        }
    }
}

impl MarginHead {
    /// The cosines of templates, `[n, d]`, with the classes' directions: `[n, classes]`.
    #[must_use]
    pub fn cosines(&self, templates: Tensor<2>) -> Tensor<2> {
        similarities(templates, self.weight.val())
    }

    /// Mean of -log softmax(s · cos θ with the margin at the label) over the batch; `labels` is `[n]`.
    #[must_use]
    pub fn loss(&self, templates: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
        let MarginSettings { margin, scale } = self.settings;
        let logits = margin.apply(self.cosines(templates), labels.clone()) * scale;
        cross_entropy(logits, labels, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::testing::{assert_slopes, matrix};

    fn labels<const N: usize>(labels: [i64; N]) -> Tensor<1, Int> {
        Tensor::from_ints(labels, &Device::flex())
    }

    #[rstest::rstest]
    #[case::arc(Margin::Arc(0.5), 1.0, 1.5)]
    #[case::cosine(Margin::Cosine(0.35), 1.0, (1.0_f64.cos() - 0.35).acos())]
    // At 3 radians, beyond π - 0.5: the cosine falls by m · sin m more.
    #[case::arc_beyond_the_turn(Margin::Arc(0.5), 3.0, f64::NAN)]
    fn only_the_own_class_is_made_harder(
        #[case] margin: Margin,
        #[case] angle: f64,
        #[case] expected: f64,
    ) {
        let cosines = matrix(&[[0.3, angle.cos(), -0.2]]);
        let found: Vec<f64> = margin
            .apply(cosines, labels([1]))
            .into_data()
            .iter()
            .collect();
        let expected = if expected.is_nan() {
            angle.cos() - 0.5 * 0.5_f64.sin()
        } else {
            expected.cos()
        };
        assert!((found[1] - expected).abs() < 1e-9, "{found:?} {expected}");
        let others = [(found[0], 0.3), (found[2], -0.2)];
        assert!(
            others.iter().all(|(a, b)| (a - b).abs() < 1e-12),
            "{found:?}"
        );
    }

    #[rstest::rstest]
    #[case::arc(Margin::Arc(0.5))]
    #[case::cosine(Margin::Cosine(0.35))]
    fn the_slope_is_that_of_finite_differences(#[case] margin: Margin) {
        let loss = |x| cross_entropy(margin.apply(x, labels([0, 2])) * 8.0, labels([0, 2]), 0.0);
        assert_slopes(&matrix(&[[0.3, 0.4, -0.2], [0.1, -0.7, -0.95]]), loss);
    }

    #[test]
    fn a_template_on_its_class_costs_less_than_one_beside_it() {
        let settings = MarginSettings {
            margin: Margin::Arc(0.5),
            scale: 64.0,
        };
        let head = settings.init(2, 2, &Device::flex());
        let own = head.weight.val().select(0, labels([0]).inner());
        let other = head.weight.val().select(0, labels([1]).inner());
        let loss = |x| head.loss(x, labels([0])).into_scalar::<f32>();
        assert!(loss(own) < loss(other));
    }

    #[test]
    fn a_template_exactly_on_its_class_has_a_slope_that_is_a_number() {
        let x = matrix(&[[1.0, 0.0]]).autodiff().require_grad();
        let loss = Margin::Arc(0.5).apply(x.clone(), labels([0])).sum();
        let slope = x.grad(&loss.backward()).unwrap();
        assert!(slope.into_data().iter::<f64>().all(f64::is_finite));
    }
}
