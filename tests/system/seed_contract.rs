//! The four calls of the original: codes, texts, and that a refused call changes nothing.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestSystem;
use crate::support::pictures::{SEEDS, base64, portrait};
use crate::support::system::Options;

fn start() -> Option<TestSystem> {
    TestSystem::start(&Options::default())
}

fn encode(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, format)
        .expect("an encoder for the format");
    bytes.into_inner()
}

#[tokio::test]
async fn an_enrolled_person_is_found_by_another_picture_and_a_stranger_is_not() {
    let Some(system) = start() else { return };
    for (id, seed) in (1..).zip(&SEEDS[..4]) {
        let answer = system
            .store(id, &format!(" Person{id} "), &portrait(*seed, 0))
            .await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, "ok"),
            "{answer:?}"
        );
    }
    for (id, seed) in (1..).zip(&SEEDS[..4]) {
        let answer = system.find_match(&portrait(*seed, 1)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.json(),
            json!({"_id": id, "name": format!("Person{id}"), "surname": "Test"})
        );
    }
    let answer = system.find_match(&portrait(SEEDS[5], 0)).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (406, "no matches found")
    );
}

#[tokio::test]
async fn both_names_of_the_picture_and_data_urls_are_read() {
    let Some(system) = start() else { return };
    let url = format!("data:image/jpeg;base64,{}", base64(&portrait(SEEDS[0], 0)));
    let body = json!({"name": "Data", "surname": "Url", "img_base64": url});
    assert_eq!(
        system.post("/api/store/0", &body).await.status,
        200,
        "id 0 is a non-negative integer"
    );
    for field in ["img_base64", "image_base64"] {
        let answer = system
            .post(
                "/api/find_match",
                &json!({field: base64(&portrait(SEEDS[0], 2))}),
            )
            .await;
        assert_eq!(answer.status, 200, "{field}: {answer:?}");
    }
}

#[tokio::test]
async fn every_kind_of_picture_is_read() {
    let Some(system) = start() else { return };
    let picture = face_synth::portrait(SEEDS[1], 0);
    let formats = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Bmp,
    ];
    for (id, format) in (1..).zip(formats) {
        let answer = system
            .store(id, "Any", &encode(picture.clone(), format))
            .await;
        assert_eq!(answer.status, 200, "{format:?}: {answer:?}");
    }
}

