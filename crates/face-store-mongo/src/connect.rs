//! From settings to a client.

use std::time::Duration;

use face_store::StoreError;
use mongodb::options::{ClientOptions, ReadPreference, SelectionCriteria};
use mongodb::{Client, Database};
use secrecy::ExposeSecret;

use crate::MongoSettings;
use crate::failure::MongoFailure;

/// Connections to each server; enough for every call that a service lets in at once, far below a server's limit.
const POOL: u32 = 32;

/// The database that the settings name; no connection is made yet, but an SRV address is looked up.
pub(crate) async fn database(settings: &MongoSettings) -> Result<Database, StoreError> {
    let parsed = ClientOptions::parse(settings.full_url().expose_secret()).await;
    let mut options = parsed.map_err(|error| invalid(settings, &error))?;
    options
        .app_name
        .get_or_insert_with(|| "whos-that".to_owned());
    options.server_selection_timeout = Some(settings.selection);
    options.connect_timeout = Some(settings.selection);
    options.max_pool_size.get_or_insert(POOL);
    options.max_idle_time.get_or_insert(Duration::from_mins(5));
    // Only the primary knows everything that was acknowledged.
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.retry_reads = Some(true);
    options.retry_writes.get_or_insert(true);
    let name = settings
        .database
        .clone()
        .or_else(|| options.default_database.clone());
    let client = Client::with_options(options).map_err(|error| invalid(settings, &error))?;
    Ok(client.database(name.as_deref().unwrap_or("whos-that")))
}

/// The driver's words quote the address, so they are kept back when it holds a password.
fn invalid(settings: &MongoSettings, error: &mongodb::error::Error) -> StoreError {
    let why = if settings.holds_secret() {
        "see the connection string format in MongoDB's manual".to_owned()
    } else {
        error.kind.to_string()
    };
    MongoFailure::Settings(why).into()
}
