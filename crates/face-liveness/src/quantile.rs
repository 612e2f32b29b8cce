//! Quantiles of a few values.

/// The value that `share` of `values` lie below, one of them; `None` of none. What is not a number lies above all others.
pub(crate) fn quantile(values: impl Iterator<Item = f32>, share: f32) -> Option<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get((values.len() as f32 * share) as usize).copied()
}

/// The middle one of `values`, of an even number the upper one of the two.
pub(crate) fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    quantile(values, 0.5)
}
