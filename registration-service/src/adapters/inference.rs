//! [`FaceAnalyser`] over HTTP: the inference service.

use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use face_liveness::BlinkRule;
use face_types::FaceFacts;
use face_wire::inference::{FacesQuery, InferenceClient, InferenceError, SequenceFacts};
use face_wire::problem::ProblemKind;

use crate::observed::Observed;
use crate::ports::{AnalyserError, FaceAnalyser, Pack};

/// Asks the inference service; the client carries deadline, keep-alive and circuit breaker.
pub(crate) struct InferenceService {
    client: InferenceClient,
    observed: Observed,
}

impl InferenceService {
    pub(crate) const fn new(client: InferenceClient, observed: Observed) -> Self {
        Self { client, observed }
    }

    /// The client as a part of the current call, so that both services log the same ids.
    fn client(&self) -> InferenceClient {
        self.client.for_request(service_kit::request_id::context())
    }

    /// Makes one call and counts it.
    async fn counted<T>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<T, InferenceError>>,
    ) -> Result<T, AnalyserError> {
        let started = Instant::now();
        let answer = work.await.map_err(AnalyserError::from);
        self.observed.called(call, started, &answer);
        answer
    }
}

#[async_trait]
impl FaceAnalyser for InferenceService {
    #[tracing::instrument(name = "inference.pack", skip_all)]
    async fn pack(&self) -> Result<Pack, AnalyserError> {
        let answer = self.counted("pack", self.client().pack()).await?;
        let blink_rule = answer
            .eye_threshold
            .map_or_else(|| Ok(BlinkRule::default()), BlinkRule::around)
            .map_err(|error| AnalyserError::Unavailable(Box::new(error)))?;
        Ok(Pack {
            model: answer.model,
            dimension: answer.dimension,
            impostor_curve: answer
                .impostor_curve
                .iter()
                .map(|point| (point.threshold, point.fmr))
                .collect(),
            attack_threshold: answer.attack_threshold,
            blink_rule,
        })
    }

    #[tracing::instrument(name = "inference.faces", skip_all, fields(picture.size_bytes = picture.len()))]
    async fn faces(
        &self,
        picture: Bytes,
        query: &FacesQuery,
        pack: &Pack,
    ) -> Result<Vec<FaceFacts>, AnalyserError> {
        let answer = self
            .counted("faces", self.client().faces(picture, query))
            .await?;
        Ok(answer.into_facts(pack.dimension)?)
    }

    #[tracing::instrument(name = "inference.frames", skip_all, fields(frames = pictures.len()))]
    async fn frames(
        &self,
        pictures: Vec<Bytes>,
        query: &FacesQuery,
        pack: &Pack,
    ) -> Result<SequenceFacts, AnalyserError> {
        let answer = self
            .counted("frames", self.client().frames(pictures, query))
            .await?;
        Ok(answer.into_facts(pack.dimension)?)
    }
}

impl From<InferenceError> for AnalyserError {
    fn from(error: InferenceError) -> Self {
        match error {
            // Only what the caller of ours can mend is passed on.
            InferenceError::Refused(body) => match body.kind() {
                Some(
                    kind @ (ProblemKind::BadPicture
                    | ProblemKind::TooLarge
                    | ProblemKind::UnsupportedMediaType
                    | ProblemKind::NoFace
                    | ProblemKind::Unprocessable),
                ) => Self::Refused {
                    kind,
                    detail: body.detail,
                },
                _ => Self::Unavailable(Box::new(InferenceError::Refused(body))),
            },
            InferenceError::Busy { retry_after } => Self::Busy { retry_after },
            InferenceError::Unavailable(source) => Self::Unavailable(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use face_wire::problem::ProblemBody;

    use super::*;

    #[test]
    fn a_question_of_ours_that_is_refused_is_no_fault_of_the_picture() {
        let refused =
            |kind| AnalyserError::from(InferenceError::Refused(ProblemBody::new(kind, "x")));
        assert!(matches!(
            refused(ProblemKind::BadPicture),
            AnalyserError::Refused {
                kind: ProblemKind::BadPicture,
                ..
            }
        ));
        assert!(matches!(
            refused(ProblemKind::BadRequest),
            AnalyserError::Unavailable(_)
        ));
    }
}
