//! People and their samples.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person's number, chosen by the company: 0 to `i64::MAX`, so that every store can hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct PersonId(i64);

impl PersonId {
    /// A person's id.
    ///
    /// # Errors
    /// [`PersonIdError`] when `number` is negative.
    pub const fn new(number: i64) -> Result<Self, PersonIdError> {
        if number < 0 {
            Err(PersonIdError)
        } else {
            Ok(Self(number))
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// The text or number is no person's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person's id is a whole number from 0 to 9223372036854775807")]
pub struct PersonIdError;

impl TryFrom<i64> for PersonId {
    type Error = PersonIdError;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        Self::new(number)
    }
}

impl From<PersonId> for i64 {
    fn from(id: PersonId) -> Self {
        id.0
    }
}

impl std::str::FromStr for PersonId {
    type Err = PersonIdError;

    /// Decimal digits only: no sign, no space.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PersonIdError);
        }
        text.parse().map(Self).map_err(|_| PersonIdError)
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A name or surname: trimmed, 1 to 200 characters, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing but white space.
    #[error("is blank")]
    Blank,
    /// More than 200 characters.
    #[error("is longer than 200 characters")]
    TooLong,
    /// A line break or another control character.
    #[error("has a control character")]
    Control,
}

impl PersonName {
    /// A name from `text`, white space around it removed.
    ///
    /// # Errors
    /// [`PersonNameError`] when it is blank, too long or has control characters.
    pub fn new(text: &str) -> Result<Self, PersonNameError> {
        let text = text.trim();
        match () {
            () if text.is_empty() => Err(PersonNameError::Blank),
            () if text.chars().count() > 200 => Err(PersonNameError::TooLong),
            () if text.chars().any(char::is_control) => Err(PersonNameError::Control),
            () => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PersonName {
    type Error = PersonNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One enrolled sample (one reference template) of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SampleId(pub Uuid);

impl std::fmt::Display for SampleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_whole_numbers_from_zero() {
        assert_eq!("910001".parse::<PersonId>().map(PersonId::get), Ok(910_001));
        for bad in ["-5", "abc", "", "+1", " 1", "9223372036854775808", "1.0"] {
            assert_eq!(bad.parse::<PersonId>(), Err(PersonIdError), "{bad}");
        }
    }

    #[test]
    fn names_are_trimmed_and_checked() {
        assert_eq!(PersonName::new("  Grace ").unwrap().as_str(), "Grace");
        assert_eq!(PersonName::new(" \t "), Err(PersonNameError::Blank));
        assert_eq!(PersonName::new("a\nb"), Err(PersonNameError::Control));
        assert_eq!(
            PersonName::new(&"x".repeat(201)),
            Err(PersonNameError::TooLong)
        );
    }
}
