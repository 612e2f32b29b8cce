//! Classifiers on drawn sets: the loss falls, a stopped run goes on to the bit, the exported file answers alike.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use face_data::{PictureSet, procedural};
use face_nets::onnx::ExportOptions;
use face_types::BoundingBox;

use super::*;
use crate::label::FaceLabels;
use crate::testing::{alone, assert_learnt, assert_onnx_agrees, recorded};
use crate::train::{Ending, RunFolder, Stop, train};

/// A small network and a short run.
fn recipe(more: &str) -> (String, ClassifierRecipe) {
    let text = format!(
        "{more}\n[training]\nseed = 5\nsteps = 24\nbatch = 16\nrate = 0.01\nwarm_up = 4\naverage = 0.9\n\
         validate_every = 12\nreport_every = 4\n\
         [network]\nside = 16\nstem = 4\nstages = [{{ channels = 8, blocks = 1 }}]\nclasses = 2\nslope = 0.0\n\
         [augmentation]\nmirror = 0.5\n[augmentation.light]\nchance = 0.5\n"
    );
    let recipe = ClassifierRecipe::parse(&text).unwrap();
    (text, recipe)
}

fn eyes() -> (String, ClassifierRecipe) {
    recipe("task = \"eyes\"\neyes = { validation = 0.2, test = 0.2, crop = 0.8 }")
}

fn drawn_eyes() -> PictureSet {
    procedural::eyes(6, 2)
}

fn eye_task() -> (String, ClassifierTask) {
    let (text, recipe) = eyes();
    let settings = recipe.eyes.unwrap();
    let examples = super::eyes::read(&recipe, &settings, &drawn_eyes(), None).unwrap();
    (text, ClassifierTask::assemble(recipe, examples, None))
}

fn run(task: &ClassifierTask, text: &str, path: &Path, steps: u64) -> Ending {
    let settings = crate::train::TrainingSettings {
        steps,
        ..task.recipe.training.clone()
    };
    let folder = if path.exists() {
        RunFolder::open(path).unwrap()
    } else {
        RunFolder::create(path, text, &()).unwrap()
    };
    train(
        task,
        &settings,
        folder.quietly(),
        &Device::flex(),
        &Stop::default(),
    )
    .unwrap()
}

/// How many targets say class 1.
fn ones(batch: &CropBatch) -> usize {
    batch.targets.iter().filter(|&&target| target > 0.5).count()
}

/// Drawn sources of attacks and drawn living faces.
fn attack_task(held_out: &str) -> (String, ClassifierTask) {
    let (text, recipe) = recipe(&format!(
        "task = \"attack\"\n[attack]\nwidening = 1.5\nalso = [1.0]\nheld_out = \"{held_out}\"\nvalidation = 0.3\nfaces = 9\n\
         shares = {{ source = 1, source_simulated = 1, scenes = 0, faces = 2 }}\n\
         [attack.recapture]\nprint = 0.0\npattern = [0.2, 0.2]\nborder = 1.0\n"
    ));
    let attacks = procedural::attacks(3, 3);
    let names = attacks
        .pictures()
        .iter()
        .map(|picture| picture.name.clone());
    let face = BoundingBox::new(60.0, 30.0, 70.0, 80.0);
    let sets = attack::AttackSets {
        labels: FaceLabels::of(names.map(|name| (("attacks".to_owned(), name), face))),
        attacks,
        scenes: None,
        faces: Some(procedural::crops(5, 2)),
    };
    let settings = recipe.attack.clone().unwrap();
    let examples = attack::read(&recipe, &settings, &sets).unwrap();
    (text, ClassifierTask::assemble(recipe, examples, None))
}

