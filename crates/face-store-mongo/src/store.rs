//! The store itself: the port on top of collections.

use std::time::Duration;

use async_trait::async_trait;
use face_store::{
    Change, ListQuery, Mark, NewPerson, Person, PersonPatch, PersonSummary, Revision, Sample,
    Store, StoreError, Timestamp, search_key,
};
use face_types::{PersonId, PersonName, SampleId};
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc, serialize_to_bson};
use mongodb::{Collection, Database};

use crate::change::{Changes, Update};
use crate::documents::{Entry, SampleEntry, SummaryEntry, uuid_of};
use crate::failure::{bounded, failed};
use crate::marks::Marks;
use crate::revisions::Revisions;
use crate::{MongoFailure, MongoSettings, connect, prepare, query};

/// People and their references in MongoDB.
pub struct MongoStore {
    database: Database,
    people: Collection<Entry>,
    marks: Marks,
    pub(crate) revisions: Revisions,
    deadline: Duration,
}

impl std::fmt::Debug for MongoStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MongoStore")
            .field("database", &self.database.name())
            .finish_non_exhaustive()
    }
}

impl MongoStore {
    /// Connects, checks the schema and makes the indexes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server does not answer within the deadline or the settings are wrong (its
    /// source is a [`MongoFailure`]), [`StoreError::Corrupt`] when a newer release wrote the database.
    pub async fn connect(settings: MongoSettings) -> Result<Self, StoreError> {
        let deadline = settings.deadline;
        bounded(deadline, async {
            let database = connect::database(&settings).await?;
            let concerns = prepare::concerns(&database, deadline).await?;
            let meta = database.collection_with_options("meta", concerns.clone());
            prepare::check_schema(&meta).await?;
            let counters = database.collection_with_options("counters", concerns.clone());
            let revisions = Revisions::new(counters, deadline);
            revisions.prepare().await?;
            let marks = Marks(database.collection_with_options("marks", concerns.clone()));
            marks.prepare().await?;
            let people = database.collection_with_options("people", concerns);
            prepare::make_indexes(&people).await?;
            Ok(Self {
                database,
                people,
                marks,
                revisions,
                deadline,
            })
        })
        .await
    }

    #[cfg(test)]
    pub(crate) const fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = deadline;
    }

    fn changes(&self) -> Changes {
        Changes {
            people: self.people.clone(),
            revisions: self.revisions.clone(),
            deadline: self.deadline,
        }
    }

    /// Runs a change to its end even when the caller leaves: half-done, it would hold up the history for a while.
    async fn see_through<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let change = tokio::spawn(bounded(self.deadline, change));
        change
            .await
            .unwrap_or_else(|_| Err(MongoFailure::Driver("the change was interrupted").into()))
    }

    async fn change(
        &self,
        id: PersonId,
        only_if: Document,
        operators: Document,
    ) -> Result<Entry, StoreError> {
        let update = Update {
            id,
            only_if,
            operators,
        };
        self.see_through(self.changes().update(update)).await
    }

    async fn rename(&self, id: PersonId, patch: &PersonPatch) -> Result<Person, StoreError> {
        loop {
            // The search key is made of both names, so the one that stays must still be the same at the change.
            let now = self.as_is(id).await?;
            let (name, surname) = patched(&now, patch);
            let as_read = doc! { "name": now.name.as_str(), "surname": now.surname.as_str() };
            let set = doc! { "$set": {
                "name": name.as_str(), "surname": surname.as_str(), "search": search_key(name, surname),
            } };
            let person = self.change(id, as_read, set).await?.into_person()?;
            if (&person.name, &person.surname) == (name, surname) {
                return Ok(person);
            }
        }
    }

    /// The person as they are, without any change.
    async fn as_is(&self, id: PersonId) -> Result<Person, StoreError> {
        self.get(id).await?.ok_or(StoreError::NotFound(id))
    }
}

#[async_trait]
impl Store for MongoStore {
    async fn create(&self, person: NewPerson) -> Result<Person, StoreError> {
        self.see_through(self.changes().create(person)).await
    }

