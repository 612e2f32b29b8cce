//! Following: the pack of the inference service, and what other replicas change in the store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use service_kit::health::Readiness;

use super::{Replica, Waiting};
use crate::ports::FaceAnalyser;

/// How often the store is asked for changes.
const STORE_INTERVAL: Duration = Duration::from_millis(500);
/// How often the inference service is asked for its pack until it has told one.
const PACK_RETRY: Duration = Duration::from_millis(500);
/// How often it is asked again, in case that it came back with other networks.
const PACK_INTERVAL: Duration = Duration::from_secs(10);
/// Without a successful look at the store for this long, the replica counts as behind.
const BEHIND: Duration = Duration::from_secs(5);

/// Brings in the changes that other replicas make; ends with its task.
pub(crate) async fn follow_store(replica: Arc<Replica>) {
    let mut was_behind = false;
    loop {
        tokio::time::sleep(STORE_INTERVAL).await;
        let outcome = replica.try_catch_up().await;
        match (&outcome, was_behind) {
            (Err(error), false) => tracing::warn!(
                error = error as &dyn std::error::Error,
                "the store cannot be read; the gallery falls behind"
            ),
            (Ok(()), true) => tracing::info!("the store can be read again"),
            (Err(_), true) | (Ok(()), false) => {}
        }
        was_behind = outcome.is_err();
    }
}

/// Loads the gallery for the pack of the inference service, and again when the pack changes; ends with its task.
pub(crate) async fn follow_pack(replica: Arc<Replica>, analyser: Arc<dyn FaceAnalyser>) {
    let (mut was_silent, mut was_stuck) = (false, false);
    loop {
        match analyser.pack().await {
            Ok(pack) => {
                was_silent = false;
                let current = replica.active.load_full();
                if current.is_none_or(|active| *active.pack() != pack) {
                    let outcome = replica.activate(pack).await;
                    if let (Err(error), false) = (&outcome, was_stuck) {
                        tracing::error!(
                            error = error as &dyn std::error::Error,
                            "the gallery was not loaded; trying on"
                        );
                    }
                    was_stuck = outcome.is_err();
                }
            }
            Err(error) => {
                if !was_silent {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the inference service has not told its pack; asking on"
                    );
                }
                was_silent = true;
                replica.waits_for(Waiting::Inference);
            }
        }
        let pause = if replica.active.load().is_some() {
            PACK_INTERVAL
        } else {
            PACK_RETRY
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = replica.pack_changed.notified() => {}
        }
    }
}

/// Ready once the gallery is loaded, and while it keeps up with the store.
pub(crate) struct GalleryReadiness(pub(crate) Arc<Replica>);

#[async_trait]
impl Readiness for GalleryReadiness {
    fn name(&self) -> &'static str {
        "gallery"
    }

    async fn check(&self) -> Result<(), String> {
        let state = *self.0.state();
        if self.0.active.load().is_none() {
            return Err(match state.waiting {
                Waiting::Inference => "waits for the inference service to name its pack",
                Waiting::Loading => "is being loaded",
                Waiting::Store => "waits for the database",
                Waiting::Thresholds => {
                    "the pack has no usable impostor curve; set LOGIN_MATCH_THRESHOLD or use another pack"
                }
            }
            .to_owned());
        }
        match state.synchronised {
            Some(at) if at.elapsed() <= BEHIND => Ok(()),
            _ => Err("is behind the database".to_owned()),
        }
    }
}
