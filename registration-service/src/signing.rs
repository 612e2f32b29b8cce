//! Opaque text that only this service can have handed out: bytes with an HMAC, for one purpose each.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use uuid::Uuid;

/// Bytes of the shortened HMAC (128 bits, RFC 2104 section 5 allows half).
const TAG_BYTES: usize = 16;

/// Signs and opens texts of one purpose.
pub(crate) struct Signer(Hmac<Sha256>);

impl Signer {
    /// Replicas that share the service key open each other's texts; without a key, texts end with the process. `purpose` keeps texts of
    /// one kind from being taken for another's.
    pub(crate) fn new(service_key: Option<&SecretString>, purpose: &[u8]) -> Self {
        let secret = service_key.map_or_else(
            || Uuid::new_v4().into_bytes().to_vec(),
            |key| key.expose_secret().as_bytes().to_vec(),
        );
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&secret).expect("HMAC takes keys of any length");
        mac.update(purpose);
        mac.update(b"\0");
        Self(mac)
    }

    /// `payload` as text that is good together with `context`, which must be known again to open it.
    pub(crate) fn sign(&self, payload: &[u8], context: &[u8]) -> String {
        let tag = self.mac(payload, context).finalize().into_bytes();
        let mut bytes = payload.to_vec();
        bytes.extend(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The payload; `None` unless [`Self::sign`] made the text, with the same context.
    pub(crate) fn open(&self, text: &str, context: &[u8]) -> Option<Vec<u8>> {
        let mut payload = URL_SAFE_NO_PAD.decode(text).ok()?;
        let tag = payload.split_off(payload.len().checked_sub(TAG_BYTES)?);
        let mac = self.mac(&payload, context);
        mac.verify_truncated_left(&tag).ok()?;
        Some(payload)
    }

    fn mac(&self, payload: &[u8], context: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The length keeps a byte from moving from one part to the other.
        mac.update(&(payload.len() as u64).to_be_bytes());
        mac.update(payload);
        mac.update(context);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(key: &str, purpose: &[u8]) -> Signer {
        Signer::new(Some(&key.into()), purpose)
    }

    #[test]
    fn a_text_leads_back_to_its_payload_for_its_key_purpose_and_context() {
        let text = signer("k", b"a").sign(b"payload", b"context");
        let opened = signer("k", b"a").open(&text, b"context");
        assert_eq!(opened.as_deref(), Some(&b"payload"[..]));
        assert_eq!(signer("k", b"a").open(&text, b"contexT"), None);
        assert_eq!(signer("k", b"b").open(&text, b"context"), None);
        assert_eq!(signer("l", b"a").open(&text, b"context"), None);
    }

    #[test]
    fn a_changed_text_is_refused_wherever_it_is_changed() {
        let signer = signer("k", b"a");
        let bytes = URL_SAFE_NO_PAD
            .decode(signer.sign(b"payload", b""))
            .unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(signer.open(&URL_SAFE_NO_PAD.encode(changed), b""), None);
        }
        for text in ["", "x", "AAAA", "ääää"] {
            assert_eq!(signer.open(text, b""), None, "{text}");
        }
        let moved = signer.sign(b"payloa", b"d");
        assert_ne!(moved, signer.sign(b"payload", b""));
    }

    #[test]
    fn processes_without_a_key_do_not_open_each_others_texts() {
        let text = Signer::new(None, b"a").sign(b"payload", b"");
        assert_eq!(Signer::new(None, b"a").open(&text, b""), None);
    }
}
