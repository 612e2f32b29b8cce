//! One stage of a recipe, as the engine trains it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use burn::tensor::{Bool, Device, Int, Tensor};
use face_nets::loss::{anchors, contrastive, cross_entropy, pair_cross_entropy};
use face_nets::{Embedder as _, unit_length};

use super::batches::{About, FaceBatch, FaceBatches};
use super::check::Check;
use super::network::IdentityNet;
use super::stage::{GroupSettings, Loss};
use super::{IdentitiesRecipe, People};
use crate::train::{BatchSource, StepLoss, Task, Validation, checkpoint};

/// What a run begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Begin {
    /// Weights at random.
    #[default]
    Fresh,
    /// Weights that others published, heads at random.
    Published(PathBuf),
    /// The network of another run, from its file of weights; its heads too where they are of the same sizes, else heads at
    /// random.
    Run(PathBuf),
}

impl Begin {
    /// `net` with the weights to begin with.
    pub(super) fn applied(&self, net: IdentityNet) -> anyhow::Result<IdentityNet> {
        match self {
            Self::Fresh => Ok(net),
            Self::Run(weights) => checkpoint::load(net.clone(), weights)
                .or_else(|_| net.with_backbone_from(weights))
                .context("the run to start from"),
            Self::Published(file) => {
                let (backbone, _) = net.backbone.with_published(file)?;
                Ok(IdentityNet { backbone, ..net })
            }
        }
    }
}

/// A stage with its faces in memory.
#[derive(Debug)]
pub struct IdentitiesTask {
    recipe: Arc<IdentitiesRecipe>,
    loss: Loss,
    people: Arc<People>,
    batches: Arc<FaceBatches>,
    check: Check,
    begin: Begin,
    before: Option<PathBuf>,
}

impl IdentitiesTask {
    /// Stage number `stage`, which begins with the weights in the file `before`, those of the stage before, or else as
    /// `begin` says.
    ///
    /// # Errors
    /// When there is no such stage, or there are too few people for it.
    pub fn new(
        recipe: Arc<IdentitiesRecipe>,
        people: Arc<People>,
        stage: usize,
        begin: Begin,
        before: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let settings = recipe.stages.get(stage).context("there is no such stage")?;
        let loss = settings.loss.clone();
        let settings = recipe.stages()?.swap_remove(stage).settings;
        let batches = FaceBatches::new(Arc::clone(&people), Arc::clone(&recipe), &loss, settings)?;
        Ok(Self {
            batches: Arc::new(batches),
            check: Check::new(Arc::clone(&people), Arc::clone(&recipe))?,
            recipe,
            loss,
            people,
            begin,
            before: before.map(Path::to_path_buf),
        })
    }

    /// The network with the heads that the recipe's stages need, all of them in every stage.
    fn fresh(&self, device: &Device) -> IdentityNet {
        let net = IdentityNet::bare(self.recipe.network.init(device));
        let needs = |is_needed: fn(&Loss) -> bool| {
            let mut stages = self.recipe.stages.iter();
            stages.any(|stage| is_needed(&stage.loss))
        };
        let net = if needs(|loss| matches!(loss, Loss::PairCrossEntropy)) {
            net.with_pair_head(device)
        } else {
            net
        };
        if needs(|loss| !loss.is_on_pairs()) {
            net.with_people(self.people.count(), device)
        } else {
            net
        }
    }
}

impl Task for IdentitiesTask {
    type Model = IdentityNet;
    type Batch = FaceBatch;

    fn model(&self, device: &Device) -> anyhow::Result<IdentityNet> {
        let net = self.fresh(device);
        if let Some(before) = &self.before {
            return checkpoint::load(net, before).context("the stage before");
        }
        self.begin.applied(net)
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = FaceBatch>> {
        Arc::clone(&self.batches) as Arc<dyn BatchSource<Batch = FaceBatch>>
    }

    fn loss(&self, net: &IdentityNet, batch: FaceBatch, device: &Device) -> StepLoss {
        // What the network leaves out at random must be the same when a run goes on.
        device.seed(batch.seed);
        let values = net.backbone.embed(batch.faces.into_tensor(device));
        let loss = match &batch.about {
            About::Pairs(is_mated) => self.on_pairs(net, values, is_mated, device),
            About::People(people) => self.on_people(net, values, people, device),
        };
        StepLoss {
            loss,
            others: Vec::new(),
        }
    }

    fn validate(&self, net: &IdentityNet, device: &Device) -> anyhow::Result<Validation> {
        self.check.run(net, device)
    }
}

impl IdentitiesTask {
    fn on_pairs(
        &self,
        net: &IdentityNet,
        values: Tensor<2>,
        is_mated: &[bool],
        device: &Device,
    ) -> Tensor<1> {
        let of_pairs = Tensor::<1, Bool>::from_data(is_mated, device);
        let halves = |x: Tensor<2>| {
            let pairs = is_mated.len();
            (x.clone().narrow(0, 0, pairs), x.narrow(0, pairs, pairs))
        };
        if let Loss::Contrastive(settings) = &self.loss {
            let (first, second) = halves(unit_length(values));
            return contrastive(first, second, of_pairs, settings.margin);
        }
        let (first, second) = halves(values);
        let head = net.pair.as_ref().expect("the stage has a head for pairs");
        pair_cross_entropy(head.forward(first, second), of_pairs)
    }

    fn on_people(
        &self,
        net: &IdentityNet,
        values: Tensor<2>,
        people: &[usize],
        device: &Device,
    ) -> Tensor<1> {
        let head = net.people.as_ref().expect("the stage has a head of people");
        let logits = head.forward(values.clone());
        match &self.loss {
            Loss::Group(settings) => group(settings, values, logits, people),
            Loss::Classification(settings) => {
                let labels: Vec<i64> = people.iter().map(|&person| person as i64).collect();
                let labels = Tensor::<1, Int>::from_data(labels.as_slice(), device);
                cross_entropy(logits, labels, settings.smoothing)
            }
            Loss::Contrastive(_) | Loss::PairCrossEntropy => {
                unreachable!("losses on pairs get pairs")
            }
        }
    }
}

fn group(
    settings: &GroupSettings,
    values: Tensor<2>,
    logits: Tensor<2>,
    people: &[usize],
) -> Tensor<1> {
    let is_anchor = anchors(people, settings.anchors);
    settings.loss().loss(values, logits, people, &is_anchor)
}
