//! `/v1/people/{id}/samples`.

pub(crate) mod add;
pub(crate) mod delete;
pub(crate) mod list;
