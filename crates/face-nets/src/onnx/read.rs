//! The weights of an embedder or a detector out of the file that it was exported to, so that training can go on from it.

use burn::module::Param;
use burn::nn::BatchNormConfig;
use burn::tensor::{Device, Tensor, TensorData, f16};
use prost::Message as _;

use super::proto::{self, data_type};
use crate::layers::ConvBlock;
use crate::residual::{ResidualNet, ResidualSettings, Stage};
use crate::{Detector, DetectorSettings};

/// Why a file gives no weights.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no ONNX file.
    #[error("it is no ONNX file")]
    Format(#[from] prost::DecodeError),
    /// It holds another network than the settings describe.
    #[error("it is of another network: {0}")]
    Other(String),
}

/// A linear map of the file.
struct Map {
    dims: Vec<usize>,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// The linear maps of a file that are not yet in a network, in the order in which they are computed.
struct Maps(std::vec::IntoIter<Map>);

impl Maps {
    fn of(bytes: &[u8]) -> Result<Self, ReadError> {
        let graph = proto::Model::decode(bytes)?.graph.unwrap_or_default();
        Ok(Self(maps(&graph)?.into_iter()))
    }

    fn next(&mut self, dims: &[usize]) -> Result<Map, ReadError> {
        let map = self.0.next();
        let map = map.ok_or_else(|| ReadError::Other(format!("{dims:?} is missing")))?;
        if map.dims == dims {
            Ok(map)
        } else {
            let text = format!("{:?} in place of {dims:?}", map.dims);
            Err(ReadError::Other(text))
        }
    }

    /// Weights and bias of the next map for a parameter of these lengths.
    fn next_pair<const D: usize>(
        &mut self,
        dims: [usize; D],
        device: &Device,
    ) -> Result<(Param<Tensor<D>>, Param<Tensor<1>>), ReadError> {
        let Map { weight, bias, .. } = self.next(&dims)?;
        let length = bias.len();
        Ok((
            parameter(weight, dims, device),
            parameter(bias, [length], device),
        ))
    }

    /// Fills a block with the next map, into which its normalisation was folded; its own then does nothing but add.
    fn fill(&mut self, block: &mut ConvBlock, device: &Device) -> Result<(), ReadError> {
        let (weight, bias) = self.next_pair(block.conv.weight.dims(), device)?;
        let [channels] = bias.dims();
        let norm = BatchNormConfig::new(channels).init(device);
        // A fresh normalisation divides by √(1 + ε).
        let scale = (1.0 + norm.epsilon).sqrt() as f32;
        block.conv.weight = weight;
        block.norm = burn::nn::BatchNorm {
            gamma: parameter(vec![scale; channels], [channels], device),
            beta: bias,
            ..norm
        };
        Ok(())
    }

    fn end(mut self) -> Result<(), ReadError> {
        match self.0.next() {
            None => Ok(()),
            Some(map) => Err(ReadError::Other(format!("{:?} is left over", map.dims))),
        }
    }
}

impl ResidualSettings {
    /// The network that was exported to `bytes`, whose answers it gives.
    ///
    /// The file's convolutions have their normalisation folded in, so the network's own does nothing but add: before it is
    /// trained on, it must be [settled](ResidualNet::settled).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_onnx(&self, bytes: &[u8], device: &Device) -> Result<ResidualNet, ReadError> {
        let mut maps = Maps::of(bytes)?;
        let mut net = self.init(device);
        let stages = net.stages.iter_mut().flat_map(Stage::convolutions_mut);
        for block in std::iter::once(&mut net.stem).chain(stages) {
            maps.fill(block, device)?;
        }
        let (weight, bias) = maps.next_pair(net.head.weight.dims(), device)?;
        net.head.weight = weight;
        net.head.bias = Some(bias);
        maps.end()?;
        Ok(net)
    }
}

impl DetectorSettings {
    /// The detector that was exported to `bytes`, whose answers it gives; before it is trained on, it must be
    /// [settled](Detector::settled), as an embedder must.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_onnx(&self, bytes: &[u8], device: &Device) -> Result<Detector, ReadError> {
        let mut maps = Maps::of(bytes)?;
        let mut net = self.init(device);
        for block in net.convolutions_before_heads_mut() {
            maps.fill(block, device)?;
        }
        for head in &mut net.heads {
            maps.fill(&mut head.block, device)?;
            let (weight, bias) = maps.next_pair(head.outputs.weight.dims(), device)?;
            head.outputs.weight = weight;
            head.outputs.bias = Some(bias);
        }
        maps.end()?;
        Ok(net)
    }
}

fn parameter<const D: usize>(
    values: Vec<f32>,
    dims: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(values, dims), device)
}

/// Convolutions and matrices in the order in which they are computed.
fn maps(graph: &proto::Graph) -> Result<Vec<Map>, ReadError> {
    let is_map = |node: &&proto::Node| matches!(node.op_type.as_str(), "Conv" | "Gemm");
    let read = |node: &proto::Node| {
        let [_, weight, bias] = node.input.as_slice() else {
            return Err(ReadError::Other(format!("{} has no bias", node.name)));
        };
        let (dims, weight) = constant(graph, weight)?;
        let (_, bias) = constant(graph, bias)?;
        Ok(Map { dims, weight, bias })
    };
    graph.node.iter().filter(is_map).map(read).collect()
}