#[tokio::test]
async fn an_id_is_enrolled_once_and_can_be_used_again_after_deletion() {
    let Some(system) = start() else { return };
    assert_eq!(
        system
            .store(7, "First", &portrait(SEEDS[0], 0))
            .await
            .status,
        200
    );
    assert_eq!(
        system
            .store(7, "Second", &portrait(SEEDS[1], 0))
            .await
            .status,
        409
    );
    assert_eq!(
        system.get("/api/get_all/10/1").await.json()["users"][0]["name"],
        "First"
    );
    for _ in 0..2 {
        let answer = system.call(Method::DELETE, "/api/7").await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, "ok"),
            "also when there is no such person"
        );
    }
    assert_eq!(
        system.find_match(&portrait(SEEDS[0], 1)).await.status,
        406,
        "a deleted person is not found"
    );
    assert_eq!(
        system
            .store(7, "Second", &portrait(SEEDS[1], 0))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_with_its_own_code_and_leaves_nothing() {
    let Some(system) = start() else { return };
    let face = base64(&portrait(SEEDS[0], 0));
    let mut two = RgbImage::new(1280, 480);
    image::imageops::replace(&mut two, &face_synth::portrait(SEEDS[0], 0), 0, 0);
    image::imageops::replace(&mut two, &face_synth::portrait(SEEDS[1], 0), 640, 0);
    let two = base64(&encode(two, ImageFormat::Png));
    let nobody = base64(&encode(
        RgbImage::from_pixel(640, 480, image::Rgb([90, 120, 90])),
        ImageFormat::Png,
    ));
    let dark = image::imageops::colorops::brighten(&face_synth::portrait(SEEDS[0], 0), -235);
    let dark = base64(&encode(dark, ImageFormat::Png));
    let small = image::imageops::thumbnail(&face_synth::portrait(SEEDS[0], 0), 64, 48);
    let small = base64(&encode(small, ImageFormat::Png));
    let text = base64(&b"no picture at all".repeat(40));
    let gif = base64(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
    let with = |picture: &str| json!({"name": "A", "surname": "B", "img_base64": picture});
    let rows: Vec<(&str, Value, &[u16])> = vec![
        (
            "no name",
            json!({"surname": "B", "img_base64": face}),
            &[400],
        ),
        (
            "blank name",
            json!({"name": " ", "surname": "B", "img_base64": face}),
            &[422],
        ),
        (
            "name of the wrong type",
            json!({"name": 1, "surname": "B", "img_base64": face}),
            &[400],
        ),
        ("no picture", json!({"name": "A", "surname": "B"}), &[400]),
        ("broken base64", with("@@@"), &[400]),
        ("empty picture", with(""), &[400]),
        ("not a picture", with(&text), &[400, 415]),
        ("a kind of picture that is not read", with(&gif), &[415]),
        (
            "a picture cut in half",
            with(&face[..face.len() / 2]),
            &[400, 422],
        ),
        ("no face", with(&nobody), &[422]),
        ("several faces", with(&two), &[422]),
        ("too dark", with(&dark), &[422]),
        ("too small", with(&small), &[422]),
        (
            "wrong number of features",
            json!({"name": "A", "surname": "B", "img_features": [[0.1, 0.2]]}),
            &[422],
        ),
        (
            "features of zeros",
            json!({"name": "A", "surname": "B", "img_features": [vec![0.0; 256]]}),
            &[422],
        ),
        (
            "no features",
            json!({"name": "A", "surname": "B", "img_features": []}),
            &[400, 422],
        ),
    ];
    for (row, body, expected) in rows {
        let answer = system.post("/api/store/5", &body).await;
        assert!(expected.contains(&answer.status), "{row}: {answer:?}");
        assert!(
            answer.text.len() > 10,
            "{row} says what is wrong: {answer:?}"
        );
    }
    for path in [
        "/api/store/-5",
        "/api/store/abc",
        "/api/store/9223372036854775808",
    ] {
        assert_eq!(system.post(path, &with(&face)).await.status, 400, "{path}");
    }
    assert_eq!(
        system.ids().await,
        Vec::<i64>::new(),
        "a refused call changes nothing"
    );
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused() {
    let Some(system) = start() else { return };
    let url = format!("{}/api/find_match", system.registration);
    let send = |body: &'static str, kind: &'static str| {
        system
            .http
            .post(&url)
            .header("content-type", kind)
            .body(body)
            .send()
    };
    assert_eq!(
        send(r#"{"img_base64": "#, "application/json")
            .await
            .expect("an answer")
            .status(),
        400
    );
    assert_eq!(
        send("hello", "text/plain")
            .await
            .expect("an answer")
            .status(),
        415
    );
    assert_eq!(system.get("/api/find_match").await.status, 405);
    assert_eq!(system.get("/nothing/here").await.status, 404);
}

#[tokio::test]
async fn pages_count_from_one_and_sizes_have_limits() {
    let Some(system) = start() else { return };
    for id in [30, 10, 20] {
        assert_eq!(
            system
                .store(id, "P", &portrait(SEEDS[id as usize / 10], 0))
                .await
                .status,
            200
        );
    }
    assert_eq!(system.ids().await, [10, 20, 30], "sorted by _id");
    let second = system.get("/api/get_all/2/2").await.json();
    assert_eq!(second["users"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        system.get("/api/get_all/2/3").await.json(),
        json!({"users": []})
    );
    for path in ["0/1", "1/0", "1001/1", "x/1", "-1/1"] {
        assert_eq!(
            system.get(&format!("/api/get_all/{path}")).await.status,
            400,
            "{path}"
        );
    }
}

#[tokio::test]
async fn liveness_needs_fifteen_frames_and_a_living_person() {
    let Some(system) = start() else { return };
    assert_eq!(
        system.store(1, "Live", &portrait(SEEDS[0], 0)).await.status,
        200
    );
    let probe = base64(&portrait(SEEDS[0], 1));
    let find = |frames: Value| {
        let body = json!({"img_base64": probe, "liveness": true, "frames": frames});
        let system = &system;
        async move { system.post("/api/find_match", &body).await }
    };
    for frames in [Value::Null, json!([]), json!([probe])] {
        let answer = find(frames).await;
        assert!([400, 422].contains(&answer.status), "{answer:?}");
    }
    let answer = find(json!(vec![probe.clone(); 15])).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (406, "Liveness check failed"),
        "a still photograph"
    );
    let blink = |seed| -> Vec<String> {
        let frames = face_synth::blink_sequence(seed, 15);
        frames
            .iter()
            .map(|frame| base64(&face_synth::jpeg(frame, 92)))
            .collect()
    };
    let answer = find(json!(blink(SEEDS[0]))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = find(json!(blink(SEEDS[1]))).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (406, "Liveness check failed"),
        "another person blinks"
    );
}
