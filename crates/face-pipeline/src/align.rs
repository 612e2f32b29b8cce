//! Where faces go in the crops that the networks of a pack expect, and where a face is when none was found.

use face_packs::{Alignment, InputSpec};
use face_types::{BoundingBox, Landmarks, Point};
use face_vision::{AlignmentTemplate, RgbImage, align};

use crate::detector::Detection;

/// The places of the five points in the embedder's input.
pub(crate) fn five_points(alignment: &Alignment, input: &InputSpec) -> AlignmentTemplate {
    AlignmentTemplate {
        size: input.width,
        points: alignment.landmarks(input.width, input.height).0,
    }
}

/// The face aligned to `template`.
///
/// The points of every [`Detection`] span a face, so the black crop for points that do not is never seen.
pub(crate) fn aligned(
    picture: &RgbImage,
    landmarks: &Landmarks,
    template: &AlignmentTemplate,
) -> RgbImage {
    align(picture, landmarks, template)
        .unwrap_or_else(|| RgbImage::new(template.size, template.size))
}

/// The face aligned by eyes and middle of the mouth, to places given as fractions of the side.
///
/// The mean of three points, added to the list on both sides, has no say in a least-squares fit: so the fit of these
/// three is the fit of five of which two are the mean.
pub(crate) fn aligned_by_three(
    picture: &RgbImage,
    landmarks: &Landmarks,
    places: &[[f32; 2]; 3],
    size: u32,
) -> RgbImage {
    let [left_eye, right_eye, _, left_mouth, right_mouth] = landmarks.0;
    let from = with_mean([left_eye, right_eye, left_mouth.midpoint(right_mouth)]);
    let to = with_mean(places.map(|[x, y]| Point::new(x * size as f32, y * size as f32)));
    aligned(
        picture,
        &Landmarks(from),
        &AlignmentTemplate { size, points: to },
    )
}

fn with_mean([a, b, c]: [Point; 3]) -> [Point; 5] {
    let mean = Point::new((a.x + b.x + c.x) / 3.0, (a.y + b.y + c.y) / 3.0);
    [a, b, mean, c, mean]
}

/// The face that a close crop must hold when none is found in it: the embedder's own places over a square about its
/// middle, as large as its longer side. The score is 0, for nothing was seen.
pub(crate) fn assumed(width: u32, height: u32, alignment: &Alignment) -> Detection {
    let (width, height) = (width as f32, height as f32);
    let side = width.max(height);
    let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
    let points = alignment.fractions();
    Detection {
        bounding_box: BoundingBox::new(0.0, 0.0, width, height),
        score: 0.0,
        landmarks: Landmarks(points.map(|[x, y]| Point::new(left + x * side, top + y * side))),
        seen: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use face_packs::NamedAlignment;
    use face_vision::SimilarityTransform;

    use super::*;

    #[test]
    fn the_mean_has_no_say_in_the_fit() {
        let from = [(30.0, 40.0), (70.0, 44.0), (52.0, 90.0)].map(|(x, y)| Point::new(x, y));
        let to = [(38.0, 52.0), (73.0, 51.0), (56.0, 92.0)].map(|(x, y)| Point::new(x, y));
        let three = SimilarityTransform::fit(&from, &to).unwrap();
        let five = SimilarityTransform::fit(&with_mean(from), &with_mean(to)).unwrap();
        for point in from {
            assert!(three.apply(point).distance(five.apply(point)) < 1e-3);
        }
    }

    #[test]
    fn an_assumed_face_lies_where_the_embedder_wants_it() {
        let alignment = Alignment::Named(NamedAlignment::ArcFace);
        let face = assumed(112, 112, &alignment);
        for (point, place) in face
            .landmarks
            .0
            .iter()
            .zip(AlignmentTemplate::ARCFACE_112.points)
        {
            assert!(point.distance(place) < 1e-3);
        }
        let portrait = assumed(100, 140, &alignment).landmarks;
        assert!(
            (portrait.left_eye().midpoint(portrait.right_eye()).x - 50.0).abs() < 1.0,
            "{portrait:?}"
        );
    }
}
