//! People and samples that the contract stores.

use face_types::{ModelId, PersonId, PersonName, SampleId, Template};
use uuid::Uuid;

use crate::{Change, ListQuery, NewPerson, Person, Revision, Sample, Store, Timestamp};

pub(super) fn id(number: i64) -> PersonId {
    PersonId::new(number).expect("the contract counts from zero")
}

pub(super) fn name(text: &str) -> PersonName {
    PersonName::new(text).expect("the contract's names are names")
}

/// A person with the names given and no sample.
pub(super) fn named(number: i64, first: &str, surname: &str) -> NewPerson {
    NewPerson {
        id: id(number),
        name: name(first),
        surname: name(surname),
        samples: Vec::new(),
        created_at: Timestamp(1_700_000_000_123 + number % 1000),
    }
}

/// A person with two samples of their own.
pub(super) fn person(number: i64) -> NewPerson {
    let seed = number as u64 * 100;
    NewPerson {
        samples: vec![sample(seed + 1), sample(seed + 2)],
        ..named(
            number,
            &format!("Name {number}"),
            &format!("Surname {number}"),
        )
    }
}

/// A sample that `seed` decides wholly.
pub(super) fn sample(seed: u64) -> Sample {
    Sample {
        id: SampleId(Uuid::from_u128(u128::from(seed))),
        template: template(seed, 64),
        quality: (!seed.is_multiple_of(3)).then_some((seed % 100) as f32 / 100.0),
        enrolled_at: Timestamp(1_700_000_000_000 + seed as i64),
    }
}

/// A template of pseudo-random values; every fifth value is a negative zero or vanishingly small.
pub(super) fn template(seed: u64, dimension: usize) -> Template {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let values = (0..dimension).map(|place| {
        // Xorshift; any numbers would do, as long as their bits are mixed.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        match place % 10 {
            4 => -0.0,
            9 => f32::from_bits(state as u32 & 0x007F_FFFF),
            _ => (state >> 40) as f32 / 8_388_608.0 - 1.0,
        }
    });
    let model = ModelId::new("sha256:c0ffee").expect("hexadecimal");
    Template::normalise(model, values.collect()).expect("the values point somewhere")
}

/// What the store must hold of `new`.
#[track_caller]
pub(super) fn assert_stored(stored: &Person, new: &NewPerson) {
    assert_eq!(stored.id, new.id);
    assert_eq!((&stored.name, &stored.surname), (&new.name, &new.surname));
    assert_eq!(stored.samples, new.samples);
    assert_eq!(stored.created_at, new.created_at);
}

/// The person, who must be there.
pub(super) async fn get(store: &dyn Store, number: i64) -> Person {
    let found = store.get(id(number)).await.expect("get");
    found.expect("the person is there")
}

/// All changes after `revision`, in one answer.
pub(super) async fn changes(store: &dyn Store, revision: Revision) -> Vec<Change> {
    store
        .changes_since(revision, 100_000)
        .await
        .expect("changes")
}

/// The ids of a list.
pub(super) async fn listed(store: &dyn Store, query: ListQuery) -> Vec<i64> {
    let people = store.list(&query).await.expect("list");
    people.iter().map(|person| person.id.get()).collect()
}

/// The ids that a search finds.
pub(super) async fn found(store: &dyn Store, text: &str) -> Vec<i64> {
    let search = Some(text.to_owned());
    listed(
        store,
        ListQuery {
            search,
            ..ListQuery::default()
        },
    )
    .await
}
