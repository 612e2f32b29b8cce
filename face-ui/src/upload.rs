//! Forms with files: read to their end within limits, so that a refusal reaches the browser as a page.
//!
//! A server that answers and closes while a browser still sends makes the browser show a broken connection. What goes
//! beyond a limit, or comes from someone who may not send it, is therefore read and dropped, up to a bound.

use std::collections::HashMap;

use actix_multipart::{Field, Multipart};
use bytes::Bytes;
use futures::StreamExt as _;

use crate::error::PageError;

/// Longest value of a field that is no file.
const FIELD_BYTES: usize = 4 * 1024;
/// Bytes that are read and dropped after a refusal before the connection is given up.
const DROPPED_BYTES: usize = 256 * 1024 * 1024;

/// What a form may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of one file.
    pub(crate) file_bytes: usize,
    /// Number of files.
    pub(crate) files: usize,
    /// Bytes of all files.
    pub(crate) total_bytes: usize,
}

/// One file of a form.
#[derive(Clone)]
pub(crate) struct UploadedFile {
    /// The input that it came from.
    pub(crate) field: String,
    /// The name that the browser gives it.
    pub(crate) name: String,
    /// What is in it, never empty.
    pub(crate) bytes: Bytes,
}

/// A form that was read.
#[derive(Default)]
pub(crate) struct Upload {
    fields: HashMap<String, String>,
    /// The files, in order; inputs left empty are none.
    pub(crate) files: Vec<UploadedFile>,
}

impl Upload {
    /// The value of an input, or an empty text.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    /// A check box is on.
    pub(crate) fn is_on(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }
}

/// Reads a form. `may` is asked with the form's token, if it came before the first file, as soon as there is a file.
///
/// # Errors
/// What `may` refuses; [`PageError::TooLarge`]; [`PageError::BadRequest`] when the form breaks off.
pub(crate) async fn read(
    mut form: Multipart,
    limits: Limits,
    may: impl Fn(Option<&str>) -> Result<(), PageError>,
) -> Result<Upload, PageError> {
    let mut upload = Upload::default();
    let answer = fill(&mut form, &mut upload, limits, &may).await;
    if answer.is_err() {
        drop_rest(&mut form).await;
    }
    answer?;
    // A form without files was not asked about yet.
    may(upload.fields.get("csrf").map(String::as_str))?;
    Ok(upload)
}

async fn fill(
    form: &mut Multipart,
    upload: &mut Upload,
    limits: Limits,
    may: &impl Fn(Option<&str>) -> Result<(), PageError>,
) -> Result<(), PageError> {
    let mut total = 0;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| broken())?;
        let name = field.name().unwrap_or_default().to_owned();
        let Some(file_name) = file_name(&field) else {
            let value = bytes(&mut field, FIELD_BYTES).await?;
            let value = value.ok_or_else(|| too_large("A field of the form is too long."))?;
            let text = String::from_utf8_lossy(&value).into_owned();
            upload.fields.insert(name, text);
            continue;
        };
        let answer = may(upload.fields.get("csrf").map(String::as_str));
        if answer.is_err() {
            drop_field(&mut field).await;
        }
        answer?;
        let content = bytes(&mut field, limits.file_bytes).await?;
        let content = content.ok_or_else(|| file_too_large(&file_name, limits))?;
        total += content.len();
        if total > limits.total_bytes {
            return Err(too_large(&format!(
                "The pictures together are larger than {} MiB. Send fewer at a time.",
                limits.total_bytes >> 20
            )));
        }
        if content.is_empty() {
            continue;
        }
        if upload.files.len() == limits.files {
            return Err(too_large(&format!(
                "There are more than {} pictures. Send fewer at a time.",
                limits.files
            )));
        }
        upload.files.push(UploadedFile {
            field: name,
            name: file_name,
            bytes: content,
        });
    }
    Ok(())
}

/// The bytes of a field, or `None` when there are more than `limit`; the field is read to its end either way.
async fn bytes(field: &mut Field, limit: usize) -> Result<Option<Bytes>, PageError> {
    match field.bytes(limit).await {
        Ok(Ok(bytes)) => Ok(Some(bytes)),
        Ok(Err(_)) => Err(broken()),
        Err(_) => Ok(None),
    }
}

/// The last part of a file's name; browsers of old send the whole path.
fn file_name(field: &Field) -> Option<String> {
    let name = field.content_disposition()?.get_filename()?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    Some(name.chars().take(80).collect())
}

async fn drop_rest(form: &mut Multipart) {
    let mut dropped = 0;
    while let Some(Ok(mut field)) = form.next().await {
        dropped += drop_field(&mut field).await;
        if dropped > DROPPED_BYTES {
            return;
        }
    }
}

async fn drop_field(field: &mut Field) -> usize {
    let mut dropped = 0;
    while let Some(Ok(chunk)) = field.next().await {
        dropped += chunk.len();
        if dropped > DROPPED_BYTES {
            break;
        }
    }
    dropped
}

fn broken() -> PageError {
    PageError::BadRequest("The form did not arrive whole. Try again.".to_owned())
}

fn too_large(text: &str) -> PageError {
    PageError::TooLarge(text.to_owned())
}

fn file_too_large(name: &str, limits: Limits) -> PageError {
    too_large(&format!(
        "{name} is larger than {} MiB. Choose a smaller picture.",
        limits.file_bytes >> 20
    ))
}
