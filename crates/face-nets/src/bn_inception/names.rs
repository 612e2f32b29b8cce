//! How `PyTorch` files of this network name its tensors.

use super::BnInception;
use crate::published::Published;

impl Published for BnInception {
    const NAMES: &'static [(&'static str, &'static str)] = &[
        // A normalisation is called like its convolution, with `_bn` at the end.
        ("^((?:conv|inception)[^.]*)_bn\\.", "$1.bn."),
        ("^((?:conv|inception)[^.]*)\\.(weight|bias)$", "$1.conv.$2"),
        ("^conv1_7x7_s2\\.", "conv1."),
        ("^conv2_3x3_reduce\\.", "conv2.0."),
        ("^conv2_3x3\\.", "conv2.1."),
        ("^inception_3a_", "blocks.0."),
        ("^inception_3b_", "blocks.1."),
        ("^inception_3c_", "blocks.2."),
        ("^inception_4a_", "blocks.3."),
        ("^inception_4b_", "blocks.4."),
        ("^inception_4c_", "blocks.5."),
        ("^inception_4d_", "blocks.6."),
        ("^inception_4e_", "blocks.7."),
        ("^inception_5a_", "blocks.8."),
        ("^inception_5b_", "blocks.9."),
        ("^(blocks\\.\\d)\\.1x1\\.", "$1.one."),
        ("^(blocks\\.\\d)\\.3x3_reduce\\.", "$1.three.0."),
        ("^(blocks\\.\\d)\\.3x3\\.", "$1.three.1."),
        ("^(blocks\\.\\d)\\.double_3x3_reduce\\.", "$1.double.0."),
        ("^(blocks\\.\\d)\\.double_3x3_1\\.", "$1.double.1."),
        ("^(blocks\\.\\d)\\.double_3x3_2\\.", "$1.double.2."),
        ("^(blocks\\.\\d)\\.pool_proj\\.", "$1.projection."),
        ("^(?:last_linear|fc)\\.", "classifier."),
    ];
    const HEAD: &'static str = "classifier";
}
