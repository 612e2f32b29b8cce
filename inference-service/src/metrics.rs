//! What is counted beside the calls themselves: the queue, and the time of each stage of the pipeline.

use face_pipeline::Analysis;
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntGauge, Registry};

/// The pool's metrics; cheap to clone.
#[derive(Clone)]
pub(crate) struct PoolMetrics {
    /// Pictures that wait for a worker.
    pub(crate) waiting: IntGauge,
    /// Calls refused because the queue was full.
    pub(crate) refused: IntCounter,
    /// Pictures skipped because their caller had gone.
    pub(crate) abandoned: IntCounter,
    stages: HistogramVec,
    faces: Histogram,
}

impl PoolMetrics {
    /// Metrics in `registry`; to be called once a registry.
    pub(crate) fn register(registry: &Registry) -> Self {
        let metrics = Self {
            waiting: IntGauge::new("queue_depth", "Pictures that wait for a worker").expect(VALID),
            refused: IntCounter::new(
                "queue_refused_total",
                "Calls refused because the queue was full",
            )
            .expect(VALID),
            abandoned: IntCounter::new(
                "queue_abandoned_total",
                "Pictures skipped because their caller had gone",
            )
            .expect(VALID),
            stages: HistogramVec::new(
                HistogramOpts::new(
                    "stage_seconds",
                    "Time of each stage of the pipeline, a picture",
                )
                .buckets(vec![
                    0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512,
                    1.024,
                ]),
                &["stage"],
            )
            .expect(VALID),
            faces: Histogram::with_opts(
                HistogramOpts::new("faces_per_picture", "Faces found in a picture")
                    .buckets(vec![0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]),
            )
            .expect(VALID),
        };
        let collectors: [Box<dyn prometheus::core::Collector>; 5] = [
            Box::new(metrics.waiting.clone()),
            Box::new(metrics.refused.clone()),
            Box::new(metrics.abandoned.clone()),
            Box::new(metrics.stages.clone()),
            Box::new(metrics.faces.clone()),
        ];
        for collector in collectors {
            registry.register(collector).expect("registered once");
        }
        metrics
    }

    /// Counts one picture; `None` when it could not be analysed.
    pub(crate) fn observe(&self, analysis: Option<&Analysis>) {
        let Some(analysis) = analysis else { return };
        self.faces.observe(analysis.faces.len() as f64);
        for (stage, time) in analysis.times.iter() {
            self.stages
                .with_label_values(&[stage.name()])
                .observe(time.as_secs_f64());
        }
    }
}

const VALID: &str = "names and buckets are valid";
