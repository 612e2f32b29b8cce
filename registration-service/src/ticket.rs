//! Tickets: what a liveness challenge asks for, whom, and until when, signed and handed to the caller, so that every replica can read it
//! and none has to keep it.

use std::net::IpAddr;

use face_liveness::{Action, Challenge};
use face_store::{Mark, Timestamp};
use secrecy::SecretString;
use service_kit::attempts::network;
use sha2::{Digest as _, Sha256};

use crate::signing::Signer;

/// Bytes of the nonce, of the time, of the source; one byte an action follows.
const NONCE_BYTES: usize = 16;
const TIME_BYTES: usize = 8;
const SOURCE_BYTES: usize = 16;

/// Who is to answer a challenge: a digest, which keeps addresses out of tickets and memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Source([u8; SOURCE_BYTES]);

impl Source {
    /// The visitor whom the caller calls so.
    pub(crate) fn named(name: &str) -> Self {
        Self::of(b"named\0", name.as_bytes())
    }

    /// Whoever calls from `address`, or in IPv6 from its network.
    pub(crate) fn at(address: Option<IpAddr>) -> Self {
        let text = address.map(|address| network(address).to_string());
        Self::of(b"at\0", text.unwrap_or_default().as_bytes())
    }

    fn of(kind: &[u8], what: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(kind).chain_update(what);
        let digest = digest.finalize();
        let (head, _) = digest
            .split_first_chunk()
            .expect("SHA-256 has more bytes than that");
        Self(*head)
    }
}

/// A challenge that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// 128 random bits, once.
    pub(crate) nonce: [u8; NONCE_BYTES],
    /// The first moment at which it is too late.
    pub(crate) expires_at: Timestamp,
    /// Who is to answer.
    pub(crate) source: Source,
    /// What is to be done.
    pub(crate) challenge: Challenge,
}

impl Ticket {
    /// By which its use is remembered.
    pub(crate) fn mark(&self) -> Mark {
        let digest = Sha256::new()
            .chain_update(b"whos-that challenge\0")
            .chain_update(self.nonce);
        Mark(digest.finalize().into())
    }
}

/// The text is no ticket of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such challenge; ask for one with `POST /v1/liveness/challenges`")]
pub(crate) struct ForeignTicket;

/// Signs and reads tickets.
pub(crate) struct TicketSigner(Signer);

impl TicketSigner {
    /// Replicas that share the service key read each other's tickets.
    pub(crate) fn new(service_key: Option<&SecretString>) -> Self {
        Self(Signer::new(service_key, b"whos-that liveness challenge 1"))
    }

    pub(crate) fn write(&self, ticket: &Ticket) -> String {
        let mut bytes = ticket.nonce.to_vec();
        bytes.extend(ticket.expires_at.0.to_be_bytes());
        bytes.extend(ticket.source.0);
        bytes.extend(
            ticket
                .challenge
                .actions()
                .iter()
                .map(|action| code(*action)),
        );
        self.0.sign(&bytes, b"")
    }

    /// # Errors
    /// [`ForeignTicket`] unless [`Self::write`] made it.
    pub(crate) fn read(&self, text: &str) -> Result<Ticket, ForeignTicket> {
        let payload = self.0.open(text, b"").ok_or(ForeignTicket)?;
        parse(&payload).ok_or(ForeignTicket)
    }
}

fn parse(bytes: &[u8]) -> Option<Ticket> {
    let (nonce, rest) = bytes.split_first_chunk()?;
    let (expires_at, rest) = rest.split_first_chunk::<TIME_BYTES>()?;
    let (source, actions) = rest.split_first_chunk()?;
    let action = |code: &u8| Action::ALL.get(usize::from(*code)).copied();
    let actions: Option<Vec<Action>> = actions.iter().map(action).collect();
    Some(Ticket {
        nonce: *nonce,
        expires_at: Timestamp(i64::from_be_bytes(*expires_at)),
        source: Source(*source),
        challenge: Challenge::new(actions?).ok()?,
    })
}

/// Its place among all actions.
fn code(action: Action) -> u8 {
    let place = Action::ALL.iter().position(|other| *other == action);
    place.expect("ALL has every action") as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(actions: &[Action]) -> Ticket {
        Ticket {
            nonce: [7; NONCE_BYTES],
            expires_at: Timestamp(1_700_000_060_000),
            source: Source::named("door 3"),
            challenge: Challenge::new(actions.to_vec()).unwrap(),
        }
    }

    #[test]
    fn a_ticket_is_read_as_written_by_every_replica() {
        let key = "0123456789abcdef".into();
        for action in Action::ALL {
            let ticket = ticket(&[action]);
            let text = TicketSigner::new(Some(&key)).write(&ticket);
            assert_eq!(TicketSigner::new(Some(&key)).read(&text), Ok(ticket));
        }
        let text = TicketSigner::new(Some(&key)).write(&ticket(&[Action::TurnLeft]));
        assert!(TicketSigner::new(None).read(&text).is_err());
        assert!(TicketSigner::new(Some(&key)).read(&text[1..]).is_err());
        assert!(text.len() < 100, "it is a part of a path: {text}");
    }

    #[test]
    fn sources_are_told_apart_by_name_and_by_network() {
        let at = |address: &str| Source::at(Some(address.parse().unwrap()));
        assert_ne!(Source::named("a"), Source::named("b"));
        assert_ne!(Source::named("192.0.2.7"), at("192.0.2.7"));
        assert_ne!(at("192.0.2.7"), at("192.0.2.8"));
        assert_eq!(at("2001:db8::1"), at("2001:db8::2"));
    }

    #[test]
    fn two_tickets_are_used_apart() {
        let other = Ticket {
            nonce: [8; NONCE_BYTES],
            ..ticket(&[Action::TurnLeft])
        };
        assert_ne!(ticket(&[Action::TurnLeft]).mark(), other.mark());
    }
}
