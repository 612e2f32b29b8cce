//! On drawn scenes: the loss falls, a run goes on as it was, the exported file finds the faces; and the real teacher's
//! way through ONNX Runtime.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use face_data::{LocatedFace, procedural};
use face_nets::{DetectorSettings, STRIDES};
use face_packs::{Digest, OnnxRuntime};
use face_types::{BoundingBox, Point};
use face_vision::{RgbImage, resize};
use image::imageops;

use super::batches::append_input;
use super::*;
use crate::testing::{recorded, runtime};
use crate::train::{Ending, RunFolder, Start, Stop, train};

const SIDE: u32 = 128;
/// Drawn scenes are 320 pixels wide.
const SMALLER: f32 = 0.4;

/// Small enough for seconds; every picture is a drawn scene as it is.
const RECIPE: &str = r#"
task = "detector"

[training]
seed = 5
steps = 240
batch = 8
rate = 1e-2
warm_up = 20
average = 0.95
validate_every = 120
report_every = 20
checkpoint_min = 1000.0

[network]
stem = 8
stages = [
    { channels = 8, blocks = 0 },
    { channels = 16, blocks = 0 },
    { channels = 24, blocks = 0 },
    { channels = 24, blocks = 0 },
]
neck = 16
head = 16
slope = 0.1

[teacher]
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
pixels = { layout = "nchw", colour = "rgb", mean = [127.5, 127.5, 127.5], scale = [0.0078125, 0.0078125, 0.0078125] }
threshold = 0.6
nms_iou = 0.3

[loss]
seen = 0.3
bounds = 2.0
points = 6.0

[pictures]
sides = [128]
crops = 1.0
scene = 0.9
tiles = 0.0
crowd = 0.0
scene_scale = [1.0, 1.0]
black = 1.0
tiles_across = [2, 2]
crowd_faces = [1, 2]
crowd_size = [20.0, 40.0]

[degradation]
light = { chance = 0.3 }
"#;

fn recipe() -> DetectorRecipe {
    DetectorRecipe::parse(RECIPE).unwrap()
}

/// Knows the scenes that it drew; sees nobody anywhere else.
#[derive(Debug)]
struct Draughtsman(HashMap<Vec<u8>, Vec<LocatedFace>>);

impl Teacher for Draughtsman {
    fn answer(&self, picture: &RgbImage) -> anyhow::Result<Answer> {
        let faces = self.0.get(picture.as_raw()).map_or(&[][..], Vec::as_slice);
        Ok(answer_for(faces))
    }
}

/// Sure of a face at the places of one grid around its middle.
fn answer_for(faces: &[LocatedFace]) -> Answer {
    let mut answer = Answer::default();
    for stride in STRIDES {
        let cells = SIDE as usize / stride;
        for cell in 0..cells * cells {
            let place = Point::new((cell % cells) as f32, (cell / cells) as f32);
            let face = faces.iter().find(|face| is_at(face, place, stride));
            let (bounds, points) = face.map_or(([0.0; 4], [0.0; 10]), |face| {
                offsets(face, place, stride as f32)
            });
            answer.scores.push(if face.is_some() { 0.95 } else { 0.0 });
            answer.bounds.extend(bounds);
            answer.points.extend(points);
        }
    }
    answer
}

fn is_at(face: &LocatedFace, place: Point, stride: usize) -> bool {
    let grid = match face.bounds.height {
        ..32.0 => 8,
        32.0..64.0 => 16,
        _ => 32,
    };
    let (centre, step) = (face.bounds.centre(), stride as f32);
    let reach = 0.75 * step;
    grid == stride
        && (place.x * step - centre.x).abs() <= reach
        && (place.y * step - centre.y).abs() <= reach
}

fn offsets(face: &LocatedFace, place: Point, step: f32) -> ([f32; 4], [f32; 10]) {
    let (centre, size) = (face.bounds.centre(), face.bounds);
    let offset = |p: Point| [p.x / step - place.x, p.y / step - place.y];
    let [x, y] = offset(centre);
    let points = face.landmarks.0.map(offset);
    let bounds = [x, y, (size.width / step).ln(), (size.height / step).ln()];
    (bounds, std::array::from_fn(|at| points[at / 2][at % 2]))
}

