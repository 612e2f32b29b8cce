//! The store itself: the port on top of transactions.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use face_store::{
    Change, ListQuery, Mark, NewPerson, Person, PersonPatch, PersonSummary, Revision, Sample,
    Store, StoreError, Timestamp,
};
use face_types::{PersonId, SampleId};
use redb::{Database, Durability, ReadableDatabase};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::failure::Failure;
use crate::open;
use crate::tables::{Snapshot, Tables};

/// People and their references in one file.
pub struct EmbeddedStore {
    database: Arc<Database>,
    /// Writers wait for their turn here, as tasks, rather than each on a blocking thread.
    turn: Arc<Mutex<()>>,
}

impl std::fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedStore").finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the store at `path`; the file, readable by its owner only, and its folder are made where they are not.
    ///
    /// After a crash the file is checked first, which reads it once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file is open elsewhere or cannot be read or written,
    /// [`StoreError::Corrupt`] when it is none of this program's or a newer release wrote it.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let database = blocking(move || open::open(&path)).await?;
        Ok(Self {
            database: Arc::new(database),
            turn: Arc::default(),
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Snapshot) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        blocking(move || job(&Snapshot::open(&database.begin_read()?)?)).await
    }

    /// Runs `job` in a transaction, and returns once it is on the disk. What was begun ends even when the caller leaves.
    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tables<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let database = Arc::clone(&self.database);
        blocking(move || {
            let _turn = turn;
            let mut transaction = database.begin_write()?;
            transaction.set_durability(Durability::Immediate)?;
            let done = job(&mut Tables::open(&transaction)?)?;
            transaction.commit()?;
            Ok(done)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, StoreError> {
    let done = spawn_blocking(job).await.map_err(StoreError::unavailable)?;
    done.map_err(|Failure(error)| error)
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn create(&self, person: NewPerson) -> Result<Person, StoreError> {
        self.write(|tables| tables.create(person)).await
    }

    async fn get(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.read(move |snapshot| snapshot.person(id)).await
    }

    async fn update(&self, id: PersonId, patch: PersonPatch) -> Result<Person, StoreError> {
        self.write(move |tables| tables.update(id, patch)).await
    }

    async fn add_samples(&self, id: PersonId, samples: Vec<Sample>) -> Result<Person, StoreError> {
        self.write(move |tables| tables.add_samples(id, &samples))
            .await
    }

    async fn remove_sample(&self, id: PersonId, sample: SampleId) -> Result<Person, StoreError> {
        self.write(move |tables| tables.remove_sample(id, sample))
            .await
    }

    async fn delete(&self, id: PersonId) -> Result<bool, StoreError> {
        self.write(move |tables| tables.delete(id)).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, StoreError> {
        let query = query.clone();
        self.read(move |snapshot| snapshot.list(&query)).await
    }

    async fn count(&self, search: Option<&str>) -> Result<u64, StoreError> {
        let search = search.map(str::to_owned);
        self.read(move |snapshot| snapshot.count(search.as_deref()))
            .await
    }

    async fn changes_since(
        &self,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.read(move |snapshot| snapshot.changes(revision, limit))
            .await
    }

    async fn claim(
        &self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, StoreError> {
        let marks = marks.to_vec();
        self.write(move |tables| tables.claim(&marks, now, until))
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(|_| Ok(())).await
    }
}
