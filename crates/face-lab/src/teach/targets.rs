//! The targets of distillation: joined templates, projected on the principal directions of the training crops.

use std::path::Path;

use anyhow::Context as _;
use face_packs::Digest;
use serde::{Deserialize, Serialize};

use super::directions::principal_directions;
use super::teacher::normalise;
use super::{BlendSettings, TeachersRecipe};

/// What is told of the targets beside them.
pub const NOTE_FILE: &str = "targets.json";

/// What [`NOTE_FILE`] holds.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    dimension: usize,
    crops: usize,
    joined: usize,
    blends: Option<BlendSettings>,
    /// Rows that the directions were found on.
    training_rows: usize,
    targets: Digest,
    directions: Digest,
}

/// The target of every crop, by row of the index, and after them of every blend.
#[derive(Debug)]
pub struct Targets {
    /// Values of a target.
    pub dimension: usize,
    /// How many of them are of crops.
    pub crops: usize,
    /// How the others were drawn.
    pub blends: Option<BlendSettings>,
    values: Vec<f32>,
}

impl Targets {
    /// Reads the targets in `folder`.
    ///
    /// # Errors
    /// When they are not there, not complete or damaged.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let context = || {
            format!(
                "no complete targets in {}; run `lab teach`",
                folder.display()
            )
        };
        let note = std::fs::read(folder.join(NOTE_FILE)).with_context(context)?;
        let note: Note = serde_json::from_slice(&note)?;
        let bytes = std::fs::read(folder.join("targets.f32")).with_context(context)?;
        anyhow::ensure!(
            Digest::of(&bytes) == note.targets,
            "the targets in {} are damaged",
            folder.display()
        );
        let values = bytes.as_chunks::<4>().0.iter().copied();
        Ok(Self {
            dimension: note.dimension,
            crops: note.crops,
            blends: note.blends,
            values: values.map(f32::from_le_bytes).collect(),
        })
    }

    /// Targets at hand: `values` of `dimension` each, one for each crop.
    #[must_use]
    pub fn of_crops(dimension: usize, values: Vec<f32>) -> Self {
        Self {
            dimension,
            crops: values.len() / dimension,
            blends: None,
            values,
        }
    }

    /// The target of the crop or blend in `row`, of unit length.
    #[must_use]
    pub fn of(&self, row: usize) -> &[f32] {
        &self.values[row * self.dimension..(row + 1) * self.dimension]
    }
}

/// Projects `joined`, the templates of `crops` crops and then of blends, and writes `targets.f32`, `directions.f32` and
/// `targets.json`; the directions are those of the crops in `training` alone.
pub(super) fn write(
    folder: &Path,
    recipe: &TeachersRecipe,
    mut joined: Vec<f32>,
    training: &[usize],
    crops: usize,
) -> anyhow::Result<()> {
    let n = recipe.joined();
    joined.chunks_exact_mut(n).for_each(|row| join(row, recipe));
    let moments = second_moments(&joined, n, training);
    let directions: Vec<f32> = principal_directions(&moments, n, recipe.dimension)
        .into_iter()
        .flat_map(|direction| direction.into_iter().map(|v| v as f32))
        .collect();
    let targets: Vec<f32> = joined
        .chunks_exact(n)
        .flat_map(|row| project(row, &directions))
        .collect();
    let (targets, directions) = (bytes(&targets), bytes(&directions));
    let note = Note {
        dimension: recipe.dimension,
        crops,
        joined: n,
        blends: recipe.blends.clone(),
        training_rows: training.len(),
        targets: Digest::of(&targets),
        directions: Digest::of(&directions),
    };
    std::fs::write(folder.join("targets.f32"), targets)?;
    std::fs::write(folder.join("directions.f32"), directions)?;
    let note = serde_json::to_vec_pretty(&note)?;
    std::fs::write(folder.join(NOTE_FILE), note).context("cannot write targets.json")
}

/// Scales each teacher's part of a row by the root of its weight.
fn join(row: &mut [f32], recipe: &TeachersRecipe) {
    let mut rest = row;
    for teacher in &recipe.teacher {
        let (own, others) = rest.split_at_mut(teacher.dimension);
        for value in own.iter_mut() {
            *value *= teacher.weight.sqrt();
        }
        rest = others;
    }
}

/// The mean of `x xᵀ` over the rows; not centred, so that a similarity is kept as well as it can be.
fn second_moments(joined: &[f32], n: usize, rows: &[usize]) -> Vec<f64> {
    let mut moments = vec![0.0; n * n];
    for &row in rows {
        let x = &joined[row * n..(row + 1) * n];
        for (i, &xi) in x.iter().enumerate() {
            let line = &mut moments[i * n..(i + 1) * n];
            for (sum, &xj) in line.iter_mut().zip(x) {
                *sum += f64::from(xi * xj);
            }
        }
    }
    let count = rows.len().max(1) as f64;
    for sum in &mut moments {
        *sum /= count;
    }
    moments
}

/// The coordinates of `row` along each direction, scaled to unit length.
fn project(row: &[f32], directions: &[f32]) -> Vec<f32> {
    let along = |direction: &[f32]| row.iter().zip(direction).map(|(x, d)| x * d).sum();
    let mut target: Vec<f32> = directions.chunks_exact(row.len()).map(along).collect();
    normalise(&mut target);
    target
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_on_all_directions_keeps_similarities() {
        let rows = [[0.6_f32, 0.8, 0.0], [0.0, 0.6, 0.8], [1.0, 0.0, 0.0]];
        let joined = rows.concat();
        let moments = second_moments(&joined, 3, &[0, 1, 2]);
        let directions: Vec<f32> = principal_directions(&moments, 3, 3)
            .concat()
            .into_iter()
            .map(|v| v as f32)
            .collect();
        let targets: Vec<Vec<f32>> = rows.iter().map(|row| project(row, &directions)).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        for i in 0..3 {
            for j in 0..3 {
                let before = dot(&rows[i], &rows[j]);
                assert!((dot(&targets[i], &targets[j]) - before).abs() < 1e-6);
            }
        }
    }
}
