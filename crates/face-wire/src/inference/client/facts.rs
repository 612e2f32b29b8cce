//! Faces of the wire turned into the field's values.

use face_types::{AttackScore, FaceFacts, FrameChange, ModelId, Template};

use super::{ContractError, InferenceError};
use crate::inference::{Face, FacesResponse, FramesResponse, PictureFaces};
use crate::picture;

/// What a sequence of pictures shows.
#[derive(Debug, Clone)]
pub struct SequenceFacts {
    /// The faces of each picture, largest first.
    pub frames: Vec<Vec<FaceFacts>>,
    /// How pictures differ, if asked for.
    pub changes: Vec<FrameChange>,
}

impl FacesResponse {
    /// The faces, largest first; `dimension` is the template length of the pack.
    ///
    /// # Errors
    /// [`InferenceError::Unavailable`] when a template is broken or of another length.
    pub fn into_facts(self, dimension: usize) -> Result<Vec<FaceFacts>, InferenceError> {
        self.analysis.into_facts(&self.model, dimension)
    }
}

impl FramesResponse {
    /// The faces of each picture, in order, and how the pictures differ; `dimension` is the template length of the pack.
    ///
    /// # Errors
    /// As [`FacesResponse::into_facts`], and when a difference is of a picture that is not there.
    pub fn into_facts(self, dimension: usize) -> Result<SequenceFacts, InferenceError> {
        let count = self.frames.len();
        let is_of_two =
            |change: &FrameChange| change.earlier < change.later && change.later < count;
        if !self.changes.iter().all(is_of_two) {
            return Err(ContractError::Changes.into());
        }
        let model = self.model;
        let frames = self
            .frames
            .into_iter()
            .map(|frame| frame.into_facts(&model, dimension));
        Ok(SequenceFacts {
            frames: frames.collect::<Result<_, _>>()?,
            changes: self.changes,
        })
    }
}

impl PictureFaces {
    /// The faces, largest first, with templates of `model`, which have `dimension` values.
    ///
    /// # Errors
    /// As [`FacesResponse::into_facts`].
    pub fn into_facts(
        self,
        model: &ModelId,
        dimension: usize,
    ) -> Result<Vec<FaceFacts>, InferenceError> {
        let facts: Result<_, ContractError> = self
            .faces
            .into_iter()
            .map(|face| face.into_facts(model, dimension))
            .collect();
        Ok(facts?)
    }
}

impl Face {
    fn into_facts(self, model: &ModelId, dimension: usize) -> Result<FaceFacts, ContractError> {
        Ok(FaceFacts {
            bounding_box: self.bounding_box,
            score: self.score,
            landmarks: self.landmarks,
            quality: self.quality,
            template: self
                .template
                .map(|text| template(&text, model, dimension))
                .transpose()?,
            eyes: self.eyes,
            attack: self.attack.map(AttackScore),
        })
    }
}

fn template(text: &str, model: &ModelId, dimension: usize) -> Result<Template, ContractError> {
    let values = picture::decode_values(text).map_err(|_| ContractError::Template)?;
    if values.len() != dimension {
        return Err(ContractError::Template);
    }
    Template::normalise(model.clone(), values).map_err(|_| ContractError::Template)
}

impl From<FaceFacts> for Face {
    /// The wire form; the model's id of the template travels beside the faces.
    fn from(facts: FaceFacts) -> Self {
        Self {
            bounding_box: facts.bounding_box,
            score: facts.score,
            landmarks: facts.landmarks,
            quality: facts.quality,
            template: facts
                .template
                .map(|template| picture::encode_values(template.values())),
            eyes: facts.eyes,
            attack: facts.attack.map(|AttackScore(score)| score),
        }
    }
}

#[cfg(test)]
mod tests {
    use face_types::{BoundingBox, Landmarks, Point};

    use super::*;

    fn model() -> ModelId {
        ModelId::new("sha256:aa").unwrap()
    }

    fn face(values: &[f32]) -> Face {
        Face {
            bounding_box: BoundingBox::new(1.0, 2.0, 3.0, 4.0),
            score: 0.9,
            landmarks: Landmarks([Point::new(0.0, 0.0); 5]),
            quality: None,
            template: Some(picture::encode_values(values)),
            eyes: None,
            attack: Some(0.25),
        }
    }

    #[test]
    fn facts_survive_the_way_over_the_wire() {
        let facts = face(&[0.6, 0.8]).into_facts(&model(), 2).unwrap();
        assert_eq!(facts.attack, Some(AttackScore(0.25)));
        let again = Face::from(facts.clone()).into_facts(&model(), 2).unwrap();
        assert_eq!(again.template, facts.template);
        assert_eq!(again.bounding_box, facts.bounding_box);
    }

    #[test]
    fn a_template_of_another_length_or_without_direction_breaks_the_contract() {
        assert_eq!(
            face(&[0.6, 0.8]).into_facts(&model(), 3).unwrap_err(),
            ContractError::Template
        );
        for broken in [[0.0, 0.0], [f32::NAN, 1.0]] {
            assert_eq!(
                face(&broken).into_facts(&model(), 2).unwrap_err(),
                ContractError::Template
            );
        }
        let mut garbled = face(&[0.6, 0.8]);
        garbled.template = Some("@@".to_owned());
        assert_eq!(
            garbled.into_facts(&model(), 2).unwrap_err(),
            ContractError::Template
        );
    }
}
