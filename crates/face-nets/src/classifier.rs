//! Small networks that tell two classes apart from a crop: open from closed eyes, bona fide faces from attacks.
//!
//! A residual trunk of 3 by 3 convolutions, the mean of each channel, a linear map to a logit a class. The exported
//! output, `logits`, goes through a softmax in the pipeline (`activation = "softmax"` in a pack's manifest).
//!
//! | settings | input | parameters | multiply-adds | ONNX Runtime, one AVX2 thread |
//! | --- | --- | --- | --- | --- |
//! | [`ClassifierSettings::eyes`] | 32x32 | 116,370 | 3.1 million | 0.09 ms |
//! | [`ClassifierSettings::attack`] | 80x80 | 485,906 | 28 million | 0.65 ms |

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::embedder::{append_means, means};
use crate::onnx::{Export, Graph, Layer, Port, Value};
use crate::residual::StageSettings;
use crate::trunk::Trunk;

/// The network's size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierSettings {
    /// Side of the square input in pixels.
    pub side: usize,
    /// Channels after the first convolution, which halves the side.
    pub stem: usize,
    /// The stages that follow; each halves the side once more.
    pub stages: Vec<StageSettings>,
    /// Classes.
    pub classes: usize,
    /// Factor of negative values in the rectifiers.
    pub slope: f64,
}

impl ClassifierSettings {
    /// For a crop of one eye: class 0 is closed, class 1 open.
    #[must_use]
    pub fn eyes() -> Self {
        Self {
            side: 32,
            stem: 16,
            stages: stages([(32, 1), (64, 1)]),
            classes: 2,
            slope: 0.0,
        }
    }

    /// For a face with some of its surroundings: class 0 is an attack, class 1 bona fide.
    #[must_use]
    pub fn attack() -> Self {
        Self {
            side: 80,
            stem: 16,
            stages: stages([(32, 1), (64, 1), (128, 1)]),
            classes: 2,
            slope: 0.0,
        }
    }

    /// The network with weights to be trained.
    #[must_use]
    pub fn init(&self, device: &Device) -> Classifier {
        let channels = self.stages.last().map_or(self.stem, |last| last.channels);
        Classifier {
            trunk: Trunk::new(self.stem, &self.stages, self.slope, device),
            head: LinearConfig::new(channels, self.classes).init(device),
            side: self.side,
        }
    }
}

fn stages<const N: usize>(stages: [(usize, usize); N]) -> Vec<StageSettings> {
    let stage = |(channels, blocks)| StageSettings { channels, blocks };
    stages.map(stage).into()
}

/// The network.
#[derive(Module, Debug)]
pub struct Classifier {
    trunk: Trunk,
    head: Linear,
    side: usize,
}

impl Classifier {
    /// Logits: `[n, 3, side, side]` to `[n, classes]`.
    #[must_use]
    pub fn forward(&self, crops: Tensor<4>) -> Tensor<2> {
        let last = self.trunk.forward(crops).pop();
        self.head.forward(means(last.expect("there are stages")))
    }
}

impl Export for Classifier {
    fn input(&self) -> Port {
        Port::pictures([self.side; 2])
    }

    fn append(&self, graph: &mut Graph, input: &Value) -> Vec<(Port, Value)> {
        let last = self.trunk.append(graph, input).pop();
        let x = append_means(graph, &last.expect("there are stages"));
        let logits = self.head.append(graph, &x);
        let classes = self.head.weight.dims()[1];
        vec![(Port::vectors("logits", classes), logits)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{assert_agrees, noise, shaken};
    use crate::onnx::{ExportOptions, Storage, cost};
    use crate::parameters;

    #[rstest::rstest]
    #[case::eyes(ClassifierSettings::eyes())]
    #[case::attack(ClassifierSettings::attack())]
    fn burn_and_onnx_runtime_answer_alike(#[case] settings: ClassifierSettings) {
        let network = shaken(settings.init(&Device::flex()));
        let x = noise([3, 3, settings.side, settings.side]);
        let expected = [network.forward(x.clone()).into_data()];
        assert_agrees(&network, Storage::Single, x, &expected, 1e-4);
    }

    #[rstest::rstest]
    #[case::eyes(ClassifierSettings::eyes(), 116_370, 3_059_840)]
    #[case::attack(ClassifierSettings::attack(), 485_906, 28_339_456)]
    fn they_are_as_small_as_stated(
        #[case] settings: ClassifierSettings,
        #[case] expected_parameters: usize,
        #[case] multiply_adds: u64,
    ) {
        let network = settings.init(&Device::flex());
        let shape = [1, 3, settings.side, settings.side];
        let found = cost(&network.to_model(&ExportOptions::default()), &shape).unwrap();
        let found = (parameters(&network), found.multiply_adds);
        assert_eq!(found, (expected_parameters, multiply_adds));
    }
}
