//! Files that settings come from: a TOML file of many, and files of one secret each.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

/// The entries of a settings file as text; an entry that is no single value is a sentence that says so.
///
/// # Errors
/// A sentence that names the file. The text of the file is not repeated: it may hold secrets.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Result<String, String>>, String> {
    let place = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("the settings file {place} cannot be read: {error}"))?;
    let table: Table = toml::from_str(&text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        format!("{place}, line {line}: this is no TOML: {}", error.message())
    })?;
    Ok(table
        .into_iter()
        .map(|(key, value)| {
            let value = single(value)
                .ok_or_else(|| format!("`{key}` takes one value: text, a number, true or false"));
            (key, value)
        })
        .collect())
}

fn single(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(is_so) => Some(is_so.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// A secret from a file of its own, without the line break at its end that editors and tools leave.
///
/// # Errors
/// Why not, as the end of a sentence that names the file.
pub(super) fn secret(path: &Path) -> Result<String, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("which cannot be read: {error}"))?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.is_empty() {
        return Err("which is empty".to_owned());
    }
    Ok(secret.to_owned())
}
