//! The reference embedder through this pipeline separates people as it does through one of another make: `YuNet`, `OpenCV`'s
//! `warpAffine` and ONNX Runtime from Python. That one gave, on the first fold of Labeled Faces in the Wild (300 mated, 300
//! non-mated pairs), mated similarities of 0.684 ± 0.114 (least 0.240) and non-mated ones of at most 0.294; on the 160
//! photographs of `people`, 0.761 ± 0.091 (least 0.397) and 0.012 ± 0.097.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use face_pipeline::{Analyzer, Facts, Select, Wishes};
use face_types::{FaceFacts, Point, Template};

use crate::support::{analyzer, from_tar, shared};

/// Two pictures, by name and number.
type Pair = [(String, u32); 2];

/// The mated and the non-mated pairs of the first `folds` folds: lines of three and of four fields.
fn pairs(text: &str, folds: usize) -> (Vec<Pair>, Vec<Pair>) {
    let (mut mated, mut non_mated) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1).take(600 * folds) {
        let number = |field: &str| field.parse().expect("a number");
        match line.split('\t').collect::<Vec<_>>()[..] {
            [name, a, b] => {
                mated.push([(name.to_owned(), number(a)), (name.to_owned(), number(b))]);
            }
            [left, a, right, b] => {
                non_mated.push([(left.to_owned(), number(a)), (right.to_owned(), number(b))]);
            }
            _ => panic!("no pair: {line}"),
        }
    }
    (mated, non_mated)
}

fn file((name, number): &(String, u32)) -> String {
    format!("lfw/{name}/{name}_{number:04}.jpg")
}

/// The pictures of the pairs, by file name.
fn pictures(folder: &Path, pairs: &[&Pair]) -> HashMap<String, Vec<u8>> {
    let wanted: HashSet<String> = pairs
        .iter()
        .flat_map(|pair| pair.iter().map(file))
        .collect();
    let mut found = HashMap::new();
    for archive in crate::support::files(folder)
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "tar"))
    {
        found.extend(from_tar(archive, |name| wanted.contains(name)));
    }
    assert_eq!(found.len(), wanted.len(), "every picture is there");
    found
}

/// The probability that a mated pair scores higher than a non-mated one.
fn auc(mated: &[f32], non_mated: &[f32]) -> f64 {
    let wins = mated
        .iter()
        .flat_map(|m| non_mated.iter().map(move |n| if m > n { 1.0 } else { 0.0 }));
    wins.sum::<f64>() / (mated.len() * non_mated.len()) as f64
}

/// What two lists of similarities show.
struct Separation {
    auc: f64,
    mated_mean: f32,
    mated_least: f32,
    non_mated_most: f32,
    /// Share of right answers at the threshold that is best for these pairs.
    accuracy: f64,
}

fn separation(mated: &[f32], non_mated: &[f32]) -> Separation {
    let right = |threshold: f32| {
        let mated = mated.iter().filter(|s| **s >= threshold).count();
        mated + non_mated.iter().filter(|s| **s < threshold).count()
    };
    let best = mated
        .iter()
        .chain(non_mated)
        .map(|threshold| right(*threshold))
        .max()
        .unwrap_or_default();
    let separation = Separation {
        auc: auc(mated, non_mated),
        mated_mean: mated.iter().sum::<f32>() / mated.len() as f32,
        mated_least: mated.iter().copied().fold(1.0, f32::min),
        non_mated_most: non_mated.iter().copied().fold(-1.0, f32::max),
        accuracy: best as f64 / (mated.len() + non_mated.len()) as f64,
    };
    eprintln!(
        "AUC {:.5}, accuracy {:.4}, mated mean {:.3} least {:.3}, non-mated most {:.3}",
        separation.auc,
        separation.accuracy,
        separation.mated_mean,
        separation.mated_least,
        separation.non_mated_most,
    );
    separation
}

const TEMPLATES: Wishes = Wishes {
    facts: Facts {
        template: true,
        quality: false,
        eyes: false,
        attack: false,
        patch: false,
    },
    select: Select::All,
    detect: true,
};

/// The template of the face that `first` puts first.
fn template_of<K: PartialOrd>(
    analyzer: &mut Analyzer,
    encoded: &[u8],
    first: impl Fn(&FaceFacts) -> K,
) -> Template {
    let analysis = analyzer
        .analyse(&[encoded], TEMPLATES)
        .remove(0)
        .expect("a photograph");
    let mut faces = analysis.faces;
    faces.sort_by(|a, b| first(a).partial_cmp(&first(b)).expect("a number"));
    assert!(!faces.is_empty(), "every picture shows a face");
    faces.swap_remove(0).template.expect("it was asked for")
}

