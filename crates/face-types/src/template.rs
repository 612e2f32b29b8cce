//! Templates and their comparison.

use serde::{Deserialize, Serialize};

/// The largest number of values a template may have; beyond it the input is taken for a mistake.
pub const MAX_TEMPLATE_DIMENSION: usize = 4096;

/// Identifies the network and alignment that made a template: `sha256:` and the hexadecimal digest of both.
///
/// Templates of different models must never be compared, so the id travels with every template.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId(Box<str>);

impl ModelId {
    /// A model's id from its text form.
    ///
    /// # Errors
    /// [`TemplateError::ModelId`] unless `text` is `sha256:` followed by 1 to 64 lowercase hexadecimal digits.
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        let is_hex = digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if is_hex && (1..=64).contains(&digits.len()) {
            Ok(Self(text.into()))
        } else {
            Err(TemplateError::ModelId)
        }
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ModelId {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.0.into()
    }
}

/// Why values are no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The values have length zero or next to it, so they point nowhere.
    #[error("the values are all zero")]
    Zero,
    /// A value is not a number or infinite.
    #[error("a value is not a finite number")]
    NotFinite,
    /// There are none, or more than [`MAX_TEMPLATE_DIMENSION`].
    #[error("{0} values are not between 1 and {MAX_TEMPLATE_DIMENSION}")]
    Dimension(usize),
    /// The model's id is not `sha256:` and hexadecimal digits.
    #[error("a model id is `sha256:` and up to 64 hexadecimal digits")]
    ModelId,
}

/// Two templates of different models met; a number between them would mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("templates of model {left} and model {right} cannot be compared")]
pub struct ModelMismatch {
    /// Model of one template.
    pub left: ModelId,
    /// Model of the other.
    pub right: ModelId,
}

/// The features of one face: a vector of unit length, bound to the model that made it.
///
/// Biometric data: [`std::fmt::Debug`] shows the model and the number of values only.
#[derive(Clone, PartialEq)]
pub struct Template {
    model: ModelId,
    values: Box<[f32]>,
}

impl Template {
    /// A template of unit length from raw values of any length; values already of unit length stay bit for bit.
    ///
    /// # Errors
    /// [`TemplateError`] when the values are empty, too many, not finite or all zero.
    pub fn normalise(model: ModelId, mut values: Vec<f32>) -> Result<Self, TemplateError> {
        if !(1..=MAX_TEMPLATE_DIMENSION).contains(&values.len()) {
            return Err(TemplateError::Dimension(values.len()));
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(TemplateError::NotFinite);
        }
        // In f64, so that neither huge nor tiny raw values overflow or vanish when squared.
        let norm = values
            .iter()
            .map(|&v| f64::from(v) * f64::from(v))
            .sum::<f64>()
            .sqrt();
        if norm < 1e-12 {
            return Err(TemplateError::Zero);
        }
        // Rounding to f32 leaves the length within 6e-8 of one: a template that was stored or sent is not scaled again.
        if (norm - 1.0).abs() > 1e-7 {
            for value in &mut values {
                *value = (f64::from(*value) / norm) as f32;
            }
        }
        Ok(Self {
            model,
            values: values.into(),
        })
    }

    /// The model that made it.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// The values, of unit Euclidean length.
    #[must_use]
    pub const fn values(&self) -> &[f32] {
        &self.values
    }

    /// Number of values.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.values.len()
    }

    /// Cosine similarity to `other`.
    ///
    /// # Errors
    /// [`ModelMismatch`] when the templates come from different models.
    pub fn similarity(&self, other: &Self) -> Result<Similarity, ModelMismatch> {
        if self.model != other.model || self.dimension() != other.dimension() {
            return Err(ModelMismatch {
                left: self.model.clone(),
                right: other.model.clone(),
            });
        }
        let dot = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(a, b)| a * b)
            .sum();
        Ok(Similarity::new(dot))
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template")
            .field("model", &self.model.as_str())
            .field("dimension", &self.dimension())
            .finish_non_exhaustive()
    }
}

