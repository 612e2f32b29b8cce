//! Cursors of lists: opaque and signed, so that only what this service handed out is accepted.

use face_types::PersonId;
use secrecy::SecretString;

use crate::signing::Signer;

/// The text is no cursor of ours for this search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor was not handed out for this list; begin without one")]
pub(crate) struct ForeignCursor;

/// Signs and reads cursors.
pub(crate) struct CursorSigner(Signer);

impl CursorSigner {
    /// Replicas that share the service key read each other's cursors; without a key, cursors end with the process.
    pub(crate) fn new(service_key: Option<&SecretString>) -> Self {
        Self(Signer::new(service_key, b"whos-that list cursor 2"))
    }

    /// The cursor that goes on after `last` in the list of `search`.
    pub(crate) fn write(&self, last: PersonId, search: Option<&str>) -> String {
        let id = last.get().to_be_bytes();
        self.0.sign(&id, search.unwrap_or_default().as_bytes())
    }

    /// Where to go on.
    ///
    /// # Errors
    /// [`ForeignCursor`] unless [`Self::write`] made it for the same search.
    pub(crate) fn read(
        &self,
        cursor: &str,
        search: Option<&str>,
    ) -> Result<PersonId, ForeignCursor> {
        let search = search.unwrap_or_default().as_bytes();
        let id = self.0.open(cursor, search).ok_or(ForeignCursor)?;
        let id = id.try_into().map_err(|_| ForeignCursor)?;
        PersonId::new(i64::from_be_bytes(id)).map_err(|_| ForeignCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_id_for_its_search_alone() {
        let id = PersonId::new(910_001).unwrap();
        let signer = CursorSigner::new(Some(&"0123456789abcdef".into()));
        let cursor = signer.write(id, Some("ada"));
        assert_eq!(signer.read(&cursor, Some("ada")), Ok(id));
        assert_eq!(signer.read(&cursor, None), Err(ForeignCursor));
        assert_eq!(signer.read("AAAA", Some("ada")), Err(ForeignCursor));
    }
}
