//! The contract's part about the history that followers read.
#![expect(missing_docs, reason = "each name is the sentence")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use face_types::PersonId;
use futures::future::join_all;

use super::StoreUnderTest;
use super::values::{changes, get, id, name, named, person, sample};
use crate::{Change, ListQuery, PersonPatch, Revision, Store};

pub async fn changes_since_returns_every_change_once_and_in_order(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    assert_eq!(changes(&*store, Revision(0)).await, []);
    let mut stored = Vec::new();
    for number in [5, 3, 9, 1, 7] {
        stored.push(store.create(person(number)).await.expect("create"));
    }
    let expected: Vec<_> = stored
        .into_iter()
        .map(|person| Change::Stored(Box::new(person)))
        .collect();
    assert_eq!(changes(&*store, Revision(0)).await, expected);
    let first = store.changes_since(Revision(0), 2).await.expect("changes");
    assert_eq!(first, expected[..2]);
    let rest = changes(&*store, first[1].revision()).await;
    assert_eq!(rest, expected[2..]);
    assert_eq!(changes(&*store, rest[2].revision()).await, []);
    assert_eq!(changes(&*store, Revision(u64::MAX)).await, []);
    assert_eq!(
        store.changes_since(Revision(0), 0).await.expect("changes"),
        []
    );
}

pub async fn a_person_changed_twice_appears_once_as_now(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let first = store.create(person(1)).await.expect("create");
    let second = store.create(person(2)).await.expect("create");
    store
        .add_samples(id(1), vec![sample(9)])
        .await
        .expect("add");
    let patch = PersonPatch {
        name: Some(name("Later")),
        surname: None,
    };
    let now = store.update(id(1), patch).await.expect("update");
    let expected = [
        Change::Stored(Box::new(second.clone())),
        Change::Stored(Box::new(now)),
    ];
    assert_eq!(changes(&*store, Revision(0)).await, expected);
    assert_eq!(changes(&*store, first.revision).await, expected);
    assert_eq!(changes(&*store, second.revision).await, expected[1..]);
}

pub async fn a_deleted_person_leaves_a_tombstone_in_the_history(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let created = store.create(person(7)).await.expect("create");
    store.delete(id(7)).await.expect("delete");
    let history = changes(&*store, created.revision).await;
    let [Change::Removed { id: who, revision }] = history[..] else {
        panic!("{history:?}");
    };
    assert_eq!(who, id(7));
    assert!(revision > created.revision);
    assert_eq!(changes(&*store, Revision(0)).await, history);
    assert_eq!(changes(&*store, revision).await, []);
}

pub async fn a_refused_change_leaves_no_trace_in_the_history(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store.create(person(1)).await.expect("create");
    store.create(person(2)).await.expect("create");
    store.delete(id(2)).await.expect("delete");
    let before = changes(&*store, Revision(0)).await;
    store
        .create(named(1, "Another", "One"))
        .await
        .expect_err("the id is taken");
    store
        .update(id(2), PersonPatch::default())
        .await
        .expect_err("removed");
    store
        .add_samples(id(3), vec![sample(1)])
        .await
        .expect_err("never there");
    store
        .remove_sample(id(1), sample(999).id)
        .await
        .expect("nothing to remove");
    assert!(!store.delete(id(2)).await.expect("nobody to delete"));
    assert!(!store.delete(id(3)).await.expect("nobody to delete"));
    assert_eq!(changes(&*store, Revision(0)).await, before);
}

pub async fn each_change_of_a_person_has_a_higher_revision(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let mut revisions = vec![store.create(person(7)).await.expect("create").revision];
    let patch = PersonPatch {
        name: Some(name("New")),
        surname: None,
    };
    revisions.push(store.update(id(7), patch).await.expect("update").revision);
    revisions.push(
        store
            .add_samples(id(7), vec![sample(1)])
            .await
            .expect("add")
            .revision,
    );
    revisions.push(
        store
            .remove_sample(id(7), sample(1).id)
            .await
            .expect("remove")
            .revision,
    );
    store.delete(id(7)).await.expect("delete");
    revisions.push(changes(&*store, Revision(0)).await[0].revision());
    revisions.push(store.create(person(7)).await.expect("create").revision);
    assert!(
        revisions.is_sorted_by(|earlier, later| earlier < later),
        "{revisions:?}"
    );
    assert_eq!(get(&*store, 7).await.revision, revisions[5]);
}

pub async fn a_follower_that_reads_while_others_write_misses_nothing(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let done = AtomicBool::new(false);
    let writing = async {
        join_all((0..8).map(|writer| write_a_little(&*store, writer * 10))).await;
        done.store(true, Ordering::Release);
    };
    let ((), followed) = futures::join!(writing, follow(&*store, &done));
    let all = ListQuery {
        limit: 1000,
        ..ListQuery::default()
    };
    let mut expected = BTreeMap::new();
    for summary in store.list(&all).await.expect("list") {
        expected.insert(summary.id, store.get(summary.id).await.expect("get"));
    }
    assert_eq!(
        followed
            .into_iter()
            .filter(|(_, person)| person.is_some())
            .collect::<BTreeMap<_, _>>(),
        expected
    );
}

/// Ten people: all added, all changed, every other one removed.
async fn write_a_little(store: &dyn Store, from: i64) {
    for number in from..from + 10 {
        store.create(person(number)).await.expect("create");
        store
            .add_samples(id(number), vec![sample(1)])
            .await
            .expect("add");
        if number % 2 == 0 {
            store.delete(id(number)).await.expect("delete");
        }
    }
}

/// What a follower knows that reads a few changes at a time and never looks back.
async fn follow(store: &dyn Store, done: &AtomicBool) -> BTreeMap<PersonId, Option<crate::Person>> {
    let mut known = BTreeMap::new();
    let mut revision = Revision(0);
    loop {
        let finished = done.load(Ordering::Acquire);
        let news = store.changes_since(revision, 7).await.expect("changes");
        if finished && news.is_empty() {
            return known;
        }
        for change in news {
            assert!(change.revision() > revision, "the history is in order");
            revision = change.revision();
            match change {
                Change::Stored(person) => known.insert(person.id, Some(*person)),
                Change::Removed { id, .. } => known.insert(id, None),
            };
        }
    }
}
