//! How `PyTorch` files of this network name its tensors.

use super::InceptionResnetV1;
use crate::published::Published;

impl Published for InceptionResnetV1 {
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("^conv2d_1a\\.", "stem.0."),
        ("^conv2d_2a\\.", "stem.1."),
        ("^conv2d_2b\\.", "stem.2."),
        ("^conv2d_3b\\.", "stem.3."),
        ("^conv2d_4a\\.", "stem.4."),
        ("^conv2d_4b\\.", "stem.5."),
        // A branch of one convolution, which their program does not call a sequence.
        (
            "^mixed_6a\\.branch0\\.(conv|bn)\\.",
            "mixed_6a.branch0.0.$1.",
        ),
    ];
    const HEAD: &'static str = "logits";
}
