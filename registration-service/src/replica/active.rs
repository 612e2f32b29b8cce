//! One pack's gallery with the names that belong to it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use face_gallery::{Decision, Gallery, decide};
use face_liveness::PersonRule;
use face_store::{Change, Person, PersonSummary, Revision, Store, StoreError};
use face_types::{PersonId, SampleId, Similarity, Template};
use tokio::sync::Mutex;

use super::thresholds::Thresholds;
use crate::ports::Pack;
use crate::usecases::Refusal;

/// Changes read at a time.
const PAGE: usize = 1000;
/// People looked at for a decision: enough to show who is within the margin.
const SHORTLIST: usize = 8;
/// Up to this many references a search is done at once; beyond, on a thread that may take its time.
const QUICK_SEARCH: usize = 20_000;

/// The decision about one probe.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// One person, clearly.
    Match {
        /// Who.
        candidate: Candidate,
        /// What was needed.
        threshold: Similarity,
    },
    /// People too near each other to choose between, best first.
    Ambiguous {
        /// Those within the margin.
        candidates: Vec<Candidate>,
        /// What was needed.
        threshold: Similarity,
    },
    /// Nobody enrolled.
    Unknown {
        /// What was needed.
        threshold: Similarity,
    },
    /// A picture of a picture; no search was made.
    AttackSuspected,
}

/// A person and how alike the probe is.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// Who.
    pub(crate) person: PersonSummary,
    /// To the best of their samples.
    pub(crate) similarity: Similarity,
}

/// How many are searched, and what a match needs among so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// People, with samples or without.
    pub(crate) people: usize,
    /// Samples that this pack's model made.
    pub(crate) templates: usize,
    /// What a search's best similarity is held against.
    pub(crate) threshold: Similarity,
}

/// The people of the store, and the gallery of those samples that the pack's model made.
pub(crate) struct Active {
    pack: Pack,
    thresholds: Thresholds,
    gallery: Gallery,
    people: RwLock<HashMap<PersonId, PersonSummary>>,
    /// How far the store's history has been applied; whoever holds it applies changes.
    applied: Mutex<Revision>,
}

impl Active {
    pub(super) fn new(pack: Pack, thresholds: Thresholds) -> Self {
        Self {
            gallery: Gallery::new(pack.model.clone(), pack.dimension),
            pack,
            thresholds,
            people: RwLock::default(),
            applied: Mutex::default(),
        }
    }

    /// The networks whose templates it holds.
    pub(crate) const fn pack(&self) -> &Pack {
        &self.pack
    }

    /// How many there are.
    pub(super) fn size(&self) -> Size {
        let templates = self.gallery.len();
        Size {
            people: self.names().len(),
            templates,
            threshold: self.thresholds.search(templates),
        }
    }

    /// What a claim's similarity is held against.
    pub(crate) const fn verification_threshold(&self) -> Similarity {
        self.thresholds.verification()
    }

    /// How it is told whether a frame of a liveness run shows the probe's person.
    pub(crate) const fn person_rule(&self) -> PersonRule {
        self.thresholds.person_rule()
    }

