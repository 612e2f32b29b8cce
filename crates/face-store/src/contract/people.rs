//! The contract's part about people: create, get, update, delete.
#![expect(missing_docs, reason = "each name is the sentence")]

use futures::future::join_all;

use super::StoreUnderTest;
use super::values::{assert_stored, changes, found, get, id, listed, name, named, person, sample};
use crate::{Change, ListQuery, PersonPatch, Revision, StoreError};

pub async fn a_person_is_read_back_as_stored(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let created = store.create(person(7)).await.expect("create");
    assert_stored(&created, &person(7));
    assert!(created.revision > Revision(0));
    assert_eq!(get(&*store, 7).await, created);
}

pub async fn a_missing_person_is_absent_and_cannot_be_changed(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store.create(person(1)).await.expect("create");
    assert_eq!(store.get(id(2)).await.expect("get"), None);
    assert!(!store.delete(id(2)).await.expect("delete"));
    for refused in [
        store.update(id(2), PersonPatch::default()).await,
        store.add_samples(id(2), vec![sample(1)]).await,
        store.remove_sample(id(2), sample(1).id).await,
    ] {
        assert!(
            matches!(refused, Err(StoreError::NotFound(who)) if who == id(2)),
            "{refused:?}"
        );
    }
}

pub async fn a_taken_id_is_refused_and_the_first_person_stays(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let first = store.create(person(7)).await.expect("create");
    let second = store.create(named(7, "Somebody", "Else")).await;
    assert!(
        matches!(second, Err(StoreError::AlreadyExists(who)) if who == id(7)),
        "{second:?}"
    );
    assert_eq!(get(&*store, 7).await, first);
}

pub async fn two_creates_of_one_id_at_once_let_one_win(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for round in 0..10 {
        let rivals: Vec<_> = (0..4)
            .map(|n| named(round, &format!("Rival {n}"), "Same"))
            .collect();
        let answers = join_all(rivals.into_iter().map(|rival| store.create(rival))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{won:?}");
        for refused in lost {
            assert!(
                matches!(refused, Err(StoreError::AlreadyExists(_))),
                "{refused:?}"
            );
        }
        let winner = won.into_iter().next().expect("counted").expect("ok");
        assert_eq!(get(&*store, round).await, winner);
    }
}

pub async fn a_patch_changes_only_the_names_given(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store.create(person(7)).await.expect("create");
    let surname = PersonPatch {
        surname: Some(name("Married")),
        ..PersonPatch::default()
    };
    let married = store.update(id(7), surname).await.expect("update");
    assert_eq!(
        (married.name.as_str(), married.surname.as_str()),
        ("Name 7", "Married")
    );
    let first = PersonPatch {
        name: Some(name("Renamed")),
        ..PersonPatch::default()
    };
    let renamed = store.update(id(7), first).await.expect("update");
    assert_eq!(
        (renamed.name.as_str(), renamed.surname.as_str()),
        ("Renamed", "Married")
    );
    assert_eq!(renamed.samples, person(7).samples);
    assert_eq!(renamed.created_at, person(7).created_at);
    assert_eq!(get(&*store, 7).await, renamed);
    assert_eq!(found(&*store, "renamed married").await, [7]);
    assert_eq!(found(&*store, "surname 7").await, [0_i64; 0]);
}

pub async fn a_deleted_person_is_in_no_answer(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for number in [1, 2] {
        store.create(person(number)).await.expect("create");
    }
    assert!(store.delete(id(1)).await.expect("delete"));
    assert!(!store.delete(id(1)).await.expect("delete again"));
    assert_eq!(store.get(id(1)).await.expect("get"), None);
    assert_eq!(listed(&*store, ListQuery::default()).await, [2]);
    assert_eq!(found(&*store, "name").await, [2]);
    assert_eq!(store.count(None).await.expect("count"), 1);
    let refused = store.add_samples(id(1), vec![sample(9)]).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound(_))),
        "{refused:?}"
    );
}

pub async fn an_id_can_be_used_again_after_its_removal(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let before = store.create(person(7)).await.expect("create");
    store.delete(id(7)).await.expect("delete");
    let again = store
        .create(named(7, "Next", "Holder"))
        .await
        .expect("create again");
    assert_stored(&get(&*store, 7).await, &named(7, "Next", "Holder"));
    assert!(again.revision > before.revision);
    assert_eq!(
        changes(&*store, Revision(0)).await,
        [Change::Stored(Box::new(again))]
    );
}

pub async fn a_removal_and_a_creation_at_once_leave_one_truth(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store.create(person(7)).await.expect("create");
    for _ in 0..10 {
        let (deleted, created) = futures::join!(store.delete(id(7)), store.create(person(7)));
        assert!(deleted.expect("delete"), "the person was there");
        match created {
            // The removal came first.
            Ok(created) => assert_eq!(get(&*store, 7).await, created),
            Err(StoreError::AlreadyExists(_)) => {
                assert_eq!(store.get(id(7)).await.expect("get"), None);
                store.create(person(7)).await.expect("create");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

pub async fn names_of_every_script_survive(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let names = [
        ("José", "Núñez y O’Neill"),
        ("小林", "さくら"),
        ("Ольга", "Щербакова"),
        ("محمد", "عبد الله"),
        ("𝒜𝒹𝒶", "👩🏽‍🔬"),
        ("$where", "a.b$c"),
        ("e\u{301}", "ﬃ"),
        ("\"; drop", "\\' or 1=1 --"),
    ];
    for (number, (first, surname)) in (0..).zip(names) {
        store
            .create(named(number, first, surname))
            .await
            .expect("create");
        let stored = get(&*store, number).await;
        assert_eq!(
            (stored.name.as_str(), stored.surname.as_str()),
            (first, surname)
        );
    }
}

pub async fn the_smallest_and_the_largest_id_are_people_too(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for number in [i64::MAX, 0] {
        store
            .create(named(number, "At", "The edge"))
            .await
            .expect("create");
        assert_eq!(get(&*store, number).await.id, id(number));
    }
    assert_eq!(listed(&*store, ListQuery::default()).await, [0, i64::MAX]);
}
