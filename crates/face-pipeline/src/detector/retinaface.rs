//! The mathematics of `RetinaFace` (Deng et al., CVPR 2020), as the small networks of its `PyTorch` form have it: from outputs
//! of anchors to boxes and points.

use face_types::{BoundingBox, Landmarks, Point};

use super::Detection;
use crate::AnalyseError;

/// Anchors of each cell: squares about its middle.
const ANCHORS: usize = 2;
/// Side of the smallest anchor in pixels; the second has twice this, and each further level four times its forerunner's.
const SMALLEST_ANCHOR: f32 = 16.0;
/// Offsets are predicted in tenths of an anchor's side.
const OFFSET: f32 = 0.1;
/// Logarithms of sizes are predicted in fifths.
const SIZE: f32 = 0.2;

/// The outputs for one picture: level after level, row after row, both anchors of a cell after each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'o> {
    /// Probabilities of background and face, two an anchor.
    pub(crate) classes: &'o [f32],
    /// Centre's offset x, y, logarithms of width and height, relative to the anchor; four an anchor.
    pub(crate) bounds: &'o [f32],
    /// Offsets of the five points relative to the anchor; ten an anchor.
    pub(crate) points: &'o [f32],
}

/// An anchor, in pixels of the network's input.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Anchor {
    middle: Point,
    side: f32,
}

impl Answer<'_> {
    /// The faces with a score of at least `threshold`, in pixels of the network's input of `width` by `height`.
    ///
    /// # Errors
    /// [`AnalyseError::Answer`] when there are not as many values as anchors: the file is no such network.
    pub(crate) fn decode(
        &self,
        network: &str,
        strides: &[u32],
        [width, height]: [u32; 2],
        threshold: f32,
    ) -> Result<Vec<Detection>, AnalyseError> {
        let anchors: Vec<Anchor> = anchors(strides, width, height).collect();
        for (values, each) in [(self.classes, 2), (self.bounds, 4), (self.points, 10)] {
            if values.len() != anchors.len() * each {
                let (expected, found) = (anchors.len() * each, values.len());
                return Err(AnalyseError::Answer {
                    network: network.to_owned(),
                    expected,
                    found,
                });
            }
        }
        let scores = self.classes.chunks_exact(2).map(|classes| classes[1]);
        let faces = scores.zip(&anchors).enumerate();
        let faces = faces.filter(|(_, (score, _))| *score >= threshold);
        Ok(faces
            .map(|(index, (score, anchor))| self.face(index, score, *anchor))
            .filter(super::is_finite)
            .collect())
    }

    fn face(&self, index: usize, score: f32, anchor: Anchor) -> Detection {
        let [dx, dy, log_width, log_height] = *self.bounds[4 * index..]
            .first_chunk()
            .expect("checked: four an anchor");
        let points: &[f32; 10] = self.points[10 * index..]
            .first_chunk()
            .expect("checked: ten an anchor");
        let place = |dx: f32, dy: f32| {
            Point::new(
                anchor.middle.x + dx * OFFSET * anchor.side,
                anchor.middle.y + dy * OFFSET * anchor.side,
            )
        };
        let centre = place(dx, dy);
        let [width, height] = [log_width, log_height].map(|log| (log * SIZE).exp() * anchor.side);
        Detection {
            bounding_box: BoundingBox::new(
                centre.x - width / 2.0,
                centre.y - height / 2.0,
                width,
                height,
            ),
            score: score.clamp(0.0, 1.0),
            landmarks: Landmarks(std::array::from_fn(|i| {
                place(points[2 * i], points[2 * i + 1])
            })),
            seen: width.max(height),
        }
    }
}

