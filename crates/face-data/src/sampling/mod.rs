//! Which pictures a network sees, and in which order: splits, pairs, batches, extra samples; all from a seed.

mod classes;
mod extra;
mod pairs;
mod split;

pub use classes::ClassSampler;
pub use extra::{EpochSample, ExtraSamples};
pub use pairs::same_or_not;
pub use split::{Shares, SharesError, Split, leave_one_group_out, split_by_group};

use rand::seq::SliceRandom as _;

use crate::stream;

/// `indices` in the order of one epoch.
#[must_use]
pub fn shuffled(indices: &[usize], seed: u64, epoch: u64) -> Vec<usize> {
    let mut order = indices.to_vec();
    order.shuffle(&mut stream(seed, &[epoch]));
    order
}
