//! Why there is nothing to measure.

/// Why a rate cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// A share of nothing is no number.
    #[error("there is no {0} to measure on")]
    Nothing(&'static str),
    /// A score that is not a number cannot be put in order.
    #[error("a {0} is not a number")]
    NotANumber(&'static str),
    /// The parts of the input do not fit each other.
    #[error("{what}: {found} where {expected} were expected")]
    Shape {
        /// Which part.
        what: &'static str,
        /// How many it should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
}

/// `values` in ascending order.
pub(crate) fn sorted(mut values: Vec<f32>, what: &'static str) -> Result<Vec<f32>, MetricError> {
    if values.is_empty() {
        return Err(MetricError::Nothing(what));
    }
    if values.iter().any(|value| value.is_nan()) {
        return Err(MetricError::NotANumber(what));
    }
    values.sort_unstable_by(f32::total_cmp);
    Ok(values)
}
