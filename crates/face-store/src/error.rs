//! What can go wrong in a store.

use face_types::PersonId;

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The id is taken.
    #[error("person {0} already exists")]
    AlreadyExists(PersonId),
    /// There is no such person.
    #[error("person {0} does not exist")]
    NotFound(PersonId),
    /// The store cannot be reached, did not answer in time, or could not acknowledge the write.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored cannot be read: a newer schema, or damage.
    #[error("the store holds data that this version cannot read: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Wraps a driver's failure.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }
}
