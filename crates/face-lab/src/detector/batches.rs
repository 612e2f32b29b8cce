//! Batches of drawn pictures with the teacher's answers.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use face_data::{Augmentation, CropView, DataRng, Placement, stream};
use face_nets::loss::DenseTargets;
use face_vision::{Layout, Normalisation, RgbImage, tensor};
use rand::seq::IndexedRandom as _;

use super::answer::{Answer, places};
use super::draw::draw;
use super::recipe::DetectorRecipe;
use super::sources::Sources;
use super::teacher::Teacher;
use crate::train::BatchSource;

/// Pictures and the teacher's answers to them.
#[derive(Debug, Clone, PartialEq)]
pub struct SceneBatch {
    /// Pixels along each side.
    pub side: usize,
    /// `[n, 3, side, side]`, RGB, `(x - 127.5) / 128`.
    pub pictures: Vec<f32>,
    /// One a picture.
    pub answers: Vec<Answer>,
}

/// Draws pictures and asks the teacher.
#[derive(Debug)]
pub struct SceneBatches {
    sources: Sources,
    teacher: Arc<dyn Teacher>,
    recipe: DetectorRecipe,
}

impl SceneBatches {
    /// Batches of pictures made of `sources`.
    ///
    /// # Errors
    /// When there is no scene, no empty picture or no crop.
    pub fn new(
        sources: Sources,
        teacher: Arc<dyn Teacher>,
        recipe: DetectorRecipe,
    ) -> anyhow::Result<Self> {
        let Sources {
            scenes,
            empty,
            crops,
        } = &sources;
        anyhow::ensure!(
            !scenes.is_empty() && !empty.is_empty() && !crops.is_empty(),
            "there are {} scenes, {} pictures without faces and {} crops; each is needed",
            scenes.len(),
            empty.len(),
            crops.len()
        );
        Ok(Self {
            sources,
            teacher,
            recipe,
        })
    }

    fn add(&self, batch: &mut SceneBatch, position: u64) -> anyhow::Result<()> {
        let rng = &mut stream(self.recipe.training.seed, &[1, position]);
        let side = batch.side as u32;
        let picture = draw(rng, &self.recipe.pictures, &self.sources, side);
        let shown = changed(rng, &self.recipe.augmentation, &picture);
        batch.answers.push(self.teacher.answer(&shown)?);
        let seen = changed(rng, &self.recipe.degradation, &shown);
        append_input(&seen, &mut batch.pictures);
        Ok(())
    }
}

impl BatchSource for SceneBatches {
    type Batch = SceneBatch;

    fn batch(&self, step: u64) -> anyhow::Result<SceneBatch> {
        let DetectorRecipe {
            training, pictures, ..
        } = &self.recipe;
        let side = pictures
            .sides
            .choose(&mut stream(training.seed, &[2, step]));
        let mut batch = SceneBatch {
            side: *side.expect("a recipe has sides") as usize,
            pictures: Vec::new(),
            answers: Vec::new(),
        };
        let count = training.batch as u64;
        for position in step * count..(step + 1) * count {
            self.add(&mut batch, position)?;
        }
        Ok(batch)
    }
}

/// A picture in place, changed.
fn changed(rng: &mut DataRng, augmentation: &Augmentation, picture: &RgbImage) -> RgbImage {
    let mut out = RgbImage::new(picture.width(), picture.height());
    let view = CropView::of(picture).expect("a side is above 0");
    let placement = Placement::in_place(picture.width());
    augmentation.apply(rng, view, &placement, &mut out);
    out
}

/// Appends a picture as the network takes it in.
pub(super) fn append_input(picture: &RgbImage, out: &mut Vec<f32>) {
    let from = out.len();
    out.resize(from + picture.len(), 0.0);
    let (normalisation, out) = (&Normalisation::SIGNED_UNIT, &mut out[from..]);
    tensor::write(picture, normalisation, Layout::Nchw, out);
}

impl SceneBatch {
    /// The pictures as the network's input.
    #[must_use]
    pub fn input(&mut self, device: &Device) -> Tensor<4> {
        let (count, side) = (self.answers.len(), self.side);
        let pictures = std::mem::take(&mut self.pictures);
        Tensor::from_data(TensorData::new(pictures, [count, 3, side, side]), device)
    }

    /// The answers as what the loss compares with; boxes and points count where the score is at least `seen`.
    #[must_use]
    pub fn targets(&self, seen: f32, device: &Device) -> DenseTargets {
        let all = |part: fn(&Answer) -> &[f32]| -> Vec<f32> {
            let parts = self.answers.iter().flat_map(part);
            parts.copied().collect()
        };
        let scores = all(|answer| &answer.scores);
        let mut bounds = all(|answer| &answer.bounds);
        let mut points = all(|answer| &answer.points);
        let (mut weights, mut scales) = (scores.clone(), vec![0.0; scores.len()]);
        for (place, weight) in weights.iter_mut().enumerate() {
            let (bounds, points) = (
                &mut bounds[4 * place..][..4],
                &mut points[10 * place..][..10],
            );
            if *weight >= seen && bounds.iter().chain(&*points).all(|value| value.is_finite()) {
                scales[place] = (-f32::midpoint(bounds[2], bounds[3])).exp();
            } else {
                // Whatever the teacher says here means nothing, and may be so large that it is no number when squared.
                *weight = 0.0;
                bounds.fill(0.0);
                points.fill(0.0);
            }
        }
        let tensor = |values: Vec<f32>, length: usize| {
            let shape = [self.answers.len(), places(self.side), length];
            Tensor::from_data(TensorData::new(values, shape), device)
        };
        DenseTargets {
            scores: tensor(scores, 1),
            weights: tensor(weights, 1),
            scales: tensor(scales, 1),
            bounds: tensor(bounds, 4),
            points: tensor(points, 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_points_count_where_the_teacher_sees_a_face() {
        let count = places(32);
        let mut answer = Answer {
            scores: vec![0.1; count],
            bounds: vec![90.0; 4 * count],
            points: vec![f32::INFINITY; 10 * count],
        };
        answer.scores[3] = 0.8;
        answer.bounds[12..16].copy_from_slice(&[0.5, 0.0, 2.0_f32.ln(), 8.0_f32.ln()]);
        answer.points[30..40].fill(2.0);
        let batch = SceneBatch {
            side: 32,
            pictures: Vec::new(),
            answers: vec![answer],
        };
        let targets = batch.targets(0.3, &Device::flex());
        let values = |tensor: Tensor<3>| tensor.into_data().try_into_vec::<f32>().unwrap();
        let (weights, scales) = (values(targets.weights), values(targets.scales));
        assert_eq!((weights[3], weights[2]), (0.8, 0.0));
        // A box of 2 by 8 cells has a side of 4, the root of their product.
        assert!((scales[3] - 0.25).abs() < 1e-6);
        let points = values(targets.points);
        assert!(points.iter().all(|value| value.is_finite()));
        assert_eq!(points.iter().filter(|&&value| value > 1.0).count(), 10);
        assert!(
            (values(targets.scores)[2] - 0.1).abs() < 1e-6,
            "scores count everywhere"
        );
    }
}
