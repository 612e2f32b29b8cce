//! Refusals of the use cases as problems; the one place where a refusal gets its status.

use face_types::TemplateError;
use face_wire::problem::ProblemKind;
use service_kit::Problem;

use crate::ports::AnalyserError;
use crate::usecases::Refusal;
use crate::usecases::picture::PictureFault;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::EveryPicture(refusals) => every_picture(&refusals),
            Refusal::Analyser(error) => analyser(error),
            Refusal::Store(error) => Self::new(
                ProblemKind::StoreUnavailable,
                "the database did not answer; try again",
            )
            .caused_by(error),
            Refusal::Paused(wait) => {
                Self::new(kind(&refusal), refusal.to_string()).retry_after(wait)
            }
            other => Self::new(kind(&other), other.to_string()),
        }
    }
}

/// The problem's kind of each refusal.
pub(crate) fn kind(refusal: &Refusal) -> ProblemKind {
    match refusal {
        Refusal::Picture(fault) => picture(fault),
        Refusal::EveryPicture(refusals) => first_kind(refusals),
        Refusal::NoFace => ProblemKind::NoFace,
        Refusal::SeveralFaces => ProblemKind::SeveralFaces,
        Refusal::Quality(_) => ProblemKind::QualityRefused,
        Refusal::FeatureLength { .. }
        | Refusal::Features(
            TemplateError::Zero
            | TemplateError::NotFinite
            | TemplateError::Dimension(_)
            | TemplateError::ModelId,
        ) => ProblemKind::BadTemplate,
        Refusal::AlreadyEnrolled(_) => ProblemKind::AlreadyEnrolled,
        Refusal::NoSuchPerson(_) | Refusal::NoSuchSample | Refusal::NoSuchChallenge(_) => {
            ProblemKind::NotFound
        }
        Refusal::NoSampleOfModel => ProblemKind::ModelMismatch,
        Refusal::ChallengeExpired => ProblemKind::ChallengeExpired,
        Refusal::ChallengeUsed => ProblemKind::ChallengeUsed,
        Refusal::FramesReplayed => ProblemKind::FramesReplayed,
        Refusal::Paused(_) => ProblemKind::TooManyFailures,
        Refusal::Unprocessable(_) => ProblemKind::Unprocessable,
        Refusal::Analyser(AnalyserError::Refused { kind, .. }) => *kind,
        Refusal::Analyser(AnalyserError::Busy { .. }) => ProblemKind::TooManyRequests,
        Refusal::Analyser(AnalyserError::Unavailable(_)) => ProblemKind::InferenceUnavailable,
        Refusal::Store(_) => ProblemKind::StoreUnavailable,
        Refusal::NotReady => ProblemKind::NotReady,
    }
}

fn picture(fault: &PictureFault) -> ProblemKind {
    match fault {
        PictureFault::Missing => ProblemKind::BadRequest,
        PictureFault::Text(_) => ProblemKind::BadBase64,
        PictureFault::TooLarge(_) => ProblemKind::TooLarge,
        PictureFault::Kind(_) => ProblemKind::UnsupportedMediaType,
        PictureFault::Broken(_) => ProblemKind::BadPicture,
    }
}

fn analyser(error: AnalyserError) -> Problem {
    match error {
        AnalyserError::Refused { kind, detail } => Problem::new(kind, detail),
        AnalyserError::Busy { retry_after } => Problem::new(
            ProblemKind::TooManyRequests,
            "too many pictures are waiting; try again in a moment",
        )
        .retry_after(retry_after),
        AnalyserError::Unavailable(_) => Problem::new(
            ProblemKind::InferenceUnavailable,
            "the inference service did not answer; try again",
        )
        .caused_by(error),
    }
}

/// A single picture's refusal is the answer; several are told one by one, under the kind of the first.
fn every_picture(refusals: &[(usize, Refusal)]) -> Problem {
    let detail = match refusals {
        [(_, only)] => detail(only),
        several => several
            .iter()
            .map(|(index, refusal)| format!("picture {index}: {}", detail(refusal)))
            .collect::<Vec<_>>()
            .join("; "),
    };
    Problem::new(first_kind(refusals), detail)
}

fn first_kind(refusals: &[(usize, Refusal)]) -> ProblemKind {
    refusals
        .first()
        .map_or(ProblemKind::Unprocessable, |(_, first)| kind(first))
}

/// What a refusal tells people.
pub(crate) fn detail(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Analyser(AnalyserError::Refused { detail, .. }) => detail.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use face_store::StoreError;

    use super::*;

    #[test]
    fn a_busy_queue_is_passed_on_with_its_pause() {
        let problem = Problem::from(Refusal::Analyser(AnalyserError::Busy {
            retry_after: Duration::from_secs(3),
        }));
        assert_eq!(problem.kind(), ProblemKind::TooManyRequests);
        assert_eq!(problem.pause(), Some(Duration::from_secs(3)));
    }

    #[test]
    fn an_outage_tells_the_caller_nothing_internal() {
        let outages = [
            Refusal::Store(StoreError::unavailable("mongodb://u:hunter2@h")),
            Refusal::Store(StoreError::Corrupt("hunter2".to_owned())),
            Refusal::Analyser(AnalyserError::Unavailable("hunter2".into())),
        ];
        for refusal in outages {
            let problem = Problem::from(refusal);
            assert_eq!(problem.kind().status(), 503);
            assert!(!problem.detail().contains("hunter2"));
        }
    }

    #[test]
    fn each_of_several_refused_pictures_is_told() {
        let problem = Problem::from(Refusal::EveryPicture(vec![
            (0, Refusal::NoFace),
            (1, Refusal::SeveralFaces),
        ]));
        assert_eq!(problem.kind(), ProblemKind::NoFace);
        assert!(
            problem.detail().contains("picture 0: "),
            "{}",
            problem.detail()
        );
        assert!(
            problem.detail().contains("picture 1: "),
            "{}",
            problem.detail()
        );
    }
}
