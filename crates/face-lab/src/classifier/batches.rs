//! Batches in which both classes, and the origins of each, are balanced.

use std::sync::Arc;

use face_data::sampling::{EpochSample, shuffled};
use face_data::{CropView, Placement, stream};

use super::ClassifierRecipe;
use super::examples::{Examples, Stratum};
use crate::faces::{Pictures, SIGNED_UNIT};
use crate::train::{BatchSource, Epochs};

/// Inputs and targets of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct CropBatch {
    /// RGB, `(x - 127.5) / 128`.
    pub crops: Pictures,
    /// The probability of class 1, `[n]`.
    pub targets: Vec<f32>,
}

/// Draws batches from examples in memory: class 0 and 1 by turns, within a class the origins by turns, within an origin
/// one epoch after the other.
#[derive(Debug)]
pub struct CropBatches {
    examples: Arc<Examples>,
    recipe: ClassifierRecipe,
    placement: Placement,
    /// For each stratum, where it is in its epochs.
    epochs: Vec<Epochs<EpochSample>>,
    /// For each class, one turn through its strata.
    turns: [Vec<Slot>; 2],
}

/// A place in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    stratum: usize,
    /// How often the stratum came before in the turn.
    before: u64,
}

impl CropBatches {
    /// Batches from `examples`, changed as the recipe says.
    #[must_use]
    pub fn new(examples: Arc<Examples>, recipe: ClassifierRecipe) -> Self {
        Self {
            placement: recipe.placement(),
            epochs: epochs(&examples, &recipe),
            turns: [0, 1].map(|class| turn(&examples.strata, class)),
            examples,
            recipe,
        }
    }

    /// The stratum and the sample at `position` of the endless sequence.
    fn sample(&self, position: u64) -> anyhow::Result<(&Stratum, EpochSample)> {
        let turn = &self.turns[(position % 2) as usize];
        let length = turn.len() as u64;
        let (turns, slot) = (
            position / 2 / length,
            turn[(position / 2 % length) as usize],
        );
        let stratum = &self.examples.strata[slot.stratum];
        let position = turns * stratum.share as u64 + slot.before;
        Ok((stratum, self.epochs[slot.stratum].item(position)?))
    }

    /// Adds the sample at `position` to `crops`; its target.
    fn draw(&self, position: u64, crops: &mut Pictures) -> anyhow::Result<f32> {
        let (stratum, sample) = self.sample(position)?;
        let rng = &mut stream(self.recipe.training.seed, &[1, position]);
        let recapture = self.recipe.recapture().filter(|_| stratum.is_simulated);
        let crop = self.examples.show(sample.index, recapture, rng);
        let view = CropView::of(&crop).expect("a stored crop has pixels");
        if sample.is_changed {
            let augmentation = &self.recipe.augmentation;
            crops.add_changed(view, &self.placement, augmentation, rng);
        } else {
            crops.add(view, &self.placement);
        }
        Ok(if stratum.is_simulated {
            0.0
        } else {
            self.examples.targets[sample.index]
        })
    }
}

impl BatchSource for CropBatches {
    type Batch = CropBatch;

    fn batch(&self, step: u64) -> anyhow::Result<CropBatch> {
        let count = self.recipe.training.batch as u64;
        let mut batch = CropBatch {
            crops: Pictures::new(self.placement.side, &SIGNED_UNIT),
            targets: Vec::new(),
        };
        for position in step * count..(step + 1) * count {
            let target = self.draw(position, &mut batch.crops)?;
            batch.targets.push(target);
        }
        Ok(batch)
    }
}

/// The samples of each stratum, epoch after epoch.
fn epochs(examples: &Examples, recipe: &ClassifierRecipe) -> Vec<Epochs<EpochSample>> {
    let numbered = examples.strata.iter().zip(0..);
    let of = |(stratum, number): (&Stratum, u64)| {
        let (rows, extra) = (stratum.rows.clone(), recipe.extra_samples);
        // Every stratum has a seed of its own.
        let seed = recipe.training.seed + 1000 * number;
        Epochs::new(move |epoch| match extra {
            Some(extra) => extra.epoch(&rows, seed, epoch),
            None => all_changed(shuffled(&rows, seed, epoch)),
        })
    };
    numbered.map(of).collect()
}

fn all_changed(order: Vec<usize>) -> Vec<EpochSample> {
    let changed = |index| EpochSample {
        index,
        is_changed: true,
    };
    order.into_iter().map(changed).collect()
}

/// One turn through the strata of `class`, each as often as its share.
fn turn(strata: &[Stratum], class: usize) -> Vec<Slot> {
    let numbered = strata.iter().enumerate();
    let of_class = numbered.filter(|(_, stratum)| stratum.class == class);
    let slots = of_class.flat_map(|(number, stratum)| {
        (0..stratum.share as u64).map(move |before| Slot {
            stratum: number,
            before,
        })
    });
    slots.collect()
}
