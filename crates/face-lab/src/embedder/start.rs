//! An embedder with the weights of another.

use std::path::Path;

use anyhow::{Context as _, ensure};
use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};
use face_nets::residual::{ResidualNet, ResidualSettings};
use nalgebra::DMatrix;

use super::{EmbedderRecipe, FaceBatches};
use crate::train::{BatchSource as _, Start, checkpoint};

/// Batches on which an exported network is looked at before it is trained on.
const BATCHES: u64 = 24;

/// The network `settings` with the weights of `start`, ready to be trained on `batches`.
///
/// # Errors
/// When they cannot be read or are of another network.
pub(super) fn network(
    start: &Start,
    settings: &ResidualSettings,
    batches: &FaceBatches,
    device: &Device,
) -> anyhow::Result<ResidualNet> {
    match start {
        Start::Run { recipe, weights } => {
            let network = EmbedderRecipe::parse(recipe)?.network;
            of_run(settings, &network, weights, device)
        }
        Start::Exported(path) => {
            let read = |bytes: &[u8]| settings.from_onnx(bytes, &Device::flex());
            let net = brought_near(Start::exported(path, read)?, batches)?;
            // Weights that are to be trained belong to a network on their device.
            Ok(settings.init(device).try_load_record(net.into_record())?)
        }
    }
}

fn of_run(
    settings: &ResidualSettings,
    network: &ResidualSettings,
    weights: &Path,
    device: &Device,
) -> anyhow::Result<ResidualNet> {
    let net = checkpoint::load(network.init(device), weights).context("the run to start from")?;
    let same_but_side = ResidualSettings {
        side: settings.side,
        ..network.clone()
    };
    ensure!(
        same_but_side == *settings,
        "the run to start from trained another network"
    );
    let (from, to) = (network.last_side(), settings.last_side());
    Ok(if from == to {
        net
    } else {
        net.with_last_side(from, to)
    })
}

/// `net`, out of a file, settled on faces and turned to where the targets lie.
///
/// Targets of another day may lie along other directions: those of about equal weight come out in any mixture. Likeness does not
/// change by turning, so the network has lost nothing that a turn does not bring back.
fn brought_near(net: ResidualNet, batches: &FaceBatches) -> anyhow::Result<ResidualNet> {
    let device = Device::flex();
    let mut net = net;
    let (mut answers, mut targets) = (Vec::new(), Vec::new());
    for step in 0..BATCHES {
        let batch = batches.batch(step)?;
        let faces: Tensor<4> = batch.faces.into_tensor(&device);
        if step == 0 {
            net = net.settled(faces.clone());
        }
        let values = net.forward(faces).into_data();
        answers.extend(values.iter::<f64>());
        targets.extend(batch.targets.iter().map(|&value| f64::from(value)));
    }
    let [_, dimension] = net.head.weight.dims();
    let turn = turn(&answers, &targets, dimension);
    let data = TensorData::new(turn, [dimension, dimension]);
    Ok(net.turned(Tensor::from_data(data, &device)))
}

/// The rotation with scale R, row-major, for which `answers` times R comes nearest to `targets`, both rows of `dimension`
/// values (orthogonal Procrustes, Schönemann 1966; the scale by least squares).
fn turn(answers: &[f64], targets: &[f64], dimension: usize) -> Vec<f32> {
    let rows = answers.len() / dimension;
    let a = DMatrix::from_row_slice(rows, dimension, answers);
    let t = DMatrix::from_row_slice(rows, dimension, targets);
    let found = (a.transpose() * t).svd(true, true);
    let (u, v) = found.u.zip(found.v_t).expect("both sides were asked for");
    let scale = found.singular_values.sum() / a.norm_squared().max(f64::MIN_POSITIVE);
    // Column by column of the transpose is row by row.
    (u * v * scale)
        .transpose()
        .iter()
        .map(|value| *value as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_and_scaled_cloud_is_turned_back() {
        let targets = [1.0, 0.0, 0.0, 2.0, -1.0, 1.0, 0.5, 0.3];
        // A quarter turn and twice the size.
        let answers: Vec<f64> = targets
            .as_chunks::<2>()
            .0
            .iter()
            .flat_map(|[x, y]| [-2.0 * y, 2.0 * x])
            .collect();
        let found = turn(&answers, &targets, 2);
        let expected = [0.0, -0.5, 0.5, 0.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
