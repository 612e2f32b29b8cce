//! The five points land on the template, at every size, and the pixels are those of `OpenCV`.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// The template's points turned, scaled about the middle of a picture of `side` pixels.
fn face_in(side: u32, scale: f32, degrees: f32) -> Landmarks {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let middle = side as f32 / 2.0;
    let place = |p: Point| {
        let (x, y) = (scale * (p.x - 56.0), scale * (p.y - 56.0));
        Point::new(middle + x * cos - y * sin, middle + x * sin + y * cos)
    };
    Landmarks(AlignmentTemplate::ARCFACE_112.points.map(place))
}

/// Black, with a soft white spot of this radius around each landmark.
fn spots(side: u32, landmarks: &Landmarks, radius: f32) -> RgbImage {
    RgbImage::from_fn(side, side, |x, y| {
        let here = Point::new(x as f32, y as f32);
        let nearest = landmarks.0.map(|p| p.distance(here));
        let nearest = nearest.into_iter().fold(f32::INFINITY, f32::min);
        Rgb([(255.0 * (1.0 - nearest / radius).max(0.0)) as u8; 3])
    })
}

/// The centre of brightness around `point`.
fn spot_near(crop: &RgbImage, point: Point) -> Point {
    const REACH: f32 = 5.0;
    let (mut sum, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0);
    for (x, y, pixel) in crop.enumerate_pixels() {
        let here = Point::new(x as f32, y as f32);
        if here.distance(point) < REACH {
            let weight = f32::from(pixel.0[0]);
            (sum, x_sum, y_sum) = (
                sum + weight,
                x_sum + weight * here.x,
                y_sum + weight * here.y,
            );
        }
    }
    Point::new(x_sum / sum, y_sum / sum)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_points_of_an_aligned_face_land_on_the_template(scale in 0.7_f32..6.0, degrees in -60.0_f32..60.0) {
        let template = AlignmentTemplate::ARCFACE_112;
        let landmarks = face_in(1000, scale, degrees);
        let picture = spots(1000, &landmarks, 3.0 * scale);
        let face = align(&picture, &landmarks, &template).unwrap();
        for point in template.points {
            let found = spot_near(&face, point);
            prop_assert!(found.distance(point) < 0.2, "{found:?} for {point:?}");
        }
    }
}

/// `cv2.warpAffine(picture, M, (112, 112))` of `OpenCV` 5.0, M by Umeyama's method in `NumPy`; the channels of this
/// picture are linear in place, so that only the interpolation's own rounding (one level) may differ.
#[rstest]
#[case(0, 0, [40, 3, 0])]
#[case(100, 10, [202, 48, 33])]
#[case(56, 56, [114, 103, 41])]
#[case(38, 51, [86, 90, 27])]
#[case(70, 92, [125, 160, 70])]
#[case(111, 111, [187, 201, 130])]
#[case(0, 111, [3, 168, 2])]
#[case(60, 3, [138, 25, 12])]
fn pixels_are_those_of_opencv(#[case] x: u32, #[case] y: u32, #[case] expected: [u8; 3]) {
    let picture = RgbImage::from_fn(180, 200, |x, y| {
        Rgb([x * 255 / 180, y * 255 / 200, x * y / 160].map(|value| value as u8))
    });
    let landmarks = Landmarks(
        [
            [60.5, 70.25],
            [101.0, 80.5],
            [77.75, 101.5],
            [56.0, 118.75],
            [90.25, 127.0],
        ]
        .map(Point::from),
    );
    let face = align(&picture, &landmarks, &AlignmentTemplate::ARCFACE_112).unwrap();
    for (found, wanted) in face.get_pixel(x, y).0.into_iter().zip(expected) {
        assert!(found.abs_diff(wanted) <= 1, "{found} for {wanted}");
    }
}

#[test]
fn shrinking_first_changes_no_place() {
    let landmarks = face_in(900, 4.0, 17.0);
    let smooth = RgbImage::from_fn(900, 900, |x, y| {
        Rgb([x / 4, y / 4, (x + y) / 8].map(|value| value as u8))
    });
    let template = AlignmentTemplate::ARCFACE_112;
    let transform = SimilarityTransform::fit(&landmarks.0, &template.points).unwrap();
    let shrunk = align(&smooth, &landmarks, &template).unwrap();
    let plain = warp(&smooth, &transform, template.size).unwrap();
    let furthest = shrunk.iter().zip(plain.iter());
    assert!(furthest.map(|(a, b)| a.abs_diff(*b)).max().unwrap() <= 2);
}

#[test]
fn detail_finer_than_the_crop_averages_out() {
    let landmarks = face_in(900, 4.3, 10.0);
    let checks = RgbImage::from_fn(900, 900, |x, y| {
        Rgb([if (x + y) % 2 == 0 { 255 } else { 0 }; 3])
    });
    let face = align(&checks, &landmarks, &AlignmentTemplate::ARCFACE_112).unwrap();
    assert!(face.iter().all(|value| value.abs_diff(128) < 16));
}

#[test]
fn a_face_at_the_edge_is_black_beyond_it() {
    let landmarks = face_in(112, 1.0, 0.0).map(|p| Point::new(p.x - 56.0, p.y));
    let white = RgbImage::from_pixel(112, 112, Rgb([255; 3]));
    let face = align(&white, &landmarks, &AlignmentTemplate::ARCFACE_112).unwrap();
    assert_eq!(face.get_pixel(20, 50).0, [0; 3]);
    assert_eq!(face.get_pixel(90, 50).0, [255; 3]);
}

#[test]
fn a_face_wholly_outside_is_black_and_no_face_is_none() {
    let white = RgbImage::from_pixel(112, 112, Rgb([255; 3]));
    let template = AlignmentTemplate::ARCFACE_112;
    let far = face_in(112, 5.0, 0.0).map(|p| Point::new(p.x + 9000.0, p.y));
    assert!(
        align(&white, &far, &template)
            .unwrap()
            .iter()
            .all(|v| *v == 0)
    );
    let nothing = Landmarks([Point::new(7.0, 7.0); 5]);
    assert_eq!(align(&white, &nothing, &template), None);
}

#[test]
fn a_template_scales_with_its_side() {
    let double = AlignmentTemplate::ARCFACE_112.scaled(224);
    assert_eq!(double.size, 224);
    assert!((double.points[2].x - 112.0504).abs() < 1e-3);
    let fractions = double.points.map(|p| [p.x / 224.0, p.y / 224.0]);
    let again = AlignmentTemplate::from_fractions(112, fractions);
    for (found, wanted) in again
        .points
        .iter()
        .zip(AlignmentTemplate::ARCFACE_112.points)
    {
        assert!(found.distance(wanted) < 1e-4);
    }
}
