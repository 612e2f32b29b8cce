//! The contract against a real server, several services on one database, faults, accounts.

mod accounts;
mod faults;
mod history;
mod startup;

use std::sync::Arc;

use async_trait::async_trait;
use face_store::contract::StoreUnderTest;
use face_store::{NewPerson, Sample, Store, Timestamp, store_contract};
use face_types::{ModelId, PersonId, PersonName, SampleId, Template};
use mongodb::Client;

use crate::testing::TestServer;
use crate::{MongoSettings, MongoStore};

/// A database of its own on the shared server.
struct OnAServer {
    url: String,
    database: String,
}

impl OnAServer {
    fn settings(&self) -> MongoSettings {
        MongoSettings {
            database: Some(self.database.clone()),
            // Two dozen tests at once share the server and two processors.
            deadline: std::time::Duration::from_secs(30),
            ..MongoSettings::new(&*self.url)
        }
    }

    async fn store(&self) -> MongoStore {
        MongoStore::connect(self.settings()).await.unwrap()
    }

    async fn raw(&self) -> mongodb::Database {
        Client::with_uri_str(&self.url)
            .await
            .unwrap()
            .database(&self.database)
    }
}

#[async_trait]
impl StoreUnderTest for OnAServer {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.store().await)
    }

    async fn clean(&self) {
        self.raw().await.drop().await.unwrap();
    }
}

async fn empty() -> Option<OnAServer> {
    let server = tokio::task::spawn_blocking(TestServer::shared)
        .await
        .unwrap()?;
    Some(OnAServer {
        url: server.url().to_owned(),
        database: TestServer::new_database(),
    })
}

store_contract!(empty);

fn id(number: i64) -> PersonId {
    PersonId::new(number).unwrap()
}

fn person(number: i64) -> NewPerson {
    NewPerson {
        id: id(number),
        name: PersonName::new("Ada").unwrap(),
        surname: PersonName::new(&format!("Of House {number}")).unwrap(),
        samples: vec![sample(number as u128)],
        created_at: Timestamp(1_700_000_000_000),
    }
}

fn sample(number: u128) -> Sample {
    let values = (0..128)
        .map(|place| (number % 97) as f32 + place as f32 - 50.5)
        .collect();
    Sample {
        id: SampleId(uuid::Uuid::from_u128(number)),
        template: Template::normalise(ModelId::new("sha256:ab").unwrap(), values).unwrap(),
        quality: None,
        enrolled_at: Timestamp(0),
    }
}
