//! The check during training: people who are in no batch.

use std::sync::Arc;

use burn::tensor::Device;
use face_data::{CropSet, Placement};
use face_nets::Embedder as _;
use face_nets::residual::ResidualNet;

use crate::faces::{Pictures, SIGNED_UNIT, answers};
use crate::teach::Targets;
use crate::train::Validation;

/// Crops of people kept out of training, with their targets.
#[derive(Debug)]
pub struct DevSet {
    crops: Arc<CropSet>,
    targets: Arc<Targets>,
    placement: Placement,
    rows: Vec<usize>,
}

impl DevSet {
    /// The crops in `rows`.
    #[must_use]
    pub const fn new(
        crops: Arc<CropSet>,
        targets: Arc<Targets>,
        placement: Placement,
        rows: Vec<usize>,
    ) -> Self {
        Self {
            crops,
            targets,
            placement,
            rows,
        }
    }

    /// The mean cosine to the target, and shares of mated pairs accepted where one in a hundred and one in a thousand of
    /// the non-mated is.
    pub(super) fn validate(&self, net: &ResidualNet, device: &Device) -> Validation {
        let templates = self.templates(net, device);
        let cosine = |(template, &row): (&Vec<f32>, &usize)| dot(template, self.targets.of(row));
        let sum: f64 = templates.iter().zip(&self.rows).map(cosine).sum();
        let cosine = sum / self.rows.len().max(1) as f64;
        let (mated, non_mated) = self.comparisons(&templates);
        Validation {
            score: cosine,
            metrics: vec![
                ("cosine", cosine),
                ("tar_1e-2", accepted(&mated, &non_mated, 1e-2)),
                ("tar_1e-3", accepted(&mated, &non_mated, 1e-3)),
            ],
        }
    }

    fn templates(&self, net: &ResidualNet, device: &Device) -> Vec<Vec<f32>> {
        let (values, dimension) = answers(
            &self.rows,
            &Pictures::new(self.placement.side, &SIGNED_UNIT),
            |row, faces| faces.add(self.crops.crop(row), &self.placement),
            |faces| net.templates(faces),
            device,
        );
        let rows = values.chunks_exact(dimension.max(1));
        rows.map(<[f32]>::to_vec).collect()
    }

    /// Similarities of all pairs of one person, and of all pairs of two.
    fn comparisons(&self, templates: &[Vec<f32>]) -> (Vec<f64>, Vec<f64>) {
        let (mut mated, mut non_mated) = (Vec::new(), Vec::new());
        let labels = self.crops.labels();
        for (i, a) in templates.iter().enumerate() {
            for (j, b) in templates.iter().enumerate().skip(i + 1) {
                let is_mated = labels[self.rows[i]] == labels[self.rows[j]];
                let list = if is_mated { &mut mated } else { &mut non_mated };
                list.push(dot(a, b));
            }
        }
        (mated, non_mated)
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(x, y)| f64::from(x * y)).sum()
}

/// Share of `mated` above the similarity that at most `fmr` of `non_mated` exceed; 0 without comparisons.
fn accepted(mated: &[f64], non_mated: &[f64], fmr: f64) -> f64 {
    let mut sorted = non_mated.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let allowed = (fmr * sorted.len() as f64) as usize;
    let threshold = sorted.get(allowed).copied().unwrap_or(f64::INFINITY);
    let above = mated.iter().filter(|&&similarity| similarity > threshold);
    above.count() as f64 / mated.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_accepted_is_as_counted_by_hand() {
        let non_mated: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
        // One of a hundred may be accepted: the threshold is the second largest, 0.98.
        assert!((accepted(&[0.5, 0.985, 0.99, 1.0], &non_mated, 0.01) - 0.75).abs() < 1e-12);
        assert!(accepted(&[], &non_mated, 0.01).abs() < 1e-12);
    }
}
