//! Enrolment: a person, once, with references from pictures or ready-made features.

use std::sync::Arc;

use face_store::{NewPerson, Person, Sample, Store};
use face_types::{PersonId, PersonName, SampleId, Template};
use face_wire::inference::{FacesQuery, Facts, Select};
use uuid::Uuid;

use super::picture::Picture;
use super::{Refusal, quality};
use crate::clock;
use crate::ports::FaceAnalyser;
use crate::replica::{Active, Replica};

/// Most references that one call may bring.
pub(crate) const MAX_SAMPLES_A_CALL: usize = 20;

/// Who is to be enrolled.
pub(crate) struct Enrollee {
    /// The company's number.
    pub(crate) id: PersonId,
    /// First name.
    pub(crate) name: PersonName,
    /// Surname.
    pub(crate) surname: PersonName,
}

/// What became of each picture, in order.
pub(crate) type Outcomes = Vec<Result<Sample, Refusal>>;

/// Adds people and samples.
pub(crate) struct Enrol {
    analyser: Arc<dyn FaceAnalyser>,
    store: Arc<dyn Store>,
    replica: Arc<Replica>,
}

impl Enrol {
    pub(crate) fn new(
        analyser: Arc<dyn FaceAnalyser>,
        store: Arc<dyn Store>,
        replica: Arc<Replica>,
    ) -> Self {
        Self {
            analyser,
            store,
            replica,
        }
    }

    /// Adds a person with at least one accepted picture of `pictures` (base64).
    ///
    /// # Errors
    /// [`Refusal::AlreadyEnrolled`] before any picture is looked at; [`Refusal::EveryPicture`] when none is accepted.
    #[tracing::instrument(name = "enrol.pictures", skip_all, fields(pictures = pictures.len()))]
    pub(crate) async fn with_pictures(
        &self,
        who: Enrollee,
        pictures: &[String],
    ) -> Result<(Person, Outcomes), Refusal> {
        self.must_be_free(who.id).await?;
        let outcomes = self.references(pictures).await?;
        let samples: Vec<Sample> = accepted(&outcomes);
        if samples.is_empty() {
            return Err(every_picture(outcomes));
        }
        Ok((self.create(who, samples).await?, outcomes))
    }

    /// Adds a person with features made elsewhere by the active model; they are normalised here.
    ///
    /// # Errors
    /// [`Refusal::FeatureLength`], [`Refusal::Features`], and those of [`Self::with_pictures`].
    #[tracing::instrument(name = "enrol.features", skip_all, fields(templates = features.len()))]
    pub(crate) async fn with_features(
        &self,
        who: Enrollee,
        features: Vec<Vec<f32>>,
    ) -> Result<Person, Refusal> {
        self.must_be_free(who.id).await?;
        let active = self.replica.active()?;
        let samples: Result<Vec<Sample>, Refusal> = features
            .into_iter()
            .map(|values| ready_made(&active, values))
            .collect();
        self.create(who, samples?).await
    }

    /// Adds samples to a person who is there; refused pictures cost nothing but their place in the answer.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPerson`]; [`Refusal::EveryPicture`] when none is accepted.
    #[tracing::instrument(name = "enrol.samples", skip_all, fields(pictures = pictures.len()))]
    pub(crate) async fn more_pictures(
        &self,
        id: PersonId,
        pictures: &[String],
    ) -> Result<(Person, Outcomes), Refusal> {
        if self.store.get(id).await?.is_none() {
            return Err(Refusal::NoSuchPerson(id));
        }
        let outcomes = self.references(pictures).await?;
        let samples = accepted(&outcomes);
        if samples.is_empty() {
            return Err(every_picture(outcomes));
        }
        let person = self.store.add_samples(id, samples).await?;
        self.replica.refresh(person.id).await;
        Ok((person, outcomes))
    }

    /// Spares the networks the work; the store's own answer to `create` decides.
    async fn must_be_free(&self, id: PersonId) -> Result<(), Refusal> {
        match self.store.get(id).await? {
            Some(_) => Err(Refusal::AlreadyEnrolled(id)),
            None => Ok(()),
        }
    }

    async fn create(&self, who: Enrollee, samples: Vec<Sample>) -> Result<Person, Refusal> {
        let person = self
            .store
            .create(NewPerson {
                id: who.id,
                name: who.name,
                surname: who.surname,
                samples,
                created_at: clock::now(),
            })
            .await?;
        self.replica.refresh(person.id).await;
        Ok(person)
    }

    /// One reference a picture, or why there is none.
    ///
    /// # Errors
    /// What is no fault of a picture: without networks nothing can be said about any.
    async fn references(&self, pictures: &[String]) -> Result<Outcomes, Refusal> {
        let active = self.replica.active()?;
        let mut outcomes = Vec::with_capacity(pictures.len());
        for text in pictures {
            match self.reference(&active, text).await {
                Err(refusal) if !refusal.concerns_one_picture() => return Err(refusal),
                outcome => outcomes.push(outcome),
            }
        }
        Ok(outcomes)
    }

