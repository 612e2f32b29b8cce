//! The three recipes on drawn people: they learn, stop and go on, and become ONNX files.

use burn::tensor::Distribution;
use burn::tensor::Tensor;
use face_nets::Embedder as _;
use toml::{Table, Value};

use super::*;
use crate::testing::{PEOPLE, alone, assert_learnt, assert_onnx_agrees, copy_folder, recorded};

const MODEL_1: &str = include_str!("../../recipes/model-1.toml");
const MODEL_2: &str = include_str!("../../recipes/model-2.toml");
pub(crate) const MODEL_3: &str = include_str!("../../recipes/model-3.toml");

/// The recipe, made small: a narrow network on drawn people, `steps` steps a stage.
pub(crate) fn small(text: &str, steps: i64) -> String {
    let mut recipe: Table = text.parse().unwrap();
    let network = recipe["network"].as_table_mut().unwrap();
    for (kind, settings) in network.iter_mut() {
        let (width, side) = match kind.as_str() {
            "siamese" => (0.5, 32),
            "inception-resnet" => (0.05, 75),
            _ => (0.05, 32),
        };
        let settings = settings.as_table_mut().unwrap();
        settings.insert("width".into(), Value::Float(width));
        settings.insert("side".into(), Value::Integer(side));
        if settings.contains_key("dimension") {
            settings.insert("dimension".into(), Value::Integer(24));
        }
        settings.remove("dropout");
        if kind == "inception-resnet" {
            settings.insert("dropout".into(), Value::Float(0.0));
        }
    }
    recipe["data"] = "sets = []\nleast = 2\nvalidation = 0.3\npairs = 40"
        .parse::<Table>()
        .unwrap()
        .into();
    let training = format!(
        "seed = 3\nsteps = {steps}\nbatch = 8\nrate = 3e-3\naverage = 0.5\nvalidate_every = {steps}\nreport_every = 1"
    );
    recipe["training"] = training.parse::<Table>().unwrap().into();
    for stage in recipe["stage"].as_array_mut().unwrap() {
        let stage = stage.as_table_mut().unwrap();
        stage.remove("training");
        if let Some(group) = stage["loss"].get_mut("group") {
            group.as_table_mut().unwrap()["people"] = Value::Integer(4);
        }
    }
    recipe.remove("augmentation");
    recipe.remove("tune");
    recipe.to_string()
}

/// Trains by the recipe in `path`, or goes on there.
fn go(path: &Path, text: &str, stop: &Stop) -> Ending {
    let recipe = IdentitiesRecipe::parse(text).unwrap();
    let people = People::divide(PEOPLE.clone(), &recipe.data).unwrap();
    let folder = if path.exists() {
        RunFolder::open(path)
    } else {
        RunFolder::create(path, text, &())
    };
    let folder = folder.unwrap().quietly();
    train(recipe, people, &Begin::Fresh, folder, &Device::flex(), stop).unwrap()
}

#[rstest::rstest]
#[case::model_1(MODEL_1, "")]
#[case::model_2(MODEL_2, "")]
#[case::model_3(MODEL_3, "stages/classification")]
fn a_recipe_learns_and_its_network_becomes_a_file(#[case] text: &str, #[case] stage: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (path, text) = (folder.path().join("run"), small(text, 24));
    assert_eq!(go(&path, &text, &Stop::default()), Ending::Finished);
    let recipe = Arc::new(IdentitiesRecipe::parse(&text).unwrap());
    let people = Arc::new(People::divide(PEOPLE.clone(), &recipe.data).unwrap());
    let task = IdentitiesTask::new(recipe, people, 0, Begin::Fresh, None).unwrap();
    assert_learnt(&task, &path.join(stage).join("best/average.bpk"), 0.95);
    assert_eq!(recorded(&path.join(stage), "train", "loss").len(), 24);
    for name in ["pair_accuracy", "pair_distance", "recall_at_1", "nmi"] {
        assert_eq!(recorded(&path, "validation", name).len(), 1, "{name}");
    }

    let weights = path.join("best/average.bpk");
    let bytes = onnx(&text, &weights, &ExportOptions::default()).unwrap();
    let recipe = IdentitiesRecipe::parse(&text).unwrap();
    let net = IdentityNet::bare(recipe.network.init(&Device::flex()))
        .with_backbone_from(&weights)
        .unwrap();
    let side = recipe.network.side();
    let range = Distribution::Uniform(-1.0, 1.0);
    let x = Tensor::random([2, 3, side, side], range, &Device::flex());
    let expected = net.backbone.templates(x.clone()).into_data();
    assert_onnx_agrees(&bytes, x, "template", &expected);
}

