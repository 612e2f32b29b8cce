//! From the driver's errors to the port's, leaving behind all that could hold a person's data.
//!
//! The driver's errors carry the server's messages and replies, and those can quote documents: a duplicate key, a value
//! that did not fit. So nothing of theirs is passed on but codes, their names, and what the network said.

use std::time::Duration;

use face_store::StoreError;
use mongodb::error::{Error, ErrorKind, WriteFailure};

/// The server's code for a key that is taken.
pub(crate) const DUPLICATE_KEY: i32 = 11000;
/// Codes of a server that is not, or no longer, the primary, or is about to stop.
const NOT_PRIMARY: [i32; 8] = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

/// Codes after which a write may have happened all the same: lost hosts, time limits, lacking acknowledgement.
const UNCERTAIN: [i32; 7] = [6, 7, 50, 64, 89, 262, 9001];

/// Why MongoDB did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MongoFailure {
    /// The whole call took too long.
    #[error("no answer within {0:?}")]
    Deadline(Duration),
    /// No server, or no primary, was found.
    #[error("no server could be selected: {0}")]
    Unreachable(String),
    /// The connection broke, or was never made.
    #[error("the connection failed: {0}")]
    Network(String),
    /// User, password or mechanism are wrong.
    #[error("the server refused the credentials")]
    Credentials,
    /// The server gave up being the primary while the call ran.
    #[error("the server is not the primary (code {0})")]
    NotPrimary(i32),
    /// A majority did not confirm the write in time; it may yet be undone.
    #[error("the write was not acknowledged by a majority (code {0})")]
    NotAcknowledged(i32),
    /// The server refused the command.
    #[error("the server refused the command: {name} (code {code})")]
    Refused {
        /// The server's number for the reason.
        code: i32,
        /// Its name.
        name: String,
    },
    /// The address or an option is wrong.
    #[error("the connection settings are not valid: {0}")]
    Settings(String),
    /// The driver or the connection's set-up failed in some other way.
    #[error("{0}")]
    Driver(&'static str),
}

impl From<MongoFailure> for StoreError {
    fn from(failure: MongoFailure) -> Self {
        Self::unavailable(failure)
    }
}

/// What the port says of a driver's error.
pub(crate) fn failed(error: Error) -> StoreError {
    let failure = match *error.kind {
        ErrorKind::Bson(_)
        | ErrorKind::BsonDeserialization(_)
        | ErrorKind::BsonSerialization(_)
        | ErrorKind::InvalidResponse { .. } => {
            return StoreError::Corrupt("a document cannot be decoded".to_owned());
        }
        ErrorKind::Authentication { .. } => MongoFailure::Credentials,
        ErrorKind::ServerSelection { message, .. } | ErrorKind::DnsResolve { message, .. } => {
            MongoFailure::Unreachable(message)
        }
        ErrorKind::Io(io) => MongoFailure::Network(io.to_string()),
        ErrorKind::ConnectionPoolCleared { .. } => {
            MongoFailure::Network("another call saw it fail".to_owned())
        }
        ErrorKind::InvalidTlsConfig { message, .. } => MongoFailure::Settings(message),
        ErrorKind::Command(refusal) => refused(refusal.code, refusal.code_name),
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => {
            refused(refusal.code, refusal.code_name.unwrap_or_default())
        }
        ErrorKind::Write(WriteFailure::WriteConcernError(lacking)) => {
            MongoFailure::NotAcknowledged(lacking.code)
        }
        ErrorKind::IncompatibleServer { .. } => {
            MongoFailure::Driver("the server is too old or too new")
        }
        ErrorKind::Shutdown => MongoFailure::Driver("the client has been shut down"),
        _ => MongoFailure::Driver("the driver failed"),
    };
    failure.into()
}

fn refused(code: i32, name: String) -> MongoFailure {
    if NOT_PRIMARY.contains(&code) {
        MongoFailure::NotPrimary(code)
    } else {
        MongoFailure::Refused { code, name }
    }
}

/// The server's code for its refusal, if it refused.
pub(crate) fn code(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(refusal) => Some(refusal.code),
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => Some(refusal.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(lacking)) => Some(lacking.code),
        _ => None,
    }
}

/// Whether the key was taken.
pub(crate) fn is_duplicate(error: &Error) -> bool {
    code(error) == Some(DUPLICATE_KEY)
}

/// Whether a write that failed so has certainly not happened.
pub(crate) fn is_certain(error: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = error else {
        return false;
    };
    let failure = cause.downcast_ref::<MongoFailure>();
    matches!(failure, Some(MongoFailure::Refused { code, .. }) if !UNCERTAIN.contains(code))
}

/// `work`, or [`MongoFailure::Deadline`].
pub(crate) async fn bounded<T>(
    deadline: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(deadline, work)
        .await
        .unwrap_or_else(|_| Err(MongoFailure::Deadline(deadline).into()))
}
