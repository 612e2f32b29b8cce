//! The gallery in step with a real store.

use face_store::PersonPatch;
use face_types::{PersonName, Template};

use super::*;
use crate::usecases::testing::{World, face_of, id, model, pack, person, sample, template};

/// Who the probe is, in a word and an id.
async fn outcome(world: &World, probe: [f32; 3]) -> (&'static str, i64) {
    let active = world.replica.active().unwrap();
    match active.identify(template(probe)).await.unwrap() {
        Verdict::Match { candidate, .. } => ("match", candidate.person.id.get()),
        Verdict::Ambiguous { candidates, .. } => ("ambiguous", candidates.len() as i64),
        Verdict::Unknown { .. } => ("unknown", 0),
        Verdict::AttackSuspected => ("attack", 0),
    }
}

#[tokio::test]
async fn people_in_the_store_are_found_and_strangers_are_not() {
    let world = World::of(vec![
        person(1, template([1.0, 0.0, 0.0])),
        person(2, template([0.0, 1.0, 0.0])),
    ])
    .await;
    assert_eq!(outcome(&world, [0.9, 0.1, 0.0]).await, ("match", 1));
    assert_eq!(outcome(&world, [0.0, 0.0, 1.0]).await, ("unknown", 0));
}

#[tokio::test]
async fn two_people_too_near_each_other_are_not_chosen_between() {
    let world = World::of(vec![
        person(1, template([1.0, 0.0, 0.0])),
        person(2, template([1.0, 0.05, 0.0])),
    ])
    .await;
    assert_eq!(outcome(&world, [1.0, 0.02, 0.0]).await, ("ambiguous", 2));
}

#[tokio::test]
async fn an_own_change_is_seen_once_it_is_refreshed() {
    let world = World::of(vec![]).await;
    let them = person(7, template([1.0, 0.0, 0.0]));
    world.store.create(them).await.unwrap();
    world.replica.refresh(id(7)).await;
    assert_eq!(outcome(&world, [1.0, 0.0, 0.0]).await, ("match", 7));

    let more = vec![sample(template([0.0, 1.0, 0.0]))];
    world.store.add_samples(id(7), more).await.unwrap();
    world.replica.refresh(id(7)).await;
    assert_eq!(outcome(&world, [0.0, 1.0, 0.0]).await, ("match", 7));

    world.store.delete(id(7)).await.unwrap();
    world.replica.forget(id(7)).await;
    assert_eq!(outcome(&world, [1.0, 0.0, 0.0]).await, ("unknown", 0));
}

#[tokio::test]
async fn changes_of_other_replicas_come_with_the_history() {
    let world = World::of(vec![person(1, template([1.0, 0.0, 0.0]))]).await;
    let patch = PersonPatch {
        name: Some(PersonName::new("Grace").unwrap()),
        surname: None,
    };
    world.store.update(id(1), patch).await.unwrap();
    let them = person(2, template([0.0, 1.0, 0.0]));
    world.store.create(them).await.unwrap();
    world.replica.try_catch_up().await.unwrap();
    assert_eq!(outcome(&world, [0.0, 1.0, 0.0]).await, ("match", 2));
    let active = world.replica.active().unwrap();
    let verdict = active.identify(template([1.0, 0.0, 0.0])).await.unwrap();
    assert!(
        matches!(verdict, Verdict::Match { candidate, .. } if candidate.person.name.as_str() == "Grace")
    );

    world.store.delete(id(2)).await.unwrap();
    world.replica.try_catch_up().await.unwrap();
    assert_eq!(outcome(&world, [0.0, 1.0, 0.0]).await, ("unknown", 0));
}

#[tokio::test]
async fn a_removed_sample_is_searched_no_more() {
    let mut them = person(1, template([1.0, 0.0, 0.0]));
    them.samples.push(sample(template([0.0, 1.0, 0.0])));
    let gone = them.samples[1].id;
    let world = World::of(vec![them]).await;
    assert_eq!(outcome(&world, [0.0, 1.0, 0.0]).await, ("match", 1));
    world.store.remove_sample(id(1), gone).await.unwrap();
    world.replica.try_catch_up().await.unwrap();
    assert_eq!(outcome(&world, [0.0, 1.0, 0.0]).await, ("unknown", 0));
    assert_eq!(outcome(&world, [1.0, 0.0, 0.0]).await, ("match", 1));
}

#[tokio::test]
async fn samples_of_another_model_are_not_searched_until_its_pack_is_active() {
    let foreign = Template::normalise(model("bb"), vec![1.0, 0.0]).unwrap();
    let world = World::of(vec![person(1, foreign.clone())]).await;
    assert_eq!(outcome(&world, [1.0, 0.0, 0.0]).await, ("unknown", 0));

    let other = Pack {
        model: model("bb"),
        dimension: 2,
        ..pack()
    };
    world.replica.activate(other).await.unwrap();
    let active = world.replica.active().unwrap();
    let verdict = active.identify(foreign).await.unwrap();
    assert!(matches!(verdict, Verdict::Match { .. }));
}

#[tokio::test]
async fn a_face_of_exchanged_networks_is_not_compared() {
    let world = World::of(vec![]).await;
    let active = world.replica.active().unwrap();
    let foreign = Template::normalise(model("bb"), vec![1.0, 0.0, 0.0]).unwrap();
    let answer = world.replica.template_of(&active, face_of(foreign));
    assert!(matches!(answer, Err(Refusal::NotReady)));
}

#[tokio::test]
async fn the_lower_threshold_of_a_small_gallery_follows_from_the_curve() {
    let world = World::of(vec![person(1, template([1.0, 0.0, 0.0]))]).await;
    let settings = ThresholdSettings {
        fixed: None,
        target_fpir: 0.01,
        verify_fmr: 0.001,
    };
    let replica = Replica::new(world.store.clone(), settings, world.observed.clone());
    replica.activate(pack()).await.unwrap();
    let active = replica.active().unwrap();
    // One reference: FMR = FPIR = 0.01, which the curve has at 0.3.
    match active.identify(template([0.0, 1.0, 0.0])).await.unwrap() {
        Verdict::Unknown { threshold } => assert!((threshold.value() - 0.3).abs() < 1e-5),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_pack_without_a_usable_curve_is_not_taken_into_use() {
    let world = World::of(vec![]).await;
    let settings = ThresholdSettings {
        fixed: None,
        target_fpir: 0.01,
        verify_fmr: 0.001,
    };
    let replica = Replica::new(world.store.clone(), settings, world.observed.clone());
    let blind = Pack {
        impostor_curve: vec![],
        ..pack()
    };
    assert!(replica.activate(blind).await.is_err());
    assert!(matches!(replica.active(), Err(Refusal::NotReady)));
}
