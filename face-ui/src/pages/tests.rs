//! Every page in every state: what all pages must have, and a snapshot of each.

use std::collections::HashSet;

use super::Samples;
use super::confirm::ConfirmView;
use super::error::ErrorView;
use super::me::MeView;
use super::people::list::ListView;
use super::people::new::NewView;
use super::people::show::ShowView;
use super::start::StartView;

/// Name and HTML of each state of a view.
fn rendered<V: Samples>(page: &str) -> Vec<(String, String)> {
    V::samples()
        .into_iter()
        .map(|(state, view)| (format!("{page}-{state}"), view.render().unwrap()))
        .collect()
}

fn all() -> Vec<(String, String)> {
    [
        rendered::<StartView>("start"),
        rendered::<MeView>("me"),
        rendered::<ListView>("people-list"),
        rendered::<NewView>("people-new"),
        rendered::<ShowView>("people-show"),
        rendered::<ConfirmView>("confirm"),
        rendered::<ErrorView>("error"),
    ]
    .concat()
}

/// A start tag: name and attributes. The templates quote every value, and values have no `>`: askama escapes it.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| *value)
    }
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    let starts = html.split('<').skip(1);
    let starts = starts.filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()));
    starts
        .map(|tag| tag_of(tag.split('>').next().unwrap()))
        .collect()
}

fn tag_of(text: &str) -> Tag<'_> {
    let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start().trim_end_matches('/');
        let end = rest.find(|c: char| c == '=' || c.is_whitespace());
        let Some(end) = end else {
            if !rest.is_empty() {
                attributes.push((rest, ""));
            }
            return Tag { name, attributes };
        };
        let attribute = &rest[..end];
        if let Some(value) = rest[end..].strip_prefix("=\"") {
            let (value, after) = value.split_once('"').expect("the value is closed");
            attributes.push((attribute, value));
            rest = after;
        } else {
            assert!(
                !rest[end..].starts_with('='),
                "a value without quotes: {text}"
            );
            attributes.push((attribute, ""));
            rest = &rest[end..];
        }
    }
}

#[test]
fn ids_are_unique_and_references_lead_to_them() {
    for (page, html) in all() {
        let tags = tags(&html);
        let mut ids = HashSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            assert!(ids.insert(id), "{page}: the id {id} twice");
        }
        for tag in &tags {
            let lists = ["aria-describedby", "aria-labelledby", "for"];
            let named = lists.iter().filter_map(|name| tag.get(name));
            for id in named.flat_map(str::split_whitespace) {
                assert!(ids.contains(id), "{page}: nothing has the id {id}");
            }
            if let Some(id) = tag.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(id), "{page}: the link #{id} leads nowhere");
            }
        }
    }
}

#[test]
fn every_input_has_a_label() {
    for (page, html) in all() {
        let tags = tags(&html);
        let labelled: HashSet<&str> = tags.iter().filter_map(|tag| tag.get("for")).collect();
        for input in tags.iter().filter(|tag| tag.name == "input") {
            if input.get("type") != Some("hidden") {
                let id = input.get("id").unwrap_or_default();
                assert!(
                    labelled.contains(id),
                    "{page}: the input {id:?} has no label"
                );
            }
        }
    }
}

#[test]
fn every_page_has_one_heading_its_landmarks_and_a_title() {
    for (page, html) in all() {
        for tag in ["<h1>", "<main ", "<header ", "<footer ", "<title>"] {
            assert_eq!(html.matches(tag).count(), 1, "{page}: {tag}");
        }
        let first = html.find("<h2").unwrap_or(usize::MAX);
        assert!(
            html.find("<h1>").unwrap() < first || html.contains("error-summary"),
            "{page}"
        );
        assert!(!html.contains("<title> –"), "{page}: an empty title");
    }
}

#[test]
fn every_form_that_changes_something_has_a_token() {
    for (page, html) in all() {
        for form in html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let has_token = form.contains(r#"name="csrf" value="t0ken""#);
            assert_eq!(
                has_token,
                form.contains(r#"method="post""#),
                "{page}: {form}"
            );
        }
    }
}

#[test]
fn pages_obey_their_own_policy() {
    for (page, html) in all() {
        for tag in tags(&html) {
            for (name, _) in &tag.attributes {
                assert!(
                    *name != "style" && !name.starts_with("on"),
                    "{page}: {name}"
                );
            }
            assert_ne!(tag.name, "style", "{page}");
            if tag.name == "script" {
                assert!(tag.get("src").is_some(), "{page}: a script in the page");
            }
            let own = ["src", "href", "action"]
                .iter()
                .filter_map(|name| tag.get(name));
            for address in own {
                assert!(
                    address.starts_with(['/', '#']) && !address.starts_with("//"),
                    "{page}: {address}"
                );
            }
        }
    }
}

#[test]
fn what_was_entered_is_escaped() {
    for (page, html) in all() {
        for raw in ["<Lovelace>", "<admin>", "<door>", "zz\"&\""] {
            assert!(!html.contains(raw), "{page}: {raw}");
        }
    }
}

#[test]
fn no_template_marks_data_as_safe() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut folders = vec![folder];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for banned in ["|safe", "| safe", "style=", "<style", "javascript:"] {
                assert!(!text.contains(banned), "{}: {banned}", path.display());
            }
            count += 1;
        }
    }
    assert!(count >= 9, "only {count} templates were found");
}

#[test]
fn pages_look_as_they_did() {
    for (page, html) in all() {
        insta::assert_snapshot!(page, html);
    }
}
