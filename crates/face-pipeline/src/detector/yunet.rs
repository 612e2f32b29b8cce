//! The mathematics of `YuNet` (Wu et al., Machine Intelligence Research 2023): from outputs of cells to boxes and points.

use face_types::{BoundingBox, Landmarks, Point};

use super::Detection;
use crate::AnalyseError;

/// The outputs of one stride: a cell's prior is its place in the grid, row by row.
#[derive(Debug, Clone, Copy)]
pub struct Level<'o> {
    /// Pixels between neighbouring cells.
    pub stride: f32,
    /// Cells from left to right.
    pub columns: usize,
    /// Cells from top to bottom.
    pub rows: usize,
    /// Probability of a face, a value a cell.
    pub class: &'o [f32],
    /// Predicted overlap with that face, a value a cell.
    pub object: &'o [f32],
    /// Centre's offset x, y in cells, logarithms of width and height in cells; four values a cell.
    pub bounds: &'o [f32],
    /// Offsets of the five points in cells; ten values a cell.
    pub points: &'o [f32],
}

impl Level<'_> {
    /// Whether there are as many values as cells.
    ///
    /// # Errors
    /// [`AnalyseError::Answer`] when there are not: the file is no `YuNet`.
    pub fn check(&self, network: &str) -> Result<(), AnalyseError> {
        let cells = self.columns * self.rows;
        let lengths = [
            (self.class, 1),
            (self.object, 1),
            (self.bounds, 4),
            (self.points, 10),
        ];
        match lengths
            .iter()
            .find(|(values, each)| values.len() != cells * each)
        {
            None => Ok(()),
            Some((values, each)) => Err(AnalyseError::Answer {
                network: network.to_owned(),
                expected: cells * each,
                found: values.len(),
            }),
        }
    }

    /// The faces with a score of at least `threshold`, in pixels of the network's input.
    ///
    /// # Panics
    /// If there are not as many values as cells.
    pub fn decode(&self, threshold: f32) -> impl Iterator<Item = Detection> {
        let scores = self
            .class
            .iter()
            .zip(self.object)
            .map(|(class, object)| score(*class, *object));
        scores
            .enumerate()
            .filter(move |(_, score)| *score >= threshold)
            .map(|(cell, score)| self.face(cell, score))
            .filter(super::is_finite)
    }

    fn face(&self, cell: usize, score: f32) -> Detection {
        let (column, row) = ((cell % self.columns) as f32, (cell / self.columns) as f32);
        let place =
            |dx: f32, dy: f32| Point::new((column + dx) * self.stride, (row + dy) * self.stride);
        let [dx, dy, log_width, log_height] = *self.bounds[4 * cell..]
            .first_chunk()
            .expect("checked: four a cell");
        let (centre, width, height) = (
            place(dx, dy),
            log_width.exp() * self.stride,
            log_height.exp() * self.stride,
        );
        let points: &[f32; 10] = self.points[10 * cell..]
            .first_chunk()
            .expect("checked: ten a cell");
        Detection {
            bounding_box: BoundingBox::new(
                centre.x - width / 2.0,
                centre.y - height / 2.0,
                width,
                height,
            ),
            score,
            // Right eye, left eye, nose, right and left mouth corner of the person: left to right in the picture.
            landmarks: Landmarks(std::array::from_fn(|i| {
                place(points[2 * i], points[2 * i + 1])
            })),
            seen: width.max(height),
        }
    }
}

/// √(class · object); both are probabilities, which rounding may have pushed over the edge.
fn score(class: f32, object: f32) -> f32 {
    (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of 3 x 2 cells of 8 pixels with a face in the last cell of the first row.
    fn decode(class: f32, object: f32, bounds: [f32; 4], threshold: f32) -> Vec<Detection> {
        let (mut classes, mut objects) = ([0.0; 6], [0.0; 6]);
        let (mut all_bounds, mut points) = ([0.0; 24], [0.0; 60]);
        (classes[2], objects[2]) = (class, object);
        all_bounds[8..12].copy_from_slice(&bounds);
        points[20..30].copy_from_slice(&[-0.5, 0.0, 0.5, 0.0, 0.0, 0.25, -0.25, 1.0, 0.25, 1.0]);
        let level = Level {
            stride: 8.0,
            columns: 3,
            rows: 2,
            class: &classes,
            object: &objects,
            bounds: &all_bounds,
            points: &points,
        };
        level.check("test").unwrap();
        level.decode(threshold).collect()
    }

    #[test]
    fn a_cell_is_decoded_as_worked_by_hand() {
        let found = decode(0.81, 0.64, [0.5, 0.25, 0.0, 2.0_f32.ln()], 0.5);
        assert_eq!(found.len(), 1);
        assert!(
            (found[0].score - 0.72).abs() < 1e-6,
            "the root of 0.81 times 0.64"
        );
        // Column 2, row 0: centre (20, 2), one cell wide, two high.
        let BoundingBox {
            x,
            y,
            width,
            height,
        } = found[0].bounding_box;
        for (value, expected) in [(x, 16.0), (y, -6.0), (width, 8.0), (height, 16.0)] {
            assert!((value - expected).abs() < 1e-5, "{:?}", found[0]);
        }
        assert_eq!(found[0].landmarks.left_eye(), Point::new(12.0, 0.0));
        assert_eq!(found[0].landmarks.right_mouth(), Point::new(18.0, 8.0));
    }

    #[rstest::rstest]
    #[case::below_the_threshold(0.5, 0.5, [0.0; 4], 0)]
    #[case::at_the_threshold(0.6, 0.6, [0.0; 4], 1)]
    #[case::a_probability_above_one_counts_as_one(1.5, 0.36, [0.0; 4], 1)]
    #[case::not_a_number(f32::NAN, 1.0, [0.0; 4], 0)]
    #[case::an_infinite_box(0.9, 0.9, [0.0, 0.0, 1e9, 0.0], 0)]
    fn cells_pass_by_score_and_sense(
        #[case] class: f32,
        #[case] object: f32,
        #[case] bounds: [f32; 4],
        #[case] count: usize,
    ) {
        assert_eq!(decode(class, object, bounds, 0.599_999).len(), count);
    }

    #[test]
    fn an_output_of_another_length_is_named() {
        let level = Level {
            stride: 8.0,
            columns: 1,
            rows: 1,
            class: &[0.5],
            object: &[0.5],
            bounds: &[0.0; 3],
            points: &[0.0; 10],
        };
        let error = level.check("detector.onnx").unwrap_err();
        assert_eq!(
            error.to_string(),
            "detector.onnx answered with 3 values, the manifest says 4"
        );
    }
}