/// A drawn scene on a black square, and its faces there.
fn square(number: u64) -> (RgbImage, Vec<LocatedFace>) {
    let scene = procedural::scene(number);
    let [width, height] = [320.0, 240.0].map(|length: f32| (length * SMALLER) as u32);
    let mut picture = RgbImage::new(SIDE, SIDE);
    imageops::replace(&mut picture, &resize(&scene.picture, width, height), 0, 0);
    let faces = scene.faces.iter().map(|face| LocatedFace {
        bounds: {
            let b = face.bounds;
            let [x, y, width, height] = [b.x, b.y, b.width, b.height].map(|v| v * SMALLER);
            BoundingBox::new(x, y, width, height)
        },
        landmarks: face
            .landmarks
            .map(|p| Point::new(p.x * SMALLER, p.y * SMALLER)),
        score: face.score,
    });
    (picture, faces.collect())
}

fn task(recipe: DetectorRecipe, scenes: u64) -> DetectorTask {
    task_from(recipe, scenes, None)
}

fn task_from(recipe: DetectorRecipe, scenes: u64, start: Option<Start>) -> DetectorTask {
    let drawn: Vec<_> = (0..scenes).map(square).collect();
    let pictures: Vec<_> = drawn.iter().map(|(picture, _)| picture.clone()).collect();
    let known = drawn
        .into_iter()
        .map(|(picture, faces)| (picture.into_raw(), faces));
    let sources = Sources {
        scenes: pictures,
        empty: vec![RgbImage::new(SIDE, SIDE)],
        crops: procedural::crops(1, 1),
    };
    let photographs = Split {
        check: sources.clone(),
        training: sources,
    };
    let teacher = Arc::new(Draughtsman(known.collect()));
    DetectorTask::new(recipe, photographs, teacher, start).unwrap()
}

/// Trains in a new folder at `path`.
fn run(task: &DetectorTask, path: &Path) {
    let folder = RunFolder::create(path, RECIPE, &()).unwrap().quietly();
    let settings = &task.recipe.training;
    let ending = train(task, settings, folder, &Device::flex(), &Stop::default());
    assert_eq!(ending.unwrap(), Ending::Finished);
}

#[test]
fn the_loss_falls_and_the_exported_file_finds_the_drawn_faces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    run(&task(recipe(), 12), &path);
    let loss = recorded(&path, "train", "loss");
    assert!(loss[loss.len() - 1] < 0.5 * loss[0], "{loss:?}");
    let recall = recorded(&path, "validation", "recall_tenth");
    assert!(recall[recall.len() - 1] > 0.7, "{recall:?}");

    let weights = path.join("last/average.bpk");
    let file = onnx(RECIPE, &weights, &ExportOptions::default()).unwrap();
    goes_on_where_it_ended(&path, &file, loss[loss.len() - 1]);

    let Some(runtime) = runtime() else { return };
    let (picture, faces) = (0..12)
        .map(square)
        .find(|(_, faces)| faces.len() == 1)
        .unwrap();
    let teacher = taught(&runtime, folder.path(), &file);
    let found = teacher
        .answer(&picture)
        .unwrap()
        .faces(SIDE as usize, 0.4, 0.3);
    let overlap = found[0].bounding_box.iou(&faces[0].bounds);
    assert!(overlap > 0.5, "{found:?} is not at {faces:?}");
    let error = found[0]
        .landmarks
        .nose()
        .distance(faces[0].landmarks.nose());
    assert!(error < 0.5 * faces[0].landmarks.eye_distance(), "{error}");
}

/// A run that begins with the best weights of the one at `path`, or with `file`, which it was exported to, begins with about
/// its last loss.
fn goes_on_where_it_ended(path: &Path, file: &[u8], last: f64) {
    let exported = path.join("exported.onnx");
    std::fs::write(&exported, file).unwrap();
    for from in [&exported, path] {
        let mut recipe = recipe();
        recipe.training.steps = 1;
        recipe.training.report_every = 1;
        recipe.training.rate = 1e-9;
        let task = task_from(recipe, 12, Some(Start::at(from).unwrap()));
        let folder = tempfile::tempdir().unwrap();
        run(&task, &folder.path().join("run"));
        let first = recorded(&folder.path().join("run"), "train", "loss")[0];
        assert!(first < 2.0 * last, "{first} after {last}, from {from:?}");
    }
}

