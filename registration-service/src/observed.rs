//! Metrics of this service's own: decisions by outcome, and the size of the gallery.

use prometheus::{IntCounterVec, IntGauge, Opts};
use service_kit::metrics::Metrics;

use crate::replica::Verdict;

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
    const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Passed => "pass",
            Self::NotRecognised => "not-recognised",
            Self::Helped => "help",
            Self::Failed => "fail",
            Self::Replayed => "replayed",
            Self::Paused => "paused",
        }
    }
}

/// Counts what is decided; cheap to clone.
#[derive(Clone)]
pub(crate) struct Observed {
    decisions: IntCounterVec,
    challenges: IntCounterVec,
    people: IntGauge,
}

impl Observed {
    /// Registers the metrics.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let decisions = IntCounterVec::new(
            Opts::new("decisions_total", "Faces identified, by outcome"),
            &["outcome"],
        )
        .expect("names are valid");
        let challenges = IntCounterVec::new(
            Opts::new("liveness_challenges_total", "Liveness challenges, by event"),
            &["event"],
        )
        .expect("names are valid");
        let people =
            IntGauge::new("gallery_people", "People in the gallery").expect("names are valid");
        let registry = metrics.registry();
        registry
            .register(Box::new(decisions.clone()))
            .expect("registered once");
        registry
            .register(Box::new(challenges.clone()))
            .expect("registered once");
        registry
            .register(Box::new(people.clone()))
            .expect("registered once");
        Self {
            decisions,
            challenges,
            people,
        }
    }

    /// Counts one decision.
    pub(crate) fn decided(&self, verdict: &Verdict) {
        let outcome = match verdict {
            Verdict::Match { .. } => "match",
            Verdict::Ambiguous { .. } => "ambiguous",
            Verdict::Unknown { .. } => "unknown",
            Verdict::AttackSuspected => "attack-suspected",
        };
        self.decisions.with_label_values(&[outcome]).inc();
    }

    /// Counts one event of a challenge.
    pub(crate) fn challenge(&self, event: ChallengeEvent) {
        self.challenges.with_label_values(&[event.name()]).inc();
    }

    /// Notes the size of the gallery.
    pub(crate) fn people(&self, count: usize) {
        self.people.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