    /// The reference of the only face in a picture.
    async fn reference(&self, active: &Active, text: &str) -> Result<Sample, Refusal> {
        let picture = Picture::from_text(text)?;
        let query = FacesQuery {
            select: Select::Largest,
            facts: Facts {
                template: true,
                quality: true,
                ..Facts::default()
            },
            detect: true,
        };
        let faces = self
            .analyser
            .faces(picture.into_bytes(), &query, active.pack())
            .await?;
        let face = quality::only_face(faces)?;
        let quality = face.quality.map(|quality| quality.overall);
        Ok(sample(self.replica.template_of(active, face)?, quality))
    }
}

fn ready_made(active: &Active, values: Vec<f32>) -> Result<Sample, Refusal> {
    let (found, expected) = (values.len(), active.pack().dimension);
    if found != expected {
        return Err(Refusal::FeatureLength { found, expected });
    }
    let template = Template::normalise(active.pack().model.clone(), values)?;
    Ok(sample(template, None))
}

fn sample(template: Template, quality: Option<f32>) -> Sample {
    Sample {
        id: SampleId(Uuid::now_v7()),
        template,
        quality,
        enrolled_at: clock::now(),
    }
}

fn accepted(outcomes: &Outcomes) -> Vec<Sample> {
    outcomes.iter().flatten().cloned().collect()
}

fn every_picture(outcomes: Outcomes) -> Refusal {
    let refusals = outcomes
        .into_iter()
        .enumerate()
        .filter_map(|(index, outcome)| outcome.err().map(|refusal| (index, refusal)))
        .collect();
    Refusal::EveryPicture(refusals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::testing::{Seen, World, face, face_of, id, model, picture_text, template};

    fn who(number: i64) -> Enrollee {
        Enrollee {
            id: id(number),
            name: PersonName::new("Ada").unwrap(),
            surname: PersonName::new("Lovelace").unwrap(),
        }
    }

    fn enrol(world: &World, faces: Vec<face_types::FaceFacts>) -> Enrol {
        let seen = Arc::new(Seen {
            faces,
            frames: vec![],
        });
        Enrol::new(seen, world.store.clone(), world.replica.clone())
    }

    #[tokio::test]
    async fn a_refused_picture_leaves_nobody_behind() {
        let world = World::of(vec![]).await;
        let two = vec![
            face_of(template([1.0, 0.0, 0.0])),
            face_of(template([0.0, 1.0, 0.0])),
        ];
        let answer = enrol(&world, two)
            .with_pictures(who(1), &[picture_text()])
            .await;
        assert!(matches!(
            answer,
            Err(Refusal::EveryPicture(refusals)) if matches!(refusals[..], [(0, Refusal::SeveralFaces)])
        ));
        assert_eq!(world.store.count(None).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn an_accepted_picture_carries_those_that_are_refused() {
        let world = World::of(vec![]).await;
        let pictures = ["@@".to_owned(), picture_text()];
        let (person, outcomes) = enrol(&world, vec![face_of(template([1.0, 0.0, 0.0]))])
            .with_pictures(who(1), &pictures)
            .await
            .unwrap();
        assert_eq!(person.samples.len(), 1);
        assert!(matches!(outcomes[..], [Err(Refusal::Picture(_)), Ok(_)]));
    }

    #[tokio::test]
    async fn an_id_that_is_taken_stays_with_the_first() {
        let world = World::of(vec![]).await;
        let enrol = enrol(&world, vec![]);
        let features = || vec![vec![3.0, 4.0, 0.0]];
        enrol.with_features(who(1), features()).await.unwrap();
        let again = enrol.with_features(who(1), features()).await;
        assert!(matches!(again, Err(Refusal::AlreadyEnrolled(_))));
        let sample = &world.store.get(id(1)).await.unwrap().unwrap().samples[0];
        assert!((sample.template.values()[0] - 0.6).abs() < 1e-6);
    }

    #[tokio::test]
    async fn features_that_are_no_template_are_refused() {
        let world = World::of(vec![]).await;
        let enrol = enrol(&world, vec![]);
        let short = enrol.with_features(who(1), vec![vec![1.0, 2.0]]).await;
        assert!(matches!(
            short,
            Err(Refusal::FeatureLength {
                found: 2,
                expected: 3
            })
        ));
        for values in [[0.0; 3], [f32::NAN, 0.0, 0.0], [f32::INFINITY, 0.0, 0.0]] {
            let answer = enrol.with_features(who(1), vec![values.to_vec()]).await;
            assert!(matches!(answer, Err(Refusal::Features(_))));
        }
        assert_eq!(world.store.count(None).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn an_answer_without_the_facts_asked_for_enrols_nobody() {
        let world = World::of(vec![]).await;
        let foreign = Template::normalise(model("bb"), vec![1.0, 0.0, 0.0]).unwrap();
        let mut without_quality = face_of(template([1.0, 0.0, 0.0]));
        without_quality.quality = None;
        for broken in [face(100.0), without_quality, face_of(foreign)] {
            let answer = enrol(&world, vec![broken])
                .with_pictures(who(1), &[picture_text()])
                .await;
            assert!(matches!(
                answer,
                Err(Refusal::Analyser(_) | Refusal::NotReady)
            ));
        }
        assert_eq!(world.store.count(None).await.unwrap(), 0);
    }
}
