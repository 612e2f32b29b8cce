//! The recipe on drawn eyes: it learns, keeps what it shall keep, goes on, and becomes an ONNX file.

use std::sync::LazyLock;

use burn::tensor::Distribution;
use face_data::{PictureSet, procedural};
use rstest::rstest;

use super::*;
use crate::testing::{assert_learnt, assert_onnx_agrees, copy_folder, recorded};
use crate::train::{Ending, RunFolder, Stop, train};

/// Drawn eyes; drawing takes longer than a small training.
static EYES: LazyLock<PictureSet> = LazyLock::new(|| procedural::eyes(6, 2));

/// The recipe, made small.
fn small(learns: &str, extra: f64) -> String {
    let rate = if learns == "all" { 1e-2 } else { 2e-2 };
    let text = include_str!("../../../recipes/eyes-transfer.toml");
    let changes = [
        ("learns = \"last-layer\"", format!("learns = \"{learns}\"")),
        ("extra = 1.0", format!("extra = {extra:?}")),
        ("validation = 0.15", "validation = 0.25".to_owned()),
        (
            "width = 0.5\nside = 96",
            "width = 0.1\nside = 32".to_owned(),
        ),
        (
            "steps = 1000\nbatch = 64",
            "steps = 24\nbatch = 16".to_owned(),
        ),
        (
            "rate = 3e-3\nwarm_up = 20",
            format!("rate = {rate:?}\nwarm_up = 0"),
        ),
        ("average = 0.99", "average = 0.5".to_owned()),
        ("validate_every = 50", "validate_every = 24".to_owned()),
        ("report_every = 25", "report_every = 1".to_owned()),
    ];
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// The weights of a network that has learnt something of eyes.
static KNOWN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let text = small("all", 0.0).replace("= 24\n", "= 72\n");
    let ending = go(&path, &text, Begin::Fresh, &Stop::default());
    assert_eq!(ending, Ending::Finished);
    std::fs::read(path.join("best/average.bpk")).unwrap()
});

fn task(text: &str, begin: Begin) -> EyesTask {
    let recipe = EyesRecipe::parse(text).unwrap();
    let eyes = Eyes::divide(&EYES, &recipe.data).unwrap();
    EyesTask::new(recipe, eyes, begin)
}

fn go(path: &Path, text: &str, begin: Begin, stop: &Stop) -> Ending {
    let task = task(text, begin);
    let folder = if path.exists() {
        RunFolder::open(path)
    } else {
        RunFolder::create(path, text, &())
    };
    let settings = task.recipe.training.clone();
    let folder = folder.unwrap().quietly();
    train(&task, &settings, folder, &Device::flex(), stop).unwrap()
}

fn floats<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

/// What the networks in the two files say of the same noise, before the last layer, and where the first ends up.
fn compared(text: &str, before: &Path, after: &Path) -> (EyeNet, Vec<f32>, Vec<f32>, Tensor<4>) {
    let network = EyesRecipe::parse(text).unwrap().network;
    let device = Device::flex();
    let bare = || IdentityNet::bare(network.init(&device));
    let range = Distribution::Uniform(-1.0, 1.0);
    let x = Tensor::random([2, 3, 32, 32], range, &device);
    let old = bare().with_backbone_from(before).unwrap().backbone;
    let net = EyeNet::new(network.init(&device), &device);
    let net = checkpoint::load(net, after).unwrap();
    let values = [&old, &net.backbone].map(|backbone| floats(backbone.embed(x.clone())));
    let [old, new] = values;
    (net, old, new, x)
}

#[rstest]
#[case::nothing_added("last-layer", 0.0)]
#[case::half_added("last-layer", 0.5)]
#[case::all_layers("all", 1.0)]
fn the_recipe_learns_and_becomes_a_file(#[case] learns: &str, #[case] extra: f64) {
    let folder = tempfile::tempdir().unwrap();
    let (path, text) = (folder.path().join("run"), small(learns, extra));
    let file = folder.path().join("known.bpk");
    std::fs::write(&file, &*KNOWN).unwrap();
    let begin = Begin::Run(file.clone());
    // Stopped on the way and gone on with, without what it began with.
    let early = Stop::default().at_step(5);
    assert_eq!(go(&path, &text, begin, &early), Ending::Stopped);
    let copy = folder.path().join("copy");
    copy_folder(&path, &copy);
    for path in [&path, &copy] {
        let ending = go(path, &text, Begin::Fresh, &Stop::default());
        assert_eq!(ending, Ending::Finished);
    }
    let losses = recorded(&path, "train", "loss");
    assert_eq!(losses, recorded(&copy, "train", "loss"));
    let weights = path.join("best/average.bpk");
    assert_learnt(&task(&text, Begin::Run(file.clone())), &weights, 0.5);
    assert_eq!(recorded(&path, "validation", "accuracy").len(), 1);

    let (net, old, new, x) = compared(&text, &file, &weights);
    let is_kept = old.iter().zip(&new).all(|(a, b)| (a - b).abs() < 1e-5);
    assert_eq!(is_kept, learns == "last-layer");
    let bytes = onnx(&text, &weights, &ExportOptions::default()).unwrap();
    assert_onnx_agrees(&bytes, x.clone(), "logits", &net.forward(x).into_data());
}

#[test]
fn no_face_is_both_learnt_from_and_checked_by() {
    let set = &*EYES;
    let settings = EyeSettings {
        validation: 0.3,
        ..EyeSettings::default()
    };
    let eyes = Eyes::divide(set, &settings).unwrap();
    let group = |&eye: &usize| set.pictures()[eye].group;
    let [training, validation] = [&eyes.training, &eyes.validation].map(|rows| {
        rows.iter()
            .map(group)
            .collect::<std::collections::BTreeSet<_>>()
    });
    assert!(!validation.is_empty() && training.is_disjoint(&validation));
    assert_eq!(eyes.training.len() + eyes.validation.len(), set.len());
}
