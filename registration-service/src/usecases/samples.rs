//! A person's references, one by one.

use std::sync::Arc;

use face_store::Store;
use face_types::{PersonId, SampleId};

use super::Refusal;
use crate::replica::Replica;

/// Removes references.
pub(crate) struct Samples {
    store: Arc<dyn Store>,
    replica: Arc<Replica>,
}

impl Samples {
    pub(crate) fn new(store: Arc<dyn Store>, replica: Arc<Replica>) -> Self {
        Self { store, replica }
    }

    /// Removes one sample; a person may be left without any, and is then found by no probe.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPerson`], [`Refusal::NoSuchSample`], [`Refusal::Store`].
    #[tracing::instrument(name = "samples.remove", skip_all)]
    pub(crate) async fn remove(&self, id: PersonId, sample: SampleId) -> Result<(), Refusal> {
        let person = self.store.get(id).await?.ok_or(Refusal::NoSuchPerson(id))?;
        if person.samples.iter().all(|s| s.id != sample) {
            return Err(Refusal::NoSuchSample);
        }
        self.store.remove_sample(id, sample).await?;
        self.replica.refresh(id).await;
        Ok(())
    }
}
