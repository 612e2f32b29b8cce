//! What a search by name compares, the same in every store.

use face_types::PersonName;

/// `text` without the difference of upper and lower case.
///
/// Each character is raised, then lowered, on its own: `ß` meets `SS`, and a Greek sigma is the same letter at the
/// end of a word and inside it, so a part of a name is always found in the whole. Accents stay.
#[must_use]
pub fn fold_case(text: &str) -> String {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// What is searched: name and surname, joined by a space, folded by [`fold_case`].
#[must_use]
pub fn search_key(name: &PersonName, surname: &PersonName) -> String {
    fold_case(&format!("{name} {surname}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_meet_across_case_wherever_they_stand() {
        assert_eq!(fold_case("STRASSE"), fold_case("Straße"));
        assert_eq!(fold_case("Ångström"), "ångström");
        assert!(fold_case("Ὀδυσσεύς").contains(&fold_case("ὈΔΥΣΣ")));
        assert_eq!(fold_case("ς"), fold_case("Σ"));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["ŉ", "ǅ", "İ", "ΐ", "ß", "ﬃ", "ſ"] {
            assert_eq!(fold_case(&fold_case(text)), fold_case(text), "{text}");
        }
    }
}
