//! What happens once, at the start: schema, counter, indexes, and which concerns the server grants.

use std::time::Duration;

use face_store::StoreError;
use mongodb::bson::{Document, doc};
use mongodb::options::{
    Acknowledgment, CollectionOptions, IndexOptions, ReadConcern, WriteConcern,
};
use mongodb::{Collection, Database, IndexModel};

use crate::documents::Entry;
use crate::failure::{code, failed, is_duplicate};

/// The version of the documents that this program writes and the newest that it reads.
const SCHEMA: i64 = 1;

/// The surest concerns that the server grants: majority reads, and majority writes in the journal.
///
/// A server without a journal, or an old one with majority reads turned off, refuses by code; then the next best holds.
pub(crate) async fn concerns(
    database: &Database,
    deadline: Duration,
) -> Result<CollectionOptions, StoreError> {
    let majority = options(Some(ReadConcern::majority()), Some(true), deadline);
    let meta = database.collection_with_options::<Document>("meta", majority.clone());
    let read = granted(
        meta.find_one(schema()).max_time(deadline).await,
        "majority reads",
    )?;
    let read = read.then(ReadConcern::majority);
    let write = granted(set_schema(&meta).await, "journalled writes")?;
    Ok(options(read, write.then_some(true), deadline))
}

fn options(
    read: Option<ReadConcern>,
    journal: Option<bool>,
    deadline: Duration,
) -> CollectionOptions {
    let mut write = WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .w_timeout(deadline)
        .build();
    write.journal = journal;
    let mut options = CollectionOptions::builder().write_concern(write).build();
    options.read_concern = read;
    options
}

/// Whether the server did it; other errors than a refusal of the concern go on.
fn granted<T>(answer: mongodb::error::Result<T>, what: &'static str) -> Result<bool, StoreError> {
    // BadValue, FailedToParse, InvalidOptions, ReadConcernMajorityNotEnabled, NotImplemented.
    const UNGRANTED: [i32; 5] = [2, 9, 72, 148, 238];
    match answer {
        Ok(_) => Ok(true),
        Err(error) if code(&error).is_some_and(|code| UNGRANTED.contains(&code)) => {
            tracing::warn!(what, "the server does not grant it; going on without");
            Ok(false)
        }
        Err(error) => Err(failed(error)),
    }
}

async fn set_schema(meta: &Collection<Document>) -> mongodb::error::Result<()> {
    let update = doc! { "$setOnInsert": { "version": SCHEMA } };
    match meta.update_one(schema(), update).upsert(true).await {
        // Two services started at once; the other one has done it.
        Err(error) if !is_duplicate(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Says so when a newer program wrote the database.
pub(crate) async fn check_schema(meta: &Collection<Document>) -> Result<(), StoreError> {
    set_schema(meta).await.map_err(failed)?;
    let found = meta
        .find_one(schema())
        .await
        .map_err(failed)?
        .unwrap_or_default();
    match found.get_i64("version") {
        Ok(version) if version > SCHEMA => Err(StoreError::Corrupt(format!(
            "its schema is version {version}, written by a newer release; this one reads up to version {SCHEMA}"
        ))),
        Ok(_) => Ok(()),
        Err(_) => Err(StoreError::Corrupt("its schema has no version".to_owned())),
    }
}

fn schema() -> Document {
    doc! { "_id": "schema" }
}

/// The indexes behind lists and searches, and behind the history.
pub(crate) async fn make_indexes(people: &Collection<Entry>) -> Result<(), StoreError> {
    // In the order of a list; the search key lies in it too, so that a search reads no document it does not find.
    let lists = IndexModel::builder()
        .keys(doc! { "deleted": 1, "_id": 1, "search": 1 })
        .build();
    let unique = IndexOptions::builder().unique(true).build();
    let history = IndexModel::builder()
        .keys(doc! { "revision": 1 })
        .options(unique)
        .build();
    people
        .create_indexes([lists, history])
        .await
        .map_err(failed)?;
    Ok(())
}