/// Comparison score: cosine of the angle between two templates, -1 to 1, higher is more alike.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Similarity(f32);

impl Similarity {
    /// A score, clamped to [-1, 1]; not-a-number becomes -1, the score that matches nothing.
    #[must_use]
    pub const fn new(value: f32) -> Self {
        if value.is_nan() {
            Self(-1.0)
        } else {
            Self(value.clamp(-1.0, 1.0))
        }
    }

    /// The score.
    #[must_use]
    pub const fn value(self) -> f32 {
        self.0
    }

    /// The score of two unit vectors at Euclidean `distance` (0 to 2): s = 1 - d²/2.
    #[must_use]
    pub const fn from_euclidean(distance: f32) -> Self {
        Self::new(1.0 - distance * distance / 2.0)
    }

    /// Euclidean distance of two unit vectors with this score: d = sqrt(2 - 2s).
    #[must_use]
    pub fn euclidean(self) -> f32 {
        (2.0 - 2.0 * self.0).max(0.0).sqrt()
    }

    /// Total order, for sorting.
    #[must_use]
    pub fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn model(digits: &str) -> ModelId {
        ModelId::new(&format!("sha256:{digits}")).unwrap()
    }

    #[test]
    fn templates_of_two_models_are_never_compared() {
        let ours = Template::normalise(model("aa"), vec![1.0, 0.0]).unwrap();
        let theirs = Template::normalise(model("bb"), vec![1.0, 0.0]).unwrap();
        assert!(ours.similarity(&theirs).is_err());
    }

    #[test]
    fn values_that_point_nowhere_are_refused() {
        assert_eq!(
            Template::normalise(model("aa"), vec![0.0; 4]),
            Err(TemplateError::Zero)
        );
        assert_eq!(
            Template::normalise(model("aa"), vec![]),
            Err(TemplateError::Dimension(0))
        );
        assert_eq!(
            Template::normalise(model("aa"), vec![f32::NAN]),
            Err(TemplateError::NotFinite)
        );
    }

    #[test]
    fn debug_output_shows_no_value() {
        let template = Template::normalise(model("aa"), vec![0.123, 0.456]).unwrap();
        let text = format!("{template:?}");
        assert!(!text.contains("0."), "{text}");
    }

    #[test]
    fn a_model_id_is_hexadecimal() {
        for bad in ["", "sha256:", "md5:00", "sha256:xyz", "sha256:AA"] {
            assert!(ModelId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_original_threshold_of_0_8_is_a_cosine_of_0_68() {
        assert!((Similarity::from_euclidean(0.8).value() - 0.68).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn any_finite_direction_gets_unit_length(values in proptest::collection::vec(-1e18_f32..1e18, 1..64)) {
            prop_assume!(values.iter().any(|v| v.abs() > 1e-6));
            let template = Template::normalise(model("aa"), values).unwrap();
            let norm = template.values().iter().map(|v| v * v).sum::<f32>().sqrt();
            prop_assert!((norm - 1.0).abs() < 1e-4);
        }

        #[test]
        fn normalising_twice_changes_no_bit(values in proptest::collection::vec(-1e18_f32..1e18, 1..64)) {
            prop_assume!(values.iter().any(|v| v.abs() > 1e-6));
            let once = Template::normalise(model("aa"), values).unwrap();
            let twice = Template::normalise(model("aa"), once.values().to_vec()).unwrap();
            prop_assert!(once.values().iter().zip(twice.values()).all(|(a, b)| a.to_bits() == b.to_bits()));
        }

        #[test]
        fn distance_and_similarity_are_inverse(distance in 0.0_f32..2.0) {
            prop_assert!((Similarity::from_euclidean(distance).euclidean() - distance).abs() < 1e-3);
        }
    }
}