#[rstest::rstest]
#[case::model_1(MODEL_1, 2)]
#[case::model_2(MODEL_2, 2)]
#[case::model_3(MODEL_3, 2)]
fn a_recipe_that_was_stopped_twice_goes_on_as_if_once(#[case] text: &str, #[case] first: u64) {
    alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let [once, twice] = ["once", "twice"].map(|name| folder.path().join(name));
        let text = small(text, 6);
        assert_eq!(
            go(&once, &text, &Stop::default().at_step(first)),
            Ending::Stopped
        );
        copy_folder(&once, &twice);
        assert_eq!(go(&once, &text, &Stop::default()), Ending::Finished);
        assert_eq!(
            go(&twice, &text, &Stop::default().at_step(4)),
            Ending::Stopped
        );
        assert_eq!(go(&twice, &text, &Stop::default()), Ending::Finished);
        let [once, twice] = [once, twice].map(|path| recorded(&path, "train", "loss"));
        assert_eq!(once.len(), 6);
        assert_eq!(once, twice);
    });
}

#[test]
fn an_earlier_stage_goes_on_and_the_last_begins_with_its_best() {
    let folder = tempfile::tempdir().unwrap();
    let (path, text) = (folder.path().join("run"), small(MODEL_3, 4));
    let stop = Stop::default();
    stop.ask();
    assert_eq!(go(&path, &text, &stop), Ending::Stopped);
    let stage = path.join("stages/classification");
    assert!(stage.join("checkpoints/step-00000000").is_dir());
    assert_eq!(
        go(&path, &text, &Stop::default().at_step(0)),
        Ending::Stopped
    );
    assert_eq!(recorded(&stage, "train", "loss").len(), 4);
    // Nothing of the last stage is done yet: its weights are those of the stage before.
    let range = Distribution::Uniform(-1.0, 1.0);
    let x = Tensor::random([2, 3, 32, 32], range, &Device::flex());
    let recipe = IdentitiesRecipe::parse(&text).unwrap();
    let of = |file: &Path| {
        let net = IdentityNet::bare(recipe.network.init(&Device::flex()));
        let net = net.with_backbone_from(file).unwrap();
        net.backbone.embed(x.clone())
    };
    let [best, first] = [
        stage.join("best/average.bpk"),
        path.join("checkpoints/step-00000000/average.bpk"),
    ]
    .map(|file| of(&file));
    let difference: f32 = (best - first).abs().max().into_scalar();
    assert!(difference < 1e-6, "{difference}");
    assert_eq!(go(&path, &text, &Stop::default()), Ending::Finished);
}

#[rstest::rstest]
#[case::a_loss_of_the_other_task("group", "loss = \"pair-cross-entropy\"", 8, "on pairs")]
#[case::half_a_pair("pairs", "loss = \"pair-cross-entropy\"", 6, "whole number")]
#[case::another_batch(
    "group",
    "loss.group = { people = 3, faces = 2, anchors = 1, temperature = 12.0, iterations = 3 }",
    8,
    "no batch of 8"
)]
#[case::nobody_left(
    "group",
    "loss.group = { people = 4, faces = 2, anchors = 2, temperature = 12.0, iterations = 3 }",
    8,
    "no anchor"
)]
fn a_stage_that_cannot_be_trained_is_refused(
    #[case] task: &str,
    #[case] loss: &str,
    #[case] batch: usize,
    #[case] why: &str,
) {
    let text = format!(
        "task = \"{task}\"\n[network.siamese]\n[training]\nseed = 1\nsteps = 1\nbatch = {batch}\nrate = 0.1\n\
         validate_every = 1\n[[stage]]\nname = \"a\"\n{loss}"
    );
    let error = IdentitiesRecipe::parse(&text).unwrap_err();
    assert!(format!("{error:#}").contains(why), "{error:#}");
}

#[test]
fn a_stage_says_what_is_different_in_its_training() {
    let stages = IdentitiesRecipe::parse(MODEL_3).unwrap().stages().unwrap();
    let of = |stage: &crate::train::Stage| (stage.settings.steps, stage.settings.batch);
    assert_eq!(
        stages.iter().map(of).collect::<Vec<_>>(),
        [(2450, 48), (5000, 48)]
    );
    let unknown = MODEL_3.replace("steps = 2450", "epochs = 10");
    assert!(IdentitiesRecipe::parse(&unknown).is_err());
}
