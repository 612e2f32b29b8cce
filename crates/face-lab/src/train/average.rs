//! A running average of a network's weights, which is better than any one step's (Polyak and Juditsky 1992).

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// `average`, keeping `kept` of itself and taking the rest from `model`; both are off the gradient's graph.
///
/// The running statistics of normalisations are averaged as the weights are.
#[must_use]
pub fn blend<M: Module>(average: M, model: &M, kept: f64) -> M {
    let mut weights = Weights::default();
    model.valid().visit(&mut weights);
    average.map(&mut Blend { weights, kept })
}

/// All weights by identity, in one row each.
#[derive(Default)]
struct Weights(HashMap<ParamId, Tensor<1>>);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let length = value.shape().num_elements();
        self.0.insert(param.id, value.reshape([length]));
    }
}

struct Blend {
    weights: Weights,
    kept: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(new) = self.weights.0.remove(&param.id) else {
            return param;
        };
        let kept = self.kept;
        param.map(|old| {
            let new = new.reshape(old.shape());
            old.mul_scalar(kept) + new.mul_scalar(1.0 - kept)
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{BatchNorm, BatchNormConfig};
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn an_average_moves_towards_the_model() {
        let device = Device::flex().autodiff();
        let model: BatchNorm = BatchNormConfig::new(2).init(&device);
        let average = model.valid();
        let other = BatchNorm {
            gamma: model.gamma.clone().map(|gamma| gamma.add_scalar(1.0)),
            ..model
        };
        let average = blend(average, &other, 0.75);
        let gamma: Vec<f32> = average.gamma.val().into_data().try_into_vec().unwrap();
        assert_eq!(gamma, [1.25, 1.25]);
        let mean: Vec<f32> = average
            .running_mean
            .value()
            .into_data()
            .try_into_vec()
            .unwrap();
        assert_eq!(mean, [0.0, 0.0]);
    }
}
