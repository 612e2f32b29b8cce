//! What is learnt of faces whose measures are made up.

use face_pipeline::AttackMeasures;
use face_vision::Recapture;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;

const RULES: Rules = Rules {
    raster: Raster {
        excess: 5.0,
        raster: 5.0,
    },
    border: 1.0,
};

/// A face whose measures lie about `middle`, that of the networks included where `networks` is.
fn face(chance: &mut StdRng, middle: [f32; 3], networks: Option<f32>) -> AttackMeasures {
    let mut about = |middle: f32| middle + chance.random_range(-1.0..1.0);
    AttackMeasures {
        picture: Some(Recapture {
            white_point: about(middle[0]),
            texture: about(middle[1]),
            detail: about(middle[2]),
            excess: 0.0,
            raster: 0.0,
        }),
        border: 0.0,
        networks,
    }
}

/// Sources whose attacks differ from their living faces by `by`, each with an offset of its own.
fn sources(by: [f32; 3], networks: Option<[f32; 2]>) -> Vec<Group> {
    let mut chance = StdRng::seed_from_u64(3);
    let source = |number: usize| {
        let offset = number as f32 * 0.1;
        let mut faces = |by: [f32; 3], networks: Option<f32>| -> Vec<AttackMeasures> {
            let each = (0..60).map(|_| face(&mut chance, by.map(|by| by + offset), networks));
            each.collect()
        };
        Group {
            name: format!("source-{number}"),
            live: faces([0.0; 3], networks.map(|it| it[0])),
            live_as_small: faces([0.0; 3], networks.map(|it| it[0])),
            attacks: faces(by, networks.map(|it| it[1])),
            without_face: number,
        }
    };
    (0..4).map(source).collect()
}

fn all(groups: &[Group]) -> Vec<&Group> {
    groups.iter().collect()
}

#[test]
fn what_tells_attacks_apart_is_learnt_and_carries_over() {
    let groups = sources([1.5, -1.5, -1.0], None);
    let evidence = fit(&all(&groups), RULES).unwrap();
    assert!(evidence.white_point.weight > 0.0);
    assert!(evidence.texture.weight < 0.0 && evidence.detail.weight < 0.0);
    assert_eq!(evidence.networks, None);
    for judged in held_out(&groups, RULES, 0.05).unwrap() {
        assert!(judged.area.unwrap() > 0.95, "{judged:?}");
        assert!(judged.apcer.unwrap().value < 0.3, "{judged:?}");
        assert!(judged.bpcer.unwrap().value < 0.2, "{judged:?}");
    }
}

#[test]
fn a_measure_that_speaks_the_other_way_than_it_can_has_no_say() {
    let groups = sources([-1.5, -1.5, 0.0], None);
    let evidence = fit(&all(&groups), RULES).unwrap();
    assert!(evidence.white_point.weight.abs() < 1e-9, "{evidence:?}");
    assert!(evidence.texture.weight < -0.5, "{evidence:?}");
}

#[test]
fn networks_have_their_say_where_there_are_some() {
    let groups = sources([0.0; 3], Some([0.2, 0.8]));
    let evidence = fit(&all(&groups), RULES).unwrap();
    assert!(evidence.networks.unwrap().weight > 0.5, "{evidence:?}");
    let mut mixed = groups;
    mixed[0].live[0].networks = None;
    assert!(fit(&all(&mixed), RULES).is_err());
}

#[test]
fn where_nothing_differs_nothing_is_told() {
    let groups = sources([0.0; 3], None);
    for judged in held_out(&groups, RULES, 0.05).unwrap() {
        let area = judged.area.unwrap();
        assert!((0.3..0.7).contains(&area), "{judged:?}");
        assert!(judged.apcer.unwrap().value > 0.8, "{judged:?}");
    }
}

#[test]
fn the_threshold_refuses_no_more_living_faces_than_are_to_be() {
    let groups = sources([1.0, -1.0, -1.0], None);
    let strict = threshold(&all(&groups), RULES, 0.01).unwrap();
    let lax = threshold(&all(&groups), RULES, 0.2).unwrap();
    assert!(lax < strict, "{lax} {strict}");
    let evidence = fit(&all(&groups), RULES).unwrap();
    let living: Vec<f32> = groups
        .iter()
        .flat_map(Group::bona_fide)
        .map(|face| face.score(&evidence).0)
        .collect();
    let refused = living.iter().filter(|&&score| score >= lax).count();
    let share = refused as f64 / living.len() as f64;
    assert!((0.1..0.3).contains(&share), "{share}");
}

#[test]
fn a_set_of_living_faces_is_judged_by_those_alone() {
    let mut groups = sources([1.5, -1.5, -1.0], None);
    groups.push(Group {
        name: "portraits".to_owned(),
        live: groups[0].live.clone(),
        ..Group::default()
    });
    let judged = held_out(&groups, RULES, 0.05).unwrap().pop().unwrap();
    assert!(judged.area.is_none() && judged.apcer.is_none());
    assert_eq!(judged.bpcer.unwrap().of, 60);
}

#[test]
fn living_faces_alone_teach_nothing() {
    let mut groups = sources([1.0; 3], None);
    for group in &mut groups {
        group.attacks.clear();
    }
    assert!(fit(&all(&groups), RULES).is_err());
}

#[test]
fn recorded_sources_are_measured_with_the_pack_that_comes_along() {
    let Some(shared) = test_needs::shared() else {
        return;
    };
    let data = shared.join("data");
    let args = EvidenceArgs {
        pack: test_needs::workspace().join("models/default"),
        attacks: data.join("attacks.tar"),
        bona_fide: vec![data.join("people")],
        sequences: Some(data.join("blink")),
        people: Some(data.join("people")),
        rooms: Some(data.join("negatives.tar")),
        bpcer: 0.05,
        raster_excess: -0.35,
        raster: 0.85,
        border: 0.66,
        limit: 4,
        threads: 2,
    };
    if crate::testing::runtime().is_none() {
        return;
    }
    run(&args).unwrap();
    let strict = EvidenceArgs { bpcer: 1.5, ..args };
    assert!(run(&strict).is_err());
}
