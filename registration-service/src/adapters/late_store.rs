//! A store that is connected to in the background: until then every call is refused as unavailable, so that the service
//! starts, and says what is missing, while its database is down.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use face_store::{
    Change, ListQuery, Mark, NewPerson, Person, PersonPatch, PersonSummary, Revision, Sample,
    Store, StoreError, Timestamp,
};
use face_types::{PersonId, SampleId};

/// The store, once it is there.
#[derive(Default)]
pub(crate) struct LateStore(OnceLock<Arc<dyn Store>>);

impl LateStore {
    /// Takes the store into use; a second one changes nothing.
    pub(crate) fn arrived(&self, store: Arc<dyn Store>) {
        let _ = self.0.set(store);
    }

    fn store(&self) -> Result<&dyn Store, StoreError> {
        self.0
            .get()
            .map(AsRef::as_ref)
            .ok_or_else(|| StoreError::unavailable("it has not been reached yet"))
    }
}

#[async_trait]
impl Store for LateStore {
    async fn create(&self, person: NewPerson) -> Result<Person, StoreError> {
        self.store()?.create(person).await
    }

    async fn get(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.store()?.get(id).await
    }

    async fn update(&self, id: PersonId, patch: PersonPatch) -> Result<Person, StoreError> {
        self.store()?.update(id, patch).await
    }

    async fn add_samples(&self, id: PersonId, samples: Vec<Sample>) -> Result<Person, StoreError> {
        self.store()?.add_samples(id, samples).await
    }

    async fn remove_sample(&self, id: PersonId, sample: SampleId) -> Result<Person, StoreError> {
        self.store()?.remove_sample(id, sample).await
    }

    async fn delete(&self, id: PersonId) -> Result<bool, StoreError> {
        self.store()?.delete(id).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, StoreError> {
        self.store()?.list(query).await
    }

    async fn count(&self, search: Option<&str>) -> Result<u64, StoreError> {
        self.store()?.count(search).await
    }

    async fn changes_since(
        &self,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.store()?.changes_since(revision, limit).await
    }

    async fn claim(
        &self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, StoreError> {
        self.store()?.claim(marks, now, until).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store()?.ping().await
    }
}
