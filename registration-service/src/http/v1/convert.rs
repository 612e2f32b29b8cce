//! Values of the field and of the wire, turned into each other.

use face_store::PersonSummary;
use face_types::{PersonId, PersonIdError, PersonName, PersonNameError};
use face_wire::problem::ProblemKind;
use face_wire::registration::{Decision, Enrolment, Person, PictureOutcome};
use service_kit::Problem;

use crate::http::refusal;
use crate::replica::{Candidate, Verdict};
use crate::usecases::Refusal;
use crate::usecases::enrol::{MAX_SAMPLES_A_CALL, Outcomes};

/// The person's id in a path.
///
/// # Errors
/// `bad-request` for what is no number; `not-found` for one that no person can have.
pub(super) fn path_id(text: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|error: PersonIdError| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            Problem::new(ProblemKind::NotFound, "there is no such person")
        } else {
            Problem::new(ProblemKind::BadRequest, error.to_string())
        }
    })
}

/// The person's id in a body.
///
/// # Errors
/// `unprocessable`.
pub(super) fn body_id(field: &str, text: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|error: PersonIdError| {
        Problem::new(ProblemKind::Unprocessable, format!("`{field}`: {error}"))
    })
}

/// A name in a body.
///
/// # Errors
/// `unprocessable`.
pub(super) fn name(field: &str, text: &str) -> Result<PersonName, Problem> {
    PersonName::new(text).map_err(|error: PersonNameError| {
        Problem::new(ProblemKind::Unprocessable, format!("`{field}` {error}"))
    })
}

/// Refuses lists of pictures that are empty or too long.
///
/// # Errors
/// `unprocessable`.
pub(super) fn some_pictures(pictures: &[String]) -> Result<(), Problem> {
    if (1..=MAX_SAMPLES_A_CALL).contains(&pictures.len()) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Unprocessable,
        format!("`pictures` holds 1 to {MAX_SAMPLES_A_CALL} pictures"),
    ))
}

/// A person as shown.
pub(super) fn person(summary: &PersonSummary) -> Person {
    Person {
        id: summary.id.to_string(),
        name: summary.name.as_str().to_owned(),
        surname: summary.surname.as_str().to_owned(),
        samples: summary.samples,
        created_at_ms: summary.created_at.0,
    }
}

/// An enrolment as shown.
pub(super) fn enrolment(enrolled: &face_store::Person, outcomes: &Outcomes) -> Enrolment {
    let pictures = outcomes
        .iter()
        .enumerate()
        .map(|(index, outcome)| match outcome {
            Ok(sample) => PictureOutcome::Enrolled {
                index,
                sample_id: sample.id.to_string(),
                quality: sample.quality.unwrap_or_default(),
            },
            Err(error) => refused_picture(index, error),
        })
        .collect();
    Enrolment {
        person: person(&PersonSummary::from(enrolled)),
        pictures,
    }
}

/// A refused picture as shown.
pub(super) fn refused_picture(index: usize, error: &Refusal) -> PictureOutcome {
    PictureOutcome::Refused {
        index,
        reason: refusal::kind(error).slug().to_owned(),
        detail: refusal::detail(error),
    }
}

/// A decision as shown.
pub(super) fn decision(verdict: Verdict) -> Decision {
    match verdict {
        Verdict::Match {
            candidate: best,
            threshold,
        } => Decision::Match {
            candidate: candidate(&best),
            threshold: threshold.value(),
        },
        Verdict::Ambiguous {
            candidates,
            threshold,
        } => Decision::Ambiguous {
            candidates: candidates.iter().map(candidate).collect(),
            threshold: threshold.value(),
        },
        Verdict::Unknown { threshold } => Decision::Unknown {
            threshold: threshold.value(),
        },
        Verdict::AttackSuspected => Decision::AttackSuspected,
    }
}

fn candidate(candidate: &Candidate) -> face_wire::registration::Candidate {
    face_wire::registration::Candidate {
        person: person(&candidate.person),
        similarity: candidate.similarity.value(),
    }
}