/// The constant called `name`, or that of half the width which a node called so widens.
fn constant(graph: &proto::Graph, name: &str) -> Result<(Vec<usize>, Vec<f32>), ReadError> {
    let gives_it = |node: &&proto::Node| {
        node.op_type == "Cast" && node.output.iter().any(|output| output == name)
    };
    let stored = graph.node.iter().find(gives_it);
    let stored = stored.map_or(name, |cast| &cast.input[0]);
    let found = graph.initializer.iter().find(|c| c.name == stored);
    let found = found.ok_or_else(|| ReadError::Other(format!("{name} is no constant")))?;
    let raw = &found.raw_data;
    let values = match found.data_type {
        Some(data_type::FLOAT16) => raw
            .as_chunks::<2>()
            .0
            .iter()
            .map(|bytes| f16::from_le_bytes(*bytes).to_f32())
            .collect(),
        Some(data_type::FLOAT) => raw
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect(),
        other => {
            return Err(ReadError::Other(format!(
                "{name} has numbers of kind {other:?}"
            )));
        }
    };
    let dims = found.dims.iter().map(|length| *length as usize).collect();
    Ok((dims, values))
}

#[cfg(test)]
mod tests {
    use burn::module::Module as _;

    use super::*;
    use crate::Grid;
    use crate::onnx::testing::{noise, shaken};
    use crate::onnx::{Export as _, ExportOptions, Mirrored, Storage};
    use crate::residual::StageSettings;

    fn settings() -> ResidualSettings {
        let stage = |channels, blocks| StageSettings { channels, blocks };
        ResidualSettings {
            side: 32,
            stem: 8,
            stages: vec![stage(16, 1), stage(24, 2)],
            dimension: 16,
            slope: 0.1,
        }
    }

    fn exported(storage: Storage) -> (ResidualNet, Vec<u8>) {
        let settings = settings();
        let net = shaken(settings.init(&Device::flex()));
        let mirrored = Mirrored {
            network: (&settings, &net),
            dimension: 16,
        };
        let options = ExportOptions {
            storage,
            ..ExportOptions::default()
        };
        let bytes = mirrored.to_onnx(&options);
        (net, bytes)
    }

    fn difference(a: Tensor<2>, b: Tensor<2>) -> f32 {
        let scale = b.clone().abs().max().into_scalar::<f32>();
        (a - b).abs().max().into_scalar::<f32>() / scale
    }

    #[rstest::rstest]
    #[case(Storage::Single, 1e-4)]
    #[case(Storage::Half, 1e-2)]
    fn a_network_comes_back_from_its_file(#[case] storage: Storage, #[case] most: f32) {
        let (net, bytes) = exported(storage);
        let read = settings().from_onnx(&bytes, &Device::flex()).unwrap();
        let x = noise([4, 3, 32, 32]);
        let found = difference(read.forward(x.clone()), net.forward(x));
        assert!(found < most, "{found}");
    }

    #[test]
    fn a_settled_network_answers_alike_in_training_and_after_it() {
        let (net, bytes) = exported(Storage::Single);
        let device = Device::flex();
        let x = noise([16, 3, 32, 32]);
        let read = settings().from_onnx(&bytes, &device).unwrap();
        let settled = read.clone().settled(x.clone());
        let found = difference(settled.forward(x.clone()), net.forward(x.clone()));
        assert!(found < 1e-3, "{found}");
        let answer_in_training = |net: ResidualNet| {
            let answer = net.train().forward(Tensor::from_inner(x.clone()));
            difference(answer.inner(), read.forward(x.clone()))
        };
        assert!(answer_in_training(settled) < 1e-2);
        assert!(answer_in_training(read.clone()) > 0.1);
    }

    /// What a detector says of pictures, all of it in a row.
    fn said(net: &Detector, x: Tensor<4>) -> Tensor<2> {
        let grid = Grid::joined(&net.forward(x));
        let parts = vec![grid.class, grid.object, grid.bounds, grid.points];
        Tensor::cat(parts, 2).flatten(1, 2)
    }

    #[test]
    fn a_detector_comes_back_and_settled_answers_alike_in_training() {
        let device = Device::flex();
        let settings = DetectorSettings::default();
        let net = shaken(settings.init(&device));
        let x = noise([8, 3, 64, 96]);
        let expected = said(&net, x.clone());
        let bytes = net.to_onnx(&ExportOptions::default());
        let read = settings.from_onnx(&bytes, &device).unwrap();
        let found = difference(said(&read, x.clone()), expected.clone());
        assert!(found < 1e-4, "{found}");
        let settled = read.settled(x.clone());
        let found = difference(said(&settled, x.clone()), expected.clone());
        assert!(found < 1e-3, "{found}");
        let in_training = said(&settled.train(), Tensor::from_inner(x)).inner();
        let found = difference(in_training, expected);
        assert!(found < 1e-2, "{found}");
    }

    #[test]
    fn another_network_s_file_is_refused() {
        let (_, bytes) = exported(Storage::Single);
        let larger = ResidualSettings {
            dimension: 32,
            ..settings()
        };
        let error = larger.from_onnx(&bytes, &Device::flex()).unwrap_err();
        assert!(error.to_string().contains("another network"), "{error}");
        assert!(larger.from_onnx(b"no file", &Device::flex()).is_err());
        let detector = DetectorSettings::default();
        assert!(detector.from_onnx(&bytes, &Device::flex()).is_err());
    }
}
