//! Drawn sets hold what they promise.

use super::*;

/// Mean squared difference of two pictures of one size.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    let squares = a
        .iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    squares.sum::<f64>() / a.len() as f64
}

#[test]
fn crops_of_one_person_are_more_alike_than_those_of_two() {
    let set = crops(4, 3);
    assert_eq!((set.len(), set.classes().len()), (12, 4));
    let (mut mated, mut non_mated) = (Vec::new(), Vec::new());
    for first in 0..set.len() {
        for second in 0..first {
            let distance = difference(set.crop(first).pixels(), set.crop(second).pixels());
            let is_mated = set.labels()[first] == set.labels()[second];
            if is_mated { &mut mated } else { &mut non_mated }.push(distance);
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!(
        mean(&mated) < 0.7 * mean(&non_mated),
        "{} {}",
        mean(&mated),
        mean(&non_mated)
    );
}

#[test]
fn closing_an_eye_changes_the_eye_and_little_around_it() {
    let set = eyes(3, 2);
    assert_eq!(set.labels(), ["closed", "open"]);
    assert_eq!((set.len(), set.groups().len()), (3 * 2 * 4, 3));
    for (index, picture) in set.pictures().iter().enumerate() {
        if set.label_of(picture) == Some("open") {
            let closed = set.find(&picture.name.replace("open", "closed")).unwrap();
            let (open, closed) = (set.load(index).unwrap(), set.load(closed).unwrap());
            let row = 3 * 40;
            let eye = difference(
                &open.as_raw()[16 * row..24 * row],
                &closed.as_raw()[16 * row..24 * row],
            );
            let below = difference(&open.as_raw()[36 * row..], &closed.as_raw()[36 * row..]);
            assert!(
                eye > 100.0 && eye > 5.0 * below,
                "{}: {eye} {below}",
                picture.name
            );
        }
    }
}

#[test]
fn every_live_frame_has_its_replay_in_the_same_source() {
    let set = attacks(2, 3);
    assert_eq!(set.labels(), ["live", "replay"]);
    assert_eq!(set.groups(), ["source-00", "source-01"]);
    for (index, picture) in set.pictures().iter().enumerate() {
        if set.label_of(picture) == Some("live") {
            let other = set.find(&picture.name.replace("live", "replay")).unwrap();
            assert_eq!(picture.group, set.pictures()[other].group);
            assert!(difference(&set.load(index).unwrap(), &set.load(other).unwrap()) > 20.0);
        }
    }
}

#[test]
fn faces_of_scenes_lie_inside_with_their_points_inside_their_boxes() {
    let scenes = scenes(12);
    let faces: usize = scenes.iter().map(|scene| scene.faces.len()).sum();
    assert!(faces > 12);
    for face in scenes.iter().flat_map(|scene| &scene.faces) {
        let within = |low: f32, value: f32, length: f32| value >= low && value <= low + length;
        for point in face.landmarks.0 {
            assert!(
                within(face.bounds.x, point.x, face.bounds.width),
                "{face:?}"
            );
            assert!(
                within(face.bounds.y, point.y, face.bounds.height),
                "{face:?}"
            );
            assert!(within(0.0, point.x, 320.0) && within(0.0, point.y, 240.0));
        }
    }
}

#[test]
fn drawn_sets_are_the_same_every_time() {
    assert_eq!(scene(5), scene(5));
    assert_eq!(eyes(1, 1).bytes(0).unwrap(), eyes(1, 1).bytes(0).unwrap());
}
