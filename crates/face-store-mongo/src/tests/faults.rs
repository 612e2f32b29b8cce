//! Servers that die, come back, never answer, or refuse.

use std::error::Error;
use std::time::{Duration, Instant};

use face_store::contract::StoreUnderTest;
use face_store::{ListQuery, PersonPatch, Revision, Store, StoreError};
use mongodb::bson::doc;
use tokio::net::TcpListener;

use super::{empty, id, person, sample};
use crate::testing::TestServer;
use crate::{MongoFailure, MongoSettings, MongoStore};

const DEADLINE: Duration = Duration::from_secs(2);

fn hasty(url: &str) -> MongoSettings {
    MongoSettings {
        deadline: DEADLINE,
        selection: Duration::from_secs(1),
        database: Some(TestServer::new_database()),
        ..MongoSettings::new(url)
    }
}

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> MongoFailure {
    let Err(StoreError::Unavailable(cause)) = answer else {
        panic!("{answer:?}");
    };
    cause
        .downcast_ref::<MongoFailure>()
        .expect("the adapter's own error")
        .clone()
}

/// Every call, each of which must be refused within the deadline.
async fn assert_every_call_is_unavailable(store: &MongoStore) {
    let begin = Instant::now();
    let slowest = Duration::from_millis(500) + DEADLINE;
    let (all, patch) = (ListQuery::default(), PersonPatch::default());
    let calls = futures::join!(
        async { assert_unavailable(store.create(person(50)).await) },
        async { assert_unavailable(store.get(id(1)).await) },
        async { assert_unavailable(store.update(id(1), patch).await) },
        async { assert_unavailable(store.add_samples(id(1), vec![sample(9)]).await) },
        async { assert_unavailable(store.remove_sample(id(1), sample(1).id).await) },
        async { assert_unavailable(store.delete(id(1)).await) },
        async { assert_unavailable(store.list(&all).await) },
        async { assert_unavailable(store.count(None).await) },
        async { assert_unavailable(store.changes_since(Revision(0), 10).await) },
        async { assert_unavailable(store.ping().await) },
    );
    assert!(begin.elapsed() < slowest, "{:?} {calls:?}", begin.elapsed());
}

async fn start() -> Option<TestServer> {
    tokio::task::spawn_blocking(TestServer::start)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_unavailable_in_time_and_found_again_by_itself() {
    let Some(mut server) = start().await else {
        return;
    };
    let store = MongoStore::connect(MongoSettings {
        deadline: Duration::from_secs(20),
        ..hasty(server.url())
    });
    let mut store = store.await.unwrap();
    store.create(person(1)).await.unwrap();
    let before = store.get(id(1)).await.unwrap();
    store.set_deadline(DEADLINE);

    server.kill();
    assert_every_call_is_unavailable(&store).await;

    let server = tokio::task::spawn_blocking(move || {
        server.start_again(&[]);
        server
    });
    let _server = server.await.unwrap();
    let begin = Instant::now();
    while store.ping().await.is_err() {
        assert!(begin.elapsed() < Duration::from_secs(30), "not found again");
    }
    store.set_deadline(Duration::from_secs(20));
    assert_eq!(store.get(id(1)).await.unwrap(), before);
    store.create(person(2)).await.unwrap();
    assert_eq!(store.count(None).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let Some(mut server) = start().await else {
        return;
    };
    let settings = MongoSettings {
        deadline: Duration::from_secs(20),
        ..hasty(server.url())
    };
    let store = MongoStore::connect(settings.clone()).await.unwrap();
    let killing = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(400)).await;
        tokio::task::spawn_blocking(move || {
            server.kill();
            server
        })
        .await
        .unwrap()
    });
    let mut acknowledged = 0;
    while store.create(person(acknowledged)).await.is_ok() {
        acknowledged += 1;
    }
    let mut server = killing.await.unwrap();
    drop(store);
    let server = tokio::task::spawn_blocking(move || {
        server.start_again(&[]);
        server
    });
    let _server = server.await.unwrap();
    let store = MongoStore::connect(settings).await.unwrap();
    assert!(acknowledged > 0, "nothing was written before the kill");
    for number in 0..acknowledged {
        let found = store.get(id(number)).await.unwrap().expect("acknowledged");
        assert_eq!(found.samples, person(number).samples);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_unavailable_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
        }
    });
    let begin = Instant::now();
    assert_unavailable(MongoStore::connect(hasty(&format!("mongodb://{address}"))).await);
    assert!(
        begin.elapsed() < DEADLINE + Duration::from_millis(500),
        "{:?}",
        begin.elapsed()
    );
    silent.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_and_a_wrong_address_have_errors_of_their_own() {
    let unused = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let failure =
        assert_unavailable(MongoStore::connect(hasty(&format!("mongodb://{unused}"))).await);
    assert!(
        matches!(failure, MongoFailure::Unreachable(_)),
        "{failure:?}"
    );
    let failure = assert_unavailable(MongoStore::connect(hasty("mongo://eve:secret@x")).await);
    assert!(
        matches!(&failure, MongoFailure::Settings(why) if !why.contains("secret")),
        "{failure:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_repeat_nothing_of_a_person() {
    let Some(server) = empty().await else { return };
    let store = server.store().await;
    // The server's refusal quotes the document that it refuses.
    let strict = doc! { "collMod": "people", "validator": { "name": { "$type": "int" } } };
    server.raw().await.run_command(strict).await.unwrap();
    let error = store.create(person(1)).await.unwrap_err();
    let cause = error.source().unwrap().downcast_ref::<MongoFailure>();
    assert!(
        matches!(cause, Some(MongoFailure::Refused { code: 121, .. })),
        "{error:?}"
    );
    let causes = std::iter::successors(Some(&error as &dyn Error), |&cause| cause.source());
    let told: Vec<_> = causes.map(|cause| format!("{cause:?} {cause}")).collect();
    let told = told.concat();
    assert!(!told.contains("Ada") && !told.contains("House"), "{told}");
    // The refused write has not left its revision open.
    assert_eq!(store.revisions.horizon().await.unwrap(), 1);
    server.clean().await;
}
