//! Revisions: handed out one by one, and shown to followers only when nothing lower can still appear.
//!
//! Several services write at once, and the one that drew revision 5 may finish after the one that drew 6. A follower
//! who had gone on from 6 would never see 5. So a revision is drawn and noted as open in one atomic step, on the one
//! document of `counters`; it is closed when its write is known to have happened or not to have happened. Followers
//! read up to the horizon, the revision before the lowest open one:
//!
//! 1. read `counters`, which gives the horizon;
//! 2. read the people changed after the follower's revision, up to the horizon.
//!
//! Whatever is at or below the horizon was closed before step 2 began, so step 2 sees it, unless the person has been
//! changed again since and will appear later, with a revision above the horizon. At rest the horizon is the last
//! revision: a change is visible as soon as its call has returned.
//!
//! A service that dies between drawing and closing leaves its revision open. Each follower gives it [`PATIENCE`] times
//! the deadline of a call, by its own clock, from when it first saw it, then closes it itself. The one thing that could
//! slip through is a write that a server carries out that long after its sender gave up; commands carry a time limit of
//! their own against it, and a service that starts reads everything anyway.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use face_store::StoreError;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, ReadConcern, ReturnDocument, WriteConcern};
use serde::Deserialize;
use uuid::Uuid;

use crate::failure::failed;

/// How many deadlines a revision may stay open before followers pass it.
const PATIENCE: u32 = 3;
/// The `_id` of the document.
const REVISION: &str = "revision";

/// The counter of revisions.
#[derive(Clone)]
pub(crate) struct Revisions {
    counters: Collection<Counter>,
    deadline: Duration,
    /// When each open revision was first seen, by its token.
    seen: Arc<Mutex<HashMap<String, Instant>>>,
}

/// The document.
#[derive(Deserialize)]
pub(crate) struct Counter {
    last: i64,
    /// Open revisions by token.
    #[serde(default)]
    open: HashMap<String, i64>,
}

/// A revision that was drawn and is open.
pub(crate) struct Drawn {
    pub(crate) revision: i64,
    token: String,
}

impl Revisions {
    pub(crate) fn new(counters: Collection<Counter>, deadline: Duration) -> Self {
        Self {
            counters,
            deadline,
            seen: Arc::default(),
        }
    }

    #[cfg(test)]
    pub(crate) fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Makes the counter, unless it is there.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        let counter = doc! { "$setOnInsert": { "last": 0_i64, "open": {} } };
        let made = self
            .counters
            .update_one(itself(), counter)
            .upsert(true)
            .await;
        match made {
            Err(error) if !crate::failure::is_duplicate(&error) => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// The next revision, open from now on.
    pub(crate) async fn draw(&self) -> Result<Drawn, StoreError> {
        let token = Uuid::new_v4().simple().to_string();
        let draw = vec![
            doc! { "$set": { "last": { "$add": ["$last", 1_i64] } } },
            doc! { "$set": { format!("open.{token}"): "$last" } },
        ];
        let drawn = self
            .counters
            .find_one_and_update(itself(), draw)
            .projection(doc! { "last": 1 })
            .return_document(ReturnDocument::After)
            .max_time(self.deadline)
            .await
            .map_err(failed)?;
        let counter = drawn.ok_or_else(missing)?;
        Ok(Drawn {
            revision: counter.last,
            token,
        })
    }

    /// Says that the write of this revision has happened, or will not. Failing to say so only makes followers wait.
    pub(crate) async fn close(&self, drawn: Drawn) {
        self.withdraw(&drawn.token).await;
    }

    async fn withdraw(&self, token: &str) {
        let update = doc! { "$unset": { format!("open.{token}"): "" } };
        // Lost in a failover, it would be open again, and followers would be patient again: no need for a majority.
        let quick = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
        if let Err(error) = self
            .counters
            .update_one(itself(), update)
            .write_concern(quick)
            .await
        {
            tracing::debug!(error = %failed(error), "a revision stays open for a while");
        }
    }

    /// The highest revision up to which the history is complete.
    pub(crate) async fn horizon(&self) -> Result<i64, StoreError> {
        let reading = self.counters.find_one(itself()).max_time(self.deadline);
        // Local, not majority: what a majority has not seen yet can only lower the horizon.
        let reading = reading.read_concern(ReadConcern::local());
        let counter = reading.await.map_err(failed)?.ok_or_else(missing)?;
        let (waiting, passed) = self.sort_out(&counter.open);
        for token in passed {
            tracing::warn!(
                "a revision was drawn and never written: a service died or lost the database"
            );
            self.withdraw(&token).await;
        }
        Ok(waiting.map_or(counter.last, |lowest| lowest - 1))
    }

    /// The lowest revision that is waited for, and the tokens of those that were waited for long enough.
    fn sort_out(&self, open: &HashMap<String, i64>) -> (Option<i64>, Vec<String>) {
        let patience = self.deadline * PATIENCE;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|token, _| open.contains_key(token));
        let (mut lowest, mut passed) = (None, Vec::new());
        for (token, &revision) in open {
            let since = seen.entry(token.clone()).or_insert_with(Instant::now);
            if since.elapsed() > patience {
                passed.push(token.clone());
            } else {
                lowest = Some(lowest.map_or(revision, |lowest: i64| lowest.min(revision)));
            }
        }
        (lowest, passed)
    }
}

fn itself() -> Document {
    doc! { "_id": REVISION }
}

fn missing() -> StoreError {
    StoreError::Corrupt("the counter of revisions is gone".to_owned())
}
