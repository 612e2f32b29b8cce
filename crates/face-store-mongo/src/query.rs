//! Filters: what a list and a search ask of the server.

use face_store::{ListQuery, fold_case};
use mongodb::bson::{Document, doc};

/// Name and surname have 200 characters each, and folding makes at most three of one: nothing longer can be found.
const LONGEST_FIND: usize = 2 * 3 * 200 + 1;

/// The people that a search finds; `None` when it cannot find anybody.
pub(crate) fn matching(search: Option<&str>) -> Option<Document> {
    let needle = fold_case(search.unwrap_or_default());
    if needle.chars().count() > LONGEST_FIND || needle.chars().any(char::is_control) {
        // Sent on, it would be refused: too long an expression, or a zero byte in one.
        return None;
    }
    let mut filter = doc! { "deleted": false };
    if !needle.is_empty() {
        filter.insert("search", doc! { "$regex": literal(&needle) });
    }
    Some(filter)
}

/// The people of a list, from its first to its last page.
pub(crate) fn listed(query: &ListQuery) -> Option<Document> {
    let mut filter = matching(query.search.as_deref())?;
    if let Some(after) = query.after {
        filter.insert("_id", doc! { "$gt": after.get() });
    }
    Some(filter)
}

/// A regular expression that finds `text` and nothing else.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for sign in text.chars() {
        if sign.is_ascii() && !sign.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_a_pattern_is_taken_as_text() {
        assert_eq!(literal("a.b (é)*"), r"a\.b\ \(é\)\*");
    }

    #[test]
    fn what_no_name_can_hold_is_not_asked() {
        assert!(matching(Some("a\0b")).is_none());
        assert!(matching(Some(&"x".repeat(1202))).is_none());
        assert!(matching(Some(&"x".repeat(400))).is_some());
    }
}
