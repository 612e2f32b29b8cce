//! The contract's part about lists, search and counts.
#![expect(missing_docs, reason = "each name is the sentence")]

use futures::{StreamExt, TryStreamExt, stream};

use super::StoreUnderTest;
use super::values::{found, get, id, listed, named, person};
use crate::{ListQuery, PersonSummary, Store};

const NOBODY: [i64; 0] = [];

async fn fill(store: &dyn Store, numbers: impl IntoIterator<Item = i64>) {
    let creations = numbers
        .into_iter()
        .map(|number| store.create(person(number)));
    let created = stream::iter(creations)
        .buffer_unordered(16)
        .try_for_each(async |_| Ok(()));
    created.await.expect("create");
}

pub async fn lists_are_sorted_and_pages_do_not_overlap(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    fill(&*store, [30, 4, 100, 1, 22, 5, 9]).await;
    let page = |skip| ListQuery {
        skip,
        limit: 3,
        ..ListQuery::default()
    };
    assert_eq!(listed(&*store, page(0)).await, [1, 4, 5]);
    assert_eq!(listed(&*store, page(3)).await, [9, 22, 30]);
    assert_eq!(listed(&*store, page(6)).await, [100]);
    assert_eq!(listed(&*store, page(9)).await, NOBODY);
    assert_eq!(listed(&*store, page(u64::MAX)).await, NOBODY);
    let none = ListQuery {
        limit: 0,
        ..ListQuery::default()
    };
    assert_eq!(listed(&*store, none).await, NOBODY);
    let entry = store.list(&page(0)).await.expect("list").swap_remove(1);
    assert_eq!(entry, PersonSummary::from(&get(&*store, 4).await));
    assert_eq!(entry.samples, 2);
}

pub async fn a_list_goes_on_after_an_id(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    fill(&*store, [0, 1, 2, 3, 5, 8]).await;
    let after = |number, skip| ListQuery {
        after: Some(id(number)),
        skip,
        limit: 2,
        search: None,
    };
    assert_eq!(listed(&*store, after(0, 0)).await, [1, 2]);
    assert_eq!(listed(&*store, after(2, 0)).await, [3, 5]);
    assert_eq!(
        listed(&*store, after(4, 0)).await,
        [5, 8],
        "the id itself need not exist"
    );
    assert_eq!(listed(&*store, after(2, 1)).await, [5, 8]);
    assert_eq!(listed(&*store, after(8, 0)).await, NOBODY);
    assert_eq!(listed(&*store, after(i64::MAX, 0)).await, NOBODY);
}

pub async fn a_page_of_thousands_is_whole(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    fill(&*store, 0..1200).await;
    let all = ListQuery {
        limit: usize::MAX,
        ..ListQuery::default()
    };
    assert_eq!(listed(&*store, all).await, (0..1200).collect::<Vec<_>>());
    let page = ListQuery {
        skip: 100,
        limit: 1000,
        ..ListQuery::default()
    };
    assert_eq!(listed(&*store, page).await, (100..1100).collect::<Vec<_>>());
}

pub async fn search_ignores_case_and_treats_regex_signs_as_text(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    let people = [
        (1, "Zoë", "Strauß"),
        (2, "A.B", "(C+)"),
        (3, "AxB", "[C]^$"),
        (4, "Ὀδυσσεύς", "a|b\\d{2}*?"),
    ];
    for (number, first, surname) in people {
        store
            .create(named(number, first, surname))
            .await
            .expect("create");
    }
    for (text, expected) in [
        ("ZOË", &[1][..]),
        ("STRAUSS", &[1]),
        ("a.b", &[2]),
        (".*", &[]),
        ("(c+)", &[2]),
        ("[c]^$", &[3]),
        ("A|B\\D{2}*?", &[4]),
        ("ὀδυσσ", &[4]),
        ("(", &[2]),
        ("\\", &[4]),
        ("^", &[3]),
        ("\0", &[]),
        ("\n", &[]),
        ("/-#&~", &[]),
    ] {
        assert_eq!(found(&*store, text).await, expected, "{text:?}");
    }
    assert_eq!(found(&*store, &"x".repeat(100_000)).await, NOBODY);
}

pub async fn search_finds_a_name_a_surname_and_both_joined(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for (number, first, surname) in [
        (1, "Ada", "King"),
        (2, "Grace", "Hopper"),
        (3, "Adam", "Kingsley"),
    ] {
        store
            .create(named(number, first, surname))
            .await
            .expect("create");
    }
    for (text, expected) in [
        ("ada", &[1, 3][..]),
        ("opp", &[2]),
        ("ada king", &[1]),
        ("m king", &[3]),
        ("king ada", &[]),
        ("", &[1, 2, 3]),
    ] {
        assert_eq!(found(&*store, text).await, expected, "{text:?}");
    }
    let second = ListQuery {
        after: None,
        skip: 1,
        limit: 1,
        search: Some("KING".to_owned()),
    };
    assert_eq!(listed(&*store, second).await, [3]);
}

pub async fn a_count_counts_what_a_list_lists(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    assert_eq!(store.count(None).await.expect("count"), 0);
    assert_eq!(listed(&*store, ListQuery::default()).await, NOBODY);
    fill(&*store, 10..25).await;
    store.delete(id(11)).await.expect("delete");
    for (search, expected) in [
        (None, 14),
        (Some("Name 1"), 9),
        (Some("surname 24"), 1),
        (Some("?"), 0),
    ] {
        assert_eq!(
            store.count(search).await.expect("count"),
            expected,
            "{search:?}"
        );
    }
}
