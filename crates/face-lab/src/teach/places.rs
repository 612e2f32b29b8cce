//! A template as the sum over places of the face.
//!
//! Where a network ends in a map that is weighted, added up over its places and multiplied by a matrix, every place has
//! its share in the template. A student that is told each share learns what is to be seen where, and not only what it
//! comes to in the end: sixteen small lessons from one face.

use anyhow::{Context as _, ensure};
use face_nets::onnx::proto;
use face_packs::{Network, OnnxRuntime};
use prost::Message as _;

/// Largest difference between the sum of the shares and the template, in lengths of the template.
const ROUNDING: f32 = 1e-3;

/// Shares of a grid of `side` by `side` places in a template of `dimension` values: row by row, `[side * side, dimension]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// Places a side.
    pub side: usize,
    /// Values of the template.
    pub dimension: usize,
    /// The shares.
    pub values: Vec<f32>,
}

impl Places {
    /// The template.
    pub(crate) fn sum(&self) -> Vec<f32> {
        let mut sum = vec![0.0; self.dimension];
        for share in self.values.chunks_exact(self.dimension) {
            add(&mut sum, share);
        }
        sum
    }

    /// The places of the mirrored face.
    pub(crate) fn mirrored(&self) -> Self {
        let rows = self.values.chunks_exact(self.side * self.dimension);
        let values = rows.flat_map(|row| row.chunks_exact(self.dimension).rev().flatten());
        Self {
            values: values.copied().collect(),
            ..*self
        }
    }

    /// Scaled so that the sum is of unit length; a sum of zeros stays.
    pub(super) fn normalise(&mut self) {
        let length = length(&self.sum());
        if length > 0.0 {
            self.values.iter_mut().for_each(|value| *value /= length);
        }
    }

    /// Both, place by place.
    pub(super) fn plus(mut self, other: &Self) -> Self {
        add(&mut self.values, &other.values);
        self
    }
}

/// A network cut in two at the map after which every place counts for itself.
#[derive(Debug)]
pub(super) struct Cut {
    /// From the picture to the map, `[1, c, h, w]`.
    front: Network,
    /// From maps to templates.
    back: Network,
    /// Places a side.
    side: usize,
}

impl Cut {
    /// Cuts the ONNX file in `bytes`, called `name`, at its value `map`, for one thread.
    ///
    /// # Errors
    /// When there is no such value, or what follows needs more than it.
    pub(super) fn open(
        runtime: &OnnxRuntime,
        (name, bytes): (&str, &[u8]),
        map: &str,
        side: usize,
    ) -> anyhow::Result<Self> {
        let (front, back) = cut(bytes, map).with_context(|| format!("{name} at {map}"))?;
        Ok(Self {
            front: Network::from_bytes(runtime, name, &front, 1)?,
            back: Network::from_bytes(runtime, name, &back, 1)?,
            side,
        })
    }

    /// The shares of the places in the template of a picture, whose values have `shape`.
    ///
    /// # Errors
    /// When the map has no such grid, or the template is no sum over its places.
    pub(super) fn places(&mut self, shape: &[usize], picture: &[f32]) -> anyhow::Result<Places> {
        let side = self.side;
        let maps = {
            let outputs = self.front.run(shape, picture)?;
            let map = outputs.at(0)?;
            let &[1, channels, height, width] = map.shape else {
                anyhow::bail!("the map has the shape {:?}", map.shape);
            };
            let [channels, height, width] = [channels, height, width].map(|axis| axis as usize);
            ensure!(
                height.is_multiple_of(side) && width.is_multiple_of(side),
                "a map of {height} by {width} has no {side} by {side} places"
            );
            masked(map.values, [channels, height, width], side)
        };
        let outputs = self.back.run(&maps.shape, &maps.values)?;
        let answers = outputs.at(0)?.values;
        let dimension = answers.len() / maps.shape[0];
        let mut answers = answers.chunks_exact(dimension);
        let [nothing, whole] = [0, 0].map(|_| answers.next().expect("two maps come first"));
        let mut places = Places {
            side,
            dimension,
            values: answers.flatten().copied().collect(),
        };
        // Each answer has the constant part whole; it is to be there once in the sum.
        let rest = 1.0 - 1.0 / (side * side) as f32;
        for share in places.values.chunks_exact_mut(dimension) {
            for (value, constant) in share.iter_mut().zip(nothing) {
                *value -= rest * constant;
            }
        }
        let error: Vec<f32> = whole.iter().zip(places.sum()).map(|(w, s)| w - s).collect();
        ensure!(
            length(&error) <= ROUNDING * length(whole),
            "what follows the map is no sum over its places"
        );
        Ok(places)
    }
}

