//! Real photographs: recognition, strangers, and the blink sequences.

use serde_json::json;

use crate::support::TestSystem;
use crate::support::pictures::{base64, blink, photographed_people};
use crate::support::system::Options;

#[tokio::test]
async fn people_are_recognised_and_strangers_are_not() {
    let (Some(people), Some(system)) = (
        photographed_people(),
        TestSystem::start(&Options::default()),
    ) else {
        return;
    };
    let (strangers, enrolled) = people.split_at(4);
    let read = |file: &std::path::PathBuf| std::fs::read(file).expect("a photograph is readable");
    for (id, person) in (1..).zip(enrolled) {
        let answer = system
            .store(id, &person.name, &read(&person.files[0]))
            .await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", person.name);
    }
    let (mut found, mut probes) = (0, 0);
    for (id, person) in (1..).zip(enrolled) {
        for file in &person.files[1..] {
            let answer = system.find_match(&read(file)).await;
            probes += 1;
            found += usize::from(answer.status == 200 && answer.json()["_id"] == json!(id));
            assert!(
                [200, 406].contains(&answer.status),
                "{}: {answer:?}",
                file.display()
            );
        }
    }
    println!("found {found} of {probes}");
    assert!(found * 10 >= probes * 9, "found {found} of {probes}");
    for file in strangers.iter().flat_map(|person| &person.files) {
        let answer = system.find_match(&read(file)).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (406, "no matches found"),
            "{}",
            file.display()
        );
    }
}

#[tokio::test]
async fn a_blink_is_alive_and_a_still_is_not() {
    let (Some(live), Some(system)) = (blink("live"), TestSystem::start(&Options::default())) else {
        return;
    };
    let still = blink("live-no-blink").expect("beside the other");
    for (frames, alive) in [(&live, true), (&still, false)] {
        let frames: Vec<String> = frames.iter().map(|frame| base64(frame)).collect();
        let request = system
            .http
            .post(format!("{}/liveness_check", system.inference))
            .json(&json!({"frames": frames}));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.text().await.expect("text"),
            json!({"result": alive}).to_string()
        );
    }
    assert_eq!(system.store(1, "Blinker", &live[0]).await.status, 200);
    let body = |frames: &[Vec<u8>]| {
        let frames: Vec<String> = frames.iter().map(|frame| base64(frame)).collect();
        json!({"img_base64": base64(&live[1]), "liveness": true, "frames": frames})
    };
    assert_eq!(
        system.post("/api/find_match", &body(&live)).await.status,
        200
    );
    let answer = system.post("/api/find_match", &body(&still)).await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (406, "Liveness check failed")
    );
}

#[tokio::test]
async fn nobody_signs_in_with_the_photograph_of_another() {
    let (Some(live), Some(people)) = (blink("live"), photographed_people()) else {
        return;
    };
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let read = |path| std::fs::read(path).expect("a photograph is readable");
    let victim = read(&people[0].files[0]);
    let probe = read(&people[0].files[1]);
    assert_eq!(system.store(1, "Victim", &victim).await.status, 200);
    assert_eq!(system.find_match(&probe).await.status, 200);

    let photograph = image::load_from_memory(&probe)
        .expect("a photograph")
        .into_rgb8();
    let held = face_synth::hand_held(&photograph, 15, 1);
    let held: Vec<Vec<u8>> = held
        .iter()
        .map(|frame| face_synth::jpeg(frame, 90))
        .collect();
    let mixed = |stranger: &[Vec<u8>], photograph: &[Vec<u8>]| [stranger, photograph].concat();
    let attacks = [
        ("the photograph in a hand", held.clone()),
        ("the photograph fifteen times", vec![probe.clone(); 15]),
        ("a living stranger", live.clone()),
        (
            "a living stranger, then the photograph",
            mixed(&live[..10], &held[..5]),
        ),
        (
            "the photograph, then a living stranger",
            mixed(&held[..5], &live[..10]),
        ),
    ];
    for (name, frames) in attacks {
        let frames: Vec<String> = frames.iter().map(|frame| base64(frame)).collect();
        let body = json!({"img_base64": base64(&probe), "liveness": true, "frames": frames});
        let answer = system.post("/api/find_match", &body).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (406, "Liveness check failed"),
            "{name}"
        );
    }
}