/// The anchors of all levels in the order of the outputs.
fn anchors(strides: &[u32], width: u32, height: u32) -> impl Iterator<Item = Anchor> {
    let levels = strides
        .iter()
        .zip(std::iter::successors(Some(SMALLEST_ANCHOR), |side| {
            Some(side * 4.0)
        }));
    levels.flat_map(move |(&stride, smallest)| {
        let cells = (0..height / stride)
            .flat_map(move |row| (0..width / stride).map(move |column| (column, row)));
        cells.flat_map(move |(column, row)| {
            let middle = |cell: u32| (cell as f32 + 0.5) * stride as f32;
            let middle = Point::new(middle(column), middle(row));
            (0..ANCHORS).map(move |anchor| Anchor {
                middle,
                side: smallest * (anchor + 1) as f32,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDES: [u32; 3] = [8, 16, 32];
    /// Anchors of an input of 32 by 32: 2 for each of 16, 4 and 1 cells.
    const COUNT: usize = 42;

    /// An input of 32 by 32 with a face at the anchor number `index`.
    fn decode(index: usize, score: f32, bounds: [f32; 4]) -> Vec<Detection> {
        let (mut classes, mut all_bounds, mut points) =
            ([0.0; 2 * COUNT], [0.0; 4 * COUNT], [0.0; 10 * COUNT]);
        classes[2 * index + 1] = score;
        all_bounds[4 * index..4 * index + 4].copy_from_slice(&bounds);
        points[10 * index..10 * index + 2].copy_from_slice(&[-2.5, 1.0]);
        let answer = Answer {
            classes: &classes,
            bounds: &all_bounds,
            points: &points,
        };
        answer.decode("test", &STRIDES, [32, 32], 0.5).unwrap()
    }

    #[test]
    fn anchors_go_level_by_level_and_row_by_row() {
        let anchors: Vec<_> = anchors(&STRIDES, 32, 32).collect();
        assert_eq!(anchors.len(), COUNT);
        for (index, x, y, side) in [
            (0, 4.0, 4.0, 16.0),
            (1, 4.0, 4.0, 32.0),
            (2, 12.0, 4.0, 16.0),
            (8, 4.0, 12.0, 16.0),
            (35, 24.0, 8.0, 128.0),
            (41, 16.0, 16.0, 512.0),
        ] {
            assert_eq!(
                anchors[index],
                Anchor {
                    middle: Point::new(x, y),
                    side
                },
                "{index}"
            );
        }
    }

    #[test]
    fn an_anchor_is_decoded_as_worked_by_hand() {
        // The fourth anchor: about (12, 4), 32 pixels. A tenth of it to the right, and e times as high.
        let found = decode(3, 0.75, [1.0, 0.0, 0.0, 5.0]);
        let height = 32.0 * 1.0_f32.exp();
        assert_eq!(found.len(), 1);
        let b = found[0].bounding_box;
        for (value, expected) in [
            (b.x, 15.2 - 16.0),
            (b.width, 32.0),
            (b.height, height),
            (b.y, 4.0 - height / 2.0),
        ] {
            assert!((value - expected).abs() < 1e-4, "{b:?}");
        }
        assert_eq!(found[0].landmarks.left_eye(), Point::new(4.0, 7.2));
        assert_eq!(found[0].landmarks.nose(), Point::new(12.0, 4.0));
        assert!((found[0].score - 0.75).abs() < 1e-6);
    }

    #[rstest::rstest]
    #[case::below_the_threshold(0.49, [0.0; 4])]
    #[case::not_a_number(f32::NAN, [0.0; 4])]
    #[case::an_infinite_box(0.9, [0.0, 0.0, 1e9, 0.0])]
    fn anchors_are_passed_over(#[case] score: f32, #[case] bounds: [f32; 4]) {
        assert!(decode(0, score, bounds).is_empty());
    }

    #[test]
    fn an_output_of_another_length_is_named() {
        let answer = Answer {
            classes: &[0.0; 84],
            bounds: &[0.0; 8],
            points: &[0.0; 420],
        };
        let error = answer
            .decode("detector.onnx", &STRIDES, [32, 32], 0.5)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "detector.onnx answered with 8 values, the manifest says 168"
        );
    }
}
