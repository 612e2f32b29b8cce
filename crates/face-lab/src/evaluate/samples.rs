//! An evaluation made up from random scores, for the tests of tables and figures.

use face_metrics::{
    AttackScores, Bootstrap, DetectorCurve, Estimate, Features, Fold, Found, Histogram,
    LabelledPicture, OpenSet, OpenSetSplit, Proportion, Scores, Species, TwoClass, best_of_sweep,
    cross_validate, global_recall, impostor_curve, sweep,
};
use face_types::BoundingBox;

use super::report::{
    AllPairsReport, AttackReport, ClusterReport, CropReport, DetectorReport, EyeReport, Host,
    LfwReport, LfwVariant, OpenSetReport, PackFacts, PairsReport, RateAt, Report, SCHEMA,
    ScoreCounts, SequenceReport, Settings, SpeciesReport,
};

/// Numbers around `mean`, `spread` wide, nearly normal: sums of six of Knuth's linear congruences (MMIX).
fn numbers(seed: u64, count: usize, mean: f32, spread: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut unit = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0
    };
    let mut one = || (0..6).map(|_| unit() - 0.5).sum::<f32>();
    (0..count)
        .map(|_| (mean + spread * 1.4 * one()).clamp(-1.0, 1.0))
        .collect()
}

/// A report with everything in it; `quality` from 0 (as good as chance) to 1.
pub(crate) fn report(name: &str, quality: f32) -> Report {
    Report {
        schema: SCHEMA,
        host: Host {
            processor: "some processor".to_owned(),
            vectors: "AVX2".to_owned(),
            cores: 2,
            system: "linux x86_64".to_owned(),
            lab: "0.1.0".to_owned(),
            onnx_runtime: "some build".to_owned(),
            is_optimised: true,
        },
        pack: PackFacts {
            name: name.to_owned(),
            version: "1".to_owned(),
            digest: "00".repeat(32),
            model: "sha256:00".to_owned(),
            dimension: 16,
            networks: vec!["detector: some.onnx".to_owned()],
        },
        settings: Settings {
            limit: None,
            bootstrap: Bootstrap::default(),
        },
        lfw: Some(LfwReport {
            pictures: 240,
            people: 80,
            without_face: 1,
            variants: ["single", "mirrored mean"]
                .into_iter()
                .zip([0.0, 0.03])
                .map(|(template, more)| variant(template, quality + more))
                .collect(),
        }),
        crops: Some(CropReport {
            people: 80,
            non_mated: 3160,
            impostor_curve: vec![(0.05, 0.5), (0.2, 0.1), (0.35, 0.01)],
            verification: None,
        }),
        eyes: Some(vec![eyes("test", quality), eyes("train", quality)]),
        attacks: Some(attacks(quality)),
        sequences: Some(sequences(quality)),
        detector: Some(detector(quality)),
        seconds: 12.0,
    }
}

fn variant(template: &str, quality: f32) -> LfwVariant {
    let mated = numbers(1, 3000, 0.2 + 0.5 * quality, 0.1);
    let non_mated = numbers(2, 3000, 0.0, 0.1);
    let folds: Vec<Fold> = mated
        .chunks(300)
        .zip(non_mated.chunks(300))
        .map(|(mated, non_mated)| Fold {
            mated: mated.to_vec(),
            non_mated: non_mated.to_vec(),
        })
        .collect();
    let scores = Scores::new(mated, non_mated).unwrap();
    let points = sweep(&scores, 201);
    let rate = |fmr: f64| RateAt {
        fmr,
        tar: scores.at_fmr(fmr).unwrap().tar(),
    };
    let counts = ScoreCounts {
        mated: counted(scores.mated()),
        non_mated: counted(scores.non_mated()),
    };
    let features = features(quality);
    let split = OpenSetSplit::draw(&features, 60, 60, 1);
    let set = OpenSet::search(&features, &split).unwrap();
    LfwVariant {
        template: template.to_owned(),
        pairs: PairsReport {
            folds: cross_validate(&folds).unwrap(),
            tar: [1e-2, 1e-3].map(rate).to_vec(),
            equal_error_rate: scores.equal_error_rate(),
            area_under_curve: scores.area_under_curve(),
            curve: scores.curve(20),
            best_distance: best_of_sweep(&points).unwrap(),
            sweep: points,
            scores: counts.clone(),
        },
        all_pairs: AllPairsReport {
            mated: 3000,
            non_mated: 3000,
            tar: [1e-2, 1e-3].map(rate).to_vec(),
            impostor_curve: impostor_curve(&counts.non_mated, 10),
            scores: counts,
        },
        global_recall: global_recall(&features, &[1, 10, 20], &Bootstrap::default()),
        batch_recall: global_recall(&features, &[1], &Bootstrap::default()),
        clusters: Some(ClusterReport {
            nmi: 0.9,
            clusters: 120,
            pictures: 360,
            rounds: 7,
        }),
        open_set: Some(OpenSetReport {
            enrolled: set.enrolled(),
            rank_one: set.rank_one(),
            points: [0.1, 0.02]
                .iter()
                .filter_map(|&fpir| set.at_fpir(fpir))
                .collect(),
            curve: set.curve(),
        }),
    }
}