/// Pixels from the middle of a picture of LFW, which is centred on the person it names; others may stand beside.
fn off_centre(face: &FaceFacts) -> f32 {
    face.bounding_box
        .centre()
        .distance(Point::new(125.0, 125.0))
}

fn similarity(a: &Template, b: &Template) -> f32 {
    a.similarity(b).expect("one model").value()
}

/// The separation of LFW's first `folds` folds.
fn separation_of_lfw(folds: usize) -> Option<Separation> {
    let (shared, mut analyzer) = (shared()?, analyzer()?);
    let folder = shared.join("data/lfw");
    let text = std::fs::read_to_string(folder.join("pairs.txt")).expect("LFW's pairs");
    let (mated, non_mated) = pairs(&text, folds);
    let all: Vec<&Pair> = mated.iter().chain(&non_mated).collect();
    let templates: HashMap<String, Template> = pictures(&folder, &all)
        .into_iter()
        .map(|(name, bytes)| (name, template_of(&mut analyzer, &bytes, off_centre)))
        .collect();
    let score = |[a, b]: &Pair| similarity(&templates[&file(a)], &templates[&file(b)]);
    let scores = |pairs: &[Pair]| pairs.iter().map(score).collect::<Vec<_>>();
    Some(separation(&scores(&mated), &scores(&non_mated)))
}

#[test]
fn photographs_of_lfw_are_separated_as_by_a_pipeline_of_another_make() {
    let Some(found) = separation_of_lfw(1) else {
        return;
    };
    assert!(found.auc > 0.999, "AUC {}", found.auc);
    assert!(
        (found.mated_mean - 0.684).abs() < 0.02,
        "mean mated similarity {}",
        found.mated_mean
    );
    assert!(
        found.mated_least > 0.18,
        "least mated similarity {}",
        found.mated_least
    );
    assert!(
        found.non_mated_most < 0.34,
        "greatest non-mated similarity {}",
        found.non_mated_most
    );
    assert!(found.accuracy > 0.99, "accuracy {}", found.accuracy);
}

/// Intel publishes 99.47% for the network. The threshold here is the best for all pairs, not that of the other nine folds,
/// which makes a difference of a few hundredths of a point.
#[test]
#[ignore = "6,000 pairs take minutes: cargo test -p face-pipeline -- --ignored"]
fn photographs_of_all_of_lfw_give_the_published_accuracy() {
    let Some(found) = separation_of_lfw(10) else {
        return;
    };
    assert!(
        (found.accuracy - 0.9947).abs() < 0.0015,
        "accuracy {}",
        found.accuracy
    );
}

#[test]
fn photographs_of_people_are_separated_as_by_the_reference() {
    let (Some(shared), Some(mut analyzer)) = (shared(), analyzer()) else {
        return;
    };
    let paths = crate::support::files(&shared.join("data/people"));
    let templates: Vec<(&Path, Template)> = paths
        .iter()
        .map(|path| {
            let encoded = std::fs::read(path).expect("the file was listed");
            let largest = |face: &FaceFacts| -face.bounding_box.area();
            let person = path.parent().expect("a folder a person");
            (person, template_of(&mut analyzer, &encoded, largest))
        })
        .collect();
    let (mut mated, mut non_mated) = (Vec::new(), Vec::new());
    for (index, (person, template)) in templates.iter().enumerate() {
        for (other, theirs) in &templates[index + 1..] {
            let list = if person == other {
                &mut mated
            } else {
                &mut non_mated
            };
            list.push(similarity(template, theirs));
        }
    }
    assert_eq!((mated.len(), non_mated.len()), (320, 12_400));
    let found = separation(&mated, &non_mated);
    assert!(found.auc > 0.9999, "AUC {}", found.auc);
    assert!(
        (found.mated_mean - 0.761).abs() < 0.03,
        "mean mated similarity {}",
        found.mated_mean
    );
    assert!(
        found.mated_least > 0.37,
        "least mated similarity {}",
        found.mated_least
    );
    assert!(
        found.non_mated_most < 0.44,
        "greatest non-mated similarity {}",
        found.non_mated_most
    );
}
