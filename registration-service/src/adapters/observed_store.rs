//! A store that is timed: every operation with its time, and whether the store could be reached.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use face_store::{
    Change, ListQuery, Mark, NewPerson, Person, PersonPatch, PersonSummary, Revision, Sample,
    Store, StoreError, Timestamp,
};
use face_types::{PersonId, SampleId};

use crate::observed::Observed;

/// The store and who counts.
pub(crate) struct ObservedStore {
    store: Arc<dyn Store>,
    observed: Observed,
}

impl ObservedStore {
    pub(crate) const fn new(store: Arc<dyn Store>, observed: Observed) -> Self {
        Self { store, observed }
    }

    /// Does one operation and counts it.
    async fn timed<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let answer = work.await;
        let is_outage = match &answer {
            Err(StoreError::Unavailable(_) | StoreError::Corrupt(_)) => true,
            Err(StoreError::AlreadyExists(_) | StoreError::NotFound(_)) | Ok(_) => false,
        };
        self.observed.stored(operation, started, is_outage);
        answer
    }
}

#[async_trait]
impl Store for ObservedStore {
    async fn create(&self, person: NewPerson) -> Result<Person, StoreError> {
        self.timed("create", self.store.create(person)).await
    }

    async fn get(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.timed("get", self.store.get(id)).await
    }

    async fn update(&self, id: PersonId, patch: PersonPatch) -> Result<Person, StoreError> {
        self.timed("update", self.store.update(id, patch)).await
    }

    async fn add_samples(&self, id: PersonId, samples: Vec<Sample>) -> Result<Person, StoreError> {
        self.timed("add_samples", self.store.add_samples(id, samples))
            .await
    }

    async fn remove_sample(&self, id: PersonId, sample: SampleId) -> Result<Person, StoreError> {
        self.timed("remove_sample", self.store.remove_sample(id, sample))
            .await
    }

    async fn delete(&self, id: PersonId) -> Result<bool, StoreError> {
        self.timed("delete", self.store.delete(id)).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, StoreError> {
        self.timed("list", self.store.list(query)).await
    }

    async fn count(&self, search: Option<&str>) -> Result<u64, StoreError> {
        self.timed("count", self.store.count(search)).await
    }

    async fn changes_since(
        &self,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.timed("changes_since", self.store.changes_since(revision, limit))
            .await
    }

    async fn claim(
        &self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, StoreError> {
        self.timed("claim", self.store.claim(marks, now, until))
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.timed("ping", self.store.ping()).await
    }
}
