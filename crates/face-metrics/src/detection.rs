//! How many faces a detector finds at how many false ones a picture.

use face_types::BoundingBox;
use serde::{Deserialize, Serialize};

use crate::{Bootstrap, Estimate, Proportion};

/// A face that a detector reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Where.
    pub bounds: BoundingBox,
    /// How sure it is.
    pub score: f32,
}

/// A picture with the faces that are there, and those that a detector reports.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LabelledPicture {
    /// Faces that must be found.
    pub faces: Vec<BoundingBox>,
    /// Faces that may be found or not, for example small ones; finding them is neither right nor wrong.
    pub ignored: Vec<BoundingBox>,
    /// What the detector reports, in any order.
    pub found: Vec<Found>,
}

/// What a detector does at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DetectorPoint {
    /// Score from which on a face is reported.
    pub threshold: f32,
    /// Share of the faces found.
    pub recall: Estimate,
    /// False faces a picture, in the pictures with faces and the others together.
    pub false_per_picture: f64,
}

/// Recall and false faces over the threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectorCurve {
    /// For each picture how many faces it has, and the scores that found one.
    hits: Vec<(u64, Vec<f32>)>,
    /// Scores of false faces, ascending.
    mistakes: Vec<f32>,
    /// Pictures over which the false faces are spread.
    pictures: usize,
}

impl DetectorCurve {
    /// Matches what was found with what is there: the surest first takes the face that it overlaps most, if their
    /// intersection is at least `least_iou` of their union and nothing surer took it before.
    #[must_use]
    pub fn new(pictures: &[LabelledPicture], least_iou: f32) -> Self {
        let (mut hits, mut mistakes) = (Vec::new(), Vec::new());
        for picture in pictures {
            let (right, mut wrong) = matched(picture, least_iou);
            hits.push((picture.faces.len() as u64, right));
            mistakes.append(&mut wrong);
        }
        mistakes.sort_unstable_by(f32::total_cmp);
        Self {
            hits,
            mistakes,
            pictures: pictures.len(),
        }
    }

    /// Recall and false faces from `threshold` on; the interval draws pictures anew.
    #[must_use]
    pub fn at(&self, threshold: f32, bootstrap: &Bootstrap) -> DetectorPoint {
        let by_picture = self.recall_by_picture(threshold);
        DetectorPoint {
            recall: bootstrap.over_groups(&by_picture),
            ..self.plain(threshold, &by_picture)
        }
    }

    /// The point with the highest recall among those with at most `false_per_picture`.
    #[must_use]
    pub fn at_false_per_picture(
        &self,
        false_per_picture: f64,
        bootstrap: &Bootstrap,
    ) -> DetectorPoint {
        let allowed = (false_per_picture * self.pictures as f64 * (1.0 + 1e-12)) as usize;
        let refused = self.mistakes.len().checked_sub(allowed + 1);
        let threshold = refused.map_or(0.0, |at| self.mistakes[at].next_up());
        self.at(threshold, bootstrap)
    }

    /// About `points` points by rising threshold, with Wilson's interval.
    #[must_use]
    pub fn curve(&self, points: usize) -> Vec<DetectorPoint> {
        let right = self.hits.iter().flat_map(|(_, scores)| scores);
        let mut thresholds: Vec<f32> = right.chain(&self.mistakes).copied().collect();
        thresholds.sort_unstable_by(f32::total_cmp);
        thresholds.dedup();
        let step = thresholds.len().div_ceil(points.max(1)).max(1);
        thresholds
            .into_iter()
            .step_by(step)
            .map(|threshold| self.plain(threshold, &self.recall_by_picture(threshold)))
            .collect()
    }

    fn recall_by_picture(&self, threshold: f32) -> Vec<Proportion> {
        self.hits
            .iter()
            .filter(|(faces, _)| *faces > 0)
            .map(|(faces, scores)| {
                let found = scores.iter().filter(|&&score| score >= threshold).count();
                Proportion::new(found as u64, *faces)
            })
            .collect()
    }

