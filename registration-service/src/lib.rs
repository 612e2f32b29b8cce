//! The registration service: people, their references, and the decision who a face is.
//!
//! It owns the store and the gallery. Pictures pass through to the inference service once their size and header are
//! checked; what comes back are facts about faces, never pixels. A call runs in a straight line: a handler under
//! `http` translates, a use case decides, a port (`ports`, `face_store::Store`) promises, an adapter does.
//!
//! Deliberately absent: networks, pixels, pages for people, and any place where a picture could be kept.

mod adapters;
mod clock;
mod cursor;
mod http;
mod observed;
mod openapi;
mod policy;
mod ports;
mod replica;
mod routes;
mod settings;
mod signing;
mod startup;
mod ticket;
mod usecases;

pub use adapters::inspect_store;
pub use openapi::document;
pub use policy::FraudDetection;
pub use routes::TABLE;
pub use settings::{MongoProtocol, RegistrationSettings, SettingsError};
pub use startup::{Registration, StartupError, start, start_with_store};
