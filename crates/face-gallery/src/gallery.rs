//! All references in memory, searched without waiting for those who change them.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::ArcSwap;
use face_types::{ModelId, ModelMismatch, PersonId, SampleId, Similarity, Template};

use crate::block::{BLOCK_ROWS, Block};
use crate::kernel::{Kernel, Lane};
use crate::rows::Rows;
use crate::shortlist::{Candidate, Shortlist};

/// The references of all people: templates of one model, each of `dimension` values.
///
/// Every method takes `&self`. A search sees the gallery as it was at one moment; a change is visible, whole, to each
/// search that starts after the changing call returned, and writers take turns.
pub struct Gallery {
    model: ModelId,
    dimension: usize,
    kernel: Kernel,
    writer: Mutex<Rows>,
    current: ArcSwap<Snapshot>,
}

/// The gallery at one moment.
#[derive(Default)]
struct Snapshot {
    blocks: Box<[Arc<Block>]>,
    references: usize,
    people: usize,
}

/// Why a template cannot be held against a gallery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GalleryError {
    /// Another model made it.
    #[error(transparent)]
    ModelMismatch(#[from] ModelMismatch),
    /// It has another number of values.
    #[error("the template has {found} values, the gallery holds templates of {expected}")]
    Dimension {
        /// Of the gallery.
        expected: usize,
        /// Of the template.
        found: usize,
    },
}

impl Gallery {
    /// An empty gallery for templates of `model`, which have `dimension` values.
    #[must_use]
    pub fn new(model: ModelId, dimension: usize) -> Self {
        Self {
            model,
            dimension,
            kernel: Kernel::detect(),
            writer: Mutex::new(Rows::new(dimension)),
            current: ArcSwap::default(),
        }
    }

    /// The model whose templates it holds.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// Number of values of a template.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of people with at least one reference.
    #[must_use]
    pub fn people(&self) -> usize {
        self.current.load().people
    }

    /// Number of references.
    #[must_use]
    pub fn len(&self) -> usize {
        self.current.load().references
    }

    /// Nobody is enrolled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a reference of `person`; the one with the same person and sample, if any, is replaced.
    ///
    /// # Errors
    /// [`GalleryError`] when the template is of another model or length; the gallery is unchanged.
    pub fn insert(
        &self,
        person: PersonId,
        sample: SampleId,
        template: &Template,
    ) -> Result<(), GalleryError> {
        self.check(template)?;
        self.change(|rows| rows.put(person, sample, template));
        Ok(())
    }

    /// Adds many references in one visible step; as quick for 100,000 at once as memory allows.
    ///
    /// # Errors
    /// [`GalleryError`] when any template is of another model or length; the gallery is unchanged.
    pub fn load(
        &self,
        references: impl IntoIterator<Item = (PersonId, SampleId, Template)>,
    ) -> Result<(), GalleryError> {
        // Collected and checked first: nothing can fail, and none of the caller's code runs, once the change begins.
        let references: Vec<_> = references.into_iter().collect();
        for (_, _, template) in &references {
            self.check(template)?;
        }
        self.change(|rows| {
            for (person, sample, template) in &references {
                rows.put(*person, *sample, template);
            }
        });
        Ok(())
    }

    /// Makes `references` all there is of `person`, in one visible step; doing it twice is doing it once.
    ///
    /// # Errors
    /// [`GalleryError`] when any template is of another model or length; the gallery is unchanged.
    pub fn replace_person(
        &self,
        person: PersonId,
        references: &[(SampleId, Template)],
    ) -> Result<(), GalleryError> {
        for (_, template) in references {
            self.check(template)?;
        }
        self.change(|rows| {
            rows.remove_person(person);
            for (sample, template) in references {
                rows.put(person, *sample, template);
            }
        });
        Ok(())
    }

    /// Removes one reference; `false` when it was not there.
    pub fn remove_sample(&self, person: PersonId, sample: SampleId) -> bool {
        self.change(|rows| rows.remove(person, sample))
    }

