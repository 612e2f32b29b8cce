//! What every test stands on: the system under test, what it needs, pictures, a browser.

pub(crate) mod browser;
pub(crate) mod needs;
pub(crate) mod pictures;
pub(crate) mod system;

pub(crate) use system::TestSystem;
