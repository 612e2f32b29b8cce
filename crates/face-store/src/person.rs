//! The values that cross the port.

use face_types::{PersonId, PersonName, SampleId, Template};
use serde::{Deserialize, Serialize};

/// Position in the store's history; each change has a higher one than all before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

/// Milliseconds since 1970-01-01 UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// One reference of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Names it in the API.
    pub id: SampleId,
    /// The features.
    pub template: Template,
    /// Overall quality of the picture it was made from, 0 to 1; `None` when the template was given ready-made.
    pub quality: Option<f32>,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
}

/// A person to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPerson {
    /// The company's number for the person.
    pub id: PersonId,
    /// First name.
    pub name: PersonName,
    /// Surname.
    pub surname: PersonName,
    /// References, possibly none yet.
    pub samples: Vec<Sample>,
    /// When the person is added.
    pub created_at: Timestamp,
}

/// New names; `None` leaves the old one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonPatch {
    /// First name.
    pub name: Option<PersonName>,
    /// Surname.
    pub surname: Option<PersonName>,
}

/// A person as stored, with templates; it never leaves the service in this form.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The company's number for the person.
    pub id: PersonId,
    /// First name.
    pub name: PersonName,
    /// Surname.
    pub surname: PersonName,
    /// References.
    pub samples: Vec<Sample>,
    /// When the person was added.
    pub created_at: Timestamp,
    /// The last change.
    pub revision: Revision,
}

/// A person in a list: no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSummary {
    /// The company's number for the person.
    pub id: PersonId,
    /// First name.
    pub name: PersonName,
    /// Surname.
    pub surname: PersonName,
    /// Number of references.
    pub samples: usize,
    /// When the person was added.
    pub created_at: Timestamp,
    /// The last change.
    pub revision: Revision,
}

impl From<&Person> for PersonSummary {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            name: person.name.clone(),
            surname: person.surname.clone(),
            samples: person.samples.len(),
            created_at: person.created_at,
            revision: person.revision,
        }
    }
}

/// Which part of the sorted list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Only ids greater than this.
    pub after: Option<PersonId>,
    /// Entries to pass over, after `after`.
    pub skip: u64,
    /// At most this many.
    pub limit: usize,
    /// Only people whose name, surname, or both joined by a space contain this text, whatever the case.
    pub search: Option<String>,
}

impl Default for ListQuery {
    /// The first 100.
    fn default() -> Self {
        Self {
            after: None,
            skip: 0,
            limit: 100,
            search: None,
        }
    }
}

/// One entry of the history.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The person as of this revision.
    Stored(Box<Person>),
    /// The person is gone.
    Removed {
        /// Who.
        id: PersonId,
        /// When in the history.
        revision: Revision,
    },
}

impl Change {
    /// The entry's place in the history.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        match self {
            Self::Stored(person) => person.revision,
            Self::Removed { revision, .. } => *revision,
        }
    }
}
