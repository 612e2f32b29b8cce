//! Changing: each function is one step inside a write transaction.

use face_store::{Mark, NewPerson, Person, PersonPatch, Revision, Sample, StoreError, Timestamp};
use face_types::{PersonId, SampleId};
use redb::ReadableTable;

use crate::failure::Failure;
use crate::read;
use crate::record::{PersonRecord, decode_sample, encode, encode_sample};
use crate::tables::Tables;

impl Tables<'_> {
    pub(crate) fn create(&mut self, new: NewPerson) -> Result<Person, Failure> {
        if self.people.get(new.id.get())?.is_some() {
            return Err(StoreError::AlreadyExists(new.id).into());
        }
        let buried = self
            .tombstones
            .remove(new.id.get())?
            .map(|revision| Revision(revision.value()));
        let record = PersonRecord {
            name: new.name,
            surname: new.surname,
            created_at: new.created_at,
            revision: self.revise(new.id, buried)?,
            samples: new.samples.len() as u64,
        };
        self.append(new.id, &new.samples)?;
        self.people
            .insert(new.id.get(), encode(&record).as_slice())?;
        Ok(record.into_person(new.id, new.samples))
    }

    pub(crate) fn update(&mut self, id: PersonId, patch: PersonPatch) -> Result<Person, Failure> {
        self.change(id, |_, record| {
            record.name = patch.name.unwrap_or_else(|| record.name.clone());
            record.surname = patch.surname.unwrap_or_else(|| record.surname.clone());
            Ok(true)
        })
    }

    pub(crate) fn add_samples(
        &mut self,
        id: PersonId,
        samples: &[Sample],
    ) -> Result<Person, Failure> {
        self.change(id, |tables, record| {
            record.samples += samples.len() as u64;
            tables.append(id, samples)?;
            Ok(true)
        })
    }

    pub(crate) fn remove_sample(
        &mut self,
        id: PersonId,
        sample: SampleId,
    ) -> Result<Person, Failure> {
        self.change(id, |tables, record| {
            let Some(place) = tables.place_of(id, sample)? else {
                return Ok(false);
            };
            tables.samples.remove((id.get(), place))?;
            record.samples -= 1;
            Ok(true)
        })
    }

    pub(crate) fn delete(&mut self, id: PersonId) -> Result<bool, Failure> {
        let Some(record) = read::record(&self.people, id)? else {
            return Ok(false);
        };
        let revision = self.revise(id, Some(record.revision))?;
        self.people.remove(id.get())?;
        self.samples
            .retain_in((id.get(), 0)..=(id.get(), u64::MAX), |_, _| false)?;
        self.tombstones.insert(id.get(), revision.0)?;
        Ok(true)
    }

    /// The marks that were taken; the others are from now on.
    pub(crate) fn claim(
        &mut self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, Failure> {
        self.forget_marks(now)?;
        let mut taken = Vec::new();
        for Mark(mark) in marks {
            if self.marks.get(mark)?.is_some() {
                taken.push(Mark(*mark));
            } else {
                self.marks.insert(mark, until.0)?;
                self.mark_ends.insert((until.0, mark), ())?;
            }
        }
        Ok(taken)
    }

    /// Removes the marks whose time is over.
    fn forget_marks(&mut self, now: Timestamp) -> Result<(), Failure> {
        let last = (now.0, &[u8::MAX; 32]);
        for over in self
            .mark_ends
            .extract_from_if((i64::MIN, &[0; 32])..=last, |_, ()| true)?
        {
            let (key, _) = over?;
            self.marks.remove(key.value().1)?;
        }
        Ok(())
    }

    /// Changes a person who must be there; `change` tells whether it did.
    fn change(
        &mut self,
        id: PersonId,
        change: impl FnOnce(&mut Self, &mut PersonRecord) -> Result<bool, Failure>,
    ) -> Result<Person, Failure> {
        let mut record = read::record(&self.people, id)?.ok_or(StoreError::NotFound(id))?;
        if change(self, &mut record)? {
            record.revision = self.revise(id, Some(record.revision))?;
            self.people.insert(id.get(), encode(&record).as_slice())?;
        }
        Ok(record.into_person(id, read::samples(&self.samples, id)?))
    }

    /// Puts the person at the end of the history, where they now stand once.
    fn revise(&mut self, id: PersonId, before: Option<Revision>) -> Result<Revision, Failure> {
        if let Some(before) = before {
            self.changes.remove(before.0)?;
        }
        let last = self.meta.get("revision")?.map_or(0, |last| last.value());
        self.meta.insert("revision", last + 1)?;
        self.changes.insert(last + 1, id.get())?;
        Ok(Revision(last + 1))
    }

    fn append(&mut self, id: PersonId, samples: &[Sample]) -> Result<(), Failure> {
        let last = self
            .samples
            .range((id.get(), 0)..=(id.get(), u64::MAX))?
            .next_back()
            .transpose()?;
        let next = last.map_or(0, |(key, _)| key.value().1 + 1);
        for (place, sample) in (next..).zip(samples) {
            self.samples
                .insert((id.get(), place), encode_sample(sample).as_slice())?;
        }
        Ok(())
    }

    fn place_of(&self, id: PersonId, sample: SampleId) -> Result<Option<u64>, Failure> {
        for entry in self.samples.range((id.get(), 0)..=(id.get(), u64::MAX))? {
            let (key, bytes) = entry?;
            if decode_sample(bytes.value(), id.get())?.id == sample {
                return Ok(Some(key.value().1));
            }
        }
        Ok(None)
    }
}
