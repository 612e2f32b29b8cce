//! Typed client of the registration service: keep-alive, a deadline for every call, errors by what the caller can do.

mod error;
mod find_match;
mod http;

use std::sync::Arc;
use std::time::Duration;

use face_types::{PersonId, SampleId};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

pub use self::error::{Refusal, RegistrationError};
pub use self::find_match::FindMatchOutcome;
use super::{
    AddSamples, AnswerChallenge, Challenge, ChallengeOutcome, CreateChallenge, CreatePerson,
    Enrolment, Erasure, IdentifyRequest, IdentifyResponse, PatchPerson, PeoplePage, PeopleQuery,
    Person, Samples,
};
use crate::call::{CallContext, Changes, may_be_repeated};
use crate::connections;
use crate::legacy::FindMatchRequest;
use crate::problem::{ProblemBody, ProblemKind};

/// Longest wait for a readiness probe.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// Talks to the registration service; cheap to clone, clones share connections.
#[derive(Clone)]
pub struct RegistrationClient {
    http: reqwest::Client,
    base_url: Arc<str>,
    key: Option<SecretString>,
    context: CallContext,
}

impl RegistrationClient {
    /// A client of the service at `base_url` (`http://host:port`, no path), whose calls take at most `timeout`.
    ///
    /// # Errors
    /// [`RegistrationError::Unavailable`] when `base_url` is no HTTP URL or this machine's TLS set-up is broken.
    pub fn new(
        base_url: &str,
        key: Option<SecretString>,
        timeout: Duration,
    ) -> Result<Self, RegistrationError> {
        Ok(Self {
            http: connections(base_url, timeout).map_err(RegistrationError::unavailable)?,
            base_url: base_url.trim_end_matches('/').into(),
            key,
            context: CallContext::default(),
        })
    }

    /// The same client as a part of another call.
    #[must_use]
    pub fn for_request(&self, context: CallContext) -> Self {
        Self {
            context,
            ..self.clone()
        }
    }

    /// `GET /v1/people`: a page of people, sorted by id.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when the cursor is not the service's own; `Unavailable`.
    pub async fn list(&self, query: &PeopleQuery) -> Result<PeoplePage, RegistrationError> {
        self.ask(self.http.get(self.url("/v1/people")).query(query))
            .await
    }

    /// `POST /v1/people`: adds a person with pictures.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`]: the id is taken, a name is bad, or no picture is good enough; `Busy`; `Unavailable`.
    pub async fn create(&self, person: &CreatePerson) -> Result<Enrolment, RegistrationError> {
        self.change(self.http.post(self.url("/v1/people")).json(person))
            .await
    }

    /// `GET /v1/people/{id}`.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when there is nobody of this id; `Unavailable`.
    pub async fn get(&self, id: PersonId) -> Result<Person, RegistrationError> {
        self.ask(self.http.get(self.person_url(id))).await
    }

    /// `PATCH /v1/people/{id}`: changes names.
    ///
    /// # Errors
    /// As [`Self::get`], and when a name is bad.
    pub async fn patch(
        &self,
        id: PersonId,
        change: &PatchPerson,
    ) -> Result<Person, RegistrationError> {
        self.change(self.http.patch(self.person_url(id)).json(change))
            .await
    }

