//! Templates of whole pictures by the pipeline, and of aligned faces by the pack's embedder alone.

use anyhow::{Context as _, Result, ensure};
use face_packs::{Network, OnnxRuntime, Pack, Role};
use face_pipeline::{Analysis, Analyzer, Facts, Select, Wishes, input};
use face_types::{FaceFacts, Landmarks, ModelId, Template};
use face_vision::{AlignmentTemplate, DecodeLimits, RgbImage, align, decode};
use image::imageops;

use super::Bench;

/// The two kinds of template of one face.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    /// As the product makes it.
    pub(super) single: Vec<f32>,
    /// The mean with the mirrored crop's, of unit length.
    pub(super) mirrored_mean: Vec<f32>,
}

/// Makes templates of pictures.
#[derive(Debug)]
pub(super) struct PictureEmbedder {
    analyzer: Analyzer,
    crops: CropEmbedder,
}

impl PictureEmbedder {
    pub(super) fn open(bench: &Bench) -> Result<Self> {
        Ok(Self {
            analyzer: Analyzer::open(bench.pack, bench.runtime, 1)?,
            crops: CropEmbedder::open(bench.pack, bench.runtime)?,
        })
    }

    /// The templates of whom the picture is of; `None` when no face is found.
    pub(super) fn sample(&mut self, bytes: &[u8]) -> Result<Option<Sample>> {
        let picture = decode(bytes, &DecodeLimits::default())?;
        let wishes = Wishes {
            facts: Facts {
                template: true,
                ..Facts::default()
            },
            select: Select::All,
            detect: true,
        };
        let analysis = self.analyzer.analyse_pixels(&picture, wishes)?;
        let Some(face) = subject(&analysis) else {
            return Ok(None);
        };
        let single = face.template.as_ref().context("the face has no template")?;
        let mirrored = self.crops.mirrored(&picture, &face.landmarks)?;
        Ok(Some(Sample {
            single: single.values().to_vec(),
            mirrored_mean: mean(single, &mirrored)?.values().to_vec(),
        }))
    }
}

/// Makes templates of faces whose five points are known.
#[derive(Debug)]
pub(crate) struct CropEmbedder {
    network: Network,
    spec: face_packs::Embedder,
    template: AlignmentTemplate,
    model: ModelId,
}

impl CropEmbedder {
    pub(crate) fn open(pack: &Pack, runtime: &OnnxRuntime) -> Result<Self> {
        let manifest = pack.manifest();
        let spec = manifest.embedder.clone();
        Ok(Self {
            network: pack.network(Role::Embedder, runtime, 1)?,
            template: AlignmentTemplate {
                size: spec.input.width,
                points: spec
                    .alignment
                    .landmarks(spec.input.width, spec.input.height)
                    .0,
            },
            model: manifest.model_id(),
            spec,
        })
    }

    /// The template of the face.
    pub(crate) fn embed(&mut self, picture: &RgbImage, landmarks: &Landmarks) -> Result<Template> {
        let face = self.aligned(picture, landmarks)?;
        self.run(&face)
    }

    /// The template of the face seen in a mirror.
    fn mirrored(&mut self, picture: &RgbImage, landmarks: &Landmarks) -> Result<Template> {
        let face = self.aligned(picture, landmarks)?;
        self.run(&imageops::flip_horizontal(&face))
    }

    fn aligned(&self, picture: &RgbImage, landmarks: &Landmarks) -> Result<RgbImage> {
        align(picture, landmarks, &self.template).context("the five points span no face")
    }

    fn run(&mut self, face: &RgbImage) -> Result<Template> {
        let values = input::run_one(
            &mut self.network,
            face,
            &self.spec.input,
            self.spec.output.as_deref(),
        )?;
        ensure!(
            values.len() == self.spec.dimension,
            "the embedder gives {} values, the manifest says {}",
            values.len(),
            self.spec.dimension
        );
        Ok(Template::normalise(self.model.clone(), values)?)
    }
}

/// Whom a portrait is of: the largest face over its middle, else the face nearest to it; a bystander at the edge may have
/// a larger one.
pub(super) fn subject(analysis: &Analysis) -> Option<&FaceFacts> {
    let (x, y) = (analysis.width as f32 / 2.0, analysis.height as f32 / 2.0);
    let from_middle = |face: &FaceFacts| {
        let b = face.bounding_box;
        let outside =
            |at: f32, start: f32, length: f32| (start - at).max(at - start - length).max(0.0);
        outside(x, b.x, b.width).hypot(outside(y, b.y, b.height))
    };
    let larger =
        |a: &FaceFacts, b: &FaceFacts| b.bounding_box.area().total_cmp(&a.bounding_box.area());
    analysis
        .faces
        .iter()
        .min_by(|a, b| from_middle(a).total_cmp(&from_middle(b)).then(larger(a, b)))
}

fn mean(a: &Template, b: &Template) -> Result<Template> {
    let sum = a.values().iter().zip(b.values()).map(|(a, b)| a + b);
    Ok(Template::normalise(a.model().clone(), sum.collect())?)
}

/// The pack's network of `role`.
pub(super) fn network(bench: &Bench, role: Role) -> Result<Network> {
    Ok(bench.pack.network(role, bench.runtime, 1)?)
}

#[cfg(test)]
mod tests {
    use face_pipeline::StageTimes;
    use face_types::{BoundingBox, Point};

    use super::*;

    fn picture_with(boxes: &[[f32; 4]]) -> Analysis {
        let face = |&bounds: &[f32; 4]| FaceFacts {
            bounding_box: BoundingBox::from(bounds),
            score: 0.9,
            landmarks: Landmarks([Point::new(0.0, 0.0); 5]),
            quality: None,
            template: None,
            eyes: None,
            attack: None,
        };
        Analysis {
            width: 100,
            height: 100,
            faces: boxes.iter().map(face).collect(),
            patch: None,
            times: StageTimes::default(),
        }
    }

    #[test]
    fn the_person_in_the_middle_is_the_one_even_beside_a_larger_face() {
        let analysis = picture_with(&[[0.0, 0.0, 40.0, 40.0], [40.0, 40.0, 20.0, 20.0]]);
        let face = subject(&analysis).unwrap();
        assert_eq!(face.bounding_box, BoundingBox::new(40.0, 40.0, 20.0, 20.0));
    }

    #[test]
    fn of_two_faces_over_the_middle_the_larger_counts() {
        let analysis = picture_with(&[[45.0, 45.0, 10.0, 10.0], [30.0, 30.0, 40.0, 40.0]]);
        let face = subject(&analysis).unwrap();
        assert_eq!(face.bounding_box, BoundingBox::new(30.0, 30.0, 40.0, 40.0));
    }

    #[test]
    fn a_picture_without_a_face_is_of_nobody() {
        assert!(subject(&picture_with(&[])).is_none());
    }
}
