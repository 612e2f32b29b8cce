//! The loop: a batch, a loss, a step; now and then a line, a check, a checkpoint.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use burn::module::Module as _;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Device;
use face_data::Prefetch;

use super::adamw::FusedAdamW;
use super::checkpoint::{self, Optimiser, Progress, State};
use super::{Diverged, Metrics, RunFolder, StepLoss, Stop, Task, TrainingSettings, average};

/// Steps between two updates of the average; each costs as much as a good part of a step of a small network.
const AVERAGE_EVERY: u64 = 4;

/// Batches made ahead for each input thread.
const WAITING: usize = 2;

/// How a sitting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All steps are done, or the score has stopped rising.
    Finished,
    /// It was asked to stop and can go on.
    Stopped,
}

/// Trains `task` in `folder` until it is finished or asked to stop; goes on from a checkpoint where there is one.
///
/// # Errors
/// When data or checkpoints cannot be read or written, or the loss is no number any more.
pub fn train<T: Task>(
    task: &T,
    settings: &TrainingSettings,
    folder: RunFolder,
    device: &Device,
    stop: &Stop,
) -> anyhow::Result<Ending> {
    let mut sitting = Sitting::begin(task, settings, folder, device)?;
    sitting.go(stop)
}

/// One sitting of a run.
struct Sitting<'t, T: Task> {
    task: &'t T,
    settings: &'t TrainingSettings,
    folder: RunFolder,
    device: Device,
    state: State<T::Model>,
    begin: Instant,
    seconds_before: f64,
    checkpoint_at: Instant,
    reported: (u64, Instant),
}

impl<'t, T: Task> Sitting<'t, T> {
    fn begin(
        task: &'t T,
        settings: &'t TrainingSettings,
        mut folder: RunFolder,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let device = device.clone().autodiff();
        device.seed(settings.seed);
        let model = task.model(&device)?;
        let optimiser = ModuleOptimizer::from(FusedAdamW {
            weight_decay: settings.weight_decay,
        });
        let fresh = State {
            progress: Progress::default(),
            average: model.valid(),
            model,
            optimiser: Optimiser(optimiser),
        };
        let (state, is_resumed) = checkpoint::read(&folder.file("checkpoints"), fresh)?;
        let step = state.progress.step;
        folder.forget_after(step)?;
        let parameters = state.model.num_params();
        folder.say(&if is_resumed {
            format!("going on from step {step} of {}", settings.steps)
        } else {
            format!("{} steps, {parameters} parameters", settings.steps)
        })?;
        let now = Instant::now();
        Ok(Self {
            task,
            settings,
            folder,
            device,
            begin: now,
            seconds_before: state.progress.seconds,
            checkpoint_at: now,
            reported: (step, now),
            state,
        })
    }

    fn go(&mut self, stop: &Stop) -> anyhow::Result<Ending> {
        let first = self.state.progress.step;
        let source = self.task.source();
        let make = move |index: usize| {
            let number = first + index as u64;
            let batch = source.batch(number);
            batch.with_context(|| format!("the batch of step {number}"))
        };
        let threads = self.settings.input_threads;
        let steps = self.settings.steps.saturating_sub(first) as usize;
        let mut batches = Prefetch::new(threads, WAITING * threads, steps, make);
        while self.state.progress.step < self.settings.steps {
            if stop.is_due(self.state.progress.step) {
                self.checkpoint()?;
                self.folder.say("stopped; --resume goes on")?;
                return Ok(Ending::Stopped);
            }
            let loss = self.step(
                batches
                    .next()
                    .context("there is a batch for every step")??,
            );
            self.report(loss)?;
            if self.is_due(self.settings.validate_every) && self.validate()? {
                self.folder.say("the score has stopped rising")?;
                break;
            }
            let pause = Duration::from_secs_f64(self.settings.checkpoint_min * 60.0);
            if self.checkpoint_at.elapsed() >= pause {
                self.checkpoint()?;
            }
        }
        self.finish()
    }

    fn is_due(&self, every: u64) -> bool {
        let step = self.state.progress.step;
        step.is_multiple_of(every.max(1)) || step == self.settings.steps
    }