/// Maps one after the other, `[n, c, h, w]`.
struct Maps {
    shape: [usize; 4],
    values: Vec<f32>,
}

/// An empty map, the whole one, and for each place of the grid one that is empty elsewhere.
fn masked(map: &[f32], [channels, height, width]: [usize; 3], side: usize) -> Maps {
    let count = 2 + side * side;
    let mut values = vec![0.0; count * map.len()];
    values[map.len()..2 * map.len()].copy_from_slice(map);
    for (at, &value) in map.iter().enumerate() {
        let (row, column) = (at / width % height, at % width);
        let place = row * side / height * side + column * side / width;
        values[(2 + place) * map.len() + at] = value;
    }
    Maps {
        shape: [count, channels, height, width],
        values,
    }
}

/// The files of the part that gives the value `at`, and of the part that goes on from it.
fn cut(bytes: &[u8], at: &str) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let model = proto::Model::decode(bytes)?;
    let graph = model.graph.clone().context("the file has no graph")?;
    let gives_it = |node: &proto::Node| node.output.iter().any(|output| output == at);
    let last = graph.node.iter().position(gives_it);
    let last = last.context("there is no such value")?;
    let is_constant =
        |name: &String| name.is_empty() || graph.initializer.iter().any(|c| c.name == *name);

    let mut wanted = vec![at.to_owned()];
    let mut front = Vec::new();
    for node in graph.node[..=last].iter().rev() {
        if node.output.iter().any(|output| wanted.contains(output)) {
            wanted.extend(node.input.iter().cloned());
            front.push(node.clone());
        }
    }
    front.reverse();

    let mut known = vec![at.to_owned()];
    let mut back = Vec::new();
    for node in &graph.node[last + 1..] {
        if node.input.iter().any(|input| known.contains(input)) {
            known.extend(node.output.iter().cloned());
            back.push(node.clone());
        }
    }
    let needs = |node: &proto::Node| {
        let is_there = |name: &&String| !known.contains(name) && !is_constant(name);
        node.input.iter().find(is_there).cloned()
    };
    if let Some(other) = back.iter().find_map(needs) {
        anyhow::bail!("what follows needs {other} as well");
    }

    let constants_of = |nodes: &[proto::Node]| {
        let is_used = |constant: &&proto::Tensor| {
            let mut inputs = nodes.iter().flat_map(|node| &node.input);
            inputs.any(|input| *input == constant.name)
        };
        graph.initializer.iter().filter(is_used).cloned().collect()
    };
    let part = |node: Vec<proto::Node>, input, output| {
        let graph = proto::Graph {
            initializer: constants_of(&node),
            node,
            name: graph.name.clone(),
            input,
            output,
        };
        let model = proto::Model {
            graph: Some(graph),
            ..model.clone()
        };
        model.encode_to_vec()
    };
    let map = vec![floats(at)];
    Ok((
        part(front, graph.input.clone(), map.clone()),
        part(back, map, graph.output.clone()),
    ))
}

/// A value of 32-bit floats, of any shape.
fn floats(name: &str) -> proto::ValueInfo {
    proto::ValueInfo {
        name: name.to_owned(),
        r#type: Some(proto::Type {
            tensor_type: Some(proto::TensorType {
                elem_type: Some(proto::data_type::FLOAT),
                shape: None,
            }),
        }),
    }
}

fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