    /// `DELETE /v1/people/{id}`: erases the person and every template.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn delete(&self, id: PersonId) -> Result<Erasure, RegistrationError> {
        self.change(self.http.delete(self.person_url(id))).await
    }

    /// `GET /v1/people/{id}/samples`.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn samples(&self, id: PersonId) -> Result<Samples, RegistrationError> {
        let url = format!("{}/samples", self.person_url(id));
        self.ask(self.http.get(url)).await
    }

    /// `POST /v1/people/{id}/samples`: enrols more pictures.
    ///
    /// # Errors
    /// As [`Self::create`], and when there is nobody of this id.
    pub async fn add_samples(
        &self,
        id: PersonId,
        samples: &AddSamples,
    ) -> Result<Enrolment, RegistrationError> {
        let url = format!("{}/samples", self.person_url(id));
        self.change(self.http.post(url).json(samples)).await
    }

    /// `DELETE /v1/people/{id}/samples/{sample}`: erases one template.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when there is no such person or sample; `Unavailable`.
    pub async fn delete_sample(
        &self,
        id: PersonId,
        sample: SampleId,
    ) -> Result<(), RegistrationError> {
        let url = format!("{}/samples/{sample}", self.person_url(id));
        accepted(self.send(self.http.delete(url), Changes::Something).await?).await?;
        Ok(())
    }

    /// `POST /v1/identify`: who is in the picture.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when the picture is refused; `Busy`; `Unavailable`.
    pub async fn identify(
        &self,
        request: &IdentifyRequest,
    ) -> Result<IdentifyResponse, RegistrationError> {
        self.ask(self.http.post(self.url("/v1/identify")).json(request))
            .await
    }

    /// `POST /v1/liveness/challenges`: something for the visitor `source` to do before the camera.
    ///
    /// # Errors
    /// [`RegistrationError::Paused`] after too many failures of that visitor; `Unavailable`.
    pub async fn create_challenge(
        &self,
        request: &CreateChallenge,
    ) -> Result<Challenge, RegistrationError> {
        let url = self.url("/v1/liveness/challenges");
        // A challenge that nobody got is one that nobody answers.
        self.ask(self.http.post(url).json(request)).await
    }

    /// `POST /v1/liveness/challenges/{id}`: whether it was done, and by whom.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when the challenge is used or over, or a picture is refused; `Paused`; `Busy`; `Unavailable`.
    pub async fn answer_challenge(
        &self,
        id: &str,
        answer: &AnswerChallenge,
    ) -> Result<ChallengeOutcome, RegistrationError> {
        let url = format!("{}/{}", self.url("/v1/liveness/challenges"), segment(id));
        self.change(self.http.post(url).json(answer)).await
    }

    /// `POST /api/find_match`: the original's face login.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when a picture is refused; `Busy`; `Unavailable`.
    pub async fn find_match(
        &self,
        request: &FindMatchRequest,
    ) -> Result<FindMatchOutcome, RegistrationError> {
        let request = self.http.post(self.url("/api/find_match")).json(request);
        find_match::read(self.send(request, Changes::Nothing).await?).await
    }

    /// `Ok` when the service says that it can work.
    ///
    /// # Errors
    /// [`RegistrationError::Unavailable`] otherwise.
    pub async fn ready(&self) -> Result<(), RegistrationError> {
        let request = self.http.get(self.url("/readyz")).timeout(READY_TIMEOUT);
        let status = self.send(request, Changes::Nothing).await?.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(RegistrationError::status(status))
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    fn person_url(&self, id: PersonId) -> String {
        self.url(&format!("/v1/people/{id}"))
    }

    /// Sends `request` with what every request carries.
    async fn send(
        &self,
        mut request: RequestBuilder,
        changes: Changes,
    ) -> Result<Response, RegistrationError> {
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let request = self.context.add_to(request);
        let again = request.try_clone();
        let sent = match (request.send().await, again) {
            (Err(error), Some(again)) if may_be_repeated(&error, changes) => again.send().await,
            (sent, _) => sent,
        };
        sent.map_err(RegistrationError::transport)
    }

    /// A call that changes nothing.
    async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, RegistrationError> {
        read(self.send(request, Changes::Nothing).await?).await
    }

    /// A call that changes people.
    async fn change<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, RegistrationError> {
        read(self.send(request, Changes::Something).await?).await
    }
}

/// The answer as JSON.
async fn read<T: DeserializeOwned>(response: Response) -> Result<T, RegistrationError> {
    let response = accepted(response).await?;
    let body = response
        .bytes()
        .await
        .map_err(RegistrationError::transport)?;
    // serde's own text may quote a name.
    serde_json::from_slice(&body).map_err(|error| {
        RegistrationError::unavailable(format!(
            "its answer cannot be read (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

impl std::fmt::Debug for RegistrationClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrationClient")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// What a visitor sent as a part of a path: whatever is not of the alphabet of ids is left out, so that it leads nowhere else.
fn segment(id: &str) -> String {
    let is_of_an_id = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
    let segment: String = id.chars().filter(is_of_an_id).collect();
    if segment.is_empty() {
        "-".to_owned()
    } else {
        segment
    }
}

/// The response when its status is a success, else what the status means.
async fn accepted(response: Response) -> Result<Response, RegistrationError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let retry_after = http::retry_after(&response);
        return Err(match response.json::<ProblemBody>().await {
            Ok(body) if body.kind() == Some(ProblemKind::TooManyFailures) => {
                RegistrationError::Paused { retry_after }
            }
            Ok(_) | Err(_) => RegistrationError::Busy { retry_after },
        });
    }
    // A refused key is our own mistake: no caller can mend it.
    let is_ours = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    if !status.is_client_error() || is_ours {
        return Err(RegistrationError::status(status));
    }
    let body = response
        .bytes()
        .await
        .map_err(RegistrationError::transport)?;
    Err(match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => RegistrationError::Refused(Box::new(refusal)),
        Err(_) => RegistrationError::status(status),
    })
}

#[cfg(test)]
mod tests;
