use image::Rgb;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// A number from 0 to 1 that depends on the place as if by chance.
fn chance(x: u32, y: u32) -> f32 {
    let mut hash = (x + 1).wrapping_mul(0x9e37_79b1) ^ (y + 7).wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^= hash >> 12;
    (hash % 1000) as f32 / 1000.0
}

/// Where the manifests draw the line.
const BORDER: f32 = 0.66;
const FACE: BoundingBox = BoundingBox::new(280.0, 190.0, 75.0, 96.0);

/// A room of soft shades, with the noise of a camera, on which `paint` puts what stands before it.
fn room(paint: impl Fn(f32, f32) -> Option<f32>) -> RgbImage {
    RgbImage::from_fn(640, 480, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let wall = 110.0 + 30.0 * (x / 90.0).sin() + 20.0 * (y / 70.0).cos();
        let shade = paint(x, y).unwrap_or(wall);
        let noise = 6.0 * (chance(x as u32, y as u32) - 0.5);
        Rgb([1.0, 0.95, 0.9].map(|tint| (tint * (shade + noise)).clamp(0.0, 255.0) as u8))
    })
}

/// The face as an ellipse with hair and shoulders, alike on a screen and before the camera.
fn head(x: f32, y: f32) -> Option<f32> {
    let (u, v) = ((x - 317.0) / 45.0, (y - 235.0) / 58.0);
    let shoulders = y > 300.0 && (x - 317.0).abs() < 60.0 + 0.6 * (y - 300.0);
    if u * u + v * v < 1.0 {
        Some(if v < -0.6 { 50.0 } else { 170.0 })
    } else {
        shoulders.then_some(70.0)
    }
}

/// A screen of this half width and half height about the face, turned by so many degrees, with a dark bezel.
fn phone(x: f32, y: f32, [half_width, half_height]: [f32; 2], turned_deg: f32) -> Option<f32> {
    let (sin, cos) = turned_deg.to_radians().sin_cos();
    let (x, y) = (x - 317.0, y - 240.0);
    let (u, v) = ((cos * x + sin * y).abs(), (cos * y - sin * x).abs());
    (u < half_width && v < half_height).then(|| {
        let is_bezel = u > half_width - 8.0 || v > half_height - 8.0;
        if is_bezel { 20.0 } else { 190.0 }
    })
}

#[rstest]
#[case::upright([110.0, 190.0], 0.0)]
#[case::turned([110.0, 190.0], 9.0)]
#[case::turned_the_other_way([100.0, 170.0], -12.0)]
#[case::wide([170.0, 130.0], 3.0)]
#[case::near([120.0, 300.0], 0.0)]
fn a_phone_has_a_border(#[case] half: [f32; 2], #[case] turned_deg: f32) {
    let picture = room(|x, y| {
        let screen = phone(x, y, half, turned_deg)?;
        Some(if screen > 100.0 {
            head(x, y).unwrap_or(screen)
        } else {
            screen
        })
    });
    let found = border(&picture, &FACE);
    // Of the one that is so near that its top and bottom are not in the picture, two sides are all there is.
    let is_seen = half[1] < 240.0;
    assert_eq!(found > BORDER, is_seen, "{found}");
}

#[test]
fn a_sheet_without_a_frame_has_a_border() {
    let sheet = |x: f32, y: f32| phone(x, y, [110.0, 170.0], 5.0).map(|_| 235.0);
    let picture = room(|x, y| sheet(x, y).map(|paper| head(x, y).unwrap_or(paper)));
    let found = border(&picture, &FACE);
    assert!(found > BORDER, "{found}");
}

#[rstest]
#[case::nobody_else(|_, _| None)]
#[case::a_door(|x: f32, _: f32| ((180.0..190.0).contains(&x) || (450.0..460.0).contains(&x)).then_some(30.0))]
#[case::a_shelf(|_: f32, y: f32| (y % 120.0 < 8.0).then_some(30.0))]
#[case::tiles(|x: f32, y: f32| (x % 60.0 < 3.0 || y % 60.0 < 3.0).then_some(200.0))]
fn a_head_in_a_room_has_none(#[case] behind: fn(f32, f32) -> Option<f32>) {
    let picture = room(|x, y| head(x, y).or_else(|| behind(x, y)));
    let found = border(&picture, &FACE);
    assert!(found < BORDER, "{found}");
}

#[test]
fn bars_that_were_added_to_a_picture_are_none() {
    let bars = |x: f32, y: f32| {
        (!(150.0..490.0).contains(&x) || !(60.0..420.0).contains(&y)).then_some(-20.0)
    };
    let picture = room(|x, y| bars(x, y).or_else(|| head(x, y)));
    let found = border(&picture, &FACE);
    assert!(found < 0.5, "{found}");
}

#[test]
fn a_dark_room_is_no_bar() {
    let picture = RgbImage::from_fn(640, 480, |x, y| {
        let screen = phone(x as f32, y as f32, [110.0, 190.0], 0.0).filter(|&shade| shade > 100.0);
        let shade = screen.map_or(8.0, |screen| head(x as f32, y as f32).unwrap_or(screen));
        let noise = 12.0 * (chance(x, y) - 0.5);
        Rgb([(shade + noise).clamp(0.0, 255.0) as u8; 3])
    });
    let found = border(&picture, &FACE);
    assert!(found > BORDER, "{found}");
}

#[rstest]
#[case::no_height(BoundingBox::new(10.0, 10.0, 20.0, 0.0))]
#[case::no_number(BoundingBox::new(f32::NAN, 10.0, 20.0, 30.0))]
#[case::far_outside(BoundingBox::new(9e4, 9e4, 20.0, 30.0))]
fn where_there_is_no_face_there_is_no_border(#[case] face: BoundingBox) {
    assert!(border(&room(|_, _| None), &face).abs() < f32::EPSILON);
}

#[test]
fn a_picture_without_pixels_has_none() {
    assert!(border(&RgbImage::new(0, 0), &FACE).abs() < f32::EPSILON);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_picture_has_a_number(
        width in 1_u32..200, height in 1_u32..200, x in -50.0_f32..200.0, y in -50.0_f32..200.0, size in 0.5_f32..150.0,
    ) {
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(255.0 * chance(x / 8, y / 8)) as u8; 3]));
        let found = border(&picture, &BoundingBox::new(x, y, 0.8 * size, size));
        prop_assert!((0.0..=1.0).contains(&found), "{found}");
    }
}
