//! `face-store-mongo`: people and their references in MongoDB.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use face_store::Store as _;
//! use face_store_mongo::{MongoSettings, MongoStore};
//!
//! let store = MongoStore::connect(MongoSettings::new("mongodb://127.0.0.1:27017/company")).await?;
//! store.ping().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Written for MongoDB 6 and later, one server or a replica set; nothing beyond the atomicity of one document is
//! relied on, no transaction and no change stream. The tests run against `SecantusDB` 0.7, which speaks the protocol as
//! a replica set of one and keeps its data in `WiredTiger`, or against the MongoDB that `WHOS_THAT_TEST_MONGO` names.
//! (`FerretDB` 1.24 will not do: it loses one of two changes made to one document at once.)
//!
//! | collection | documents |
//! |---|---|
//! | `people` | one a person: `_id`, `name`, `surname`, `search`, `samples`, `created_at`, `revision`; or a tombstone: `_id`, `deleted`, `deleted_at`, `revision` |
//! | `counters` | the last revision, and those that are being written |
//! | `marks` | what was claimed: `_id`, and `until`, the time at which it is free again |
//! | `meta` | the version of the schema |
//!
//! Writes wait for a majority and its journal. Every call ends within [`MongoSettings::deadline`]; past it the answer
//! is [`StoreError::Unavailable`](face_store::StoreError::Unavailable), and a write may or may not have happened. The
//! driver finds a server that comes back by itself.
//!
//! `revisions.rs` tells how followers miss nothing although several services write at once.
//!
//! Deliberately absent: sharding (the unique index on `revision` forbids it), removal of tombstones.

mod change;
mod connect;
mod documents;
mod failure;
mod marks;
mod prepare;
mod query;
mod revisions;
mod settings;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(test)]
mod tests;

pub use failure::MongoFailure;
pub use settings::MongoSettings;
pub use store::MongoStore;
