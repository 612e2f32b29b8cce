//! What forms share: mistakes by field, and their JSON for the scripts.

use serde::Serialize;

/// A mistake in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError {
    /// The `id` of the input; the summary links to it.
    pub(crate) field: &'static str,
    /// What to do about it.
    pub(crate) text: String,
}

impl FieldError {
    pub(crate) fn new(field: &'static str, text: impl Into<String>) -> Self {
        Self {
            field,
            text: text.into(),
        }
    }
}

/// The mistakes of a form, in the order of its inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct FieldErrors(pub(crate) Vec<FieldError>);

impl FieldErrors {
    /// One mistake.
    pub(crate) fn one(field: &'static str, text: impl Into<String>) -> Self {
        Self(vec![FieldError::new(field, text)])
    }

    /// There is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mistake of an input, or an empty text.
    pub(crate) fn of(&self, field: &str) -> &str {
        let error = self.0.iter().find(|error| error.field == field);
        error.map_or("", |error| &error.text)
    }
}
