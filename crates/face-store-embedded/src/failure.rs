//! From redb's errors to the port's.

use face_store::StoreError;

/// What a step inside a transaction returns; it becomes a [`StoreError`] at the crate's edge.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) StoreError);

/// The file is open elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("another process, or another store in this one, has the file open")]
struct InUse;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<redb::Error> for Failure {
    fn from(error: redb::Error) -> Self {
        use redb::Error as E;
        Self(match error {
            E::DatabaseAlreadyOpen | E::LockProtocolMismatch => StoreError::unavailable(InUse),
            E::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => {
                StoreError::Corrupt("the file is no redb database".to_owned())
            }
            E::Corrupted(_)
            | E::UpgradeRequired(_)
            | E::TableTypeMismatch { .. }
            | E::TypeDefinitionChanged { .. }
            | E::TableIsMultimap(_)
            | E::TableDoesNotExist(_) => StoreError::Corrupt(error.to_string()),
            other => StoreError::unavailable(other),
        })
    }
}

macro_rules! from_redb {
    ($($error:ident),+) => {$(
        impl From<redb::$error> for Failure {
            fn from(error: redb::$error) -> Self {
                redb::Error::from(error).into()
            }
        }
    )+};
}

from_redb!(
    DatabaseError,
    TransactionError,
    TableError,
    StorageError,
    CommitError,
    SetDurabilityError
);
