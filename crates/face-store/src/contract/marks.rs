//! The contract's part about what may happen once.
#![expect(missing_docs, reason = "each name is the sentence")]

use futures::future::join_all;

use super::StoreUnderTest;
use super::values::changes;
use crate::{Mark, Revision, Store, Timestamp};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const LATER: Timestamp = Timestamp(NOW.0 + 60_000);

fn mark(number: u8) -> Mark {
    Mark([number; 32])
}

/// Which of the marks with these numbers had been taken.
async fn claim(store: &dyn Store, numbers: &[u8], now: Timestamp, until: Timestamp) -> Vec<Mark> {
    let marks: Vec<Mark> = numbers.iter().map(|&number| mark(number)).collect();
    let mut taken = store.claim(&marks, now, until).await.expect("claim");
    taken.sort_unstable();
    taken
}

pub async fn a_mark_is_taken_once(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    assert_eq!(claim(&*store, &[], NOW, LATER).await, []);
    assert_eq!(claim(&*store, &[1, 2, 3], NOW, LATER).await, []);
    let taken = claim(&*store, &[4, 3, 5, 1], NOW, LATER).await;
    assert_eq!(taken, [mark(1), mark(3)]);
    // The others of that call were taken by it.
    let taken = claim(&*store, &[4, 5, 6], NOW, LATER).await;
    assert_eq!(taken, [mark(4), mark(5)]);
}

pub async fn one_of_many_at_once_takes_a_mark(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let calls = (0..8).map(|own| {
        let store = &store;
        async move { claim(&**store, &[1, 10 + own], NOW, LATER).await }
    });
    let answers = join_all(calls).await;
    let winners = answers.iter().filter(|taken| taken.is_empty()).count();
    assert_eq!(winners, 1, "{answers:?}");
}

pub async fn a_mark_is_free_again_when_its_time_is_over(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    assert_eq!(claim(&*store, &[1], NOW, LATER).await, []);
    let just_before = Timestamp(LATER.0 - 1);
    assert_eq!(claim(&*store, &[1], just_before, LATER).await, [mark(1)]);
    let end = Timestamp(LATER.0 + 60_000);
    assert_eq!(claim(&*store, &[1], LATER, end).await, []);
    assert_eq!(claim(&*store, &[1], LATER, end).await, [mark(1)]);
}

pub async fn marks_outlive_the_process_and_are_no_people(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    assert_eq!(claim(&*store, &[1], NOW, LATER).await, []);
    assert_eq!(store.count(None).await.expect("count"), 0);
    assert_eq!(changes(&*store, Revision(0)).await, []);
    drop(store);

    let store = subject.open().await;
    assert_eq!(claim(&*store, &[1], NOW, LATER).await, [mark(1)]);
}