#[test]
fn the_source_that_is_held_out_is_reported_on_and_not_learned() {
    let (_, task) = attack_task("source-01");
    let examples = &task.examples;
    let (name, held_out) = &examples.reports[0];
    // Three living and three replayed frames, as the product cuts them.
    assert_eq!(
        (&**name, held_out.len(), examples.reports.len()),
        ("source-01", 6, 1)
    );
    assert_eq!(
        examples.targets_of(held_out).iter().sum::<f32>().round() as usize,
        3
    );
    let trained = examples.strata.iter().flat_map(|stratum| &stratum.rows);
    let of_source = |row: &usize| examples.crops.entries()[*row].name.starts_with("source-01");
    assert!(!trained.copied().any(|row| of_source(&row)));
    let names: Vec<_> = examples
        .strata
        .iter()
        .map(|s| (&*s.name, s.class, s.rows.len()))
        .collect();
    assert_eq!(
        names[..3],
        [
            ("source-00", 0, 6),
            ("source-00", 0, 6),
            ("source-00", 1, 6)
        ]
    );
    // Living faces of the validation set come once as they are and once as an attack.
    let targets = examples.targets_of(&examples.validation);
    assert!(!targets.is_empty() && targets.chunks(2).all(|pair| pair[0] > pair[1]));
}

#[test]
fn simulated_attacks_are_attacks_whatever_they_show() {
    let (_, task) = attack_task("source-02");
    let batch = task.batches.batch(0).unwrap();
    assert_eq!(ones(&batch), 8);
    assert_eq!(batch, task.batches.batch(0).unwrap());
    let simulated = task
        .examples
        .strata
        .iter()
        .find(|stratum| stratum.is_simulated)
        .unwrap();
    assert_eq!(simulated.class, 0);
    let rng = || face_data::stream(1, &[]);
    let row = simulated.rows[0];
    let shown = task.examples.show(row, task.recipe.recapture(), &mut rng());
    assert_ne!(shown, task.examples.show(row, None, &mut rng()));
}

#[test]
fn an_attack_net_learns_drawn_screens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let (text, task) = attack_task("source-02");
    run(&task, &text, &path, 24);
    assert_learnt(&task, &path.join("best/average.bpk"), 0.85);
    let found = check::measure(&task.recipe, &task.examples, &path).unwrap();
    assert_eq!((&*found[1].set, found[1].pictures), ("source-02", 6));
}

#[test]
fn drawn_eyes_are_learned_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let (text, task) = eye_task();
    assert_eq!(run(&task, &text, &path, 72), Ending::Finished);
    assert_learnt(&task, &path.join("best/average.bpk"), 0.8);
    let found = check::measure(&task.recipe, &task.examples, &path).unwrap();
    let sets: Vec<&str> = found.iter().map(|set| &*set.set).collect();
    assert_eq!(sets, ["validation", "test"]);
    assert!(found[1].rates.accuracy.value > 0.8, "{found:?}");
}

#[test]
fn the_same_step_gives_the_same_batch_with_both_classes_alike() {
    let (_, task) = eye_task();
    let batch = task.batches.batch(3).unwrap();
    assert_eq!(batch, task.batches.batch(3).unwrap());
    assert_ne!(batch, task.batches.batch(4).unwrap());
    assert_eq!(ones(&batch), 8);
}

#[test]
fn a_person_is_in_one_set_only() {
    let (_, recipe) = eyes();
    let set = drawn_eyes();
    let examples = super::eyes::read(&recipe, &recipe.eyes.unwrap(), &set, None).unwrap();
    let people = |rows: Vec<usize>| -> std::collections::BTreeSet<u32> {
        rows.into_iter()
            .map(|row| set.pictures()[row].group)
            .collect()
    };
    let judged = |rows: &[Judged]| people(rows.iter().map(|judged| judged.row).collect());
    let training = people(
        examples
            .strata
            .iter()
            .flat_map(|s| s.rows.clone())
            .collect(),
    );
    let (validation, test) = (judged(&examples.validation), judged(&examples.reports[0].1));
    assert!(!validation.is_empty() && !test.is_empty());
    assert!(training.is_disjoint(&validation) && training.is_disjoint(&test));
    assert!(validation.is_disjoint(&test));
}

#[test]
fn the_exported_file_answers_as_the_run_s_best_weights() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let (text, task) = eye_task();
    run(&task, &text, &path, 4);
    let bytes = onnx(&text, &best_weights(&path), &ExportOptions::default()).unwrap();
    let net = checkpoint::load(
        task.recipe.network.init(&Device::flex()),
        &best_weights(&path),
    )
    .unwrap();
    let batch = task.batches.batch(0).unwrap();
    let crops = batch.crops.into_tensor(&Device::flex());
    let expected = net.forward(crops.clone()).into_data();
    assert_onnx_agrees(&bytes, crops, "logits", &expected);
}

