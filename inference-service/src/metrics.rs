//! What is counted beside the calls themselves: the queue, the workers, the time of each stage, liveness, the model.

use std::time::Duration;

use face_liveness::{Reason, Verdict};
use face_packs::Manifest;
use face_pipeline::{AnalyseError, Analysis, Stage};
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge};
use service_kit::metrics::{Metrics, PART_SECONDS};

/// The pool's metrics; cheap to clone.
#[derive(Clone)]
pub(crate) struct PoolMetrics {
    /// Pictures that wait for a worker.
    pub(crate) waiting: IntGauge,
    /// Calls refused because the queue was full.
    pub(crate) refused: IntCounter,
    /// Pictures skipped because their caller had gone.
    pub(crate) abandoned: IntCounter,
    /// Pictures being analysed.
    pub(crate) busy: IntGauge,
    capacity: IntGauge,
    workers: IntGauge,
    waits: Histogram,
    pictures: IntCounterVec,
    stages: HistogramVec,
    faces: Histogram,
}

impl PoolMetrics {
    /// To be called once for each `metrics`.
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let stages = Stage::ALL.map(Stage::name);
        Self {
            waiting: metrics.gauge("queue_depth", "Pictures that wait for a worker"),
            capacity: metrics.gauge("queue_capacity", "Pictures that may wait for a worker"),
            waits: metrics.histogram(
                "queue_wait_seconds",
                "Wait of a picture for a worker",
                PART_SECONDS,
            ),
            refused: metrics.counter(
                "queue_refused_total",
                "Calls refused because the queue was full",
            ),
            abandoned: metrics.counter(
                "queue_abandoned_total",
                "Pictures skipped because their caller had gone",
            ),
            workers: metrics.gauge("workers", "Pictures that can be analysed at the same time"),
            busy: metrics.gauge("workers_busy", "Pictures being analysed"),
            pictures: metrics.counters(
                "pictures_total",
                "Pictures that a worker took up, by outcome",
                "outcome",
                &["analysed", "refused", "failed"],
            ),
            stages: metrics.times(
                "stage_duration_seconds",
                "Time of each stage",
                "stage",
                &stages,
            ),
            faces: metrics.histogram(
                "faces_per_picture",
                "Faces found in a picture",
                &[0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
            ),
        }
    }

    /// Notes the size of the pool.
    pub(crate) fn size(&self, workers: usize, capacity: usize) {
        self.workers.set(workers as i64);
        self.capacity.set(capacity as i64);
    }

    /// Counts a picture that a worker takes up.
    pub(crate) fn taken(&self, waited: Duration) {
        self.waiting.dec();
        self.waits.observe(waited.as_secs_f64());
    }

    /// Counts one picture; `None` when the pipeline panicked.
    pub(crate) fn observe(&self, answer: Option<&Result<Analysis, AnalyseError>>) {
        let (outcome, analysis) = match answer {
            Some(Ok(analysis)) => ("analysed", Some(analysis)),
            Some(Err(AnalyseError::Picture(_))) => ("refused", None),
            Some(Err(_)) | None => ("failed", None),
        };
        self.pictures.with_label_values(&[outcome]).inc();
        let Some(analysis) = analysis else { return };
        self.faces.observe(analysis.faces.len() as f64);
        for (stage, time) in analysis.times.iter() {
            self.stages
                .with_label_values(&[stage.name()])
                .observe(time.as_secs_f64());
        }
    }
}

/// Counts of liveness runs; cheap to clone.
#[derive(Clone)]
pub(crate) struct LivenessMetrics {
    verdicts: IntCounterVec,
    reasons: IntCounterVec,
}

impl LivenessMetrics {
    /// To be called once for each `metrics`.
    pub(crate) fn register(metrics: &Metrics) -> Self {
        Self {
            verdicts: metrics.counters(
                "liveness_verdicts_total",
                "Liveness runs assessed, by outcome",
                "outcome",
                &["alive", "not_alive"],
            ),
            reasons: metrics.counters(
                "liveness_reasons_total",
                "Reasons of runs that were not found alive; a run may have several",
                "reason",
                Reason::NAMES,
            ),
        }
    }

    /// Counts one run.
    pub(crate) fn assessed(&self, verdict: &Verdict) {
        if verdict.alive {
            self.verdicts.with_label_values(&["alive"]).inc();
            return;
        }
        self.verdicts.with_label_values(&["not_alive"]).inc();
        for reason in &verdict.reasons {
            self.reasons.with_label_values(&[reason.name()]).inc();
        }
    }
}

/// Tells which networks answer.
pub(crate) fn tell_model(metrics: &Metrics, manifest: &Manifest) {
    let model = manifest.model_id().to_string();
    metrics
        .gauges("model_info", "The model in use", &["pack", "model"])
        .with_label_values(&[manifest.name.as_str(), model.as_str()])
        .set(1);
}