    /// Who the probe is.
    ///
    /// # Errors
    /// [`Refusal::NotReady`] when the probe is not of this gallery's model.
    pub(crate) async fn identify(self: &Arc<Self>, probe: Template) -> Result<Verdict, Refusal> {
        if self.gallery.len() <= QUICK_SEARCH {
            return self.search(&probe);
        }
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || this.search(&probe))
            .await
            .unwrap_or(Err(Refusal::NotReady))
    }

    #[tracing::instrument(name = "gallery.search", skip_all, fields(gallery.references = self.gallery.len()))]
    fn search(&self, probe: &Template) -> Result<Verdict, Refusal> {
        let candidates = self
            .gallery
            .search(probe, SHORTLIST)
            .map_err(|_| Refusal::NotReady)?;
        let threshold = self.thresholds.search(self.gallery.len());
        let _span = tracing::info_span!("gallery.decide").entered();
        Ok(self.name(
            decide(&candidates, threshold, self.thresholds.margin()),
            threshold,
        ))
    }

    /// The decision with names. Somebody deleted since the search began is nobody: never a match, and no reason to call
    /// the one who is left ambiguous-free either, so that an ambiguity stays one.
    fn name(&self, decision: Decision, threshold: Similarity) -> Verdict {
        let names = self.names();
        let of = |candidate: &face_gallery::Candidate| {
            names.get(&candidate.person).map(|person| Candidate {
                person: person.clone(),
                similarity: candidate.similarity,
            })
        };
        match decision {
            Decision::Match(candidate) => match of(&candidate) {
                Some(candidate) => Verdict::Match {
                    candidate,
                    threshold,
                },
                None => Verdict::Unknown { threshold },
            },
            Decision::Ambiguous(candidates) => Verdict::Ambiguous {
                candidates: candidates.iter().filter_map(of).collect(),
                threshold,
            },
            Decision::Unknown => Verdict::Unknown { threshold },
        }
    }

    /// Applies every change since the last time.
    pub(super) async fn catch_up(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut applied = self.applied.lock().await;
        loop {
            let changes = store.changes_since(*applied, PAGE).await?;
            let is_last = changes.len() < PAGE;
            let newest = changes.iter().map(Change::revision).max();
            self.apply(changes);
            *applied = newest.map_or(*applied, |newest| newest.max(*applied));
            if is_last {
                return Ok(());
            }
        }
    }

    /// Takes the present state of one person from the store. Its history may tell of a change only later, when changes of
    /// other services that began earlier have ended.
    pub(super) async fn refresh(&self, store: &dyn Store, id: PersonId) -> Result<(), StoreError> {
        let _applied = self.applied.lock().await;
        match store.get(id).await? {
            Some(person) => self.apply(vec![Change::Stored(Box::new(person))]),
            None => self.remove(id),
        }
        Ok(())
    }

    /// Removes a person whose removal the store has acknowledged.
    pub(super) async fn forget(&self, id: PersonId) {
        let _applied = self.applied.lock().await;
        self.remove(id);
    }

    /// Tells the log what was loaded.
    pub(super) fn report(&self) {
        let people = self.names();
        let stored: usize = people.values().map(|person| person.samples).sum();
        let foreign = stored.saturating_sub(self.gallery.len());
        tracing::info!(
            people = people.len(),
            references = self.gallery.len(),
            "the gallery is loaded"
        );
        if foreign > 0 {
            tracing::warn!(
                samples = foreign,
                "samples of another model cannot be searched; enrol these people again with the active pack"
            );
        }
    }

    fn apply(&self, changes: Vec<Change>) {
        let mut newcomers = Vec::new();
        for change in changes {
            match change {
                Change::Stored(person) => {
                    let is_known = self.names().contains_key(&person.id);
                    self.names_mut()
                        .insert(person.id, PersonSummary::from(person.as_ref()));
                    let (id, references) = self.references(*person);
                    if is_known {
                        newcomers.retain(|(newcomer, _, _)| *newcomer != id);
                        self.replace(id, &references);
                    } else {
                        newcomers.extend(references.into_iter().map(|(s, t)| (id, s, t)));
                    }
                }
                Change::Removed { id, .. } => {
                    newcomers.retain(|(newcomer, _, _)| *newcomer != id);
                    self.remove(id);
                }
            }
        }
        if let Err(error) = self.gallery.load(newcomers) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "references were not loaded"
            );
        }
    }

    /// Those of a person's templates that this pack's model made.
    fn references(&self, person: Person) -> (PersonId, Vec<(SampleId, Template)>) {
        let references = person
            .samples
            .into_iter()
            .filter(|s| s.template.model() == &self.pack.model)
            .filter(|s| s.template.dimension() == self.pack.dimension)
            .map(|sample| (sample.id, sample.template))
            .collect();
        (person.id, references)
    }

    fn replace(&self, id: PersonId, references: &[(SampleId, Template)]) {
        if let Err(error) = self.gallery.replace_person(id, references) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "references were not replaced"
            );
        }
    }

    fn remove(&self, id: PersonId) {
        self.gallery.remove_person(id);
        self.names_mut().remove(&id);
    }

    // A panic under these locks cannot leave the map half changed: each holder does one map operation.
    fn names(&self) -> RwLockReadGuard<'_, HashMap<PersonId, PersonSummary>> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn names_mut(&self) -> RwLockWriteGuard<'_, HashMap<PersonId, PersonSummary>> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }
}
