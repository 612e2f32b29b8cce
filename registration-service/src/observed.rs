//! Metrics of this service's own: decisions by outcome, the gallery, the store, and the calls of the inference service.

use std::time::Instant;

use face_liveness::Reason;
use face_types::ModelId;
use prometheus::{Gauge, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec};
use service_kit::metrics::Metrics;

use crate::ports::AnalyserError;
use crate::replica::{Size, Verdict};
use crate::usecases::verify::Verification;

/// The stage of a search in the gallery, with the decision.
const SEARCH: &str = "search";
/// The store's operations.
const OPERATIONS: &[&str] = &[
    "create",
    "get",
    "update",
    "add_samples",
    "remove_sample",
    "delete",
    "list",
    "count",
    "changes_since",
    "claim",
    "ping",
];
/// The calls of the inference service, and how they end.
const CALLS: [&str; 3] = ["faces", "frames", "pack"];
const OUTCOMES: [&str; 4] = ["answered", "refused", "busy", "unavailable"];

/// What became of a liveness challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChallengeEvent {
    Created,
    /// Done by somebody enrolled.
    Passed,
    /// Done by somebody who is not recognised.
    NotRecognised,
    /// It fell short.
    Helped,
    /// It looked like an attack.
    Failed,
    /// Frames had been sent before.
    Replayed,
    /// Refused after too many failures.
    Paused,
}

impl ChallengeEvent {
    /// All names.
    const NAMES: &[&str] = &[
        "created",
        "pass",
        "not_recognised",
        "help",
        "fail",
        "replayed",
        "paused",
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Passed => "pass",
            Self::NotRecognised => "not_recognised",
            Self::Helped => "help",
            Self::Failed => "fail",
            Self::Replayed => "replayed",
            Self::Paused => "paused",
        }
    }
}

/// Counts what is decided and done; cheap to clone.
#[derive(Clone)]
pub(crate) struct Observed {
    identifications: IntCounterVec,
    verifications: IntCounterVec,
    liveness: IntCounterVec,
    reasons: IntCounterVec,
    challenges: IntCounterVec,
    people: IntGauge,
    templates: IntGauge,
    threshold: Gauge,
    synchronised: IntGauge,
    model: IntGaugeVec,
    stages: HistogramVec,
    operations: HistogramVec,
    store_errors: IntCounterVec,
    calls: IntCounterVec,
    call_times: HistogramVec,
}

impl Observed {
    /// Registers the metrics.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let calls = metrics.counters_of(
            "inference_calls_total",
            "Calls of the inference service, by outcome",
            &["call", "outcome"],
        );
        for (call, outcome) in CALLS.iter().flat_map(|call| OUTCOMES.map(|it| (call, it))) {
            calls.with_label_values(&[*call, outcome]);
        }
        Self {
            identifications: metrics.counters(
                "identifications_total",
                "Faces identified (1:N), by outcome",
                "outcome",
                &["match", "ambiguous", "unknown", "attack_suspected"],
            ),
            verifications: metrics.counters(
                "verifications_total",
                "Claims verified (1:1), by outcome",
                "outcome",
                &["mated", "non_mated", "attack_suspected"],
            ),
            liveness: metrics.counters(
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
            challenges: metrics.counters(
                "liveness_challenges_total",
                "Liveness challenges, by event",
                "event",
                ChallengeEvent::NAMES,
            ),
            people: metrics.gauge("gallery_people", "People in the gallery"),
            templates: metrics.gauge("gallery_templates", "Templates that are searched"),
            threshold: metrics.number(
                "identification_threshold_similarity",
                "Similarity from which a face is a match, at the gallery's present size",
            ),
            synchronised: metrics.gauge(
                "gallery_synchronised_timestamp_seconds",
                "When the gallery last had all of the store's changes, in Unix time; 0 until then",
            ),
            model: metrics.gauges("model_info", "The model in use", &["pack", "model"]),
            stages: metrics.times(
                "stage_duration_seconds",
                "Time of each stage",
                "stage",
                &[SEARCH],
            ),
            operations: metrics.times(
                "store_operation_duration_seconds",
                "Time of the store's operations",
                "operation",
                OPERATIONS,
            ),
            store_errors: metrics.counters(
                "store_errors_total",
                "Operations for which the store could not be reached or read",
                "operation",
                OPERATIONS,
            ),
            call_times: metrics.times(
                "inference_call_duration_seconds",
                "Time of the calls of the inference service",
                "call",
                &CALLS,
            ),
            calls,
        }
    }

    /// Counts one decision of an identification.
    pub(crate) fn decided(&self, verdict: &Verdict) {
        let outcome = match verdict {
            Verdict::Match { .. } => "match",
            Verdict::Ambiguous { .. } => "ambiguous",
            Verdict::Unknown { .. } => "unknown",
            Verdict::AttackSuspected => "attack_suspected",
        };
        self.identifications.with_label_values(&[outcome]).inc();
    }

    /// Counts one decision of a verification.
    pub(crate) fn verified(&self, verification: &Verification) {
        let outcome = match verification.similarity {
            None => "attack_suspected",
            Some(_) if verification.is_mated() => "mated",
            Some(_) => "non_mated",
        };
        self.verifications.with_label_values(&[outcome]).inc();
    }

    /// Counts one liveness run.
    pub(crate) fn assessed(&self, verdict: &face_liveness::Verdict) {
        if verdict.alive {
            self.liveness.with_label_values(&["alive"]).inc();
            return;
        }
        self.liveness.with_label_values(&["not_alive"]).inc();
        for reason in &verdict.reasons {
            self.reasons.with_label_values(&[reason.name()]).inc();
        }
    }

    /// Counts one event of a challenge.
    pub(crate) fn challenge(&self, event: ChallengeEvent) {
        self.challenges.with_label_values(&[event.name()]).inc();
    }

    /// Notes the size of the gallery.
    pub(crate) fn size(&self, size: Size) {
        self.people.set(size.people as i64);
        self.templates.set(size.templates as i64);
        self.threshold.set(size.threshold.value().into());
    }

    /// Notes that the gallery has all of the store's changes.
    pub(crate) fn synchronised(&self) {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        self.synchronised.set(now.as_secs() as i64);
    }

    /// Notes whose templates the gallery holds. The pack's name is the inference service's to tell.
    pub(crate) fn model(&self, model: &ModelId) {
        self.model.reset();
        self.model
            .with_label_values(&["", model.to_string().as_str()])
            .set(1);
    }

    /// Notes the time of a search that has just ended.
    pub(crate) fn searched(&self, started: Instant) {
        self.stages
            .with_label_values(&[SEARCH])
            .observe(started.elapsed().as_secs_f64());
    }

    /// Counts one operation of the store that has just ended.
    pub(crate) fn stored(&self, operation: &str, started: Instant, is_outage: bool) {
        self.operations
            .with_label_values(&[operation])
            .observe(started.elapsed().as_secs_f64());
        if is_outage {
            self.store_errors.with_label_values(&[operation]).inc();
        }
    }

    /// Counts one call of the inference service that has just ended.
    pub(crate) fn called<T>(
        &self,
        call: &str,
        started: Instant,
        answer: &Result<T, AnalyserError>,
    ) {
        let outcome = match answer {
            Ok(_) => "answered",
            Err(AnalyserError::Refused { .. }) => "refused",
            Err(AnalyserError::Busy { .. }) => "busy",
            Err(AnalyserError::Unavailable(_)) => "unavailable",
        };
        self.calls.with_label_values(&[call, outcome]).inc();
        self.call_times
            .with_label_values(&[call])
            .observe(started.elapsed().as_secs_f64());
    }
}
