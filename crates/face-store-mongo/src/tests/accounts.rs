//! User and password, against a server that asks for them.

use std::time::Duration;

use face_store::{Store, StoreError};
use mongodb::Client;
use mongodb::bson::doc;
use secrecy::SecretString;

use super::person;
use crate::testing::TestServer;
use crate::{MongoFailure, MongoSettings, MongoStore};

const PASSWORD: &str = "p@ss:/?#[]% é";

fn settings(url: &str, password: &str) -> MongoSettings {
    MongoSettings {
        database: Some("people".to_owned()),
        username: Some("whos-that".to_owned()),
        password: Some(SecretString::from(password)),
        deadline: Duration::from_secs(20),
        ..MongoSettings::new(url)
    }
}

async fn server_with_a_user() -> Option<TestServer> {
    let mut server = tokio::task::spawn_blocking(TestServer::start)
        .await
        .unwrap()?;
    let client = Client::with_uri_str(server.url()).await.unwrap();
    let user = doc! {
        "createUser": "whos-that", "pwd": PASSWORD, "roles": [{ "role": "readWrite", "db": "people" }],
    };
    client.database("admin").run_command(user).await.unwrap();
    let restarted = tokio::task::spawn_blocking(move || {
        server.start_again(&["--auth"]);
        server
    });
    Some(restarted.await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_opens_and_a_wrong_one_does_not() {
    let Some(server) = server_with_a_user().await else {
        return;
    };
    let store = MongoStore::connect(settings(server.url(), PASSWORD))
        .await
        .unwrap();
    store.create(person(1)).await.unwrap();
    let refused = MongoStore::connect(settings(server.url(), "guessed"))
        .await
        .unwrap_err();
    let StoreError::Unavailable(cause) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        cause.downcast_ref(),
        Some(&MongoFailure::Credentials),
        "{refused:?}"
    );
    assert!(!format!("{refused:?} {cause:?} {cause}").contains("guessed"));
}
