//! Typed client of the inference service: keep-alive, a deadline for every call, and a circuit breaker that fails closed.

mod breaker;
mod error;
mod facts;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

pub use self::breaker::BreakerState;
use self::breaker::{Breaker, Outcome};
pub use self::error::{ContractError, InferenceError};
pub use self::facts::SequenceFacts;
use super::{FacesQuery, FacesResponse, FramesResponse, PackResponse};
use crate::call::{CallContext, Changes, may_be_repeated};
use crate::picture;
use crate::{connections, single_connections};

/// Longest wait for a readiness probe.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// Talks to the inference service; cheap to clone, clones share connections and breaker.
#[derive(Clone)]
pub struct InferenceClient {
    http: reqwest::Client,
    probes: reqwest::Client,
    base_url: Arc<str>,
    key: Option<SecretString>,
    breaker: Arc<Breaker>,
    context: CallContext,
}

impl InferenceClient {
    /// A client of the service at `base_url` (`http://host:port`, no path), whose calls take at most `timeout`.
    ///
    /// # Errors
    /// [`InferenceError::Unavailable`] when `base_url` is no HTTP URL or the TLS set-up of this machine is broken.
    pub fn new(
        base_url: &str,
        key: Option<SecretString>,
        timeout: Duration,
    ) -> Result<Self, InferenceError> {
        Ok(Self {
            http: connections(base_url, timeout).map_err(InferenceError::unavailable)?,
            probes: single_connections(base_url, READY_TIMEOUT)
                .map_err(InferenceError::unavailable)?,
            base_url: base_url.trim_end_matches('/').into(),
            key,
            breaker: Arc::new(Breaker::default()),
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

    /// The faces of one encoded picture (JPEG, PNG, WebP or BMP).
    ///
    /// # Errors
    /// [`InferenceError::Refused`] when the picture is refused, `Busy` when the queue is full, else `Unavailable`.
    pub async fn faces(
        &self,
        picture: Bytes,
        query: &FacesQuery,
    ) -> Result<FacesResponse, InferenceError> {
        let request = || {
            let request = self.http.post(self.url("/v1/faces")).query(query);
            let media_type = picture::media_type(&picture);
            Ok(request
                .header(reqwest::header::CONTENT_TYPE, media_type)
                .body(picture.clone()))
        };
        self.call(request).await
    }

    /// The faces of 2 to 30 pictures, in order.
    ///
    /// # Errors
    /// As [`Self::faces`]; one picture that is refused refuses the call.
    pub async fn frames(
        &self,
        pictures: Vec<Bytes>,
        query: &FacesQuery,
    ) -> Result<FramesResponse, InferenceError> {
        let request = || {
            let request = self.http.post(self.url("/v1/frames")).query(query);
            Ok(request.multipart(form(&pictures).map_err(InferenceError::unavailable)?))
        };
        let answer: FramesResponse = self.call(request).await?;
        if answer.frames.len() == pictures.len() {
            Ok(answer)
        } else {
            Err(ContractError::Frames.into())
        }
    }

    /// The pack that the service uses.
    ///
    /// # Errors
    /// [`InferenceError::Unavailable`] when it cannot be told.
    pub async fn pack(&self) -> Result<PackResponse, InferenceError> {
        self.call(|| Ok(self.http.get(self.url("/v1/pack")))).await
    }

    /// `Ok` when the service says that it can work. Asked of the service itself: it heeds no breaker and moves none. Where
    /// several replicas share the address, one that is just stopping does not speak for all: it is asked twice.
    ///
    /// # Errors
    /// [`InferenceError::Unavailable`] otherwise.
    pub async fn ready(&self) -> Result<(), InferenceError> {
        match self.probe().await {
            Ok(()) => Ok(()),
            Err(_) => self.probe().await,
        }
    }

    async fn probe(&self) -> Result<(), InferenceError> {
        let request = self.prepare(self.probes.get(self.url("/readyz")));
        let answer = request.send().await.map_err(InferenceError::transport)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(ContractError::Status(answer.status().as_u16()).into())
        }
    }

    /// Whether calls pass now.
    #[must_use]
    pub fn breaker(&self) -> BreakerState {
        self.breaker.state()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Adds what every request carries.
    fn prepare(&self, mut request: RequestBuilder) -> RequestBuilder {
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        self.context.add_to(request)
    }

    /// Sends what `request` makes unless the breaker is open, and reads the answer as JSON. Every call asks and changes
    /// nothing.
    async fn call<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<RequestBuilder, InferenceError>,
    ) -> Result<T, InferenceError> {
        let permit = self.breaker.permit()?;
        let sent = match self.prepare(request()?).send().await {
            Err(error) if may_be_repeated(&error, Changes::Nothing) => {
                self.prepare(request()?).send().await
            }
            sent => sent,
        };
        let answer = match sent {
            Ok(response) => read(response).await,
            Err(error) => Err(InferenceError::transport(error)),
        };
        permit.report(match &answer {
            Err(error) if error.is_outage() => Outcome::Failed,
            _ => Outcome::Answered,
        });
        answer
    }
}

impl std::fmt::Debug for InferenceClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InferenceClient")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// The pictures as a form.
fn form(pictures: &[Bytes]) -> reqwest::Result<Form> {
    pictures.iter().try_fold(Form::new(), |form, picture| {
        let part = Part::stream_with_length(picture.clone(), picture.len() as u64)
            .file_name("frame")
            .mime_str(picture::media_type(picture))?;
        Ok(form.part("frames", part))
    })
}

/// The answer as JSON, or what its status means.
async fn read<T: DeserializeOwned>(response: Response) -> Result<T, InferenceError> {
    let status = response.status();
    let retry_after = retry_after(&response);
    let body = response.bytes().await.map_err(InferenceError::transport)?;
    match status {
        StatusCode::OK => {
            serde_json::from_slice(&body).map_err(|error| ContractError::unreadable(&error).into())
        }
        StatusCode::TOO_MANY_REQUESTS => Err(InferenceError::Busy { retry_after }),
        // The caller's picture can be at fault for no other; a refused key or an unknown path is our own mistake.
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Err(serde_json::from_slice(&body).map_or_else(
            |error| ContractError::unreadable(&error).into(),
            InferenceError::Refused,
        )),
        _ => Err(ContractError::Status(status.as_u16()).into()),
    }
}

/// The pause that a full queue asks for; one second when it names none.
fn retry_after(response: &Response) -> Duration {
    let header = response.headers().get(reqwest::header::RETRY_AFTER);
    let seconds = header
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

#[cfg(test)]
mod tests;
