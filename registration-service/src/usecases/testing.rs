//! Values and a port for the tests of the use cases: facts as if networks had seen a picture.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use face_liveness::BlinkRule;
use face_store::{NewPerson, Sample, Store, Timestamp};
use face_store_embedded::EmbeddedStore;
use face_types::{
    AttackScore, BoundingBox, EyeState, FaceFacts, FrameChange, Landmarks, ModelId, PersonId,
    PersonName, Point, Quality, SampleId, Similarity, Template,
};
use face_wire::inference::{FacesQuery, SequenceFacts};
use service_kit::metrics::Metrics;
use uuid::Uuid;

use crate::observed::Observed;
use crate::ports::{AnalyserError, FaceAnalyser, Pack};
use crate::replica::{Replica, ThresholdSettings};

/// A face that nothing is wrong with.
pub(crate) const GOOD_QUALITY: Quality = Quality {
    overall: 0.8,
    sharpness: 0.7,
    light: 0.9,
    yaw: 5.0,
    pitch: -5.0,
    roll: 2.0,
    size: 120.0,
    visible: 1.0,
};

/// A face with a box of `side` x `side` pixels and good quality, without a template.
pub(crate) fn face(side: f32) -> FaceFacts {
    FaceFacts {
        bounding_box: BoundingBox::new(0.0, 0.0, side, side),
        score: 0.9,
        landmarks: Landmarks([Point::new(0.0, 0.0); 5]),
        quality: Some(GOOD_QUALITY),
        template: None,
        eyes: None,
        attack: None,
    }
}

/// A face of 100 pixels with a template.
pub(crate) fn face_of(template: Template) -> FaceFacts {
    FaceFacts {
        template: Some(template),
        ..face(100.0)
    }
}

/// The same face with both eyes as open as said.
pub(crate) fn with_eyes(template: &Template, open: f32) -> FaceFacts {
    FaceFacts {
        eyes: Some(EyeState {
            left_open: open,
            right_open: open,
        }),
        ..face_of(template.clone())
    }
}

/// The same face with an attack score.
pub(crate) fn with_attack(template: &Template, score: f32) -> FaceFacts {
    FaceFacts {
        attack: Some(AttackScore(score)),
        ..face_of(template.clone())
    }
}

/// Networks whose templates have three values.
pub(crate) fn pack() -> Pack {
    Pack {
        model: model("aa"),
        dimension: 3,
        impostor_curve: vec![(0.1, 0.1), (0.3, 0.01), (0.5, 0.001)],
        attack_threshold: Some(0.5),
        blink_rule: BlinkRule::default(),
    }
}

pub(crate) fn model(digits: &str) -> ModelId {
    ModelId::new(&format!("sha256:{digits}")).unwrap()
}

/// A template of the pack.
pub(crate) fn template(values: [f32; 3]) -> Template {
    Template::normalise(model("aa"), values.to_vec()).unwrap()
}

pub(crate) fn id(number: i64) -> PersonId {
    PersonId::new(number).unwrap()
}

/// A reference of the pack.
pub(crate) fn sample(template: Template) -> Sample {
    Sample {
        id: SampleId(Uuid::now_v7()),
        template,
        quality: Some(0.8),
        enrolled_at: Timestamp(0),
    }
}

/// A person with one reference.
pub(crate) fn person(number: i64, template: Template) -> NewPerson {
    NewPerson {
        id: id(number),
        name: PersonName::new("Ada").unwrap(),
        surname: PersonName::new("Lovelace").unwrap(),
        samples: vec![sample(template)],
        created_at: Timestamp(0),
    }
}

/// An open store and the replica of it, which has been given [`pack`].
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) replica: Arc<Replica>,
    pub(crate) observed: Observed,
    _folder: tempfile::TempDir,
}

impl World {
    /// One with these people, and a fixed threshold.
    pub(crate) async fn of(people: Vec<NewPerson>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(folder.path().join("people.redb"))
            .await
            .unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        for person in people {
            store.create(person).await.unwrap();
        }
        let settings = ThresholdSettings {
            fixed: Some(Similarity::new(0.8)),
            target_fpir: 0.01,
            verify_fmr: 0.001,
        };
        let observed = Observed::new(&Metrics::new("test"));
        let replica = Arc::new(Replica::new(store.clone(), settings, observed.clone()));
        replica.activate(pack()).await.unwrap();
        Self {
            store,
            replica,
            observed,
            _folder: folder,
        }
    }
}

/// Answers every picture with the same faces, and frames with one face each, which moves as a living one does.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) faces: Vec<FaceFacts>,
    pub(crate) frames: Vec<FaceFacts>,
}

#[async_trait]
impl FaceAnalyser for Seen {
    async fn pack(&self) -> Result<Pack, AnalyserError> {
        Ok(pack())
    }

    async fn faces(
        &self,
        _: Bytes,
        _: &FacesQuery,
        _: &Pack,
    ) -> Result<Vec<FaceFacts>, AnalyserError> {
        Ok(self.faces.clone())
    }

    async fn frames(
        &self,
        _: Vec<Bytes>,
        _: &FacesQuery,
        _: &Pack,
    ) -> Result<SequenceFacts, AnalyserError> {
        let neighbours = (1..self.frames.len()).map(|later| FrameChange {
            earlier: later - 1,
            later,
            residual: 2e-3,
        });
        Ok(SequenceFacts {
            frames: self.frames.iter().cloned().map(|face| vec![face]).collect(),
            changes: neighbours.collect(),
        })
    }
}

/// The text of a small bitmap whose header passes.
pub(crate) fn picture_text() -> String {
    let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24 + 8 * 24]);
    face_wire::picture::encode(&bytes)
}
