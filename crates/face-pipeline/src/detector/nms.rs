//! Non-maximum suppression: of boxes that overlap, the one with the best score stays.

use super::Detection;

/// The most boxes that are compared with each other, best scores first: a hostile picture can excite every cell.
const MAX_CANDIDATES: usize = 1000;

/// The boxes that overlap no better one by more than `iou` (intersection over union), best scores first.
#[must_use]
pub fn suppress(mut found: Vec<Detection>, iou: f32) -> Vec<Detection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(MAX_CANDIDATES);
    let mut kept: Vec<Detection> = Vec::new();
    for face in found {
        if kept
            .iter()
            .all(|better| better.bounding_box.iou(&face.bounding_box) <= iou)
        {
            kept.push(face);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use face_types::{BoundingBox, Landmarks, Point};
    use proptest::prelude::*;

    use super::*;

    fn face(x: f32, width: f32, score: f32) -> Detection {
        Detection {
            bounding_box: BoundingBox::new(x, 0.0, width, 10.0),
            score,
            landmarks: Landmarks([Point::new(0.0, 0.0); 5]),
            seen: width.max(10.0),
        }
    }

    #[test]
    fn the_best_of_two_that_overlap_stays_and_a_distant_one_too() {
        let kept = suppress(
            vec![
                face(0.0, 10.0, 0.7),
                face(2.0, 10.0, 0.9),
                face(50.0, 10.0, 0.6),
            ],
            0.3,
        );
        assert_eq!(
            kept.iter().map(|face| face.score).collect::<Vec<_>>(),
            [0.9, 0.6]
        );
    }

    #[test]
    fn a_box_suppressed_by_another_suppresses_none() {
        // The middle one overlaps both of its neighbours by a third; the outer two do not touch.
        let kept = suppress(
            vec![
                face(0.0, 10.0, 0.9),
                face(5.0, 10.0, 0.8),
                face(10.0, 10.0, 0.7),
            ],
            0.3,
        );
        assert_eq!(
            kept.iter().map(|face| face.score).collect::<Vec<_>>(),
            [0.9, 0.7]
        );
    }

    proptest! {
        #[test]
        fn nothing_kept_overlaps_and_everything_dropped_does(
            boxes in proptest::collection::vec((0.0_f32..100.0, 1.0_f32..40.0, 0.0_f32..1.0), 0..40),
            iou in 0.1_f32..0.9,
        ) {
            let found: Vec<_> = boxes.iter().map(|&(x, width, score)| face(x, width, score)).collect();
            let kept = suppress(found.clone(), iou);
            let overlap = |a: &Detection, b: &Detection| a.bounding_box.iou(&b.bounding_box) > iou;
            for (index, one) in kept.iter().enumerate() {
                prop_assert!(kept[index + 1..].iter().all(|other| !overlap(one, other)));
            }
            for one in &found {
                prop_assert!(kept.contains(one) || kept.iter().any(|k| overlap(k, one) && k.score >= one.score));
            }
            prop_assert_eq!(suppress(kept.clone(), iou), kept, "once is enough");
        }
    }
}
