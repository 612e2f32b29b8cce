//! `face-store-embedded`: people and their references in one file on this machine.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! use face_store::Store as _;
//! use face_store_embedded::EmbeddedStore;
//!
//! let store = EmbeddedStore::open(folder.path().join("people.redb")).await?;
//! assert_eq!(store.count(None).await?, 0);
//! # Ok(())
//! # }
//! ```
//!
//! **Why redb.** Pure Rust with nothing to install, one file to back up, several readers beside one writer, and a
//! copy-on-write B-tree whose commit ends with an fsync: a call that returned `Ok` survives `kill -9` and a power cut,
//! and a torn write is seen by its checksum and rolled back. It is kept up well and its file format is stable. `SQLite`
//! would do too, at the price of a C library for four tables that need no query language; sled and LMDB bindings were
//! passed over for an unfinished format and for a map size that must be chosen ahead.
//!
//! **Records** are a version byte and then postcard: a few bytes of framing, templates as plain little-endian `f32`,
//! and no way for damaged bytes to do worse than fail to decode.
//!
//! Writers take turns; each change is one transaction and one fsync. Blocking work runs on tokio's blocking threads. A
//! search by name reads every name, without the templates: tens of milliseconds for 100,000 people.
//!
//! Deliberately absent: encryption of the file (use an encrypted disk), several processes on one file.

mod failure;
mod open;
mod read;
mod record;
mod store;
mod tables;
mod write;

#[cfg(test)]
mod tests;

pub use store::EmbeddedStore;