/// 120 people, three pictures each.
fn features(quality: f32) -> Features {
    let (people, dimension) = (120_u32, 16);
    let mut values = Vec::new();
    for person in 0..people {
        let centre = numbers(100 + u64::from(person), dimension, 0.0, 0.5);
        for picture in 0..3 {
            let noise = numbers(
                1000 + u64::from(person * 3 + picture),
                dimension,
                0.0,
                0.6 - 0.5 * quality,
            );
            let near: Vec<f32> = centre.iter().zip(noise).map(|(a, b)| a + b).collect();
            let length = near.iter().map(|v| v * v).sum::<f32>().sqrt();
            values.extend(near.iter().map(|v| v / length));
        }
    }
    Features::new(
        values,
        dimension,
        (0..people * 3).map(|at| at / 3).collect(),
    )
    .unwrap()
}

fn counted(scores: &[f32]) -> Histogram {
    let mut histogram = Histogram::new(256);
    for &score in scores {
        histogram.add(score);
    }
    histogram
}

fn eyes(part: &str, quality: f32) -> EyeReport {
    let eyes = TwoClass::new(
        numbers(3, 109, 0.5 + 0.4 * quality, 0.2),
        numbers(4, 109, 0.5 - 0.4 * quality, 0.2),
    )
    .unwrap();
    EyeReport {
        part: part.to_owned(),
        at_threshold: eyes.at(0.5),
        best: eyes.best(),
        without_opinion: Vec::new(),
    }
}

fn attacks(quality: f32) -> AttackReport {
    let species = (0..4_u64).map(|at| Species {
        name: format!("source-{at:02}"),
        scores: numbers(at, 60, 0.6 + 0.1 * at as f32 * quality, 0.25),
    });
    let scores = AttackScores::new(numbers(9, 200, 0.2, 0.2), species.collect()).unwrap();
    let bpcer = |at: u64| -> Estimate { Proportion::new(at, 50).wilson() };
    AttackReport {
        at_threshold: Some(scores.at(0.5)),
        at_bpcer_5: scores.at_bpcer(0.05),
        bpcer_by_source: (0..4)
            .map(|at| (format!("source-{at:02}"), bpcer(at)))
            .collect(),
        live_without_face: 2,
        attacks_without_face: 3,
    }
}

fn detector(quality: f32) -> DetectorReport {
    let bounds = |x: f32| BoundingBox::new(x, 0.0, 50.0, 50.0);
    let pictures = numbers(5, 300, 0.4 + 0.4 * quality, 0.3)
        .into_iter()
        .zip(numbers(6, 300, 0.2, 0.2));
    let pictures: Vec<_> = pictures
        .map(|(right, wrong)| LabelledPicture {
            faces: vec![bounds(0.0)],
            ignored: Vec::new(),
            found: vec![
                Found {
                    bounds: bounds(0.0),
                    score: right,
                },
                Found {
                    bounds: bounds(200.0),
                    score: wrong,
                },
            ],
        })
        .collect();
    let curve = DetectorCurve::new(&pictures, 0.5);
    DetectorReport {
        reference: "reference 1".to_owned(),
        scenes: 300,
        negatives: 0,
        faces: 300,
        at_threshold: curve.at(0.6, &Bootstrap::default()),
        at_tenth: curve.at_false_per_picture(0.1, &Bootstrap::default()),
        false_on_negatives: 0.0,
        landmarks: Some((0.02, 0.08)),
        curve: curve.curve(200),
    }
}

fn sequences(quality: f32) -> SequenceReport {
    let passed = (quality * 36.0) as u64;
    let species = [
        ("live", true, passed),
        ("photograph in a hand", false, 36 - passed),
    ];
    let species = species.map(|(name, is_bona_fide, passed)| SpeciesReport {
        name: name.to_owned(),
        is_bona_fide,
        passed: Proportion::new(passed, 36).wilson(),
        passed_with_attack_score: None,
    });
    SequenceReport {
        species: species.into(),
    }
}
