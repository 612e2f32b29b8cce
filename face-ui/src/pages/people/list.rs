//! `GET /people`: thirty people a page, with a search.
//!
//! The service's cursors lead forwards only. The way back is therefore kept in the address: the cursors of the pages
//! before, as many as an address may reasonably hold; from further on, the way back is the first page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use face_wire::registration::{PeoplePage, PeopleQuery, RegistrationError};
use serde::{Deserialize, Serialize};

use crate::error::PageError;
use crate::pages::{html, see_other};
use crate::visitor::{Admin, Chrome};

/// People a page.
const PAGE_SIZE: u32 = 30;
/// Cursors kept for the way back.
const LONGEST_TRAIL: usize = 20;
/// Between two cursors; no character of theirs.
const BETWEEN: char = '~';

/// Where in the list one is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    cursor: String,
    /// Cursors of the pages before, the first page's being empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trail: Option<String>,
    /// Pages before this one.
    #[serde(default, skip_serializing_if = "is_zero")]
    before: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Place {
    fn query(&self) -> PeopleQuery {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        PeopleQuery {
            search: some(&self.search),
            cursor: some(&self.cursor),
            limit: Some(PAGE_SIZE),
        }
    }

    fn first(&self) -> Self {
        Self {
            search: self.search.clone(),
            ..Self::default()
        }
    }

    fn next(&self, cursor: String) -> Self {
        let mut trail: Vec<&str> = self.trail().collect();
        trail.push(&self.cursor);
        let kept = trail.split_off(trail.len().saturating_sub(LONGEST_TRAIL));
        Self {
            search: self.search.clone(),
            cursor,
            trail: Some(kept.join(&BETWEEN.to_string())),
            before: self.before.saturating_add(1),
        }
    }

    fn previous(&self) -> Option<Self> {
        let mut trail: Vec<&str> = self.trail().collect();
        let cursor = trail.pop()?.to_owned();
        Some(Self {
            search: self.search.clone(),
            cursor,
            trail: (!trail.is_empty()).then(|| trail.join(&BETWEEN.to_string())),
            before: self.before.saturating_sub(1),
        })
    }

    fn trail(&self) -> impl Iterator<Item = &str> {
        self.trail.iter().flat_map(|trail| trail.split(BETWEEN))
    }

    fn href(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/people?{query}"),
            _ => "/people".to_owned(),
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    id: String,
    name: String,
    surname: String,
    samples: usize,
}

/// The list.
#[derive(Template)]
#[template(path = "people/list.html")]
pub(crate) struct ListView {
    chrome: Chrome,
    search: String,
    rows: Vec<Row>,
    total: u64,
    first: u64,
    previous: Option<String>,
    next: Option<String>,
}

impl ListView {
    fn new(chrome: Chrome, place: &Place, page: PeoplePage) -> Self {
        let rows = page.people.into_iter().map(|person| Row {
            id: person.id,
            name: person.name,
            surname: person.surname,
            samples: person.samples,
        });
        let back = place.previous();
        let previous = back.or_else(|| (place.before > 0).then(|| place.first()));
        Self {
            chrome,
            search: place.search.trim().to_owned(),
            rows: rows.collect(),
            total: page.total,
            first: place.before * u64::from(PAGE_SIZE) + 1,
            previous: previous.map(|place| place.href()),
            next: page.next_cursor.map(|cursor| place.next(cursor).href()),
        }
    }

    /// `Showing 31 to 60 of 412 people`, as far as it is known.
    fn summary(&self) -> String {
        let people = if self.total == 1 { "person" } else { "people" };
        if self.previous.is_none() && self.next.is_none() {
            return format!("{} {people}", self.total);
        }
        let last = self.first + (self.rows.len() as u64).saturating_sub(1);
        format!("{} to {last} of {} {people}", self.first, self.total)
    }
}

/// Shows a page of the list.
///
/// # Errors
/// [`PageError::SignInNeeded`], [`PageError::Forbidden`], [`PageError::Unavailable`].
pub(crate) async fn get(
    Admin(visitor): Admin,
    place: web::Query<Place>,
) -> Result<HttpResponse, PageError> {
    let page = match visitor.ui.registration().list(&place.query()).await {
        // The cursor is of a service that has restarted since: begin anew rather than fail.
        Err(RegistrationError::Refused(_)) if !place.cursor.is_empty() => {
            return Ok(see_other(&place.first().href()));
        }
        answer => answer?,
    };
    let view = ListView::new(visitor.chrome(), &place, page);
    Ok(html(StatusCode::OK, &view))
}

#[cfg(test)]
impl crate::pages::Samples for ListView {
    fn samples() -> Vec<(&'static str, Self)> {
        use face_wire::registration::Person;
        let person = |number: usize| Person {
            id: (1000 + number).to_string(),
            name: "Ada".to_owned(),
            surname: "<Lovelace>".to_owned(),
            samples: number,
            created_at_ms: 0,
        };
        let page = |count: usize, total: u64, next: Option<&str>| PeoplePage {
            people: (1..=count).map(person).collect(),
            total,
            next_cursor: next.map(str::to_owned),
        };
        let view = |place: &Place, page: PeoplePage| Self::new(Chrome::sample_admin(), place, page);
        let start = Place::default();
        let searched = Place {
            search: "zz\"&".to_owned(),
            ..Place::default()
        };
        let mut noticed = view(&start, page(2, 2, None));
        let mut notice = crate::visitor::Notice::success("Ada was added.");
        notice.items.push("b.jpg: No face was found.".to_owned());
        noticed.chrome.notice = Some(notice);
        vec![
            ("empty", view(&start, page(0, 0, None))),
            ("nothing-found", view(&searched, page(0, 0, None))),
            (
                "second-of-three",
                view(&start.next("aa".to_owned()), page(3, 63, Some("bb"))),
            ),
            ("notice", noticed),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_the_way_one_came() {
        let first = Place {
            search: "a b".to_owned(),
            ..Place::default()
        };
        let second = first.next("c2".to_owned());
        let third = second.next("c3".to_owned());
        assert_eq!(
            third.href(),
            "/people?search=a+b&cursor=c3&trail=%7Ec2&before=2"
        );
        assert_eq!(third.previous(), Some(second.clone()));
        assert_eq!(second.previous(), Some(first.clone()));
        assert_eq!(first.previous(), None);
    }

    #[test]
    fn a_long_way_is_forgotten_from_its_beginning() {
        let mut place = Place::default();
        for page in 0..100 {
            place = place.next(format!("c{page}"));
        }
        assert_eq!(place.trail().count(), LONGEST_TRAIL);
        for _ in 0..LONGEST_TRAIL {
            place = place.previous().unwrap();
        }
        assert_eq!((place.previous(), place.before), (None, 80));
        let view = ListView::new(
            Chrome::sample_admin(),
            &place,
            PeoplePage {
                people: vec![],
                total: 9,
                next_cursor: None,
            },
        );
        assert_eq!(view.previous.as_deref(), Some("/people"));
    }
}
