//! `/v1` of the inference service. Units: pixels of the upright picture, origin top left; degrees; scores 0 to 1.

mod client;

use face_types::{BoundingBox, EyeState, FrameChange, Landmarks, ModelId, Quality};
use serde::{Deserialize, Serialize};

pub use client::{BreakerState, ContractError, InferenceClient, InferenceError, SequenceFacts};

/// Answer of `POST /v1/faces`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FacesResponse {
    /// Name of the pack in use.
    pub pack: String,
    /// The model that made the templates.
    pub model: ModelId,
    /// What was found.
    #[serde(flatten)]
    pub analysis: PictureFaces,
}

/// Answer of `POST /v1/frames`: the same facts for each picture, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FramesResponse {
    /// Name of the pack in use.
    pub pack: String,
    /// The model that made the templates.
    pub model: ModelId,
    /// One entry a picture.
    pub frames: Vec<PictureFaces>,
    /// How the largest faces of neighbouring and of some further pictures differ, if asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FrameChange>,
}

/// The faces of one picture, largest first; none is an empty list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PictureFaces {
    /// Size after EXIF orientation.
    pub image: ImageSize,
    /// The faces, largest first.
    pub faces: Vec<Face>,
}

/// Size of a picture in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSize {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// One face.
#[derive(Clone, Serialize, Deserialize)]
pub struct Face {
    /// x, y, width, height.
    #[serde(rename = "box")]
    pub bounding_box: BoundingBox,
    /// The detector's score.
    pub score: f32,
    /// Eye, eye, nose, mouth corner, mouth corner; left to right in the picture.
    pub landmarks: Landmarks,
    /// Fitness for recognition, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// Base64 of the little-endian `f32` values, unit length, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Open or closed eyes, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eyes: Option<EyeState>,
    /// Presentation-attack score, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attack: Option<f32>,
}

impl std::fmt::Debug for Face {
    /// Never shows the template.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face")
            .field("bounding_box", &self.bounding_box)
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

/// Which faces of a picture are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Select {
    /// Every face found.
    #[default]
    All,
    /// Facts for the largest only; the others are listed with box, score and landmarks alone.
    Largest,
}

/// Which facts of a face are wanted beyond box, score and landmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of independent wishes, written as a list in the query"
)]
pub struct Facts {
    /// Features.
    pub template: bool,
    /// Fitness for recognition.
    pub quality: bool,
    /// Open or closed eyes.
    pub eyes: bool,
    /// Presentation-attack score.
    pub attack: bool,
    /// How the frames of a sequence differ; of no use for one picture.
    pub changes: bool,
}

/// Query of `POST /v1/faces` and `POST /v1/frames`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacesQuery {
    /// `all` (default) or `largest`.
    #[serde(default)]
    pub select: Select,
    /// Comma-separated: `template`, `quality`, `eyes`, `attack`, and for a sequence `changes`.
    #[serde(default)]
    pub facts: Facts,
    /// `false` when the picture is a close crop of one face already: the whole picture is taken as the face.
    #[serde(default = "yes")]
    pub detect: bool,
}

const fn yes() -> bool {
    true
}

impl Default for FacesQuery {
    /// What an empty query means: every face, found first, without further facts.
    fn default() -> Self {
        Self {
            select: Select::All,
            facts: Facts::default(),
            detect: true,
        }
    }
}

/// Answer of `GET /v1/pack`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackResponse {
    /// Name of the pack in use.
    pub pack: String,
    /// The model that makes the templates.
    pub model: ModelId,
    /// Number of values of a template.
    pub dimension: usize,
    /// Impostor curve: similarity thresholds and the false match rate measured at each, thresholds ascending.
    pub impostor_curve: Vec<CurvePoint>,
    /// Attack score from which a presentation is refused; `None` when the pack has nothing against attacks.
    pub attack_threshold: Option<f32>,
    /// Openness around which eyes turn from open to closed; `None` without an eye network.
    pub eye_threshold: Option<f32>,
    /// Networks by role, with licence and digest.
    pub networks: Vec<NetworkCard>,
}

/// One point of a measured curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Similarity.
    pub threshold: f32,
    /// Share of non-mated comparisons at or above it.
    pub fmr: f64,
}

/// What is known of one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCard {
    /// `detector`, `embedder`, `eyes`, `attack`, `quality`.
    pub role: String,
    /// File in the pack.
    pub file: String,
    /// Digest of the file.
    pub sha256: String,
    /// SPDX expression.
    pub licence: String,
    /// What is known of the training data.
    pub training_data: String,
}

impl std::str::FromStr for Facts {
    type Err = UnknownFact;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut facts = Self::default();
        for fact in text
            .split(',')
            .map(str::trim)
            .filter(|fact| !fact.is_empty())
        {
            match fact {
                "template" => facts.template = true,
                "quality" => facts.quality = true,
                "eyes" => facts.eyes = true,
                "attack" => facts.attack = true,
                "changes" => facts.changes = true,
                _ => return Err(UnknownFact),
            }
        }
        Ok(facts)
    }
}

/// The list of facts names one that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("facts are template, quality, eyes, attack, changes, separated by commas")]
pub struct UnknownFact;

impl std::fmt::Display for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let wishes = [
            (self.template, "template"),
            (self.quality, "quality"),
            (self.eyes, "eyes"),
            (self.attack, "attack"),
            (self.changes, "changes"),
        ];
        let names: Vec<&str> = wishes
            .iter()
            .filter(|(wanted, _)| *wanted)
            .map(|(_, name)| *name)
            .collect();
        f.write_str(&names.join(","))
    }
}

impl Serialize for Facts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_a_list_in_the_query() {
        let facts: Facts = "eyes,template".parse().unwrap();
        assert!(facts.eyes && facts.template && !facts.quality && !facts.attack);
        assert_eq!(facts.to_string(), "template,eyes");
        assert_eq!("age".parse::<Facts>(), Err(UnknownFact));
    }
}