    /// One update of the weights.
    fn step(&mut self, batch: T::Batch) -> StepLoss {
        let step = self.state.progress.step;
        let loss = self.task.loss(&self.state.model, batch, &self.device);
        let gradients = loss.loss.clone().backward();
        let gradients = GradientsParams::from_grads(gradients, &self.state.model);
        let model = self.state.model.clone();
        let rate = self.settings.rate_at(step);
        self.state.model = self.state.optimiser.0.step(rate, model, gradients);
        self.state.progress.step = step + 1;
        if (step + 1).is_multiple_of(AVERAGE_EVERY) || step + 1 == self.settings.steps {
            let kept = self.settings.kept_at(step).powi(AVERAGE_EVERY as i32);
            let old = self.state.average.clone();
            self.state.average = average::blend(old, &self.state.model, kept);
        }
        loss
    }

    fn report(&mut self, loss: StepLoss) -> anyhow::Result<()> {
        if !self.is_due(self.settings.report_every) {
            return Ok(());
        }
        let step = self.state.progress.step;
        let value = f64::from(loss.loss.into_scalar::<f32>());
        if !value.is_finite() {
            return Err(Diverged::new(format!("the loss of step {step}")).into());
        }
        let mut metrics: Metrics = vec![("loss", value)];
        for (name, tensor) in loss.others {
            metrics.push((name, f64::from(tensor.into_scalar::<f32>())));
        }
        let (last, at) = std::mem::replace(&mut self.reported, (step, Instant::now()));
        let per_second = (step - last) as f64 / at.elapsed().as_secs_f64();
        metrics.push(("rate", self.settings.rate_at(step - 1)));
        metrics.push(("samples_per_s", per_second * self.settings.batch as f64));
        self.folder.record(step, "train", &metrics)?;
        let left_min = (self.settings.steps - step) as f64 / per_second / 60.0;
        let line = format!(
            "step {step} of {}  {}  {left_min:.0} min left",
            self.settings.steps,
            numbers(&metrics)
        );
        self.folder.say(&line)
    }

    /// Checks the average; whether the score has been without a rise for too long.
    fn validate(&mut self) -> anyhow::Result<bool> {
        let plain = self.device.clone().without_autodiff();
        let validation = self.task.validate(&self.state.average, &plain)?;
        let step = self.state.progress.step;
        self.folder
            .record(step, "validation", &validation.metrics)?;
        let progress = &mut self.state.progress;
        let is_best = progress.best.is_none_or(|best| validation.score > best);
        progress.checks_since_best += 1;
        if is_best {
            progress.best = Some(validation.score);
            progress.checks_since_best = 0;
        }
        let since = progress.checks_since_best;
        if is_best {
            self.keep("best")?;
        }
        let mark = if is_best { "  (best so far)" } else { "" };
        let line = format!("check at {step}  {}{mark}", numbers(&validation.metrics));
        self.folder.say(&line)?;
        Ok(self
            .settings
            .patience
            .is_some_and(|patience| since >= patience))
    }

    /// Writes the average alone to the run's folder `name`.
    fn keep(&self, name: &str) -> anyhow::Result<()> {
        let folder = self.folder.file(name);
        std::fs::create_dir_all(&folder)?;
        let (new, place) = (folder.join("new.bpk"), folder.join("average.bpk"));
        checkpoint::save(&self.state.average, &new)?;
        Ok(std::fs::rename(new, place)?)
    }

    fn checkpoint(&mut self) -> anyhow::Result<()> {
        let sitting = self.begin.elapsed().as_secs_f64();
        self.state.progress.seconds = self.seconds_before + sitting;
        checkpoint::write(&self.folder.file("checkpoints"), &self.state)?;
        self.checkpoint_at = Instant::now();
        Ok(())
    }

    fn finish(&mut self) -> anyhow::Result<Ending> {
        self.checkpoint()?;
        self.keep("last")?;
        let hours = self.state.progress.seconds / 3600.0;
        self.folder
            .say(&format!("finished after {hours:.2} hours"))?;
        Ok(Ending::Finished)
    }
}

/// Names and numbers in one line.
fn numbers(metrics: &Metrics) -> String {
    let each = metrics.iter().map(|(name, value)| match *name {
        "rate" => format!("rate {value:.2e}"),
        "samples_per_s" => format!("{value:.1} samples/s"),
        _ => format!("{name} {value:.4}"),
    });
    each.collect::<Vec<_>>().join("  ")
}
