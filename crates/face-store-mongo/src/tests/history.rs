//! Several services on one database: what their followers see, and when.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use face_store::contract::StoreUnderTest;
use face_store::{Change, Revision, Store, StoreError};
use futures::future::join_all;

use super::{OnAServer, empty, id, person, sample};
use crate::{MongoSettings, MongoStore};

async fn revisions(store: &MongoStore) -> Vec<u64> {
    let changes = store.changes_since(Revision(0), 1000).await.unwrap();
    changes.iter().map(|change| change.revision().0).collect()
}

/// A store that gives up on a revision after three tenths of a second.
async fn impatient(server: &OnAServer) -> MongoStore {
    let mut store = server.store().await;
    store.revisions = store
        .revisions
        .clone()
        .with_deadline(Duration::from_millis(100));
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_revision_holds_the_history_back_until_it_is_closed() {
    let Some(server) = empty().await else { return };
    let store = server.store().await;
    store.create(person(1)).await.unwrap();
    let drawn = store.revisions.draw().await.unwrap();
    store.create(person(2)).await.unwrap();
    let other = server.store().await;
    assert_eq!(revisions(&other).await, [1], "revision 2 may still appear");
    store.revisions.close(drawn).await;
    assert_eq!(revisions(&other).await, [1, 3]);
    server.clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_a_dead_service_left_open_is_given_up() {
    let Some(server) = empty().await else { return };
    let dying = server.store().await;
    let _never_closed = dying.revisions.draw().await.unwrap();
    drop(dying);
    let store = impatient(&server).await;
    store.create(person(1)).await.unwrap();
    assert_eq!(revisions(&store).await, [0; 0]);
    let begin = Instant::now();
    while revisions(&store).await != [2] {
        assert!(begin.elapsed() < Duration::from_secs(20), "never given up");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        begin.elapsed() >= Duration::from_millis(300),
        "given up too early"
    );
    // It is closed for everybody, also for those who have not waited.
    assert_eq!(revisions(&server.store().await).await, [2]);
    server.clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_leaves_does_not_hold_up_the_history() {
    let Some(server) = empty().await else { return };
    let store = server.store().await;
    for number in 0..20 {
        let patience = Duration::from_micros(number as u64 * 300);
        let _left = tokio::time::timeout(patience, store.create(person(number))).await;
    }
    store.create(person(100)).await.unwrap();
    let begin = Instant::now();
    loop {
        let changes = store.changes_since(Revision(0), 1000).await.unwrap();
        if changes
            .iter()
            .any(|change| matches!(change, Change::Stored(person) if person.id == id(100)))
        {
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "held up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_on_one_database_lose_nothing_of_each_other() {
    let Some(server) = empty().await else { return };
    let (left, right) = (server.store().await, server.store().await);
    left.create(person(0)).await.unwrap();
    let both = [&left, &right];
    let additions = (1..=24).map(|n| both[n % 2].add_samples(id(0), vec![sample(n as u128)]));
    join_all(additions)
        .await
        .into_iter()
        .for_each(|added| drop(added.unwrap()));
    let kept: BTreeSet<_> = left
        .get(id(0))
        .await
        .unwrap()
        .unwrap()
        .samples
        .iter()
        .map(|s| s.id)
        .collect();
    assert_eq!(kept.len(), 25);

    let creations = (0..40).map(|n| both[n % 2].create(person(1 + n as i64 / 2)));
    let answers = join_all(creations).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 20);
    assert!(
        answers
            .iter()
            .flat_map(Result::as_ref)
            .all(|person| person.samples.len() == 1)
    );
    let refused = answers.into_iter().filter_map(Result::err);
    refused.for_each(|error| assert!(matches!(error, StoreError::AlreadyExists(_)), "{error:?}"));
    assert_eq!(right.count(None).await.unwrap(), 21);
    server.clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tombstone_holds_nothing_of_the_person() {
    let Some(server) = empty().await else { return };
    let store = server.store().await;
    store.create(person(7)).await.unwrap();
    store.delete(id(7)).await.unwrap();
    let people = server
        .raw()
        .await
        .collection::<mongodb::bson::Document>("people");
    let tombstone = people
        .find_one(mongodb::bson::doc! { "_id": 7_i64 })
        .await
        .unwrap()
        .unwrap();
    let fields: BTreeSet<_> = tombstone.keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        BTreeSet::from(["_id", "deleted", "deleted_at", "revision"])
    );
    server.clean().await;
}

#[test]
fn a_new_setting_waits_five_seconds_at_most() {
    assert_eq!(
        MongoSettings::new("mongodb://localhost").deadline,
        Duration::from_secs(5)
    );
}
