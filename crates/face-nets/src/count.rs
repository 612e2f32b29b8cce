//! How many numbers a network learns.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// The trainable numbers of `module`: what papers count, without the running means and variances.
#[must_use]
pub fn parameters(module: &impl Module) -> usize {
    let mut count = Count(0);
    // Whether a number is to be learned shows on a device that learns.
    module.clone().train().visit(&mut count);
    count.0
}

struct Count(usize);

impl ModuleVisitor for Count {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // Running statistics are visited too, as buffers that require no gradient.
        if param.is_require_grad() {
            self.0 += param.val().shape().num_elements();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{BatchNormConfig, LinearConfig};
    use burn::tensor::Device;

    #[test]
    fn running_statistics_are_no_parameters() {
        let device = Device::flex();
        assert_eq!(parameters(&BatchNormConfig::new(5).init(&device)), 10);
        assert_eq!(parameters(&LinearConfig::new(3, 2).init(&device)), 8);
    }
}
