//! The best few people of a search, each by the best of their samples.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use face_types::{PersonId, SampleId, Similarity};

/// A person found by a search, by the sample that is most like the probe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// The best of the person's samples.
    pub sample: SampleId,
    /// Its similarity to the probe.
    pub similarity: Similarity,
}

impl Candidate {
    /// The order of an answer: most similar first, then the lower person id, then the lower sample id.
    pub(crate) fn rank(&self, other: &Self) -> Ordering {
        let ids = (self.person, self.sample).cmp(&(other.person, other.sample));
        other.similarity.total_cmp(&self.similarity).then(ids)
    }
}

/// A candidate that sorts by [`Candidate::rank`].
#[derive(Clone, Copy)]
struct Ranked(Candidate);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.rank(&other.0)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

/// The best `limit` people of all that were offered, whatever the order of the offers.
pub(crate) struct Shortlist {
    limit: usize,
    ranking: BTreeSet<Ranked>,
    by_person: HashMap<PersonId, Ranked>,
    floor: f32,
}

impl Shortlist {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ranking: BTreeSet::new(),
            by_person: HashMap::new(),
            floor: if limit == 0 { f32::INFINITY } else { -1.0 },
        }
    }

    /// A score below this changes nothing, so that most rows of a search are done with one comparison.
    pub(crate) fn floor(&self) -> f32 {
        self.floor
    }

    pub(crate) fn offer(&mut self, candidate: Candidate) {
        let offered = Ranked(candidate);
        let is_full = self.ranking.len() >= self.limit;
        if is_full && self.ranking.last().is_none_or(|worst| offered >= *worst) {
            return;
        }
        match self.by_person.get(&candidate.person) {
            Some(held) if *held <= offered => return,
            Some(held) => {
                self.ranking.remove(held);
            }
            None => {}
        }
        self.by_person.insert(candidate.person, offered);
        self.ranking.insert(offered);
        self.shorten();
    }

    fn shorten(&mut self) {
        if self.ranking.len() > self.limit
            && let Some(Ranked(worst)) = self.ranking.pop_last()
        {
            self.by_person.remove(&worst.person);
        }
        if self.ranking.len() == self.limit
            && let Some(Ranked(worst)) = self.ranking.last()
        {
            self.floor = worst.similarity.value();
        }
    }

    /// Best first.
    pub(crate) fn into_candidates(self) -> Vec<Candidate> {
        self.ranking.into_iter().map(|Ranked(c)| c).collect()
    }
}
