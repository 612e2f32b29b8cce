//! Changing a person: draw a revision, change the one document, close the revision.
//!
//! A document's revision only ever rises: each change asks for one that is lower than its own, and draws again when
//! another change of the same person came between. So no two states of a person share a revision.

use std::time::Duration;

use face_store::{NewPerson, Person, Revision, StoreError};
use face_types::PersonId;
use mongodb::Collection;
use mongodb::bson::{Document, doc, serialize_to_document};
use mongodb::options::ReturnDocument;

use crate::documents::{Entry, State};
use crate::failure::{failed, is_certain, is_duplicate};
use crate::revisions::{Drawn, Revisions};

/// What changing takes; cheap to clone, so that a change can go on when its caller leaves.
#[derive(Clone)]
pub(crate) struct Changes {
    pub(crate) people: Collection<Entry>,
    pub(crate) revisions: Revisions,
    pub(crate) deadline: Duration,
}

/// A change of a person who is there.
pub(crate) struct Update {
    pub(crate) id: PersonId,
    /// A further condition; where it does not hold, there is nothing to change.
    pub(crate) only_if: Document,
    /// The server's update operators.
    pub(crate) operators: Document,
}

impl Changes {
    pub(crate) async fn create(self, new: NewPerson) -> Result<Person, StoreError> {
        loop {
            let drawn = self.revisions.draw().await?;
            let revision = drawn.revision;
            let created = self.create_at(&new, revision).await;
            if self.settle(drawn, created).await? {
                return Ok(Person {
                    id: new.id,
                    name: new.name,
                    surname: new.surname,
                    samples: new.samples,
                    created_at: new.created_at,
                    revision: Revision(revision as u64),
                });
            }
            if self
                .state(new.id)
                .await?
                .is_some_and(|state| !state.deleted)
            {
                return Err(StoreError::AlreadyExists(new.id));
            }
        }
    }

    /// Puts the person where nobody or an older tombstone is; `false` when there is something else.
    async fn create_at(&self, new: &NewPerson, revision: i64) -> Result<bool, StoreError> {
        let document =
            serialize_to_document(&Entry::of(new, revision)).expect("every field has a form");
        let vacant = doc! { "_id": new.id.get(), "deleted": true, "revision": { "$lt": revision } };
        let people = self.people.clone_with_type::<Document>();
        let replaced = people
            .find_one_and_replace(vacant, document)
            .upsert(true)
            .projection(doc! { "_id": 1 })
            .max_time(self.deadline)
            .await;
        match replaced {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate(&error) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// The person after the update, or as they are when there is nothing to change.
    pub(crate) async fn update(self, update: Update) -> Result<Entry, StoreError> {
        loop {
            let drawn = self.revisions.draw().await?;
            let revision = drawn.revision;
            let updated = self.update_at(&update, revision).await;
            if let Some(entry) = self.settle(drawn, updated).await? {
                return Ok(entry);
            }
            let there = doc! { "_id": update.id.get(), "deleted": false };
            let found = self
                .people
                .find_one(there)
                .max_time(self.deadline)
                .await
                .map_err(failed)?;
            let entry = found.ok_or(StoreError::NotFound(update.id))?;
            if entry.revision < revision && !update.only_if.is_empty() {
                return Ok(entry);
            }
        }
    }

    async fn update_at(&self, update: &Update, revision: i64) -> Result<Option<Entry>, StoreError> {
        let mut filter = doc! {
            "_id": update.id.get(), "deleted": false, "revision": { "$lt": revision },
        };
        filter.extend(update.only_if.clone());
        let mut operators = update.operators.clone();
        // Each update has its own `$set`, or none; `$max` is free, and says the same of a number that only rises.
        operators.insert("$max", doc! { "revision": revision });
        self.people
            .find_one_and_update(filter, operators)
            .return_document(ReturnDocument::After)
            .max_time(self.deadline)
            .await
            .map_err(failed)
    }

    /// Closes the revision, unless nobody knows whether its write has happened or will.
    async fn settle<T>(
        &self,
        drawn: Drawn,
        written: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if written.as_ref().err().is_none_or(is_certain) {
            self.revisions.close(drawn).await;
        }
        written
    }

    async fn state(&self, id: PersonId) -> Result<Option<State>, StoreError> {
        let people = self.people.clone_with_type::<State>();
        let looking = people
            .find_one(doc! { "_id": id.get() })
            .projection(doc! { "deleted": 1 });
        looking.max_time(self.deadline).await.map_err(failed)
    }
}
