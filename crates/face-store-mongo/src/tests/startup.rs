//! What connecting finds and makes.

use std::collections::BTreeSet;

use face_store::StoreError;
use face_store::contract::StoreUnderTest;
use mongodb::bson::{Document, doc};

use super::empty;
use crate::MongoStore;

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_and_left_alone() {
    let Some(server) = empty().await else { return };
    let meta = server.raw().await.collection::<Document>("meta");
    meta.insert_one(doc! { "_id": "schema", "version": 99_i64 })
        .await
        .unwrap();
    for _ in 0..2 {
        let refused = MongoStore::connect(server.settings()).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Corrupt(why) if why.contains("99") && why.contains("newer")),
            "{refused:?}"
        );
    }
    server.clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_makes_the_indexes_once() {
    let Some(server) = empty().await else { return };
    let _first = server.store().await;
    let (_second, _third) = futures::join!(server.store(), server.store());
    let people = server.raw().await.collection::<Document>("people");
    let names: BTreeSet<_> = people
        .list_index_names()
        .await
        .unwrap()
        .into_iter()
        .collect();
    let expected = ["_id_", "deleted_1__id_1_search_1", "revision_1"].map(str::to_owned);
    assert_eq!(names, BTreeSet::from(expected));
    server.clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_document_is_an_error_without_its_content() {
    let Some(server) = empty().await else { return };
    let store = server.store().await;
    let people = server.raw().await.collection::<Document>("people");
    let damaged =
        doc! { "_id": 5_i64, "deleted": false, "revision": 1_i64, "name": { "odd": "Ada" } };
    people.insert_one(damaged).await.unwrap();
    let refused = face_store::Store::get(&store, super::id(5))
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, StoreError::Corrupt(why) if !why.contains("Ada")),
        "{refused:?}"
    );
    server.clean().await;
}
