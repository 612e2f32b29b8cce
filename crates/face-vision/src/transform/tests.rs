//! Each transform does to a drawn face what its name says.

use rstest::rstest;

use super::*;

const SIDE: u32 = 128;

/// A grey picture with a red left eye and a green right eye, tilted by about 27 degrees.
fn tilted_face() -> (RgbImage, BoundingBox, Landmarks) {
    let landmarks = Landmarks(
        [
            [120.0, 120.0],
            [160.0, 140.0],
            [133.0, 155.0],
            [110.0, 165.0],
            [145.0, 182.0],
        ]
        .map(Point::from),
    );
    let picture = RgbImage::from_fn(320, 240, |x, y| {
        let here = Point::new(x as f32, y as f32);
        if here.distance(landmarks.left_eye()) < 6.0 {
            Rgb([255, 0, 0])
        } else if here.distance(landmarks.right_eye()) < 6.0 {
            Rgb([0, 255, 0])
        } else {
            Rgb([90; 3])
        }
    });
    (
        picture,
        BoundingBox::new(90.0, 90.0, 90.0, 120.0),
        landmarks,
    )
}

/// The middle of the pixels in which `channel` far exceeds the others' mean.
fn middle_of(picture: &RgbImage, channel: usize) -> Point {
    let other = 1 - channel;
    let found: Vec<_> = picture
        .enumerate_pixels()
        .filter(|(_, _, p)| p.0[channel] > 150 && p.0[other] < 80)
        .collect();
    let count = found.len() as f32;
    assert!(count > 0.0, "the eye is in the picture");
    Point::new(
        found.iter().map(|(x, _, _)| *x as f32).sum::<f32>() / count,
        found.iter().map(|(_, y, _)| *y as f32).sum::<f32>() / count,
    )
}

#[rstest]
fn every_transform_gives_a_square(
    #[values(FaceTransform::Rotation, FaceTransform::Affine, FaceTransform::Simple)]
    transform: FaceTransform,
    #[values(1, 64, 224)] side: u32,
) {
    let (picture, bounds, landmarks) = tilted_face();
    let face = transform.apply(&picture, &bounds, &landmarks, side);
    assert_eq!(face.dimensions(), (side, side));
}

#[test]
fn rotation_makes_the_eyes_level_at_the_scale_of_the_widened_box() {
    let (picture, bounds, landmarks) = tilted_face();
    let face = FaceTransform::Rotation.apply(&picture, &bounds, &landmarks, SIDE);
    let (left, right) = (middle_of(&face, 0), middle_of(&face, 1));
    assert!((left.y - right.y).abs() < 0.5, "{left:?} {right:?}");
    // The longer side, 120 and a third, became 128 pixels.
    let expected = landmarks.eye_distance() * SIDE as f32 / 160.0;
    assert!((right.x - left.x - expected).abs() < 0.5);
}

#[test]
fn rotation_leaves_black_beside_a_narrow_box() {
    let (picture, bounds, landmarks) = tilted_face();
    let level = landmarks.map(|p| Point::new(p.x, 120.0));
    let face = FaceTransform::Rotation.apply(&picture, &bounds, &level, SIDE);
    assert_eq!(face.get_pixel(4, 64).0, [0; 3]);
    assert_eq!(face.get_pixel(64, 4).0, [90; 3]);
}

#[test]
fn affine_brings_the_eyes_near_their_fixed_places() {
    let (picture, bounds, landmarks) = tilted_face();
    let face = FaceTransform::Affine.apply(&picture, &bounds, &landmarks, SIDE);
    let template = AlignmentTemplate::ARCFACE_112.scaled(SIDE);
    assert!(middle_of(&face, 0).distance(template.points[0]) < 2.0);
    assert!(middle_of(&face, 1).distance(template.points[1]) < 2.0);
}

#[test]
fn affine_undoes_a_shear_exactly() {
    let sheared = AlignmentTemplate::ARCFACE_112
        .points
        .map(|p| Point::new(2.0 * p.x + 0.5 * p.y - 3.0, 0.25 * p.x + 1.5 * p.y + 8.0));
    let matrix = fit_affine(&sheared, &AlignmentTemplate::ARCFACE_112.points).unwrap();
    for (from, to) in sheared.iter().zip(AlignmentTemplate::ARCFACE_112.points) {
        let [x, y, _] = matrix.map(|[a, b, shift]| a * from.x + b * from.y + shift);
        assert!(Point::new(x, y).distance(to) < 1e-3);
    }
}

#[test]
fn simple_is_the_box_alone_and_affine_falls_back_to_it() {
    let (picture, bounds, landmarks) = tilted_face();
    let simple = FaceTransform::Simple.apply(&picture, &bounds, &landmarks, SIDE);
    assert_eq!(simple, crop_scaled(&picture, &bounds, SIDE, SIDE));
    let on_a_line = landmarks.map(|p| Point::new(p.x, 2.0 * p.x));
    let fallen_back = FaceTransform::Affine.apply(&picture, &bounds, &on_a_line, SIDE);
    assert_eq!(fallen_back, simple);
}
