//! What tests of several networks share.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use burn::tensor::{Device, Tensor, TensorData};
use face_data::{CropSet, procedural};
use face_packs::{Network, OnnxRuntime, Search, Silent};

use crate::train::{Task, checkpoint};

/// Ten drawn people with four crops each; drawing takes longer than a small training.
pub(crate) static PEOPLE: LazyLock<CropSet> = LazyLock::new(|| procedural::crops(10, 4));

/// ONNX Runtime, where it is at hand.
pub(crate) fn runtime() -> Option<OnnxRuntime> {
    match OnnxRuntime::locate_or_fetch_blocking(&Search::of_this_machine(), &Silent) {
        Ok(runtime) => Some(runtime),
        Err(error) => test_needs::missing(&format!("ONNX Runtime: {error}")),
    }
}

/// Asserts that the output `name` of the ONNX file in `bytes` gives for `x` what burn gave, to within 1e-4, where ONNX Runtime is at hand.
pub(crate) fn assert_onnx_agrees(bytes: &[u8], x: Tensor<4>, name: &str, expected: &TensorData) {
    let Some(runtime) = runtime() else { return };
    let mut network = Network::from_bytes(&runtime, "test", bytes, 1).unwrap();
    let (shape, values) = (x.dims(), x.into_data());
    let values: Vec<f32> = values.try_into_vec().unwrap();
    let outputs = network.run(&shape, &values).unwrap();
    let found = outputs.named(name).unwrap();
    let expected: Vec<f32> = expected.iter::<f32>().collect();
    assert_eq!(found.values.len(), expected.len());
    let differences = found
        .values
        .iter()
        .zip(&expected)
        .map(|(a, b)| (a - b).abs());
    // A comparison with NaN is false, hence the form.
    assert!(differences.fold(0.0, f32::max) < 1e-4);
    assert!(
        expected.iter().any(|value| value.abs() > 1e-3),
        "zeros say nothing"
    );
}

/// Runs a test's body where nothing else draws random numbers: in a process of its own, by the thread's name, which is the test's.
///
/// burn draws from one stream a process, so that a test which asks for the same numbers twice gets them only where no other
/// network begins between its seed and its draw.
pub(crate) fn alone(body: impl FnOnce()) {
    const IS_ALONE: &str = "FACE_LAB_TEST_IS_ALONE";
    if std::env::var_os(IS_ALONE).is_some() {
        return body();
    }
    let thread = std::thread::current();
    let test = thread.name().expect("a test has a name");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(IS_ALONE, "1")
        .output()
        .unwrap();
    let [said, errors] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    // A name that is no test's runs none and succeeds.
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{errors}"
    );
}

/// Asserts that the loss over the first batches of `task` is with `weights` below a `share` of what it is at the beginning.
///
/// Over the same batches: one differs from the next by more than a few steps teach.
pub(crate) fn assert_learnt<T: Task>(task: &T, weights: &Path, share: f32) {
    let device = Device::flex().autodiff();
    device.seed(1);
    let fresh = task.model(&device).unwrap();
    let learnt = checkpoint::load(fresh.clone(), weights).unwrap();
    let [before, after] = [fresh, learnt].map(|model| -> f32 {
        let of_step = |step| {
            let batch = task.source().batch(step).unwrap();
            let step = task.loss(&model, batch, &device);
            step.loss.into_scalar::<f32>()
        };
        (0..12).map(of_step).sum()
    });
    assert!(after < share * before, "{before} became {after}");
}

/// A number of the lines of a kind that a run has recorded, in order.
pub(crate) fn recorded(run: &Path, kind: &str, name: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines
        .filter(|line| line["kind"] == kind)
        .map(|line| line[name].as_f64().unwrap())
        .collect()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry
            .map(|entry| (entry.path(), entry.file_name()))
            .unwrap();
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