    fn plain(&self, threshold: f32, by_picture: &[Proportion]) -> DetectorPoint {
        let (hits, total) = by_picture
            .iter()
            .fold((0, 0), |(hits, total), p| (hits + p.hits, total + p.total));
        let below = self.mistakes.partition_point(|&score| score < threshold);
        DetectorPoint {
            threshold,
            recall: Proportion::new(hits, total).wilson(),
            false_per_picture: (self.mistakes.len() - below) as f64 / self.pictures.max(1) as f64,
        }
    }
}

/// The scores that found a face, and those that found none.
fn matched(picture: &LabelledPicture, least_iou: f32) -> (Vec<f32>, Vec<f32>) {
    let mut found = picture.found.clone();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut is_taken = vec![false; picture.faces.len()];
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for face in &found {
        let free = (0..picture.faces.len()).filter(|&at| !is_taken[at]);
        let best = free
            .map(|at| (at, picture.faces[at].iou(&face.bounds)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, iou)| *iou >= least_iou);
        if let Some((at, _)) = best {
            is_taken[at] = true;
            right.push(face.score);
        } else if !picture
            .ignored
            .iter()
            .any(|ignored| ignored.iou(&face.bounds) >= least_iou)
        {
            wrong.push(face.score);
        }
    }
    (right, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f32, side: f32) -> BoundingBox {
        BoundingBox::new(x, 0.0, side, side)
    }

    fn found(x: f32, side: f32, score: f32) -> Found {
        Found {
            bounds: square(x, side),
            score,
        }
    }

    /// Two faces and a small one; both found, one of them twice, the small one too, and one thing that is no face.
    fn picture() -> LabelledPicture {
        LabelledPicture {
            faces: vec![square(0.0, 50.0), square(100.0, 50.0)],
            ignored: vec![square(300.0, 10.0)],
            found: vec![
                found(1.0, 50.0, 0.9),
                found(2.0, 48.0, 0.7),
                found(105.0, 50.0, 0.5),
                found(300.0, 10.0, 0.95),
                found(200.0, 50.0, 0.6),
            ],
        }
    }

    #[test]
    fn the_matching_is_the_one_done_by_hand() {
        let (right, wrong) = matched(&picture(), 0.5);
        assert_eq!(right, [0.9, 0.5]);
        assert_eq!(wrong, [0.7, 0.6], "the second on one face, and no face");
    }

    #[test]
    fn fewer_false_faces_cost_recall() {
        let empty = LabelledPicture::default();
        let curve = DetectorCurve::new(&[picture(), empty], 0.5);
        let bootstrap = Bootstrap::default();
        let all = curve.at(0.0, &bootstrap);
        assert!(
            (all.recall.value - 1.0).abs() < 1e-12 && (all.false_per_picture - 1.0).abs() < 1e-12
        );
        let one = curve.at_false_per_picture(0.5, &bootstrap);
        assert!(one.threshold > 0.6 && (one.recall.value - 0.5).abs() < 1e-12);
        assert!((one.false_per_picture - 0.5).abs() < 1e-12);
        assert_eq!(one.recall.of, 2);
        assert!(
            curve
                .curve(100)
                .is_sorted_by(|a, b| a.recall.value >= b.recall.value
                    && a.false_per_picture >= b.false_per_picture)
        );
    }

    #[test]
    fn a_detector_without_mistakes_is_read_at_its_lowest_threshold() {
        let mut clean = picture();
        clean
            .found
            .retain(|face| face.score > 0.85 || face.score < 0.55);
        let point =
            DetectorCurve::new(&[clean], 0.5).at_false_per_picture(0.1, &Bootstrap::default());
        assert!((point.recall.value - 1.0).abs() < 1e-12 && point.false_per_picture == 0.0);
    }
}