/// The network in `file` as somebody to learn from.
fn taught(runtime: &OnnxRuntime, folder: &Path, file: &[u8]) -> YuNet {
    let path = folder.join("detector.onnx");
    std::fs::write(&path, file).unwrap();
    let settings = TeacherSettings {
        sha256: Digest::of(file),
        ..recipe().teacher
    };
    YuNet::open(&path, &settings, runtime).unwrap()
}

#[test]
fn the_last_step_made_again_from_a_checkpoint_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut recipe = recipe();
    recipe.training.steps = 6;
    recipe.training.report_every = 1;
    recipe.training.checkpoint_min = 0.0;
    let task = task(recipe, 3);
    run(&task, &path);
    let weights = || {
        let net = task.recipe.network.init(&Device::flex());
        let net = checkpoint::load(net, &path.join("last/average.bpk")).unwrap();
        net.to_onnx(&ExportOptions::default())
    };
    let whole = (recorded(&path, "train", "loss"), weights());
    assert_eq!(whole.0.len(), 6);
    std::fs::remove_dir_all(path.join("checkpoints/step-00000006")).unwrap();
    std::fs::remove_dir_all(path.join("last")).unwrap();
    let going_on = RunFolder::open(&path).unwrap().quietly();
    let settings = &task.recipe.training;
    train(&task, settings, going_on, &Device::flex(), &Stop::default()).unwrap();
    assert!(whole == (recorded(&path, "train", "loss"), weights()));
}

#[test]
fn a_batch_follows_from_its_step() {
    let task = task(recipe(), 4);
    let source = task.source();
    let late = source.batch(7).unwrap();
    assert_eq!(source.batch(7).unwrap(), late);
    assert_ne!(source.batch(8).unwrap(), late);
    assert_eq!(late.pictures.len(), 8 * 3 * 128 * 128);
}

#[test]
fn a_teachers_answer_is_its_networks() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let net = DetectorSettings::default().init(&Device::flex());
    let teacher = taught(
        &runtime,
        folder.path(),
        &net.to_onnx(&ExportOptions::default()),
    );
    let (picture, _) = square(1);
    let found = teacher.answer(&picture).unwrap();
    let mut values = Vec::new();
    append_input(&picture, &mut values);
    let input = TensorData::new(values, [1, 3, SIDE as usize, SIDE as usize]);
    let grids = net.forward(Tensor::from_data(input, &Device::flex()));
    let expected = &Answer::of_grids(&grids)[0];
    for (found, expected) in [
        (&found.scores, &expected.scores),
        (&found.bounds, &expected.bounds),
        (&found.points, &expected.points),
    ] {
        assert_eq!(found.len(), expected.len());
        let pairs = found.iter().zip(expected);
        let largest = pairs.fold(0.0, |most, (a, b)| f32::max(most, (a - b).abs()));
        assert!(largest < 1e-4, "{largest}");
    }
}

#[test]
fn another_file_than_the_recipes_is_refused() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.onnx");
    std::fs::write(&path, b"something else").unwrap();
    let error = YuNet::open(&path, &recipe().teacher, &runtime).unwrap_err();
    assert!(error.to_string().contains("digest"), "{error}");
}

#[test]
fn photographs_are_read_and_split_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let picture = RgbImage::new(8, 8);
    // A folder is read as an archive of the same name would be.
    for name in ["scenes.tar", "negatives.tar"] {
        let set = folder.path().join(name);
        std::fs::create_dir(&set).unwrap();
        for number in 0..60 {
            picture.save(set.join(format!("{number:05}.png"))).unwrap();
        }
    }
    procedural::write_shards(&procedural::crops(2, 2), &folder.path().join("faces")).unwrap();
    let split = Split::read(folder.path(), 1.0).unwrap();
    let count = |sources: &Sources| (sources.scenes.len(), sources.empty.len());
    let (training, check) = (count(&split.training), count(&split.check));
    assert_eq!(training.0 + check.0, 60);
    assert_eq!(training.0, training.1);
    assert!(check.0 > 0 && check.0 < training.0, "{check:?}");
    assert_eq!(split.training.crops.len(), 4);
    let none = Split::read(folder.path(), 0.0).unwrap();
    assert!(none.training.crops.is_empty());
}