    /// Removes all references of a person and returns how many there were.
    pub fn remove_person(&self, person: PersonId) -> usize {
        self.change(|rows| rows.remove_person(person))
    }

    /// The `limit` people most like `probe`, one entry each for the best of their samples, best first; of equals the
    /// lower person id comes first.
    ///
    /// # Errors
    /// [`GalleryError`] when the probe is of another model or length.
    pub fn search(&self, probe: &Template, limit: usize) -> Result<Vec<Candidate>, GalleryError> {
        self.check(probe)?;
        let probe = pack(probe);
        let mut shortlist = Shortlist::new(limit);
        for block in &self.current.load_full().blocks {
            let scores = &mut [0.0; BLOCK_ROWS][..block.len()];
            self.kernel.dots(block.values(), &probe, scores);
            shortlist_block(block, scores, &mut shortlist);
        }
        Ok(shortlist.into_candidates())
    }

    /// Similarity of `probe` to the best of the samples of `person`; `None` when there are none.
    ///
    /// It looks through the owners of all references, some 8 bytes each, and compares those of `person`.
    ///
    /// # Errors
    /// [`GalleryError`] when the probe is of another model or length.
    pub fn similarity_to(
        &self,
        person: PersonId,
        probe: &Template,
    ) -> Result<Option<Similarity>, GalleryError> {
        self.check(probe)?;
        let probe = pack(probe);
        let mut best: Option<Similarity> = None;
        for block in &self.current.load_full().blocks {
            for row in (0..block.len()).filter(|&row| block.people()[row] == person) {
                let mut score = [0.0];
                self.kernel.dots(block.row(row).values, &probe, &mut score);
                let score = similarity(score[0]);
                best = Some(best.map_or(score, |b| Similarity::new(b.value().max(score.value()))));
            }
        }
        Ok(best)
    }

    fn check(&self, template: &Template) -> Result<(), GalleryError> {
        if *template.model() != self.model {
            return Err(GalleryError::ModelMismatch(ModelMismatch {
                left: template.model().clone(),
                right: self.model.clone(),
            }));
        }
        let (expected, found) = (self.dimension, template.dimension());
        if expected == found {
            Ok(())
        } else {
            Err(GalleryError::Dimension { expected, found })
        }
    }

    /// Makes a change and shows it to every search that starts from now on.
    fn change<T>(&self, change: impl FnOnce(&mut Rows) -> T) -> T {
        let mut rows = self.rows();
        let outcome = change(&mut rows);
        self.current.store(Arc::new(Snapshot {
            blocks: rows.blocks().into(),
            references: rows.len(),
            people: rows.people(),
        }));
        outcome
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.writer
            .lock()
            .expect("only this crate's code runs under the lock, and it does not panic")
    }
}

impl std::fmt::Debug for Gallery {
    /// Sizes only: what it holds is biometric.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gallery")
            .field("model", &self.model.as_str())
            .field("dimension", &self.dimension)
            .field("people", &self.people())
            .field("references", &self.len())
            .finish_non_exhaustive()
    }
}

fn pack(probe: &Template) -> Vec<Lane> {
    let mut lanes = vec![Lane::ZERO; Lane::count(probe.dimension())];
    Lane::pack(probe.values(), &mut lanes);
    lanes
}

fn shortlist_block(block: &Block, scores: &[f32], shortlist: &mut Shortlist) {
    for (row, &score) in scores.iter().enumerate() {
        // Not below the floor by its clamped value, which is the one that is ranked.
        if similarity(score).value() >= shortlist.floor() {
            shortlist.offer(Candidate {
                person: block.people()[row],
                sample: block.samples()[row],
                similarity: similarity(score),
            });
        }
    }
}

/// Adding zero turns -0 into 0, so that equal scores are also equal in the total order and the ids decide.
fn similarity(dot: f32) -> Similarity {
    Similarity::new(dot + 0.0)
}
