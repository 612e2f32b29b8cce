//! The store's people in memory: the gallery that is searched, kept in step with the store.
//!
//! Order of a change: durable in the store, then here, then the answer. After an own change the person is read back
//! ([`Replica::refresh`]); what other replicas change comes by the store's history. Whoever applies something has read it
//! under the same lock, and every read shows people as they are now: so states are applied in the order of time, and a
//! removal is never undone by an older entry.

mod active;
mod follow;
mod thresholds;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use face_store::{Store, StoreError};
use face_types::{FaceFacts, PersonId, Template};
use tokio::sync::{Notify, RwLock};

pub(crate) use active::{Active, Candidate, Size, Verdict};
pub(crate) use follow::{GalleryReadiness, follow_pack, follow_store};
pub(crate) use thresholds::{ThresholdError, ThresholdSettings};

use crate::observed::Observed;
use crate::ports::{AnalyserError, Pack};
use crate::usecases::Refusal;

/// The gallery of the pack in use, once both pack and store have been read.
pub(crate) struct Replica {
    store: Arc<dyn Store>,
    settings: ThresholdSettings,
    observed: Observed,
    active: ArcSwapOption<Active>,
    /// Held for reading while a change is applied, for writing while another pack's gallery takes over.
    exchange: RwLock<()>,
    state: Mutex<State>,
    /// Told when an answer came from networks other than the gallery's.
    pack_changed: Notify,
}

/// What the replica waits for, and when it last had all of the store's changes.
#[derive(Debug, Clone, Copy)]
struct State {
    waiting: Waiting,
    synchronised: Option<Instant>,
}

/// Why there is no gallery yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Inference,
    Loading,
    Store,
    Thresholds,
}

/// Why another pack's gallery could not take over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActivationError {
    /// The pack has no usable impostor curve and no threshold is set.
    #[error(transparent)]
    Thresholds(#[from] ThresholdError),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Replica {
    /// A replica that knows nobody yet.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        settings: ThresholdSettings,
        observed: Observed,
    ) -> Self {
        Self {
            store,
            settings,
            observed,
            active: ArcSwapOption::empty(),
            exchange: RwLock::new(()),
            state: Mutex::new(State {
                waiting: Waiting::Inference,
                synchronised: None,
            }),
            pack_changed: Notify::new(),
        }
    }

    /// The gallery in use.
    ///
    /// # Errors
    /// What it waits for: [`Refusal::Analyser`], [`Refusal::Store`] or [`Refusal::NotReady`].
    pub(crate) fn active(&self) -> Result<Arc<Active>, Refusal> {
        self.active
            .load_full()
            .ok_or_else(|| match self.state().waiting {
                Waiting::Inference => Refusal::Analyser(AnalyserError::Unavailable(
                    "it has not told its pack yet".into(),
                )),
                Waiting::Store => Refusal::Store(StoreError::unavailable(
                    "the gallery could not be loaded from it",
                )),
                Waiting::Loading | Waiting::Thresholds => Refusal::NotReady,
            })
    }

    /// The template of a face that was asked for one.
    ///
    /// # Errors
    /// [`Refusal::Analyser`] when it is missing, [`Refusal::NotReady`] when other networks than the gallery's made it.
    pub(crate) fn template_of(
        &self,
        active: &Active,
        face: FaceFacts,
    ) -> Result<Template, Refusal> {
        let template = face
            .template
            .ok_or_else(|| AnalyserError::Unavailable("the answer lacks the template".into()))?;
        if template.model() == &active.pack().model {
            return Ok(template);
        }
        self.pack_changed.notify_one();
        Err(Refusal::NotReady)
    }

    /// Takes a person's present state from the store, after an own change and before its answer. A store that cannot be
    /// read is only logged: the change is durable, and the follower brings it in as soon as the store is back.
    pub(crate) async fn refresh(&self, id: PersonId) {
        if let Err(error) = self.try_refresh(id).await {
            log_behind(&error);
        }
    }

    /// As [`Self::refresh`], for a person just deleted: nobody finds them any more even if the store falls silent now.
    pub(crate) async fn forget(&self, id: PersonId) {
        if let Err(error) = self.try_refresh(id).await {
            log_behind(&error);
            if let Some(active) = self.active.load_full() {
                active.forget(id).await;
            }
        }
    }

    async fn try_refresh(&self, id: PersonId) -> Result<(), StoreError> {
        let _guard = self.exchange.read().await;
        if let Some(active) = self.active.load_full() {
            active.refresh(self.store.as_ref(), id).await?;
            self.observed.size(active.size());
        }
        Ok(())
    }

    /// Applies the changes that the store's history has had since the last time.
    async fn try_catch_up(&self) -> Result<(), StoreError> {
        let _guard = self.exchange.read().await;
        if let Some(active) = self.active.load_full() {
            active.catch_up(self.store.as_ref()).await?;
            self.synchronised(&active);
        }
        Ok(())
    }

    /// Loads the gallery of `pack` and lets it take over; until then the old one, if any, is searched.
    ///
    /// # Errors
    /// [`ActivationError`]; the old gallery stays.
    #[tracing::instrument(name = "replica.activate", skip_all, fields(model = %pack.model))]
    pub(crate) async fn activate(&self, pack: Pack) -> Result<(), ActivationError> {
        self.waits_for(Waiting::Loading);
        match self.load(pack).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.waits_for(match error {
                    ActivationError::Thresholds(_) => Waiting::Thresholds,
                    ActivationError::Store(_) => Waiting::Store,
                });
                Err(error)
            }
        }
    }

    async fn load(&self, pack: Pack) -> Result<(), ActivationError> {
        let thresholds = self.settings.for_curve(&pack.impostor_curve)?;
        let active = Arc::new(Active::new(pack, thresholds));
        active.catch_up(self.store.as_ref()).await?;
        // The long part is done; changes made meanwhile come in before anyone searches or writes again.
        let _guard = self.exchange.write().await;
        active.catch_up(self.store.as_ref()).await?;
        self.synchronised(&active);
        active.report();
        self.observed.model(&active.pack().model);
        self.active.store(Some(active));
        Ok(())
    }

    fn synchronised(&self, active: &Active) {
        self.observed.size(active.size());
        self.observed.synchronised();
        self.state().synchronised = Some(Instant::now());
    }

    fn waits_for(&self, waiting: Waiting) {
        self.state().waiting = waiting;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Two plain values: even a panic under the lock leaves them whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn log_behind(error: &StoreError) {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "the gallery is behind the store"
    );
}

#[cfg(test)]
mod tests;
