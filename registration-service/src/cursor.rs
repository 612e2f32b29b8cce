//! Cursors of lists: opaque and signed, so that only what this service handed out is accepted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use face_types::PersonId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use uuid::Uuid;

/// Bytes of the id and of the shortened HMAC (128 bits, RFC 2104 section 5 allows half).
const ID_BYTES: usize = 8;
const TAG_BYTES: usize = 16;

/// The text is no cursor of ours for this search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor was not handed out for this list; begin without one")]
pub(crate) struct ForeignCursor;

/// Signs and reads cursors.
pub(crate) struct CursorSigner(Hmac<Sha256>);

impl CursorSigner {
    /// Replicas that share the service key read each other's cursors; without a key, cursors end with the process.
    pub(crate) fn new(service_key: Option<&SecretString>) -> Self {
        let secret = service_key.map_or_else(
            || Uuid::new_v4().into_bytes().to_vec(),
            |key| key.expose_secret().as_bytes().to_vec(),
        );
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&secret).expect("HMAC takes keys of any length");
        mac.update(b"whos-that list cursor 1\0");
        Self(mac)
    }

    /// The cursor that goes on after `last` in the list of `search`.
    pub(crate) fn write(&self, last: PersonId, search: Option<&str>) -> String {
        let id = last.get().to_be_bytes();
        let mut bytes = id.to_vec();
        bytes.extend(&self.mac(id, search).finalize().into_bytes()[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
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
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| ForeignCursor)?;
        let (id, tag) = bytes.split_first_chunk::<ID_BYTES>().ok_or(ForeignCursor)?;
        if tag.len() != TAG_BYTES {
            return Err(ForeignCursor);
        }
        self.mac(*id, search)
            .verify_truncated_left(tag)
            .map_err(|_| ForeignCursor)?;
        PersonId::new(i64::from_be_bytes(*id)).map_err(|_| ForeignCursor)
    }

    fn mac(&self, id: [u8; ID_BYTES], search: Option<&str>) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(&id);
        mac.update(search.unwrap_or_default().as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: i64) -> PersonId {
        PersonId::new(number).unwrap()
    }

    #[test]
    fn a_cursor_leads_back_to_its_id() {
        let signer = CursorSigner::new(Some(&"0123456789abcdef".into()));
        let cursor = signer.write(id(910_001), Some("ada"));
        assert_eq!(signer.read(&cursor, Some("ada")), Ok(id(910_001)));
        assert_eq!(signer.read(&cursor, None), Err(ForeignCursor));
    }

    #[test]
    fn a_changed_cursor_is_refused_wherever_it_is_changed() {
        let signer = CursorSigner::new(None);
        let cursor = URL_SAFE_NO_PAD.decode(signer.write(id(7), None)).unwrap();
        for place in 0..cursor.len() {
            let mut changed = cursor.clone();
            changed[place] ^= 1;
            assert!(signer.read(&URL_SAFE_NO_PAD.encode(changed), None).is_err());
        }
        for text in ["", "x", "AAAA", "ääää"] {
            assert!(signer.read(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn processes_without_a_key_do_not_accept_each_others_cursors() {
        let cursor = CursorSigner::new(None).write(id(7), None);
        assert!(CursorSigner::new(None).read(&cursor, None).is_err());
    }
}
