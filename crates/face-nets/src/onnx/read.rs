//! The weights of an embedder out of the file that it was exported to, so that training can go on from it.

use burn::module::Param;
use burn::nn::BatchNormConfig;
use burn::tensor::{Device, TensorData, f16};
use prost::Message as _;

use super::proto::{self, data_type};
use crate::layers::ConvBlock;
use crate::residual::{ResidualNet, ResidualSettings};

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

impl ResidualSettings {
    /// The network that was exported to `bytes`, whose answers it gives.
    ///
    /// The file's convolutions have their normalisation folded in, so the network's own does nothing but add: before it is
    /// trained on, it must be [settled](ResidualNet::settled).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_onnx(&self, bytes: &[u8], device: &Device) -> Result<ResidualNet, ReadError> {
        let graph = proto::Model::decode(bytes)?.graph.unwrap_or_default();
        let mut maps = maps(&graph)?.into_iter();
        let mut net = self.init(device);
        for block in net.blocks_mut() {
            let map = next(&mut maps, &block.conv.weight.dims())?;
            let channels = map.bias.len();
            block.conv.weight = parameter(map.weight, block.conv.weight.dims(), device);
            // A fresh normalisation divides by √(1 + ε).
            let norm = BatchNormConfig::new(channels).init(device);
            let scale = (1.0 + norm.epsilon).sqrt() as f32;
            block.norm = burn::nn::BatchNorm {
                gamma: parameter(vec![scale; channels], [channels], device),
                beta: parameter(map.bias, [channels], device),
                ..norm
            };
        }
        let head = next(&mut maps, &net.head.weight.dims())?;
        let (dims, length) = (net.head.weight.dims(), head.bias.len());
        net.head.weight = parameter(head.weight, dims, device);
        net.head.bias = Some(parameter(head.bias, [length], device));
        match maps.next() {
            None => Ok(net),
            Some(map) => Err(ReadError::Other(format!("{:?} is left over", map.dims))),
        }
    }
}

impl ResidualNet {
    /// The blocks in the order in which they are exported.
    fn blocks_mut(&mut self) -> Vec<&mut ConvBlock> {
        let mut blocks = vec![&mut self.stem];
        for stage in &mut self.stages {
            blocks.push(&mut stage.entry);
            for block in &mut stage.blocks {
                blocks.extend([&mut block.first, &mut block.second]);
            }
        }
        blocks
    }
}

fn parameter<const D: usize>(
    values: Vec<f32>,
    dims: [usize; D],
    device: &Device,
) -> Param<burn::tensor::Tensor<D>> {
    Param::from_data(TensorData::new(values, dims), device)
}

fn next(maps: &mut impl Iterator<Item = Map>, dims: &[usize]) -> Result<Map, ReadError> {
    let map = maps.next();
    let map = map.ok_or_else(|| ReadError::Other(format!("{dims:?} is missing")))?;
    if map.dims == dims {
        Ok(map)
    } else {
        let text = format!("{:?} in place of {dims:?}", map.dims);
        Err(ReadError::Other(text))
    }
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
    use burn::tensor::Tensor;

    use super::*;
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
    }
}
