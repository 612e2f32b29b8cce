//! The question before something is erased.

use askama::Template;

use crate::visitor::Chrome;

/// The question; the answer is a POST to the same address.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(crate) struct ConfirmView {
    /// Around the page.
    pub(crate) chrome: Chrome,
    /// The question.
    pub(crate) title: String,
    /// What will be gone, one line each.
    pub(crate) points: Vec<String>,
    /// Words of the button.
    pub(crate) submit: &'static str,
    /// Where the answer is sent.
    pub(crate) action: String,
    /// Where "no" leads.
    pub(crate) cancel: String,
}

#[cfg(test)]
impl super::Samples for ConfirmView {
    fn samples() -> Vec<(&'static str, Self)> {
        vec![(
            "person",
            Self {
                chrome: Chrome::sample_admin(),
                title: "Delete Ada Lovelace?".to_owned(),
                points: vec!["3 face templates will be erased.".to_owned()],
                submit: "Delete this person",
                action: "/people/7/delete".to_owned(),
                cancel: "/people".to_owned(),
            },
        )]
    }
}
