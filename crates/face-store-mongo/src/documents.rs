//! The documents of the collection `people`, and their way to and from the port's values.

use face_store::{
    Change, NewPerson, Person, PersonSummary, Revision, Sample, StoreError, Timestamp, search_key,
};
use face_types::{ModelId, PersonId, PersonName, SampleId, Template};
use mongodb::bson::{Binary, DateTime, Uuid, spec::BinarySubtype};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// A person, or the tombstone of one: then only id and revision are there.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    #[serde(rename = "_id")]
    pub(crate) id: i64,
    pub(crate) deleted: bool,
    pub(crate) revision: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    surname: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    samples: Vec<SampleEntry>,
    created_at: Option<DateTime>,
}

/// A sample inside a person's document.
#[derive(Serialize, Deserialize)]
pub(crate) struct SampleEntry {
    id: Uuid,
    model: String,
    /// Little-endian `f32`, of unit length.
    values: Binary,
    quality: Option<f64>,
    at: DateTime,
}

/// A person's document without templates.
#[derive(Deserialize)]
pub(crate) struct SummaryEntry {
    #[serde(rename = "_id")]
    id: i64,
    revision: i64,
    name: String,
    surname: String,
    samples: Vec<IgnoredAny>,
    created_at: DateTime,
}

/// The part of a document that says whether somebody is there.
#[derive(Deserialize)]
pub(crate) struct State {
    pub(crate) deleted: bool,
}

impl Entry {
    pub(crate) fn of(person: &NewPerson, revision: i64) -> Self {
        Self {
            id: person.id.get(),
            deleted: false,
            revision,
            name: person.name.as_str().to_owned(),
            surname: person.surname.as_str().to_owned(),
            search: search_key(&person.name, &person.surname),
            samples: person.samples.iter().map(SampleEntry::of).collect(),
            created_at: Some(DateTime::from_millis(person.created_at.0)),
        }
    }

    pub(crate) fn into_person(self) -> Result<Person, StoreError> {
        let damaged = || damaged(self.id);
        let created_at = self.created_at.ok_or_else(damaged)?;
        Ok(Person {
            id: PersonId::new(self.id).map_err(|_| damaged())?,
            name: PersonName::new(&self.name).map_err(|_| damaged())?,
            surname: PersonName::new(&self.surname).map_err(|_| damaged())?,
            samples: self
                .samples
                .into_iter()
                .map(|sample| sample.into_sample().ok_or_else(damaged))
                .collect::<Result<_, _>>()?,
            created_at: Timestamp(created_at.timestamp_millis()),
            revision: Revision(self.revision as u64),
        })
    }

    pub(crate) fn into_change(self) -> Result<Change, StoreError> {
        if !self.deleted {
            return Ok(Change::Stored(Box::new(self.into_person()?)));
        }
        Ok(Change::Removed {
            id: PersonId::new(self.id).map_err(|_| damaged(self.id))?,
            revision: Revision(self.revision as u64),
        })
    }
}

impl SampleEntry {
    pub(crate) fn of(sample: &Sample) -> Self {
        let values = sample.template.values();
        Self {
            id: uuid_of(sample.id),
            model: sample.template.model().as_str().to_owned(),
            values: Binary {
                subtype: BinarySubtype::Generic,
                bytes: values
                    .iter()
                    .flat_map(|value| value.to_le_bytes())
                    .collect(),
            },
            quality: sample.quality.map(f64::from),
            at: DateTime::from_millis(sample.enrolled_at.0),
        }
    }

    fn into_sample(self) -> Option<Sample> {
        let (values, rest) = self.values.bytes.as_chunks::<4>();
        let values = values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        let template = Template::normalise(ModelId::new(&self.model).ok()?, values).ok()?;
        rest.is_empty().then(|| Sample {
            id: SampleId(uuid::Uuid::from_bytes(self.id.bytes())),
            template,
            quality: self.quality.map(|quality| quality as f32),
            enrolled_at: Timestamp(self.at.timestamp_millis()),
        })
    }
}

impl SummaryEntry {
    pub(crate) fn into_summary(self) -> Result<PersonSummary, StoreError> {
        Ok(PersonSummary {
            id: PersonId::new(self.id).map_err(|_| damaged(self.id))?,
            name: PersonName::new(&self.name).map_err(|_| damaged(self.id))?,
            surname: PersonName::new(&self.surname).map_err(|_| damaged(self.id))?,
            samples: self.samples.len(),
            created_at: Timestamp(self.created_at.timestamp_millis()),
            revision: Revision(self.revision as u64),
        })
    }
}

/// The sample's id as the database keeps it: binary, subtype 4.
pub(crate) fn uuid_of(sample: SampleId) -> Uuid {
    Uuid::from_bytes(sample.0.into_bytes())
}

/// Says whose document is damaged, and nothing of what it holds.
fn damaged(id: i64) -> StoreError {
    StoreError::Corrupt(format!("the document of person {id} cannot be decoded"))
}
