//! Time of one search, by the number of references and their values, beside the plainest way to do it.
//!
//! `cargo bench -p face-gallery --bench search`

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use face_gallery::Gallery;
use face_types::{ModelId, PersonId, SampleId, Template};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

const LIMIT: usize = 5;

type Reference = (PersonId, SampleId, Template);

fn template(rng: &mut SmallRng, dimension: usize) -> Template {
    let model = ModelId::new("sha256:00").expect("two hexadecimal digits");
    let values = (0..dimension).map(|_| rng.random_range(-1.0_f32..1.0));
    Template::normalise(model, values.collect()).expect("random values are not all zero")
}

/// `count` references, two a person.
fn references(rng: &mut SmallRng, count: usize, dimension: usize) -> Vec<Reference> {
    let one = |i: usize| {
        let person = PersonId::new(i as i64 / 2).expect("not negative");
        let sample = SampleId(Uuid::from_u128(i as u128));
        (person, sample, template(rng, dimension))
    };
    (0..count).map(one).collect()
}

/// Every reference one after the other, in plain code.
fn baseline(references: &[Reference], probe: &Template) -> Vec<(PersonId, f32)> {
    let mut best = HashMap::new();
    for (person, _, template) in references {
        let products = template.values().iter().zip(probe.values());
        let similarity = products.map(|(a, b)| a * b).sum::<f32>();
        let entry = best.entry(*person).or_insert(similarity);
        *entry = entry.max(similarity);
    }
    let mut ranking: Vec<_> = best.into_iter().collect();
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranking.truncate(LIMIT);
    ranking
}

fn filled(references: Vec<Reference>, dimension: usize) -> Gallery {
    let model = ModelId::new("sha256:00").expect("two hexadecimal digits");
    let gallery = Gallery::new(model, dimension);
    gallery.load(references).expect("one model, one dimension");
    gallery
}

fn search(criterion: &mut Criterion) {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut group = criterion.benchmark_group("search");
    group.sample_size(20);
    for (count, dimension) in [(10_000, 256), (100_000, 128), (100_000, 256)] {
        let id = format!("{}k_x_{dimension}", count / 1000);
        let references = references(&mut rng, count, dimension);
        let probe = template(&mut rng, dimension);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("{id}_baseline"), |b| {
            b.iter(|| baseline(&references, black_box(&probe)));
        });
        let gallery = filled(references, dimension);
        group.bench_function(&id, |b| b.iter(|| gallery.search(black_box(&probe), LIMIT)));
    }
    group.finish();
}

fn change(criterion: &mut Criterion) {
    let mut rng = SmallRng::seed_from_u64(2);
    let references = references(&mut rng, 100_000, 256);
    let (person, sample, newcomer) = references[0].clone();
    let mut group = criterion.benchmark_group("change");
    group.sample_size(10);
    group.bench_function("load_100k_x_256", |b| {
        b.iter_batched(
            || references.clone(),
            |references| filled(references, 256),
            criterion::BatchSize::PerIteration,
        );
    });
    let gallery = filled(references, 256);
    group.bench_function("remove_and_insert_in_100k_x_256", |b| {
        b.iter(|| {
            gallery.remove_sample(person, sample);
            gallery.insert(person, sample, &newcomer)
        });
    });
    group.finish();
}

criterion_group!(benches, search, change);
criterion_main!(benches);
