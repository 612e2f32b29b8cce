//! The networks that recipes choose from, and the heads that exist only while training.

use std::path::Path;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use face_nets::loss::PairHead;
use face_nets::onnx::{Export, Graph, Port, Value};
use face_nets::{
    BnInception, BnInceptionSettings, Embedder, Head, InceptionResnetV1, InceptionResnetV1Settings,
    Loaded, Siamese, SiameseSettings, load_published,
};
use serde::{Deserialize, Serialize};

use crate::train::checkpoint;

/// Which network, with its size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkSettings {
    /// The small network of model 1.
    Siamese(SiameseSettings),
    /// The network of model 2.
    InceptionResnet(InceptionResnetV1Settings),
    /// The network of model 3.
    BnInception(BnInceptionSettings),
}

/// One of the networks, from a face to a template.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a program holds a handful of networks, whose weights are elsewhere"
)]
pub enum Backbone {
    /// Model 1's.
    Siamese(Siamese),
    /// Model 2's.
    InceptionResnet(InceptionResnetV1),
    /// Model 3's.
    BnInception(BnInception),
}

impl NetworkSettings {
    /// Side of the input in pixels.
    #[must_use]
    pub const fn side(&self) -> usize {
        match self {
            Self::Siamese(settings) => settings.side,
            Self::InceptionResnet(settings) => settings.side,
            Self::BnInception(settings) => settings.side,
        }
    }

    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> Backbone {
        match self {
            Self::Siamese(settings) => Backbone::Siamese(settings.init(device)),
            Self::InceptionResnet(settings) => Backbone::InceptionResnet(settings.init(device)),
            Self::BnInception(settings) => Backbone::BnInception(settings.init(device)),
        }
    }
}

impl Backbone {
    /// With the weights that others published in the file at `path`.
    ///
    /// # Errors
    /// When the file is no such file or of another network, or nobody published weights of this one.
    pub fn with_published(mut self, path: &Path) -> anyhow::Result<(Self, Loaded)> {
        let loaded = match &mut self {
            Self::Siamese(_) => anyhow::bail!("the siamese network has no published weights"),
            Self::InceptionResnet(network) => load_published(network, path, Head::Fresh)?,
            Self::BnInception(network) => load_published(network, path, Head::Fresh)?,
        };
        Ok((self, loaded))
    }
}

impl Embedder for Backbone {
    fn dimension(&self) -> usize {
        match self {
            Self::Siamese(network) => network.dimension(),
            Self::InceptionResnet(network) => network.dimension(),
            Self::BnInception(network) => network.dimension(),
        }
    }

    fn embed(&self, faces: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Siamese(network) => network.embed(faces),
            Self::InceptionResnet(network) => network.embed(faces),
            Self::BnInception(network) => network.embed(faces),
        }
    }

    fn append_values(&self, graph: &mut Graph, input: &Value) -> Value {
        match self {
            Self::Siamese(network) => network.append_values(graph, input),
            Self::InceptionResnet(network) => network.append_values(graph, input),
            Self::BnInception(network) => network.append_values(graph, input),
        }
    }
}

impl Export for Backbone {
    fn input(&self) -> Port {
        match self {
            Self::Siamese(network) => network.input(),
            Self::InceptionResnet(network) => network.input(),
            Self::BnInception(network) => network.input(),
        }
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        match self {
            Self::Siamese(network) => network.append(graph, input),
            Self::InceptionResnet(network) => network.append(graph, input),
            Self::BnInception(network) => network.append(graph, input),
        }
    }
}

/// A network in training, with the heads that the losses of its recipe need.
#[derive(Module, Debug)]
pub struct IdentityNet {
    /// What remains after training.
    pub backbone: Backbone,
    /// Same person or not, from the values of two faces.
    pub pair: Option<PairHead>,
    /// Which of the people of the training set, from the values of a face.
    pub people: Option<Linear>,
}

impl IdentityNet {
    /// The network alone.
    #[must_use]
    pub const fn bare(backbone: Backbone) -> Self {
        Self {
            backbone,
            pair: None,
            people: None,
        }
    }

    /// With a head for pairs.
    #[must_use]
    pub fn with_pair_head(mut self, device: &Device) -> Self {
        self.pair = Some(PairHead::new(self.backbone.dimension(), device));
        self
    }

    /// With a head that tells `count` people apart.
    #[must_use]
    pub fn with_people(mut self, count: usize, device: &Device) -> Self {
        let head = LinearConfig::new(self.backbone.dimension(), count);
        self.people = Some(head.init(device));
        self
    }

    /// With the backbone of the network in the file at `path`, whatever its heads; the heads here stay.
    ///
    /// # Errors
    /// When it is another network, or cannot be read.
    pub fn with_backbone_from(self, path: &Path) -> anyhow::Result<Self> {
        let bare = checkpoint::load_part(Self::bare(self.backbone), path)?;
        Ok(Self {
            backbone: bare.backbone,
            ..self
        })
    }
}
