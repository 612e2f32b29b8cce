//! Photographs through the service: the facts, the sequences, the blink.

use face_wire::inference::{FacesQuery, Facts, Select};

use crate::support::{TestService, blink, person};

const EVERYTHING: FacesQuery = FacesQuery {
    select: Select::Largest,
    facts: Facts {
        template: true,
        quality: true,
        eyes: true,
        attack: true,
    },
    detect: true,
};

#[tokio::test]
async fn photographs_come_back_as_facts_that_tell_people_apart() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let pack = service.client.pack().await.expect("a pack");
    let mut templates = Vec::new();
    for picture in [
        person(0)[0].clone(),
        person(0)[1].clone(),
        person(1)[0].clone(),
    ] {
        let answer = service
            .client
            .faces(picture.into(), &EVERYTHING)
            .await
            .expect("faces");
        assert_eq!((&answer.pack, &answer.model), (&pack.pack, &pack.model));
        let faces = answer
            .into_facts(pack.dimension)
            .expect("templates of the pack's length");
        let face = &faces[0];
        assert!(face.quality.is_some() && face.eyes.is_some() && face.attack.is_some());
        templates.push(face.template.clone().expect("it was asked for"));
    }
    let similarity = |a: usize, b: usize| {
        templates[a]
            .similarity(&templates[b])
            .expect("one model")
            .value()
    };
    assert!(
        similarity(0, 1) > 0.4 && similarity(0, 2) < 0.3,
        "{} and {}",
        similarity(0, 1),
        similarity(0, 2)
    );
}

#[tokio::test]
async fn photographs_in_a_sequence_are_answered_in_order_as_each_alone() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let pictures: Vec<bytes::Bytes> = (0..6)
        .map(|index| person(index)[0].clone().into())
        .collect();
    let query = FacesQuery {
        facts: Facts {
            template: true,
            ..Facts::default()
        },
        ..EVERYTHING
    };
    let dimension = service.client.pack().await.expect("a pack").dimension;
    let together = service
        .client
        .frames(pictures.clone(), &query)
        .await
        .expect("frames");
    let together = together.into_facts(dimension).expect("templates");
    for (picture, together) in pictures.into_iter().zip(together) {
        let alone = service
            .client
            .faces(picture, &query)
            .await
            .expect("faces")
            .into_facts(dimension)
            .expect("templates");
        assert_eq!(alone[0].bounding_box, together[0].bounding_box);
        let similarity = alone[0]
            .template
            .as_ref()
            .zip(together[0].template.as_ref())
            .map(|(a, b)| a.similarity(b));
        assert!(similarity.expect("asked for").expect("one model").value() > 0.9999);
    }
}

#[tokio::test]
async fn photographs_of_a_blink_are_alive_and_a_stare_and_a_still_are_not() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let still = vec![person(0)[0].clone(); 15];
    for (name, frames, alive) in [
        ("live", blink("live"), true),
        ("live-no-blink", blink("live-no-blink"), false),
        ("a still", still, false),
    ] {
        let answer = service.liveness_check(&frames).await;
        assert_eq!(answer.status(), 200);
        let body: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(body, serde_json::json!({ "result": alive }), "{name}");
    }
}

#[tokio::test]
async fn photographs_of_a_replay_are_attacks_and_a_living_face_is_not() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let threshold = service
        .client
        .pack()
        .await
        .expect("a pack")
        .attack_threshold
        .expect("the pack has attack networks");
    for (kind, is_attack) in [("live", false), ("replay", true)] {
        let pictures = blink(kind).into_iter().map(Into::into).collect();
        let answer = service
            .client
            .frames(pictures, &EVERYTHING)
            .await
            .expect("frames");
        let scores: Vec<f32> = answer
            .frames
            .iter()
            .map(|frame| frame.faces[0].attack.expect("asked for"))
            .collect();
        let mean = scores.iter().sum::<f32>() / scores.len() as f32;
        assert_eq!(mean >= threshold, is_attack, "{kind}: {mean}");
    }
}

#[tokio::test]
async fn a_close_crop_is_taken_at_its_word_and_a_wall_is_not_a_face() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let wall = bmp(96, 96);
    let seen = service
        .client
        .faces(wall.clone().into(), &EVERYTHING)
        .await
        .expect("an answer");
    assert!(
        seen.analysis.faces.is_empty(),
        "no face: 200 with an empty list"
    );
    let close = FacesQuery {
        detect: false,
        ..EVERYTHING
    };
    let assumed = service
        .client
        .faces(wall.into(), &close)
        .await
        .expect("an answer");
    assert!(assumed.analysis.faces.len() == 1 && assumed.analysis.faces[0].template.is_some());
}

#[tokio::test]
async fn the_pack_names_its_networks_and_their_terms() {
    let Some(service) = TestService::start(&[]) else {
        return;
    };
    let pack = service.client.pack().await.expect("a pack");
    let roles: Vec<&str> = pack
        .networks
        .iter()
        .map(|network| network.role.as_str())
        .collect();
    assert_eq!(
        roles,
        [
            "detector", "embedder", "eyes", "attack", "attack", "quality"
        ]
    );
    assert!(
        pack.networks
            .iter()
            .all(|network| !network.licence.is_empty() && network.sha256.len() == 64)
    );
    assert!(
        pack.impostor_curve
            .is_sorted_by(|a, b| a.threshold < b.threshold)
            && pack.impostor_curve.len() > 3
    );
}

/// A grey bitmap.
pub(crate) fn bmp(width: u32, height: u32) -> Vec<u8> {
    let row = (3 * width).next_multiple_of(4);
    let size = 54 + row * height;
    let mut file = b"BM".to_vec();
    for value in [size, 0, 54, 40, width, height] {
        file.extend(value.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    file.resize(size as usize, 120);
    file
}