#[test]
fn a_run_in_two_sittings_is_the_run_in_one() {
    alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let (text, task) = eye_task();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let settings = || task.recipe.training.clone();
        run(&task, &text, &one, 24);
        let stop = Stop::default();
        let asking = StopAt {
            task: &task,
            step: 9,
            stop: stop.clone(),
        };
        let begin = RunFolder::create(&two, &text, &()).unwrap().quietly();
        let ending = train(&asking, &settings(), begin, &Device::flex(), &stop).unwrap();
        assert_eq!(ending, Ending::Stopped);
        run(&task, &text, &two, 24);
        let answers = |path: &Path| {
            let net = task.recipe.network.init(&Device::flex());
            let net = checkpoint::load(net, &path.join("last/average.bpk")).unwrap();
            let (examples, recipe) = (&task.examples, &task.recipe);
            judge::probabilities(
                &net,
                examples,
                &examples.validation,
                recipe,
                &Device::flex(),
            )
        };
        assert_eq!(answers(&one), answers(&two));
        assert_eq!(
            recorded(&one, "train", "loss"),
            recorded(&two, "train", "loss")
        );
    });
}

/// Asks for a stop when it sees the loss of a step.
struct StopAt<'t> {
    task: &'t ClassifierTask,
    step: usize,
    stop: Stop,
}

impl Task for StopAt<'_> {
    type Model = Classifier;
    type Batch = CropBatch;

    fn model(&self, device: &Device) -> anyhow::Result<Classifier> {
        self.task.model(device)
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = CropBatch>> {
        self.task.source()
    }

    fn loss(&self, model: &Classifier, batch: CropBatch, device: &Device) -> StepLoss {
        if batch == self.task.batches.batch(self.step as u64).unwrap() {
            self.stop.ask();
        }
        self.task.loss(model, batch, device)
    }

    fn validate(&self, model: &Classifier, device: &Device) -> anyhow::Result<Validation> {
        self.task.validate(model, device)
    }
}

#[test]
fn eyes_of_whole_faces_join_where_the_labels_agree() {
    let folder = tempfile::tempdir().unwrap();
    let faces = procedural::crops(3, 2);
    procedural::write_shards(&faces, &folder.path().join("faces")).unwrap();
    let lines = faces
        .entries()
        .iter()
        .zip(["0.9\t0.8", "0.1\t0.2", "0.9\t0.2"].iter().cycle());
    let lines = lines.map(|(entry, values)| format!("{}\t{values}\n", entry.name));
    let text: String = std::iter::once("crop\tleft\tright\n".to_owned())
        .chain(lines)
        .collect();
    std::fs::write(folder.path().join(crate::label::EYES_FILE), text).unwrap();

    let (_, mut recipe) = eyes();
    let wanted = FaceEyes {
        sure: 0.6,
        most: 10,
        share: 3,
    };
    recipe.eyes.as_mut().unwrap().faces = Some(wanted);
    let labelled = LabelledFaces::read(&wanted, folder.path(), folder.path()).unwrap();
    assert_eq!(labelled.open, [true, false, true, false]);
    let set = drawn_eyes();
    let examples =
        super::eyes::read(&recipe, &recipe.eyes.unwrap(), &set, Some(&labelled)).unwrap();
    let of_faces = examples
        .strata
        .iter()
        .filter(|stratum| stratum.name == "faces");
    let of_faces: Vec<_> = of_faces.map(|s| (s.class, s.rows.len(), s.share)).collect();
    assert_eq!(of_faces, [(0, 4, 3), (1, 4, 3)]);
    let last = examples.targets.len();
    assert_eq!(
        examples.targets[last - 8..],
        [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    );

    // A turn: once the set of eyes, then three times the faces.
    let batches = CropBatches::new(Arc::new(examples), recipe);
    assert_eq!(ones(&batches.batch(0).unwrap()), 8);
}
