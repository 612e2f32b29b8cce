//! Batches of faces: in pairs of one person or two, or with the names of who they are.

use std::sync::Arc;

use face_data::sampling::{ClassSampler, same_or_not, shuffled};
use face_data::{Placement, stream};
use rand::RngExt as _;

use super::stage::{GroupSettings, Loss};
use super::{IdentitiesRecipe, People};
use crate::faces::Pictures;
use crate::train::{BatchSource, Epochs, TrainingSettings};

/// Places in the streams of randomness.
const PAIRS: u64 = 1;
const CHANGES: u64 = 2;
const LEFT_OUT: u64 = 3;

/// Faces of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceBatch {
    /// The faces.
    pub faces: Pictures,
    /// What is known of them.
    pub about: About,
    /// Seed of what the network draws itself in this step, such as what it leaves out.
    pub seed: u64,
}

/// What is known of the faces of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The first half and the second half are pairs; whether each is of one person.
    Pairs(Vec<bool>),
    /// The number of each face's person among those to learn from.
    People(Vec<usize>),
}

/// Draws the batches of one stage.
#[derive(Debug)]
pub struct FaceBatches {
    people: Arc<People>,
    recipe: Arc<IdentitiesRecipe>,
    placement: Placement,
    settings: TrainingSettings,
    order: Order,
}

/// How crops are put together.
#[derive(Debug)]
enum Order {
    /// As many mated as non-mated pairs, drawn anew each step.
    Pairs,
    /// Crops in random order, each once an epoch.
    Faces(Epochs<usize>),
    /// Whole batches of n people with m crops each.
    Groups(Epochs<Vec<usize>>),
}

impl FaceBatches {
    /// Batches as `loss` needs them.
    ///
    /// # Errors
    /// When there are fewer people than a batch needs.
    pub fn new(
        people: Arc<People>,
        recipe: Arc<IdentitiesRecipe>,
        loss: &Loss,
        settings: TrainingSettings,
    ) -> anyhow::Result<Self> {
        let order = match loss {
            Loss::Contrastive(_) | Loss::PairCrossEntropy => Order::Pairs,
            Loss::Classification(_) => {
                let (people, seed) = (Arc::clone(&people), settings.seed);
                Order::Faces(Epochs::new(move |epoch| {
                    shuffled(people.training(), seed, epoch)
                }))
            }
            Loss::Group(group) => Order::Groups(groups(&people, group, settings.seed)?),
        };
        Ok(Self {
            placement: recipe.placement()?,
            people,
            recipe,
            settings,
            order,
        })
    }

    /// The crops of a step and what is known of them.
    fn crops(&self, step: u64) -> anyhow::Result<(Vec<usize>, About)> {
        let batch = self.settings.batch as u64;
        let rows = match &self.order {
            Order::Pairs => return self.pairs(step),
            Order::Faces(order) => (step * batch..(step + 1) * batch)
                .map(|place| order.item(place))
                .collect::<anyhow::Result<_>>()?,
            Order::Groups(order) => order.item(step)?,
        };
        let classes = self.people.classes();
        let of = |&row: &usize| classes[row].expect("crops to learn from have a class") as usize;
        let about = About::People(rows.iter().map(of).collect());
        Ok((rows, about))
    }

    fn pairs(&self, step: u64) -> anyhow::Result<(Vec<usize>, About)> {
        let seed = stream(self.settings.seed, &[PAIRS, step]).random();
        let (people, count) = (&self.people, self.settings.batch / 2);
        let pairs = same_or_not(people.classes(), people.training(), count, seed);
        anyhow::ensure!(!pairs.is_empty(), "nobody to learn from has two crops");
        let first = pairs.iter().map(|pair| pair.first);
        let rows = first.chain(pairs.iter().map(|pair| pair.second)).collect();
        let about = pairs.iter().map(|pair| pair.is_mated).collect();
        Ok((rows, About::Pairs(about)))
    }
}

fn groups(
    people: &Arc<People>,
    group: &GroupSettings,
    seed: u64,
) -> anyhow::Result<Epochs<Vec<usize>>> {
    let sampler = ClassSampler::new(
        people.classes(),
        people.training(),
        (group.people, group.faces),
        group.faces,
    );
    anyhow::ensure!(
        sampler.classes() >= group.people,
        "a group is {} people of {} faces, and there are {} such people",
        group.people,
        group.faces,
        sampler.classes()
    );
    Ok(Epochs::new(move |epoch| sampler.epoch(seed, epoch)))
}

impl BatchSource for FaceBatches {
    type Batch = FaceBatch;

    fn batch(&self, step: u64) -> anyhow::Result<FaceBatch> {
        let (rows, about) = self.crops(step)?;
        let mut faces = Pictures::new(self.placement.side, &self.recipe.pixels);
        for (&row, at) in rows.iter().zip(0..) {
            let crop = self.people.crops().crop(row);
            let rng = &mut stream(self.settings.seed, &[CHANGES, step, at]);
            faces.add_changed(crop, &self.placement, &self.recipe.augmentation, rng);
        }
        let seed = stream(self.settings.seed, &[LEFT_OUT, step]).random();
        Ok(FaceBatch { faces, about, seed })
    }
}
