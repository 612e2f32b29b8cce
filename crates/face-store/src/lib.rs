//! The port through which people and their references are kept, and the contract that every store passes.
//!
//! A store is durable first: when a call returns `Ok`, the change survives `kill -9`. Each change to a person is one
//! atomic step and carries a [`Revision`]; followers read [`Store::changes_since`] and see removals as tombstones.
//!
//! Beside people it keeps [`Mark`]s for a while, so that what may happen once happens once, whichever of several services is asked.
//!
//! Adapters: `face-store-embedded` (one file) and `face-store-mongo`. Deliberately absent: search, decisions,
//! pictures (none is ever kept).

#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod mark;
mod person;
mod search;

use async_trait::async_trait;
use face_types::{PersonId, SampleId};

pub use error::StoreError;
pub use mark::Mark;
pub use person::{
    Change, ListQuery, NewPerson, Person, PersonPatch, PersonSummary, Revision, Sample, Timestamp,
};
pub use search::{fold_case, search_key};

/// People and their references, durable.
#[async_trait]
pub trait Store: Send + Sync {
    /// Adds a person with the samples given, in one step.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the id is taken (the person there is unchanged), [`StoreError::Unavailable`].
    async fn create(&self, person: NewPerson) -> Result<Person, StoreError>;

    /// The person, or `None` when there is none (or no longer).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store could not tell.
    async fn get(&self, id: PersonId) -> Result<Option<Person>, StoreError>;

    /// Changes the names given and leaves the rest.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`].
    async fn update(&self, id: PersonId, patch: PersonPatch) -> Result<Person, StoreError>;

    /// Adds samples to a person, in one step.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`].
    async fn add_samples(&self, id: PersonId, samples: Vec<Sample>) -> Result<Person, StoreError>;

    /// Removes one sample; removing one that is not there changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the person is not there, [`StoreError::Unavailable`].
    async fn remove_sample(&self, id: PersonId, sample: SampleId) -> Result<Person, StoreError>;

    /// Removes a person with all samples; what stays is a tombstone of id and revision. `false` when there was none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn delete(&self, id: PersonId) -> Result<bool, StoreError>;

    /// People sorted by id, as [`ListQuery`] asks, without templates.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, StoreError>;

    /// Number of people whose name or surname contains `search` (all without it).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn count(&self, search: Option<&str>) -> Result<u64, StoreError>;

    /// Changes after `revision`, oldest first, at most `limit`; a person changed several times appears once, as now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn changes_since(
        &self,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError>;

    /// Takes `marks` for the caller until `until` and returns those that had been taken before. Each mark goes to one caller, however many
    /// ask for it at once, on this store or from another service beside it; those whose time was over at `now` are free again, and
    /// forgotten.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; some of the marks may have been taken then.
    async fn claim(
        &self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, StoreError>;

    /// Asks the store for a sign of life.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn ping(&self) -> Result<(), StoreError>;
}
