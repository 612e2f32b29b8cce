//! The contract's part about samples.
#![expect(missing_docs, reason = "each name is the sentence")]

use std::collections::BTreeSet;

use futures::future::join_all;

use super::StoreUnderTest;
use super::values::{get, id, name, named, person, sample, template};
use crate::{NewPerson, PersonPatch, Sample};

pub async fn templates_survive_bit_for_bit(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for (number, dimension) in (0..).zip([1, 2, 128, 512, 4096]) {
        let only = Sample {
            template: template(dimension as u64, dimension),
            ..sample(1)
        };
        let samples = vec![only.clone()];
        store
            .create(NewPerson {
                samples,
                ..person(number)
            })
            .await
            .expect("create");
        let stored = get(&*store, number).await;
        assert_eq!(stored.samples[0].template.model(), only.template.model());
        let bits = |of: &Sample| -> Vec<u32> {
            of.template.values().iter().map(|v| v.to_bits()).collect()
        };
        assert!(
            bits(&stored.samples[0]) == bits(&only),
            "{dimension} values came back changed"
        );
    }
}

pub async fn samples_keep_their_order_quality_and_time(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store.create(person(7)).await.expect("create");
    // Their ids run against the order in which they are added.
    store
        .add_samples(id(7), vec![sample(30), sample(20)])
        .await
        .expect("add");
    let last = store
        .add_samples(id(7), vec![sample(10)])
        .await
        .expect("add");
    let expected = [sample(701), sample(702), sample(30), sample(20), sample(10)];
    assert_eq!(last.samples, expected);
    assert_eq!(get(&*store, 7).await, last);
}

pub async fn a_person_may_have_no_sample(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store
        .create(named(7, "Not", "Enrolled"))
        .await
        .expect("create");
    assert_eq!(get(&*store, 7).await.samples, []);
    let with = store
        .add_samples(id(7), vec![sample(1)])
        .await
        .expect("add");
    assert_eq!(with.samples, [sample(1)]);
    let without = store
        .remove_sample(id(7), sample(1).id)
        .await
        .expect("remove");
    assert_eq!(without.samples, []);
    assert_eq!(get(&*store, 7).await, without);
}

pub async fn a_sample_is_removed_once_and_removing_it_again_changes_nothing(
    subject: &dyn StoreUnderTest,
) {
    let store = subject.open().await;
    let created = store.create(person(7)).await.expect("create");
    let removed = store
        .remove_sample(id(7), sample(701).id)
        .await
        .expect("remove");
    assert_eq!(removed.samples, [sample(702)]);
    assert!(removed.revision > created.revision);
    let again = store
        .remove_sample(id(7), sample(701).id)
        .await
        .expect("remove again");
    assert_eq!(again, removed);
    assert_eq!(get(&*store, 7).await, removed);
}

pub async fn concurrent_additions_of_samples_are_all_kept(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    store
        .create(named(7, "Much", "Photographed"))
        .await
        .expect("create");
    let additions =
        (1..=16).map(|seed| store.add_samples(id(7), vec![sample(seed), sample(seed + 100)]));
    let mut revisions = BTreeSet::new();
    for added in join_all(additions).await {
        revisions.insert(added.expect("add").revision);
    }
    assert_eq!(revisions.len(), 16, "each change has a revision of its own");
    let stored = get(&*store, 7).await;
    assert_eq!(Some(&stored.revision), revisions.last());
    let kept: BTreeSet<_> = stored.samples.iter().map(|sample| sample.id).collect();
    assert_eq!((kept.len(), stored.samples.len()), (32, 32));
}

pub async fn concurrent_changes_of_different_kinds_are_all_kept(subject: &dyn StoreUnderTest) {
    let store = subject.open().await;
    for number in 0..10 {
        let base = number as u64 * 100;
        store.create(person(number)).await.expect("create");
        let patch = PersonPatch {
            name: Some(name("Renamed")),
            surname: None,
        };
        let (updated, added, removed) = futures::join!(
            store.update(id(number), patch),
            store.add_samples(id(number), vec![sample(base + 3)]),
            store.remove_sample(id(number), sample(base + 1).id),
        );
        let answers = [
            updated.expect("update"),
            added.expect("add"),
            removed.expect("remove"),
        ];
        let stored = get(&*store, number).await;
        assert_eq!(stored.name.as_str(), "Renamed");
        assert_eq!(stored.samples, [sample(base + 2), sample(base + 3)]);
        // Whichever came last answered with what is there now.
        let last = answers.into_iter().max_by_key(|person| person.revision);
        assert_eq!(last, Some(stored));
    }
}
