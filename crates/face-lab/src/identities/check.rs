//! The check during training: people who are in no batch, as pairs, as queries, and as clusters.

use std::collections::BTreeSet;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use face_data::sampling::same_or_not;
use face_data::{Comparison, Placement};
use face_metrics::{
    Bootstrap, Features, Scores, best_of_sweep, global_recall, k_means, nmi, sweep,
};
use face_nets::loss::PairHead;
use face_nets::{Embedder as _, unit_length};

use super::network::IdentityNet;
use super::recipe::Kind;
use super::{IdentitiesRecipe, People};
use crate::faces::{Pictures, answers};
use crate::train::{Diverged, Metrics, Validation};

/// Distances from 0 to 2 at which pairs are judged: a hundredth apart.
const DISTANCES: u32 = 201;
/// Rounds of k-means.
const ROUNDS: usize = 30;

/// The people to check by.
#[derive(Debug)]
pub struct Check {
    people: Arc<People>,
    recipe: Arc<IdentitiesRecipe>,
    placement: Placement,
    /// Places in the list of crops to check by.
    pairs: Vec<Comparison<usize>>,
}

/// The values of all faces to check by, before they are brought to unit length.
struct Faces {
    values: Tensor<2>,
    labels: Vec<u32>,
}

impl Check {
    /// A check on the people of `people` who are not learnt from.
    ///
    /// # Errors
    /// When none of them has two crops.
    pub fn new(people: Arc<People>, recipe: Arc<IdentitiesRecipe>) -> anyhow::Result<Self> {
        let labels: Vec<_> = people
            .validation()
            .iter()
            .map(|&row| people.crops().labels()[row])
            .collect();
        let all: Vec<usize> = (0..labels.len()).collect();
        let pairs = same_or_not(&labels, &all, recipe.data.pairs, recipe.data.seed);
        anyhow::ensure!(!pairs.is_empty(), "nobody to check by has two crops");
        Ok(Self {
            placement: recipe.placement()?,
            people,
            recipe,
            pairs,
        })
    }

    /// How good `net` is: accuracy on pairs at the best distance of unit templates, and that distance; recall@1 among
    /// all; NMI of as many clusters as people; where there is a head for pairs, its accuracy.
    ///
    /// # Errors
    /// When the network's values are no numbers.
    pub fn run(&self, net: &IdentityNet, device: &Device) -> anyhow::Result<Validation> {
        let faces = self.faces(net, device);
        let templates = unit_length(faces.values.clone());
        let [_, dimension] = templates.dims();
        let rows = floats(templates);
        if rows.iter().any(|value| value.is_nan()) {
            return Err(Diverged::new("a template of the check").into());
        }
        let features = Features::new(rows, dimension, faces.labels.clone())?;
        let (accuracy, distance) = self.by_distance(&features)?;
        let recall = recall_at_1(&features);
        let mut metrics: Metrics = vec![
            ("pair_accuracy", accuracy),
            ("pair_distance", distance),
            ("recall_at_1", recall),
            ("nmi", clusters(&features)),
        ];
        if let Some(head) = &net.pair {
            metrics.push(("head_accuracy", self.by_head(head, &faces, device)));
        }
        let score = match self.recipe.task {
            Kind::Pairs => accuracy,
            Kind::Group => recall,
        };
        Ok(Validation { score, metrics })
    }

    fn faces(&self, net: &IdentityNet, device: &Device) -> Faces {
        let crops = self.people.crops();
        let (values, dimension) = answers(
            self.people.validation(),
            &Pictures::new(self.placement.side, &self.recipe.pixels),
            |row, faces| faces.add(crops.crop(row), &self.placement),
            |faces| net.backbone.embed(faces),
            device,
        );
        let label = |&row: &usize| crops.labels()[row].expect("every crop shows somebody");
        let labels: Vec<u32> = self.people.validation().iter().map(label).collect();
        let values = TensorData::new(values, [labels.len(), dimension]);
        Faces {
            values: Tensor::from_data(values, device),
            labels,
        }
    }

    fn by_distance(&self, features: &Features) -> anyhow::Result<(f64, f64)> {
        let (mated, non_mated): (Vec<_>, Vec<_>) =
            self.pairs.iter().partition(|pair| pair.is_mated);
        let similarity = |pairs: Vec<&Comparison<usize>>| {
            let one = |pair: &Comparison<usize>| features.similarity(pair.first, pair.second);
            pairs.into_iter().map(one).collect()
        };
        let scores = Scores::new(similarity(mated), similarity(non_mated))?;
        let best = best_of_sweep(&sweep(&scores, DISTANCES)).expect("there are distances");
        Ok((best.accuracy.value, f64::from(best.distance)))
    }

    /// Share of the pairs that the head judges right: the original's accuracy of its second model.
    fn by_head(&self, head: &PairHead, faces: &Faces, device: &Device) -> f64 {
        let side = |place: fn(&Comparison<usize>) -> usize| {
            let rows: Vec<i64> = self.pairs.iter().map(|pair| place(pair) as i64).collect();
            let rows = Tensor::from_data(rows.as_slice(), device);
            faces.values.clone().select(0, rows)
        };
        let logits = head.forward(side(|pair| pair.first), side(|pair| pair.second));
        let logits = floats(logits);
        let judged = logits.iter().zip(&self.pairs);
        let right = judged.filter(|(logit, pair)| (**logit > 0.0) == pair.is_mated);
        right.count() as f64 / self.pairs.len() as f64
    }
}

fn floats<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data()
        .try_into_vec()
        .expect("answers are floats of 32 bits")
}

fn recall_at_1(features: &Features) -> f64 {
    // No interval is wanted, so nothing is drawn for one.
    let bootstrap = Bootstrap {
        seed: 1,
        resamples: 0,
    };
    global_recall(features, &[1], &bootstrap)[0].recall.value
}

fn clusters(features: &Features) -> f64 {
    let people: BTreeSet<u32> = features.classes().iter().copied().collect();
    let found = k_means(features, people.len(), ROUNDS, 1);
    nmi(&found.clusters, features.classes())
}
