//! A run on a tiny problem: it learns, stops, and goes on to the bit.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::testing::alone;

/// Learns whether the sum of two numbers is positive.
struct Sums;

#[derive(Module, Debug)]
struct TinyNet {
    first: Linear,
    norm: BatchNorm,
    last: Linear,
}

struct Numbers;

impl BatchSource for Numbers {
    type Batch = Vec<[f32; 2]>;

    fn batch(&self, step: u64) -> anyhow::Result<Self::Batch> {
        let value = |i: u64| {
            let mixed = (step * 1_000 + i).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            mixed as f32 / (1 << 23) as f32 - 1.0
        };
        Ok((0..16).map(|i| [value(2 * i), value(2 * i + 1)]).collect())
    }
}

fn loss(model: &TinyNet, batch: &[[f32; 2]], device: &Device) -> Tensor<1> {
    let x = TensorData::new(batch.as_flattened().to_vec(), [batch.len(), 2]);
    let signs: Vec<f32> = batch.iter().map(|[a, b]| (a + b).signum()).collect();
    let signs = TensorData::new(signs, [batch.len(), 1]);
    let hidden = model
        .norm
        .forward(model.first.forward(Tensor::<2>::from_data(x, device)));
    let answer = model.last.forward(hidden.tanh());
    (answer - Tensor::from_data(signs, device)).square().mean()
}

impl Task for Sums {
    type Model = TinyNet;
    type Batch = Vec<[f32; 2]>;

    fn model(&self, device: &Device) -> anyhow::Result<TinyNet> {
        Ok(TinyNet {
            first: LinearConfig::new(2, 8).init(device),
            norm: BatchNormConfig::new(8).init(device),
            last: LinearConfig::new(8, 1).init(device),
        })
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = Self::Batch>> {
        Arc::new(Numbers)
    }

    fn loss(&self, model: &TinyNet, batch: Self::Batch, device: &Device) -> StepLoss {
        StepLoss {
            loss: loss(model, &batch, device),
            others: Vec::new(),
        }
    }

    fn validate(&self, model: &TinyNet, device: &Device) -> anyhow::Result<Validation> {
        let value = loss(model, &Numbers.batch(999_999)?, device).into_scalar::<f32>();
        Ok(Validation {
            score: -f64::from(value),
            metrics: vec![("loss", f64::from(value))],
        })
    }
}

fn settings(steps: u64) -> TrainingSettings {
    let text = format!(
        "seed = 3\nsteps = {steps}\nbatch = 16\nrate = 0.02\nwarm_up = 5\naverage = 0.9\nvalidate_every = 20\n\
         report_every = 10\ncheckpoint_min = 1000.0\ninput_threads = 2"
    );
    toml::from_str(&text).unwrap()
}

fn begin(path: &Path) -> RunFolder {
    RunFolder::create(path, "", &()).unwrap().quietly()
}

fn weights(path: &Path) -> Vec<u8> {
    std::fs::read(path.join("last/average.bpk")).unwrap()
}

/// Asks for a stop once it has handed out a number of batches.
struct StopAfter {
    steps: u64,
    stop: Stop,
}

impl Task for StopAfter {
    type Model = TinyNet;
    type Batch = (u64, Vec<[f32; 2]>);

    fn model(&self, device: &Device) -> anyhow::Result<TinyNet> {
        Sums.model(device)
    }

    fn source(&self) -> Arc<dyn BatchSource<Batch = Self::Batch>> {
        struct Counted;
        impl BatchSource for Counted {
            type Batch = (u64, Vec<[f32; 2]>);
            fn batch(&self, step: u64) -> anyhow::Result<Self::Batch> {
                Ok((step, Numbers.batch(step)?))
            }
        }
        Arc::new(Counted)
    }

    fn loss(&self, model: &TinyNet, (step, batch): Self::Batch, device: &Device) -> StepLoss {
        if step + 1 == self.steps {
            self.stop.ask();
        }
        Sums.loss(model, batch, device)
    }

