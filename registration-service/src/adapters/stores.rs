//! The store that the settings name: a MongoDB, or one file.

use std::sync::Arc;
use std::time::Duration;

use face_store::{Store, StoreError};
use face_store_embedded::EmbeddedStore;
use face_store_mongo::{MongoFailure, MongoSettings, MongoStore};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::JoinSet;

use super::late_store::LateStore;
use crate::{RegistrationSettings, StartupError};

/// Name of the embedded store's file within the data folder.
const FILE: &str = "people.redb";
/// How long the start waits for a MongoDB before it goes on without; the service then says 503 until it is there.
const FIRST_ATTEMPT: Duration = Duration::from_secs(2);
/// Pause between attempts.
const RETRY: Duration = Duration::from_secs(1);

/// Opens the embedded store, or connects to the MongoDB, in the background if need be.
///
/// # Errors
/// [`StartupError`] for what waiting does not mend.
pub(crate) async fn open_store(
    settings: &RegistrationSettings,
    followers: &mut JoinSet<()>,
) -> Result<Arc<dyn Store>, StartupError> {
    if let Some(url) = settings.mongo_url()? {
        return open_mongo(url, followers).await;
    }
    let file = settings.data_dir().join(FILE);
    match EmbeddedStore::open(&file).await {
        Ok(store) => {
            tracing::info!(file = %file.display(), "people are kept in a file");
            Ok(Arc::new(store))
        }
        Err(source) => Err(StartupError::EmbeddedStore { file, source }),
    }
}

/// Opens the store that the settings name, asks it for a sign of life and closes it; the text says which it is.
///
/// # Errors
/// [`StartupError`], also for an outage: this is a check before starting, it does not wait.
pub async fn inspect_store(settings: &RegistrationSettings) -> Result<String, StartupError> {
    if let Some(url) = settings.mongo_url()? {
        let store = connect(&url).await.map_err(StartupError::Mongo)?;
        store.ping().await.map_err(StartupError::Mongo)?;
        return Ok("the MongoDB answers".to_owned());
    }
    let file = settings.data_dir().join(FILE);
    let counted = match EmbeddedStore::open(&file).await {
        Ok(store) => store.count(None).await,
        Err(source) => Err(source),
    };
    match counted {
        Ok(people) => Ok(format!("{} holds {people} people", file.display())),
        Err(source) => Err(StartupError::EmbeddedStore { file, source }),
    }
}

async fn open_mongo(
    url: SecretString,
    followers: &mut JoinSet<()>,
) -> Result<Arc<dyn Store>, StartupError> {
    match tokio::time::timeout(FIRST_ATTEMPT, connect(&url)).await {
        Ok(Ok(store)) => {
            tracing::info!("people are kept in MongoDB");
            return Ok(Arc::new(store));
        }
        Ok(Err(error)) if !is_outage(&error) => return Err(StartupError::Mongo(error)),
        Ok(Err(_)) | Err(_) => {}
    }
    tracing::warn!("the MongoDB does not answer; going on without it and trying again");
    let late = Arc::new(LateStore::default());
    followers.spawn(wait_for_mongo(url, late.clone()));
    Ok(late)
}

async fn wait_for_mongo(url: SecretString, late: Arc<LateStore>) {
    loop {
        match connect(&url).await {
            Ok(store) => {
                tracing::info!("the MongoDB answers; people are kept there");
                late.arrived(Arc::new(store));
                return;
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "no MongoDB yet");
            }
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn connect(url: &SecretString) -> Result<MongoStore, StoreError> {
    MongoStore::connect(MongoSettings::new(url.expose_secret())).await
}

/// Whether waiting may help.
fn is_outage(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable(source) => !matches!(
            source.downcast_ref::<MongoFailure>(),
            Some(MongoFailure::Settings(_))
        ),
        StoreError::Corrupt(_) | StoreError::AlreadyExists(_) | StoreError::NotFound(_) => false,
    }
}
