//! What a detector says at every place of its grids over a square picture.

use burn::tensor::Tensor;
use face_nets::{Grid, STRIDES};
use face_pipeline::{Detection, Level, suppress};

/// Scores, boxes and points at the places of the three grids, the finest first, each row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// How sure it is of a face, 0 to 1; one a place.
    pub scores: Vec<f32>,
    /// The centre's offset x, y in cells, logarithms of width and height in cells; four a place.
    pub bounds: Vec<f32>,
    /// Offsets of the five points in cells, x and y in turn; ten a place.
    pub points: Vec<f32>,
}

/// Places of the three grids over a picture of `side` by `side` pixels.
#[must_use]
pub fn places(side: usize) -> usize {
    STRIDES.map(|stride| (side / stride).pow(2)).iter().sum()
}

impl Answer {
    /// The answers that a network gave for a batch of pictures.
    #[must_use]
    pub fn of_grids(grids: &[Grid]) -> Vec<Self> {
        let all = Grid::joined(grids);
        let [scores, bounds, points] = [all.scores(), all.bounds, all.points].map(by_picture);
        let each = scores.into_iter().zip(bounds).zip(points);
        each.map(|((scores, bounds), points)| Self {
            scores,
            bounds,
            points,
        })
        .collect()
    }

    /// The faces with a score of at least `threshold` in a picture of `side` by `side` pixels, the surest first; of two
    /// that overlap more than `iou` the surer one.
    ///
    /// # Panics
    /// If the answer is not for a picture of that size.
    #[must_use]
    pub fn faces(&self, side: usize, threshold: f32, iou: f32) -> Vec<Detection> {
        assert_eq!(self.scores.len(), places(side), "one score a place");
        let mut from = 0;
        let mut found = Vec::new();
        for stride in STRIDES {
            let cells = side / stride;
            let range = from..from + cells * cells;
            from = range.end;
            let level = Level {
                stride: stride as f32,
                columns: cells,
                rows: cells,
                // The root of the score's product with itself.
                class: &self.scores[range.clone()],
                object: &self.scores[range.clone()],
                bounds: &self.bounds[4 * range.start..4 * range.end],
                points: &self.points[10 * range.start..10 * range.end],
            };
            found.extend(level.decode(threshold));
        }
        suppress(found, iou)
    }
}

/// The values of each picture of `[n, places, values]`.
fn by_picture(tensor: Tensor<3>) -> Vec<Vec<f32>> {
    let [_, places, values] = tensor.dims();
    let all: Vec<f32> = tensor
        .into_data()
        .try_into_vec()
        .expect("outputs are floats of 32 bits");
    all.chunks_exact(places * values)
        .map(<[f32]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_of_the_middle_grid_is_found_where_it_is() {
        let mut answer = Answer {
            scores: vec![0.0; places(64)],
            bounds: vec![0.0; 4 * places(64)],
            points: vec![0.0; 10 * places(64)],
        };
        // After the 64 places of 8 pixels: column 2, row 1 of the grid of 16.
        let place = 64 + 4 + 2;
        answer.scores[place] = 0.7;
        answer.bounds[4 * place..][..4].copy_from_slice(&[0.5, 0.0, 2.0_f32.ln(), 0.0]);
        answer.points[10 * place] = -0.25;
        let faces = answer.faces(64, 0.6, 0.3);
        assert_eq!(faces.len(), 1);
        assert!((faces[0].score - 0.7).abs() < 1e-6);
        let bounds: [f32; 4] = faces[0].bounding_box.into();
        for (found, expected) in bounds.into_iter().zip([24.0, 8.0, 32.0, 16.0]) {
            assert!((found - expected).abs() < 1e-4, "{bounds:?}");
        }
        assert!((faces[0].landmarks.left_eye().x - 28.0).abs() < 1e-4);
        assert!(answer.faces(64, 0.8, 0.3).is_empty());
    }
}
