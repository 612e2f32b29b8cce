//! The contract's part about what lasts.
#![expect(missing_docs, reason = "each name is the sentence")]

use super::StoreUnderTest;
use super::values::{changes, get, id, person, sample};
use crate::{ListQuery, Revision};

pub async fn reopening_keeps_everything(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for number in 0..20 {
        store.create(person(number)).await.expect("create");
    }
    store
        .add_samples(id(3), vec![sample(1)])
        .await
        .expect("add");
    store
        .remove_sample(id(4), sample(401).id)
        .await
        .expect("remove");
    store.delete(id(5)).await.expect("delete");
    let people = store.list(&ListQuery::default()).await.expect("list");
    let history = changes(&*store, Revision(0)).await;
    drop(store);

    let store = subject.open().await;
    assert_eq!(
        store.list(&ListQuery::default()).await.expect("list"),
        people
    );
    assert_eq!(changes(&*store, Revision(0)).await, history);
    assert_eq!(store.count(None).await.expect("count"), 19);
    assert_eq!(get(&*store, 4).await.samples, [sample(402)]);
}

pub async fn the_history_goes_on_after_reopening(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store.create(person(1)).await.expect("create");
    store.delete(id(1)).await.expect("delete");
    let last = changes(&*store, Revision(0)).await[0].revision();
    drop(store);

    let store = subject.open().await;
    let next = store.create(person(2)).await.expect("create");
    assert!(next.revision > last);
    assert_eq!(changes(&*store, last).await.len(), 1);
}

pub async fn a_store_that_works_gives_a_sign_of_life(subject: &dyn StoreUnderTest) {
    subject.open().await.ping().await.expect("ping");
}
