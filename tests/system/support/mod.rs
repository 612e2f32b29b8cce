//! What every test stands on: the system under test, what it needs, pictures, a browser, and what stands around a system.

pub(crate) mod balancer;
pub(crate) mod browser;
pub(crate) mod collector;
pub(crate) mod needs;
pub(crate) mod pictures;
pub(crate) mod service;
pub(crate) mod system;
pub(crate) mod trace_picture;

pub(crate) use system::TestSystem;
