//! The bytes of a person and of a sample: a version, then postcard.

use face_store::{Person, PersonSummary, Revision, Sample, StoreError, Timestamp};
use face_types::{ModelId, PersonId, PersonName, SampleId, Template};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// First byte of each record.
const VERSION: u8 = 1;

/// A person without samples.
#[derive(Serialize, Deserialize)]
pub(crate) struct PersonRecord {
    pub(crate) name: PersonName,
    pub(crate) surname: PersonName,
    pub(crate) created_at: Timestamp,
    pub(crate) revision: Revision,
    /// How many of them lie in the table of samples.
    pub(crate) samples: u64,
}

impl PersonRecord {
    pub(crate) fn into_summary(self, id: PersonId) -> PersonSummary {
        PersonSummary {
            id,
            name: self.name,
            surname: self.surname,
            samples: self.samples as usize,
            created_at: self.created_at,
            revision: self.revision,
        }
    }

    pub(crate) fn into_person(self, id: PersonId, samples: Vec<Sample>) -> Person {
        Person {
            id,
            name: self.name,
            surname: self.surname,
            samples,
            created_at: self.created_at,
            revision: self.revision,
        }
    }
}

/// A sample; its values are of unit length already.
#[derive(Serialize, Deserialize)]
struct SampleRecord {
    id: SampleId,
    model: ModelId,
    values: Vec<f32>,
    quality: Option<f32>,
    enrolled_at: Timestamp,
}

/// The bytes of a sample.
pub(crate) fn encode_sample(sample: &Sample) -> Vec<u8> {
    encode(&SampleRecord {
        id: sample.id,
        model: sample.template.model().clone(),
        values: sample.template.values().to_vec(),
        quality: sample.quality,
        enrolled_at: sample.enrolled_at,
    })
}

/// The sample behind the bytes, which are one of `owner`'s.
pub(crate) fn decode_sample(bytes: &[u8], owner: i64) -> Result<Sample, StoreError> {
    let record: SampleRecord = decode(bytes, owner)?;
    let template = Template::normalise(record.model, record.values).map_err(|_| damaged(owner))?;
    Ok(Sample {
        id: record.id,
        template,
        quality: record.quality,
        enrolled_at: record.enrolled_at,
    })
}

/// The bytes of a record.
pub(crate) fn encode(record: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(record, vec![VERSION]).expect("memory grows, and every field has a form")
}

/// The record behind the bytes, which are `owner`'s.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8], owner: i64) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(|_| damaged(owner)),
        _ => Err(damaged(owner)),
    }
}

/// Says whose record is damaged, and nothing of what it holds.
fn damaged(owner: i64) -> StoreError {
    StoreError::Corrupt(format!("a record of person {owner} cannot be decoded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> PersonRecord {
        PersonRecord {
            name: PersonName::new("Ada").unwrap(),
            surname: PersonName::new("King").unwrap(),
            created_at: Timestamp(1_700_000_000_000),
            revision: Revision(9),
            samples: 3,
        }
    }

    #[test]
    fn a_record_is_small_and_comes_back() {
        let bytes = encode(&record());
        assert_eq!(bytes.len(), 1 + 4 + 5 + 6 + 1 + 1);
        let back: PersonRecord = decode(&bytes, 1).unwrap();
        assert_eq!(
            (back.name.as_str(), back.revision, back.samples),
            ("Ada", Revision(9), 3)
        );
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_shown() {
        let bytes = encode(&record());
        for cut in 0..bytes.len() {
            let refused = decode::<PersonRecord>(&bytes[..cut], 42).err().unwrap();
            assert!(
                matches!(&refused, StoreError::Corrupt(why) if why.contains("42") && !why.contains("Ada"))
            );
        }
        let newer = [&[VERSION + 1], &bytes[1..]].concat();
        assert!(decode::<PersonRecord>(&newer, 42).is_err());
    }
}
