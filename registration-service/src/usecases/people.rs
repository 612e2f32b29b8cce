//! People as such: list, look up, rename, erase.

use std::sync::Arc;

use face_store::{ListQuery, Person, PersonPatch, PersonSummary, Store};
use face_types::PersonId;

use super::Refusal;
use crate::replica::Replica;

/// Reads and changes people.
pub(crate) struct People {
    store: Arc<dyn Store>,
    replica: Arc<Replica>,
}

impl People {
    pub(crate) fn new(store: Arc<dyn Store>, replica: Arc<Replica>) -> Self {
        Self { store, replica }
    }

    /// A part of the list, sorted by id.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    #[tracing::instrument(name = "people.list", skip_all)]
    pub(crate) async fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, Refusal> {
        Ok(self.store.list(query).await?)
    }

    /// Number of people that `search` finds.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    #[tracing::instrument(name = "people.count", skip_all)]
    pub(crate) async fn count(&self, search: Option<&str>) -> Result<u64, Refusal> {
        Ok(self.store.count(search).await?)
    }

    /// One person.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPerson`], [`Refusal::Store`].
    #[tracing::instrument(name = "people.get", skip_all)]
    pub(crate) async fn get(&self, id: PersonId) -> Result<Person, Refusal> {
        self.store.get(id).await?.ok_or(Refusal::NoSuchPerson(id))
    }

    /// Changes names; what `patch` leaves out stays.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPerson`], [`Refusal::Store`].
    #[tracing::instrument(name = "people.rename", skip_all)]
    pub(crate) async fn rename(&self, id: PersonId, patch: PersonPatch) -> Result<Person, Refusal> {
        let person = self.store.update(id, patch).await?;
        self.replica.refresh(person.id).await;
        Ok(person)
    }

    /// Erases a person from the store and from memory, in this order, before it answers. `None` when there was none,
    /// else the number of templates that are gone.
    ///
    /// # Errors
    /// [`Refusal::Store`]; then nothing was erased, or the erasure could not be acknowledged.
    #[tracing::instrument(name = "people.erase", skip_all)]
    pub(crate) async fn erase(&self, id: PersonId) -> Result<Option<usize>, Refusal> {
        let templates = self.store.get(id).await?.map_or(0, |p| p.samples.len());
        let was_there = self.store.delete(id).await?;
        self.replica.forget(id).await;
        Ok(was_there.then_some(templates))
    }
}