    async fn get(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let there = doc! { "_id": id.get(), "deleted": false };
        let finding = async {
            self.people
                .find_one(there)
                .max_time(self.deadline)
                .await
                .map_err(failed)
        };
        bounded(self.deadline, finding)
            .await?
            .map(Entry::into_person)
            .transpose()
    }

    async fn update(&self, id: PersonId, patch: PersonPatch) -> Result<Person, StoreError> {
        bounded(self.deadline, self.rename(id, &patch)).await
    }

    async fn add_samples(&self, id: PersonId, samples: Vec<Sample>) -> Result<Person, StoreError> {
        let samples: Vec<_> = samples.iter().map(SampleEntry::of).collect();
        let samples = serialize_to_bson(&samples).expect("every field has a form");
        let push = doc! { "$push": { "samples": { "$each": samples } } };
        self.change(id, doc! {}, push).await?.into_person()
    }

    async fn remove_sample(&self, id: PersonId, sample: SampleId) -> Result<Person, StoreError> {
        let sample = Bson::from(uuid_of(sample));
        let has_it = doc! { "samples.id": sample.clone() };
        let pull = doc! { "$pull": { "samples": { "id": sample } } };
        self.change(id, has_it, pull).await?.into_person()
    }

    async fn delete(&self, id: PersonId) -> Result<bool, StoreError> {
        let erase = doc! {
            "$set": { "deleted": true },
            "$unset": { "name": "", "surname": "", "search": "", "samples": "", "created_at": "" },
            "$currentDate": { "deleted_at": true },
        };
        match self.change(id, doc! {}, erase).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, StoreError> {
        let (Some(filter), 1..) = (query::listed(query), query.limit) else {
            return Ok(Vec::new());
        };
        let people = self.people.clone_with_type::<SummaryEntry>();
        let listing = people
            .find(filter)
            .projection(
                doc! { "name": 1, "surname": 1, "created_at": 1, "revision": 1, "samples.id": 1 },
            )
            .sort(doc! { "_id": 1 })
            .skip(query.skip.min(i64::MAX as u64))
            .limit(i64::try_from(query.limit).unwrap_or(i64::MAX))
            .max_time(self.deadline);
        let listing = async {
            listing
                .await
                .map_err(failed)?
                .try_collect()
                .await
                .map_err(failed)
        };
        let entries: Vec<SummaryEntry> = bounded(self.deadline, listing).await?;
        entries
            .into_iter()
            .map(SummaryEntry::into_summary)
            .collect()
    }

    async fn count(&self, search: Option<&str>) -> Result<u64, StoreError> {
        let Some(filter) = query::matching(search) else {
            return Ok(0);
        };
        let counting = self.people.count_documents(filter).max_time(self.deadline);
        bounded(self.deadline, async { counting.await.map_err(failed) }).await
    }

    async fn changes_since(
        &self,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        let since = i64::try_from(revision.0).unwrap_or(i64::MAX);
        let reading = async {
            let horizon = self.revisions.horizon().await?;
            if limit == 0 || horizon <= since {
                return Ok(Vec::new());
            }
            let news = self
                .people
                .find(doc! { "revision": { "$gt": since, "$lte": horizon } })
                .sort(doc! { "revision": 1 })
                .limit(i64::try_from(limit).unwrap_or(i64::MAX))
                .max_time(self.deadline);
            news.await
                .map_err(failed)?
                .try_collect()
                .await
                .map_err(failed)
        };
        let entries: Vec<Entry> = bounded(self.deadline, reading).await?;
        entries.into_iter().map(Entry::into_change).collect()
    }

    async fn claim(
        &self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, StoreError> {
        bounded(self.deadline, self.marks.claim(marks, now, until)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let pinging = self.database.run_command(doc! { "ping": 1 });
        bounded(self.deadline, async { pinging.await.map_err(failed) }).await?;
        Ok(())
    }
}

fn patched<'a>(now: &'a Person, patch: &'a PersonPatch) -> (&'a PersonName, &'a PersonName) {
    (
        patch.name.as_ref().unwrap_or(&now.name),
        patch.surname.as_ref().unwrap_or(&now.surname),
    )
}
