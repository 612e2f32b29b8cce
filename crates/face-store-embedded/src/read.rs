//! Reading: a person, a list, a count, the history, all from one snapshot.

use std::ops::Bound;

use face_store::{
    Change, ListQuery, Person, PersonSummary, Revision, Sample, StoreError, fold_case, search_key,
};
use face_types::PersonId;
use redb::{ReadableTable, ReadableTableMetadata};

use crate::failure::Failure;
use crate::record::{PersonRecord, decode, decode_sample};
use crate::tables::Snapshot;

/// The person without samples.
pub(crate) fn record(
    people: &impl ReadableTable<i64, &'static [u8]>,
    id: PersonId,
) -> Result<Option<PersonRecord>, Failure> {
    let bytes = people.get(id.get())?;
    Ok(bytes
        .map(|bytes| decode(bytes.value(), id.get()))
        .transpose()?)
}

/// A person's samples in the order of their addition.
pub(crate) fn samples(
    samples: &impl ReadableTable<(i64, u64), &'static [u8]>,
    id: PersonId,
) -> Result<Vec<Sample>, Failure> {
    let own = samples.range((id.get(), 0)..=(id.get(), u64::MAX))?;
    own.map(|entry| Ok(decode_sample(entry?.1.value(), id.get())?))
        .collect()
}

impl Snapshot {
    pub(crate) fn person(&self, id: PersonId) -> Result<Option<Person>, Failure> {
        let Some(record) = record(&self.people, id)? else {
            return Ok(None);
        };
        Ok(Some(record.into_person(id, samples(&self.samples, id)?)))
    }

    pub(crate) fn list(&self, query: &ListQuery) -> Result<Vec<PersonSummary>, Failure> {
        let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
        let after = query
            .after
            .map_or(Bound::Unbounded, |id| Bound::Excluded(id.get()));
        let entries = self.people.range::<i64>((after, Bound::Unbounded))?;
        let Some(search) = query.search.as_deref() else {
            // What is passed over is not even decoded.
            return entries
                .skip(skip)
                .take(query.limit)
                .map(|entry| summary(entry?))
                .collect();
        };
        let needle = fold_case(search);
        let found = entries
            .map(|entry| summary(entry?))
            .filter(|person| is_found(person, &needle));
        found.skip(skip).take(query.limit).collect()
    }

    pub(crate) fn count(&self, search: Option<&str>) -> Result<u64, Failure> {
        let Some(search) = search else {
            return Ok(self.people.len()?);
        };
        let needle = fold_case(search);
        let people = self.people.iter()?.map(|entry| summary(entry?));
        let found = people.filter(|person| is_found(person, &needle));
        found.map(|person| person.map(|_| 1)).sum()
    }

    pub(crate) fn changes(&self, since: Revision, limit: usize) -> Result<Vec<Change>, Failure> {
        let later = self
            .changes
            .range::<u64>((Bound::Excluded(since.0), Bound::Unbounded))?;
        later
            .take(limit)
            .map(|entry| self.change(id_of(entry?.1.value())?))
            .collect()
    }

    fn change(&self, id: PersonId) -> Result<Change, Failure> {
        if let Some(person) = self.person(id)? {
            return Ok(Change::Stored(Box::new(person)));
        }
        let tombstone = self.tombstones.get(id.get())?;
        let revision = tombstone.ok_or_else(|| {
            StoreError::Corrupt(format!(
                "the history names person {id}, of whom there is no trace"
            ))
        })?;
        Ok(Change::Removed {
            id,
            revision: Revision(revision.value()),
        })
    }
}

type Entry<'a> = (
    redb::AccessGuard<'a, i64>,
    redb::AccessGuard<'a, &'static [u8]>,
);

fn summary((id, bytes): Entry<'_>) -> Result<PersonSummary, Failure> {
    let record: PersonRecord = decode(bytes.value(), id.value())?;
    Ok(record.into_summary(id_of(id.value())?))
}

/// An entry that cannot be read is kept, so that the error reaches the caller.
fn is_found(person: &Result<PersonSummary, Failure>, needle: &str) -> bool {
    person.as_ref().map_or(true, |person| {
        search_key(&person.name, &person.surname).contains(needle)
    })
}

fn id_of(number: i64) -> Result<PersonId, StoreError> {
    PersonId::new(number).map_err(|_| StoreError::Corrupt(format!("{number} is no person's id")))
}