fn length(values: &[f32]) -> f32 {
    values.iter().map(|v| v * v).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};
    use face_nets::onnx::{Export as _, ExportOptions};
    use face_nets::residual::{ResidualSettings, StageSettings};

    use super::*;
    use crate::testing::runtime;

    fn places() -> Places {
        Places {
            side: 2,
            dimension: 2,
            values: vec![1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 3.0],
        }
    }

    #[test]
    fn places_add_up_and_mirror_by_hand() {
        let mut places = places();
        assert_eq!(places.sum(), [3.0, 4.0]);
        let mirrored = [2.0, 0.0, 1.0, 0.0, 0.0, 3.0, 0.0, 1.0];
        assert_eq!(places.mirrored().values, mirrored);
        places.normalise();
        assert!((length(&places.sum()) - 1.0).abs() < 1e-6);
        assert!((places.values[2] - 0.4).abs() < 1e-6);
    }

    #[test]
    fn masks_lie_where_their_places_are() {
        // One channel of 2 by 4, in 2 by 2 places of 1 by 2.
        let map: Vec<f32> = (1..=8).map(|value| value as f32).collect();
        let maps = masked(&map, [1, 2, 4], 2);
        assert_eq!(maps.shape, [6, 1, 2, 4]);
        let rows: Vec<&[f32]> = maps.values.chunks_exact(8).collect();
        assert_eq!(rows[0], [0.0; 8]);
        assert_eq!(rows[1], map);
        assert_eq!(rows[2], [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(rows[5], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 8.0]);
    }

    fn settings() -> ResidualSettings {
        let stage = |channels| StageSettings {
            channels,
            blocks: 1,
        };
        ResidualSettings {
            side: 32,
            stem: 4,
            stages: vec![stage(8), stage(8)],
            dimension: 6,
            slope: 0.1,
        }
    }

    /// A small network's file and the name of the value that node number `back` from the end takes.
    fn file(back: usize) -> (Vec<u8>, String) {
        let settings = settings();
        let network = settings.init(&Device::flex());
        let mut model = (&settings, &network).to_model(&ExportOptions::default());
        let graph = model.graph.as_mut().unwrap();
        // Up to the matrix and its bias: bringing to unit length is no sum.
        let end = graph.node.iter().position(|node| node.op_type == "Gemm");
        graph.node.truncate(end.unwrap() + 1);
        let last = graph.node.last().unwrap().output[0].clone();
        graph.output = vec![floats(&last)];
        let at = graph.node[graph.node.len() - back].input[0].clone();
        (model.encode_to_vec(), at)
    }

    #[test]
    fn the_shares_are_those_of_the_network_s_own_places() {
        let Some(runtime) = runtime() else { return };
        let (bytes, at) = file(2);
        let mut cut = Cut::open(&runtime, ("small", &bytes), &at, 4).unwrap();
        let picture: Vec<f32> = (0..3 * 32 * 32)
            .map(|i| (i % 17) as f32 / 8.0 - 1.0)
            .collect();
        let places = cut.places(&[1, 3, 32, 32], &picture).unwrap();
        let mut whole = Network::from_bytes(&runtime, "small", &bytes, 1).unwrap();
        let outputs = whole.run(&[1, 3, 32, 32], &picture).unwrap();
        let expected = outputs.at(0).unwrap().values;
        assert_eq!((places.side, places.dimension), (4, expected.len()));
        for (sum, expected) in places.sum().iter().zip(expected) {
            assert!((sum - expected).abs() < 1e-4, "{sum} {expected}");
        }
    }

    #[test]
    fn a_cut_before_a_convolution_is_no_sum_over_places() {
        let Some(runtime) = runtime() else { return };
        let (bytes, _) = file(2);
        let model = proto::Model::decode(bytes.as_slice()).unwrap();
        let first = model.graph.unwrap().node[1].output[0].clone();
        let mut cut = Cut::open(&runtime, ("small", &bytes), &first, 4).unwrap();
        let picture = vec![1.0; 3 * 32 * 32];
        let error = cut.places(&[1, 3, 32, 32], &picture).unwrap_err();
        assert!(error.to_string().contains("no sum"), "{error}");
    }

    #[test]
    fn a_value_that_is_not_there_is_named() {
        let Some(runtime) = runtime() else { return };
        let (bytes, _) = file(2);
        let error = Cut::open(&runtime, ("small", &bytes), "elsewhere", 4).unwrap_err();
        assert!(error.to_string().contains("elsewhere"), "{error}");
    }

    #[test]
    fn a_student_s_places_add_up_to_its_template() {
        let network = settings().init(&Device::flex());
        let faces = Tensor::random(
            [3, 3, 32, 32],
            burn::tensor::Distribution::Default,
            &Device::flex(),
        );
        let places = network.places(faces.clone());
        assert_eq!(places.dims(), [3, 16, 6]);
        let sum: Tensor<2> = places.sum_dim(1).squeeze_dim(1);
        let difference = (sum - network.forward(faces))
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(difference < 1e-5, "{difference}");
    }
}