    fn validate(&self, model: &TinyNet, device: &Device) -> anyhow::Result<Validation> {
        Sums.validate(model, device)
    }
}

#[test]
fn a_run_learns_and_leaves_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let ending = train(
        &Sums,
        &settings(200),
        begin(&path),
        &Device::flex(),
        &Stop::default(),
    );
    assert_eq!(ending.unwrap(), Ending::Finished);
    let text = std::fs::read_to_string(path.join("metrics.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| -> Vec<f64> {
        let own = lines.iter().filter(|line| line["kind"] == kind);
        own.map(|line| line["loss"].as_f64().unwrap()).collect()
    };
    let (train, validation) = (of("train"), of("validation"));
    assert_eq!((train.len(), validation.len()), (20, 10));
    assert!(train[19] < 0.5 * train[0], "{train:?}");
    assert!(validation[9] < 0.5 * validation[0], "{validation:?}");
    assert!(path.join("best/average.bpk").is_file());
}

#[test]
fn a_run_that_was_stopped_goes_on_to_the_bit() {
    alone(|| {
        let folder = tempfile::tempdir().unwrap();
        let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
        let device = Device::flex();
        train(
            &Sums,
            &settings(60),
            begin(&whole),
            &device,
            &Stop::default(),
        )
        .unwrap();

        let stop = Stop::default();
        let stopping = StopAfter {
            steps: 23,
            stop: stop.clone(),
        };
        let ending = train(&stopping, &settings(60), begin(&parts), &device, &stop).unwrap();
        assert_eq!(ending, Ending::Stopped);
        assert!(parts.join("checkpoints/step-00000023").is_dir());
        let going_on = RunFolder::open(&parts).unwrap().quietly();
        let ending = train(&Sums, &settings(60), going_on, &device, &Stop::default()).unwrap();
        assert_eq!(ending, Ending::Finished);

        let numbers = |path: &Path| {
            let text = std::fs::read_to_string(path.join("metrics.jsonl")).unwrap();
            let loss = |line: &str| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["loss"].to_string()
            };
            text.lines().map(loss).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&whole), numbers(&parts));
        let values = |path: &Path| {
            let net = Sums.model(&device).unwrap();
            let net = checkpoint::load(net, &path.join("last/average.bpk")).unwrap();
            let bits = |t: Tensor<1>| {
                t.into_data()
                    .try_to_vec::<f32>()
                    .unwrap()
                    .into_iter()
                    .map(f32::to_bits)
                    .collect::<Vec<_>>()
            };
            [
                bits(net.first.weight.val().flatten(0, 1)),
                bits(net.norm.running_mean.value()),
                bits(net.norm.running_var.value()),
                bits(net.last.weight.val().flatten(0, 1)),
            ]
        };
        assert_eq!(values(&whole), values(&parts));
        assert!(!weights(&whole).is_empty());
    });
}

#[test]
fn a_score_that_does_not_rise_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let settings = TrainingSettings {
        rate: 0.0,
        patience: Some(2),
        average: 0.0,
        ..settings(400)
    };
    let run = train(
        &Sums,
        &settings,
        begin(&path),
        &Device::flex(),
        &Stop::default(),
    );
    assert_eq!(run.unwrap(), Ending::Finished);
    let text = std::fs::read_to_string(path.join("metrics.jsonl")).unwrap();
    assert!(text.lines().count() < 40, "{text}");
}

#[test]
fn old_checkpoints_go_and_half_written_ones_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let settings = TrainingSettings {
        checkpoint_min: 0.0,
        ..settings(7)
    };
    train(
        &Sums,
        &settings,
        begin(&path),
        &Device::flex(),
        &Stop::default(),
    )
    .unwrap();
    let checkpoints = path.join("checkpoints");
    std::fs::create_dir(checkpoints.join("step-00000099.new")).unwrap();
    let count = std::fs::read_dir(&checkpoints).unwrap().count();
    assert_eq!(count, 3);
    let going_on = RunFolder::open(&path).unwrap().quietly();
    let ending = train(
        &Sums,
        &settings,
        going_on,
        &Device::flex(),
        &Stop::default(),
    );
    assert_eq!(ending.unwrap(), Ending::Finished);
}
