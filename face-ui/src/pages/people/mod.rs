//! The people: list, add, look at, change, delete.

pub(crate) mod add_samples;
pub(crate) mod delete;
pub(crate) mod delete_sample;
pub(crate) mod enrol;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod rename;
pub(crate) mod show;

use actix_web::web;
use face_types::PersonId;

use crate::error::PageError;

/// The person that a path names; what is no id is nobody's.
fn person_id(path: &web::Path<String>) -> Result<PersonId, PageError> {
    path.parse().map_err(|_| PageError::NotFound)
}

/// `1 picture`, `2 pictures`.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
