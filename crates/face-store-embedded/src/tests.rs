//! The contract, opening, and what is left after `kill -9`.

mod kill;
mod opening;

use std::sync::Arc;

use async_trait::async_trait;
use face_store::contract::StoreUnderTest;
use face_store::{Store, store_contract};
use tempfile::TempDir;

use crate::EmbeddedStore;

struct InAFolder(TempDir);

#[async_trait]
impl StoreUnderTest for InAFolder {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(
            EmbeddedStore::open(self.0.path().join("people.redb"))
                .await
                .unwrap(),
        )
    }
}

#[expect(
    clippy::unused_async,
    reason = "the contract waits for a store; this one is ready at once"
)]
async fn empty() -> Option<InAFolder> {
    Some(InAFolder(TempDir::new().unwrap()))
}

store_contract!(empty);
