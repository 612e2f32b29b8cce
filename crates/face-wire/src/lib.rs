//! The HTTP contract: what the services say to each other and to the world, with typed clients.
//!
//! Three families: [`inference`] (pixels in, facts about faces out), [`registration`] (people, `/v1`), and [`legacy`]
//! (the four calls of the original). [`problem`] lists everything that can be refused. Wire types are plain data, turned
//! into the values of `face-types` at the edge. Deliberately absent: routes, decisions, storage.

mod call;
mod connections;
pub mod inference;
pub mod legacy;
pub mod picture;
pub mod problem;
pub mod registration;

pub use call::CallContext;
pub use connections::{ConnectionsError, connections, single_connections};
