//! 1:1: is it the person claimed, or do two pictures show the same person?

use std::sync::Arc;

use bytes::Bytes;
use face_store::{PersonSummary, Store};
use face_types::{FaceFacts, PersonId, Similarity, Template};
use face_wire::inference::Select;

use super::Refusal;
use super::identify::{Question, is_attack, probe_faces};
use super::picture::Picture;
use crate::observed::Observed;
use crate::ports::FaceAnalyser;
use crate::replica::{Active, Replica};

/// What the probe is held against.
pub(crate) enum Claim {
    /// An enrolled person.
    Person(PersonId),
    /// The largest face of another picture.
    Picture(Picture),
}

/// The comparison's outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Verification {
    /// `None` when an attack was suspected and nothing was compared.
    pub(crate) similarity: Option<Similarity>,
    /// What was needed.
    pub(crate) threshold: Similarity,
}

impl Verification {
    /// The claim holds.
    pub(crate) fn is_mated(&self) -> bool {
        self.similarity.is_some_and(|s| s >= self.threshold)
    }
}

/// A person somebody says to be.
pub(super) struct Claimant {
    pub(super) person: PersonSummary,
    references: Vec<Template>,
}

impl Claimant {
    /// Whether `probe` is theirs.
    pub(super) fn is_mated(&self, probe: &Template, threshold: Similarity) -> bool {
        best(probe, &self.references).is_some_and(|similarity| similarity >= threshold)
    }
}

/// Compares a probe with one claim.
pub(crate) struct Verify {
    analyser: Arc<dyn FaceAnalyser>,
    store: Arc<dyn Store>,
    replica: Arc<Replica>,
    observed: Observed,
}

impl Verify {
    pub(crate) const fn new(
        analyser: Arc<dyn FaceAnalyser>,
        store: Arc<dyn Store>,
        replica: Arc<Replica>,
        observed: Observed,
    ) -> Self {
        Self {
            analyser,
            store,
            replica,
            observed,
        }
    }

    /// Whether `probe` and `claim` are mated.
    ///
    /// # Errors
    /// [`Refusal::NoFace`], [`Refusal::NoSuchPerson`], [`Refusal::NoSampleOfModel`], [`Refusal::Analyser`],
    /// [`Refusal::Store`].
    #[tracing::instrument(name = "verify.run", skip_all)]
    pub(crate) async fn run(
        &self,
        probe: Picture,
        claim: Claim,
        fraud_detection: bool,
    ) -> Result<Verification, Refusal> {
        let verification = self.compare(probe, claim, fraud_detection).await?;
        self.observed.verified(&verification);
        Ok(verification)
    }

    async fn compare(
        &self,
        probe: Picture,
        claim: Claim,
        fraud_detection: bool,
    ) -> Result<Verification, Refusal> {
        let active = self.replica.active()?;
        // The claim first: a person who is not there costs no work of the networks.
        let references = self.references(&active, claim).await?;
        let face = self
            .largest(&active, probe.into_bytes(), fraud_detection)
            .await?;
        let threshold = active.verification_threshold();
        if fraud_detection && is_attack(active.pack(), &face)? {
            return Ok(Verification {
                similarity: None,
                threshold,
            });
        }
        let probe = self.replica.template_of(&active, face)?;
        Ok(Verification {
            similarity: best(&probe, &references),
            threshold,
        })
    }

    /// The templates of the claim, at least one, all of the active model.
    async fn references(&self, active: &Active, claim: Claim) -> Result<Vec<Template>, Refusal> {
        let id = match claim {
            Claim::Picture(picture) => {
                let face = self.largest(active, picture.into_bytes(), false).await?;
                return Ok(vec![self.replica.template_of(active, face)?]);
            }
            Claim::Person(id) => id,
        };
        Ok(self.claimant(active, id).await?.references)
    }

    /// The person of this id, with at least one template of the active model.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPerson`], [`Refusal::NoSampleOfModel`], [`Refusal::Store`].
    pub(super) async fn claimant(
        &self,
        active: &Active,
        id: PersonId,
    ) -> Result<Claimant, Refusal> {
        let person = self.store.get(id).await?.ok_or(Refusal::NoSuchPerson(id))?;
        let summary = PersonSummary::from(&person);
        let references: Vec<Template> = person
            .samples
            .into_iter()
            .map(|sample| sample.template)
            .filter(|template| template.model() == &active.pack().model)
            .collect();
        if references.is_empty() {
            return Err(Refusal::NoSampleOfModel);
        }
        Ok(Claimant {
            person: summary,
            references,
        })
    }

    async fn largest(
        &self,
        active: &Active,
        picture: Bytes,
        fraud_detection: bool,
    ) -> Result<FaceFacts, Refusal> {
        let question = Question {
            select: Select::Largest,
            detect: true,
            fraud_detection,
        };
        let faces = probe_faces(self.analyser.as_ref(), active.pack(), picture, question).await?;
        faces.into_iter().next().ok_or(Refusal::NoFace)
    }
}

/// The best similarity; a reference that cannot be compared counts for nothing.
fn best(probe: &Template, references: &[Template]) -> Option<Similarity> {
    references
        .iter()
        .filter_map(|reference| probe.similarity(reference).ok())
        .max_by(Similarity::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::testing::{
        Seen, World, face_of, id, person, picture_text, template, with_attack,
    };

    async fn verification(probe: FaceFacts, claimed: i64) -> Result<Verification, Refusal> {
        let world = World::of(vec![person(1, template([1.0, 0.0, 0.0]))]).await;
        let seen = Arc::new(Seen {
            faces: vec![probe],
            frames: vec![],
        });
        let verify = Verify::new(
            seen,
            world.store.clone(),
            world.replica.clone(),
            world.observed.clone(),
        );
        let picture = Picture::from_text(&picture_text()).unwrap();
        verify.run(picture, Claim::Person(id(claimed)), true).await
    }

    #[tokio::test]
    async fn a_claim_holds_from_the_threshold_on() {
        let mated = verification(with_attack(&template([0.9, 0.1, 0.0]), 0.0), 1).await;
        assert!(mated.unwrap().is_mated());
        let other = verification(with_attack(&template([0.1, 0.9, 0.0]), 0.0), 1).await;
        assert!(!other.unwrap().is_mated());
    }

    #[tokio::test]
    async fn nothing_is_compared_with_a_picture_of_a_picture() {
        let attack = verification(with_attack(&template([1.0, 0.0, 0.0]), 0.9), 1).await;
        let attack = attack.unwrap();
        assert!(!attack.is_mated() && attack.similarity.is_none());
    }

    #[tokio::test]
    async fn a_claim_to_be_nobody_is_refused() {
        let answer = verification(face_of(template([1.0, 0.0, 0.0])), 2).await;
        assert!(matches!(answer, Err(Refusal::NoSuchPerson(_))));
    }
}
