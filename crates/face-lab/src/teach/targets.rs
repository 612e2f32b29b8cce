//! The targets of distillation: joined templates, projected on the principal directions of the training crops.

use std::path::Path;

use anyhow::Context as _;
use face_packs::Digest;
use serde::{Deserialize, Serialize};

use super::directions::principal_directions;
use super::{BlendSettings, Places, TeachersRecipe};

/// What is told of the targets beside them.
pub const NOTE_FILE: &str = "targets.json";

/// What [`NOTE_FILE`] holds.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    dimension: usize,
    places: usize,
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
    /// Places a side of the grid whose shares a target is the sum of.
    pub places: usize,
    /// How many of them are of crops.
    pub crops: usize,
    /// How the others were drawn.
    pub blends: Option<BlendSettings>,
    /// All targets; with one place a side these are the shares too.
    sums: Vec<f32>,
    /// The shares of all places of all targets; none with one place a side.
    shares: Vec<f32>,
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
        let values = values.map(f32::from_le_bytes).collect();
        let targets = Self::of_places(note.dimension, note.places, values);
        Ok(Self {
            crops: note.crops,
            blends: note.blends,
            ..targets
        })
    }

    /// Targets at hand: `values` of `dimension` each, one for each crop.
    #[must_use]
    pub fn of_crops(dimension: usize, values: Vec<f32>) -> Self {
        Self::of_places(dimension, 1, values)
    }

    /// Targets at hand, by shares of `places` by `places` places: `values` is `[crops, places * places, dimension]`.
    #[must_use]
    pub fn of_places(dimension: usize, places: usize, values: Vec<f32>) -> Self {
        let row = places * places * dimension;
        let (sums, shares) = if places == 1 {
            (values, Vec::new())
        } else {
            let sum = |row: &[f32]| places_of(row, places, dimension).sum();
            (values.chunks_exact(row).flat_map(sum).collect(), values)
        };
        Self {
            dimension,
            places,
            crops: sums.len() / dimension,
            blends: None,
            sums,
            shares,
        }
    }

    /// The target of the crop or blend in `row`, of unit length.
    #[must_use]
    pub fn of(&self, row: usize) -> &[f32] {
        &self.sums[row * self.dimension..(row + 1) * self.dimension]
    }

    /// The shares that add up to the target of the crop or blend in `row`.
    #[must_use]
    pub fn places_of(&self, row: usize) -> Places {
        let shares = if self.places == 1 {
            self.of(row)
        } else {
            let length = self.places * self.places * self.dimension;
            &self.shares[row * length..(row + 1) * length]
        };
        places_of(shares, self.places, self.dimension)
    }
}

fn places_of(shares: &[f32], side: usize, dimension: usize) -> Places {
    Places {
        side,
        dimension,
        values: shares.to_vec(),
    }
}

/// Projects `answers`, those of the teachers about `crops` crops and then about blends, and writes `targets.f32`,
/// `directions.f32` and `targets.json`; the directions are those of the crops in `training` alone.
pub(super) fn write(
    folder: &Path,
    recipe: &TeachersRecipe,
    answers: Vec<f32>,
    training: &[usize],
    crops: usize,
) -> anyhow::Result<()> {
    let n = recipe.joined();
    let rows = answers.chunks_exact(recipe.row());
    let joined: Vec<f32> = rows.flat_map(|row| join(row, recipe)).collect();
    drop(answers);
    let sum = |row: &[f32]| places_of(row, recipe.places, n).sum();
    let templates: Vec<f32> = joined.chunks_exact(recipe.row()).flat_map(sum).collect();
    let moments = second_moments(&templates, n, training);
    let directions: Vec<f32> = principal_directions(&moments, n, recipe.dimension)
        .into_iter()
        .flat_map(|direction| direction.into_iter().map(|v| v as f32))
        .collect();
    let project = |row: &[f32]| project(&places_of(row, recipe.places, n), &directions).values;
    let targets: Vec<f32> = joined
        .chunks_exact(recipe.row())
        .flat_map(project)
        .collect();
    let (targets, directions) = (bytes(&targets), bytes(&directions));
    let note = Note {
        dimension: recipe.dimension,
        places: recipe.places,
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

/// A row of answers, teacher by teacher and in each place by place, as places in which the teachers stand side by side,
/// each scaled by the root of its weight.
fn join(row: &[f32], recipe: &TeachersRecipe) -> Vec<f32> {
    let count = recipe.places * recipe.places;
    let mut joined = Vec::with_capacity(row.len());
    for place in 0..count {
        let mut rest = row;
        for teacher in &recipe.teacher {
            let (own, others) = rest.split_at(count * teacher.dimension);
            let own = &own[place * teacher.dimension..(place + 1) * teacher.dimension];
            joined.extend(own.iter().map(|value| value * teacher.weight.sqrt()));
            rest = others;
        }
    }
    joined
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

/// The coordinates of every place along each direction, scaled so that they add up to unit length.
fn project(places: &Places, directions: &[f32]) -> Places {
    let n = places.dimension;
    let along = |share: &[f32], direction: &[f32]| -> f32 {
        share.iter().zip(direction).map(|(x, d)| x * d).sum()
    };
    let shares = places.values.chunks_exact(n);
    let values = shares.flat_map(|share| directions.chunks_exact(n).map(move |d| along(share, d)));
    let mut projected = Places {
        side: places.side,
        dimension: directions.len() / n,
        values: values.collect(),
    };
    projected.normalise();
    projected
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
        let targets: Vec<Vec<f32>> = rows
            .iter()
            .map(|row| project(&places_of(row, 1, 3), &directions).values)
            .collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        for i in 0..3 {
            for j in 0..3 {
                let before = dot(&rows[i], &rows[j]);
                assert!((dot(&targets[i], &targets[j]) - before).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn teachers_stand_side_by_side_in_every_place() {
        let text = include_str!("../../recipes/teachers.toml");
        let mut recipe: TeachersRecipe = toml::from_str(text).unwrap();
        recipe.places = 2;
        let teacher = |dimension, weight| crate::teach::TeacherSettings {
            dimension,
            weight,
            ..recipe.teacher[0].clone()
        };
        recipe.teacher = vec![teacher(1, 0.25), teacher(2, 1.0)];
        let row: Vec<f32> = (0..12).map(|value| value as f32).collect();
        let joined = join(&row, &recipe);
        let expected = [
            [0.0, 4.0, 5.0],
            [0.5, 6.0, 7.0],
            [1.0, 8.0, 9.0],
            [1.5, 10.0, 11.0],
        ];
        assert_eq!(joined, expected.concat());
    }

    #[test]
    fn a_target_is_the_sum_of_its_places() {
        let targets = Targets::of_places(1, 2, vec![0.1, 0.2, 0.3, 0.4, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!((targets.crops, targets.of(1)), (2, &[1.0][..]));
        assert!((targets.of(0)[0] - 1.0).abs() < 1e-6);
        assert_eq!(targets.places_of(0).values, [0.1, 0.2, 0.3, 0.4]);
        assert_eq!(Targets::of_crops(1, vec![0.5]).places_of(0).values, [0.5]);
    }
}
