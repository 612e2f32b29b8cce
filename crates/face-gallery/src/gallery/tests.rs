//! The gallery against a plain list, one step at a time and with everybody at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::*;

fn model() -> ModelId {
    ModelId::new("sha256:aa").unwrap()
}

fn person(number: i64) -> PersonId {
    PersonId::new(number).unwrap()
}

fn sample(number: u128) -> SampleId {
    SampleId(Uuid::from_u128(number))
}

fn template(values: &[f32]) -> Template {
    Template::normalise(model(), values.to_vec()).unwrap()
}

fn random(rng: &mut StdRng, dimension: usize) -> Template {
    let values = (0..dimension).map(|_| rng.random_range(-1.0_f32..1.0));
    Template::normalise(model(), values.collect()).unwrap()
}

fn exact(a: &Template, b: &Template) -> f64 {
    let products = a.values().iter().zip(b.values());
    products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// What a gallery must answer as, kept in the plainest way.
type Reference = BTreeMap<(PersonId, SampleId), Template>;

/// Each person's best similarity in double precision, best first.
fn plain_scan(references: &Reference, probe: &Template) -> Vec<(PersonId, f64)> {
    let mut best: BTreeMap<PersonId, f64> = BTreeMap::new();
    for (&(person, _), template) in references {
        let entry = best.entry(person).or_insert(f64::NEG_INFINITY);
        *entry = entry.max(exact(template, probe));
    }
    let mut ranking: Vec<_> = best.into_iter().collect();
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranking
}

/// Single precision may swap people whose exact scores differ by less than this, and nothing more.
const TOLERANCE: f64 = 2e-6;

/// Panics unless the answer is the plain scan's, but for ties within [`TOLERANCE`].
fn assert_same_top(gallery: &Gallery, references: &Reference, probe: &Template, limit: usize) {
    let answer = gallery.search(probe, limit).unwrap();
    let expected = plain_scan(references, probe);
    let scores: BTreeMap<_, _> = expected.iter().copied().collect();
    assert_eq!(answer.len(), limit.min(expected.len()));
    assert!(
        answer.is_sorted_by(|a, b| a.rank(b).is_lt()),
        "best first, ties by person"
    );
    for (candidate, (_, expected_score)) in answer.iter().zip(&expected) {
        let score = scores[&candidate.person];
        let of_sample = exact(&references[&(candidate.person, candidate.sample)], probe);
        assert!(
            (score - expected_score).abs() < TOLERANCE,
            "{score} in the place of {expected_score}"
        );
        assert!(
            (of_sample - score).abs() < TOLERANCE,
            "{of_sample} is not the best sample: {score}"
        );
        assert!((f64::from(candidate.similarity.value()) - score).abs() < TOLERANCE);
    }
}

fn filled(references: &Reference, dimension: usize) -> Gallery {
    let gallery = Gallery::new(model(), dimension);
    let rows = references
        .iter()
        .map(|(&(person, sample), template)| (person, sample, template.clone()));
    gallery.load(rows).unwrap();
    gallery
}

#[test]
fn a_template_of_another_model_or_length_is_refused_and_changes_nothing() {
    let gallery = Gallery::new(model(), 2);
    let foreign = Template::normalise(ModelId::new("sha256:bb").unwrap(), vec![1.0, 0.0]).unwrap();
    let long = template(&[1.0, 0.0, 0.0]);
    let own = template(&[1.0, 0.0]);
    let too_long = GalleryError::Dimension {
        expected: 2,
        found: 3,
    };

    assert!(matches!(
        gallery.insert(person(1), sample(1), &foreign),
        Err(GalleryError::ModelMismatch(_))
    ));
    assert_eq!(
        gallery.insert(person(1), sample(1), &long),
        Err(too_long.clone())
    );
    assert_eq!(
        gallery.load([
            (person(1), sample(1), own.clone()),
            (person(2), sample(2), long.clone())
        ]),
        Err(too_long.clone())
    );
    assert!(gallery.is_empty());

    gallery.insert(person(1), sample(1), &own).unwrap();
    let replaced = gallery.replace_person(
        person(1),
        &[(sample(2), own.clone()), (sample(3), long.clone())],
    );
    assert_eq!(replaced, Err(too_long.clone()));
    assert_eq!(gallery.search(&own, 9).unwrap()[0].sample, sample(1));
    assert!(matches!(
        gallery.search(&foreign, 1),
        Err(GalleryError::ModelMismatch(_))
    ));
    assert_eq!(gallery.similarity_to(person(1), &long), Err(too_long));
}

#[test]
fn a_person_appears_once_with_the_best_of_their_samples() {
    let gallery = Gallery::new(model(), 2);
    for (who, which, values) in [(1, 1, [1.0, 0.0]), (1, 2, [0.6, 0.8]), (2, 3, [0.8, 0.6])] {
        gallery
            .insert(person(who), sample(which), &template(&values))
            .unwrap();
    }
    let answer = gallery.search(&template(&[0.6, 0.8]), 10).unwrap();
    let found: Vec<_> = answer.iter().map(|c| (c.person, c.sample)).collect();
    assert_eq!(found, [(person(1), sample(2)), (person(2), sample(3))]);
    assert_eq!((gallery.people(), gallery.len()), (2, 3));
}

#[test]
fn of_equals_the_lower_id_comes_first_whatever_the_order_of_enrolment() {
    for order in [[3, 1, 2], [2, 3, 1], [1, 2, 3]] {
        let gallery = Gallery::new(model(), 3);
        for number in order {
            // At right angles to the probe, from both sides: scores of 0 and -0.
            let sign = if number == 1 { -1.0 } else { 1.0 };
            gallery
                .insert(person(number), sample(1), &template(&[0.0, sign, 0.0]))
                .unwrap();
        }
        let answer = gallery.search(&template(&[-1.0, 0.0, 0.0]), 2).unwrap();
        let people: Vec<_> = answer.iter().map(|c| c.person.get()).collect();
        assert_eq!(people, [1, 2], "enrolled in the order {order:?}");
    }
}

#[test]
fn inserting_the_same_sample_again_replaces_it() {
    let gallery = Gallery::new(model(), 2);
    gallery
        .insert(person(1), sample(1), &template(&[1.0, 0.0]))
        .unwrap();
    gallery
        .insert(person(1), sample(1), &template(&[0.0, 1.0]))
        .unwrap();
    let best = gallery
        .similarity_to(person(1), &template(&[1.0, 0.0]))
        .unwrap()
        .unwrap();
    assert_eq!((gallery.len(), best.value()), (1, 0.0));
}

#[test]
fn an_empty_gallery_and_a_limit_of_none_find_nobody() {
    let gallery = Gallery::new(model(), 2);
    let probe = template(&[1.0, 0.0]);
    assert_eq!(gallery.search(&probe, 5).unwrap(), []);
    assert_eq!(gallery.similarity_to(person(1), &probe).unwrap(), None);
    gallery.insert(person(1), sample(1), &probe).unwrap();
    assert_eq!(gallery.search(&probe, 0).unwrap(), []);
}

#[test]
fn debug_output_shows_sizes_only() {
    let gallery = Gallery::new(model(), 2);
    gallery
        .insert(person(1), sample(1), &template(&[0.6, 0.8]))
        .unwrap();
    let text = format!("{gallery:?}");
    assert!(
        text.contains("people: 1") && !text.contains("0.6"),
        "{text}"
    );
}

#[test]
fn the_top_is_that_of_a_plain_scan() {
    let mut rng = StdRng::seed_from_u64(1);
    for dimension in [1, 16, 100, 128, 256] {
        // Several samples a person, over several blocks.
        let references: Reference = (0..900)
            .map(|i| {
                (
                    (person(i % 300), sample(i as u128)),
                    random(&mut rng, dimension),
                )
            })
            .collect();
        let gallery = filled(&references, dimension);
        for limit in [1, 5, 299, 1000] {
            assert_same_top(&gallery, &references, &random(&mut rng, dimension), limit);
        }
    }
}

#[test]
fn near_ties_are_ranked_as_by_a_plain_scan() {
    let mut rng = StdRng::seed_from_u64(2);
    let centre = random(&mut rng, 128);
    // All within single precision's last digits of one another, so that the order hangs on rounding.
    let mut references = Reference::new();
    for i in 0..700 {
        let mut values = centre.values().to_vec();
        values[i % 128] += rng.random_range(-1e-6_f32..1e-6);
        references.insert(
            (person((i / 2) as i64), sample(i as u128)),
            template(&values),
        );
    }
    let gallery = filled(&references, 128);
    for _ in 0..20 {
        let mut values = centre.values().to_vec();
        values[3] += rng.random_range(-0.5_f32..0.5);
        assert_same_top(&gallery, &references, &template(&values), 10);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Insert(i64, u128),
    RemoveSample(i64, u128),
    RemovePerson(i64),
    Replace(i64, Vec<u128>),
}

fn step() -> impl Strategy<Value = Step> {
    let (who, which) = (0_i64..12, 0_u128..30);
    prop_oneof![
        6 => (who.clone(), which.clone()).prop_map(|(p, s)| Step::Insert(p, s)),
        3 => (who.clone(), which.clone()).prop_map(|(p, s)| Step::RemoveSample(p, s)),
        1 => who.clone().prop_map(Step::RemovePerson),
        2 => (who, proptest::collection::vec(which, 0..40)).prop_map(|(p, s)| Step::Replace(p, s)),
    ]
}

/// Makes the change on both sides and compares what each says about it.
fn take(step: Step, gallery: &Gallery, references: &mut Reference, rng: &mut StdRng) {
    match step {
        Step::Insert(p, s) => {
            let new = random(rng, 20);
            gallery.insert(person(p), sample(s), &new).unwrap();
            references.insert((person(p), sample(s)), new);
        }
        Step::RemoveSample(p, s) => {
            let was_there = references.remove(&(person(p), sample(s))).is_some();
            assert_eq!(gallery.remove_sample(person(p), sample(s)), was_there);
        }
        Step::RemovePerson(p) => {
            let before = references.len();
            references.retain(|key, _| key.0 != person(p));
            assert_eq!(gallery.remove_person(person(p)), before - references.len());
        }
        Step::Replace(p, samples) => {
            let new: Vec<_> = samples
                .iter()
                .map(|&s| (sample(s), random(rng, 20)))
                .collect();
            gallery.replace_person(person(p), &new).unwrap();
            references.retain(|key, _| key.0 != person(p));
            references.extend(new.into_iter().map(|(s, t)| ((person(p), s), t)));
        }
    }
}

proptest! {
    #[test]
    fn any_history_of_changes_leaves_what_a_plain_map_holds(steps in proptest::collection::vec(step(), 0..60), seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        let (gallery, mut references) = (Gallery::new(model(), 20), Reference::new());
        for step in steps {
            take(step, &gallery, &mut references, &mut rng);
        }
        let probe = random(&mut rng, 20);
        let ranking = plain_scan(&references, &probe);
        prop_assert_eq!((gallery.len(), gallery.people()), (references.len(), ranking.len()));
        assert_same_top(&gallery, &references, &probe, 100);
        for (who, score) in ranking {
            let best = gallery.similarity_to(who, &probe).unwrap().unwrap();
            prop_assert!((f64::from(best.value()) - score).abs() < TOLERANCE);
        }
    }
}

#[test]
fn removal_across_block_borders_leaves_no_gap_and_no_ghost() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut references: Reference = (0..=3 * BLOCK_ROWS as i64)
        .map(|i| ((person(i), sample(0)), random(&mut rng, 20)))
        .collect();
    let gallery = filled(&references, 20);
    while let Some((&(who, _), gone)) = references.iter().nth(references.len() / 2) {
        let probe = gone.clone();
        assert_eq!(gallery.search(&probe, 1).unwrap()[0].person, who);
        assert_eq!(gallery.remove_person(who), 1);
        references.remove(&(who, sample(0)));
        assert!(
            gallery
                .search(&probe, 1000)
                .unwrap()
                .iter()
                .all(|c| c.person != who)
        );
        assert_eq!(gallery.len(), references.len());
    }
    assert!(gallery.current.load().blocks.is_empty());
}

#[test]
fn a_search_needs_nothing_that_a_writer_holds() {
    let gallery = Gallery::new(model(), 2);
    let probe = template(&[1.0, 0.0]);
    gallery.insert(person(1), sample(1), &probe).unwrap();
    // Were a reader to take the writers' lock, this thread would wait for itself.
    let _writing = gallery.rows();
    assert_eq!(gallery.search(&probe, 1).unwrap().len(), 1);
    assert!(gallery.similarity_to(person(1), &probe).unwrap().is_some());
    assert_eq!((gallery.people(), gallery.len()), (1, 1));
}

/// Person 1 stays; person 2 is now all of the first direction, now all of the second; others come and go.
#[test]
fn searches_beside_writers_always_see_whole_changes() {
    let directions = [template(&[1.0, 0.0, 0.0]), template(&[0.0, 1.0, 0.0])];
    let stays = template(&[0.0, 0.0, 1.0]);
    let gallery = Gallery::new(model(), 3);
    gallery.insert(person(1), sample(0), &stays).unwrap();
    let set = |which: usize| [0, 1, 2].map(|i| (sample(i), directions[which].clone()));
    gallery.replace_person(person(2), &set(0)).unwrap();
    let is_over = AtomicBool::new(false);

    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    assert_eq!(gallery.search(&stays, 1).unwrap()[0].person, person(1));
                    let answer = gallery.search(&template(&[1.0, 1.0, 0.0]), 2).unwrap();
                    let second = answer
                        .iter()
                        .find(|c| c.person == person(2))
                        .expect("replaced, never absent");
                    assert!((second.similarity.value() - 0.5_f32.sqrt()).abs() < 1e-6);
                }
            });
        }
        for round in 0..400_usize {
            gallery.replace_person(person(2), &set(round % 2)).unwrap();
            for newcomer in 0..3 {
                let who = person(10 + newcomer);
                gallery
                    .insert(who, sample(1), &directions[0].clone())
                    .unwrap();
                let found = gallery.search(&directions[0], 10).unwrap();
                assert!(
                    found.iter().any(|c| c.person == who),
                    "visible once inserted"
                );
                gallery.remove_person(who);
                let found = gallery.search(&directions[0], 10).unwrap();
                assert!(
                    found.iter().all(|c| c.person != who),
                    "invisible once removed"
                );
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!((gallery.people(), gallery.len()), (2, 4));
}
