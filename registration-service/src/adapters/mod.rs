//! Adapters: what this service's ports stand on.

pub(crate) mod inference;
mod late_store;
mod observed_store;
mod stores;

pub(crate) use observed_store::ObservedStore;
pub use stores::inspect_store;
pub(crate) use stores::open_store;
