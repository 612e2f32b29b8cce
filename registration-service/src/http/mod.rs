//! Handlers: each translates one endpoint between HTTP and a use case.

mod help;
pub(crate) mod legacy;
mod refusal;
pub(crate) mod v1;
