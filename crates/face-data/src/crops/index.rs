//! The list of crops beside packed shards.

use std::collections::BTreeSet;
use std::path::Path;

use crate::DataError;
use crate::error::reading;

/// What is known of one crop.
#[derive(Debug, Clone, PartialEq)]
pub struct CropEntry {
    /// Its file name, unique over all shards.
    pub name: String,
    /// The collection it comes from.
    pub set: String,
    /// Who it shows, where known.
    pub identity: Option<String>,
    /// Longer side of the face in the source picture, in pixels.
    pub face_px: u32,
    /// The detector's score, 0 to 1.
    pub score: f32,
}

impl CropEntry {
    /// Whether it is known to show one of `people`.
    #[must_use]
    pub fn is_of(&self, people: &BTreeSet<String>) -> bool {
        let identity = self.identity.as_ref();
        identity.is_some_and(|identity| people.contains(identity))
    }
}

/// A line of the index: a crop and the tar file that holds it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) shard: String,
    pub(super) entry: CropEntry,
}

/// Columns of `index.tsv`, tab-separated; the first line names them.
const COLUMNS: &str = "shard\tname\tset\tidentity\tface_px\tscore";

pub(super) fn read(path: &Path) -> Result<Vec<Row>, DataError> {
    let text = std::fs::read_to_string(path).map_err(reading(path))?;
    let wrong = |line, reason| DataError::Line {
        path: path.to_owned(),
        line,
        reason,
    };
    let mut lines = text.lines();
    if lines.next() != Some(COLUMNS) {
        return Err(wrong(
            1,
            "the columns are shard, name, set, identity, face_px, score",
        ));
    }
    let rows = lines.zip(2..).map(|(line, number)| {
        parse(line).ok_or_else(|| wrong(number, "expected six columns, the last two of numbers"))
    });
    rows.collect()
}

fn parse(line: &str) -> Option<Row> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [shard, name, set, identity, face_px, score] = columns[..] else {
        return None;
    };
    let is_plain = |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && name != "..";
    if !is_plain(shard) || !is_plain(name) {
        return None;
    }
    Some(Row {
        shard: shard.to_owned(),
        entry: CropEntry {
            name: name.to_owned(),
            set: set.to_owned(),
            identity: (identity != "-").then(|| identity.to_owned()),
            face_px: face_px.parse().ok()?,
            score: score.parse().ok()?,
        },
    })
}

/// The names in a list of identities, one a line: people who are kept out of training, for one.
///
/// # Errors
/// [`DataError::Read`] when the list cannot be read.
pub fn read_identities(path: &Path) -> Result<BTreeSet<String>, DataError> {
    let text = std::fs::read_to_string(path).map_err(reading(path))?;
    let names = text.lines().map(str::trim).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}
