//! What callers rely on: the same bytes every time, truth inside the picture, eyes that differ only at the eyes.

use rstest::rstest;

use crate::{
    Identity, Scene, blink_scene, jpeg, landmarks, mjpeg, portrait_scene, render,
    render_background, well_separated_seeds,
};

const SIZE: (u32, u32) = (320, 240);

/// FNV-1a of a picture's bytes.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, &b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn quiet(eyes_open: f32) -> Scene {
    Scene {
        eyes_open,
        noise: 0.0,
        ..Scene::default()
    }
}

#[test]
fn a_seed_gives_the_same_bytes_every_time() {
    let picture = || {
        render(
            &Identity::from_seed(3),
            &portrait_scene(3, 1),
            SIZE.0,
            SIZE.1,
        )
    };
    assert_eq!(digest(&picture()), digest(&picture()));
    assert_ne!(
        digest(&picture()),
        digest(&render(
            &Identity::from_seed(4),
            &portrait_scene(3, 1),
            SIZE.0,
            SIZE.1
        ))
    );
}

#[rstest]
fn the_five_points_lie_inside_the_picture_in_their_order(
    #[values(0, 5, 11, 23, 42, 77)] seed: u64,
) {
    let id = Identity::from_seed(seed);
    for variant in 0..8 {
        let face = landmarks(&id, &portrait_scene(seed, variant), SIZE.0, SIZE.1);
        for point in face.0 {
            assert!(
                (0.0..SIZE.0 as f32).contains(&point.x) && (0.0..SIZE.1 as f32).contains(&point.y),
                "{face:?}"
            );
        }
        assert!(
            face.left_eye().x < face.nose().x && face.nose().x < face.right_eye().x,
            "{face:?}"
        );
        assert!(face.left_mouth().x < face.right_mouth().x, "{face:?}");
        assert!(
            face.left_eye().y < face.nose().y && face.nose().y < face.left_mouth().y,
            "{face:?}"
        );
    }
}

#[rstest]
fn closing_the_eyes_changes_the_eyes_and_nothing_else(#[values(1, 8, 19)] seed: u64) {
    let id = Identity::from_seed(seed);
    let (open, closed) = (
        render(&id, &quiet(1.0), 640, 480),
        render(&id, &quiet(0.0), 640, 480),
    );
    let face = landmarks(&id, &quiet(1.0), 640, 480);
    let mut changed = 0;
    for (x, y, pixel) in open.enumerate_pixels() {
        let by = pixel
            .0
            .iter()
            .zip(closed.get_pixel(x, y).0)
            .map(|(a, b)| a.abs_diff(b))
            .max();
        if by > Some(12) {
            changed += 1;
            let here = face_types::Point::new(x as f32, y as f32);
            let nearest = here
                .distance(face.left_eye())
                .min(here.distance(face.right_eye()));
            assert!(
                nearest < 0.5 * face.eye_distance(),
                "({x}, {y}) changed by {by:?}"
            );
        }
    }
    assert!(changed > 200, "{changed} pixels changed");
}

#[test]
fn yaw_moves_the_nose_against_the_eyes() {
    let id = Identity::from_seed(2);
    let side = |yaw_deg| {
        let face = landmarks(
            &id,
            &Scene {
                yaw_deg,
                ..Scene::default()
            },
            640,
            480,
        );
        face.nose().x - face.left_eye().midpoint(face.right_eye()).x
    };
    assert!(side(15.0) > side(0.0) + 4.0 && side(-15.0) < side(0.0) - 4.0);
}

#[test]
fn a_blink_is_open_then_closed_then_open() {
    let states: Vec<bool> = (0..15)
        .map(|i| blink_scene(9, i, 15).eyes_open > 0.5)
        .collect();
    assert_eq!(states, [[true; 5], [false; 5], [true; 5]].concat());
    let noise = |i| blink_scene(9, i, 15).noise_seed;
    assert!((1..15).all(|i| noise(i) != noise(i - 1)));
}

#[test]
fn a_head_sways_smoothly_and_ends_where_it_began() {
    let yaw = |i: usize| blink_scene(9, i % 15, 15).yaw_deg;
    let ordered = (0..15).map(|i| (yaw(i) - yaw(i + 1)).abs());
    let largest = ordered.fold(0.0, f32::max);
    let all = (0..15).map(yaw);
    let width = all.clone().fold(f32::MIN, f32::max) - all.fold(f32::MAX, f32::min);
    assert!(width > 0.9 && largest < 0.5 * width, "{largest} of {width}");
}

#[test]
fn the_background_has_no_person_and_the_portrait_has() {
    let scene = Scene {
        noise: 0.0,
        ..portrait_scene(6, 0)
    };
    let empty = render_background(&scene, SIZE.0, SIZE.1);
    let full = render(&Identity::from_seed(6), &scene, SIZE.0, SIZE.1);
    assert_eq!(
        empty.get_pixel(2, 2),
        full.get_pixel(2, 2),
        "a corner shows the room"
    );
    let differing = empty
        .pixels()
        .zip(full.pixels())
        .filter(|(a, b)| a != b)
        .count();
    assert!(differing > 10_000, "{differing}");
}

#[test]
fn a_film_is_its_jpeg_files_in_a_row() {
    let frame = render(&Identity::from_seed(5), &Scene::default(), SIZE.0, SIZE.1);
    let file = jpeg(&frame, 92);
    let sequence = mjpeg(&[frame.clone(), frame]);
    assert!(file.starts_with(&[0xff, 0xd8]) && file.ends_with(&[0xff, 0xd9]));
    assert_eq!(sequence, [file.clone(), file].concat());
}

#[test]
fn separated_seeds_are_at_least_twelve_different_people() {
    let mut seeds = well_separated_seeds().to_vec();
    seeds.sort_unstable();
    seeds.dedup();
    assert!(seeds.len() >= 12 && seeds.len() == well_separated_seeds().len());
}
