//! The two kinds of numbers in a recipe of augmentation: how often, and how much.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// A probability.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Chance(f64);

/// A number that is no probability.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not a probability (0 to 1)")]
pub struct ChanceError(pub f64);

impl Chance {
    /// Never.
    pub const NEVER: Self = Self(0.0);
    /// Every time.
    pub const ALWAYS: Self = Self(1.0);

    /// The chance of `value`.
    ///
    /// # Panics
    /// If it is no probability; for constants in code.
    #[must_use]
    pub const fn new(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1.0, "a probability");
        Self(value)
    }

    /// Whether it happens this time. Nothing is drawn for what never happens.
    pub fn happens(self, rng: &mut impl Rng) -> bool {
        self.0 > 0.0 && rng.random_bool(self.0)
    }
}

impl TryFrom<f64> for Chance {
    type Error = ChanceError;

    fn try_from(value: f64) -> Result<Self, ChanceError> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(ChanceError(value))
        }
    }
}

impl From<Chance> for f64 {
    fn from(chance: Chance) -> Self {
        chance.0
    }
}

/// A range from which a strength is drawn evenly; written `[low, high]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f32; 2]", into = "[f32; 2]")]
pub struct Span {
    low: f32,
    high: f32,
}

/// Two numbers that are no range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{low} to {high} is not a range")]
pub struct SpanError {
    /// The first number.
    pub low: f32,
    /// The second number.
    pub high: f32,
}

impl Span {
    /// From `low` to `high`.
    ///
    /// # Panics
    /// If they are not finite or in the other order; for constants in code.
    #[must_use]
    pub const fn new(low: f32, high: f32) -> Self {
        assert!(
            low <= high && low.is_finite() && high.is_finite(),
            "a range"
        );
        Self { low, high }
    }

    /// A number of the range.
    pub fn draw(self, rng: &mut impl Rng) -> f32 {
        self.low + (self.high - self.low) * rng.random::<f32>()
    }
}

impl TryFrom<[f32; 2]> for Span {
    type Error = SpanError;

    fn try_from([low, high]: [f32; 2]) -> Result<Self, SpanError> {
        if low <= high && low.is_finite() && high.is_finite() {
            Ok(Self { low, high })
        } else {
            Err(SpanError { low, high })
        }
    }
}

impl From<Span> for [f32; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

/// A number between -1 and 1.
pub(super) fn signed(rng: &mut impl Rng) -> f32 {
    2.0 * rng.random::<f32>() - 1.0
}
