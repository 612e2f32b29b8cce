//! `GET /people/{id}`: one person, the samples, the forms to change them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use face_types::PersonId;
use face_wire::registration::{Person, Sample};

use super::enrol::RefusedPicture;
use super::person_id;
use crate::clock::moment;
use crate::error::PageError;
use crate::pages::form::FieldErrors;
use crate::pages::html;
use crate::visitor::{Admin, Chrome, Visitor};

/// One line of the samples.
#[derive(Debug, Clone)]
pub(crate) struct SampleRow {
    id: String,
    /// From 1, oldest first.
    number: usize,
    /// `83 of 100`, or how it came without a picture.
    quality: String,
    enrolled: String,
}

/// The person.
#[derive(Template)]
#[template(path = "people/show.html")]
pub(crate) struct ShowView {
    chrome: Chrome,
    id: String,
    full_name: String,
    added: String,
    samples: Vec<SampleRow>,
    name: String,
    surname: String,
    errors: FieldErrors,
    refused: Vec<RefusedPicture>,
}

impl ShowView {
    fn new(chrome: Chrome, person: Person, samples: Vec<Sample>) -> Self {
        Self {
            chrome,
            full_name: format!("{} {}", person.name, person.surname),
            id: person.id,
            added: moment(person.created_at_ms),
            samples: samples.into_iter().enumerate().map(row).collect(),
            name: person.name,
            surname: person.surname,
            errors: FieldErrors::default(),
            refused: Vec::new(),
        }
    }

    /// The page after names that cannot be.
    pub(crate) fn with_names(mut self, name: String, surname: String, errors: FieldErrors) -> Self {
        (self.name, self.surname, self.errors) = (name, surname, errors);
        self
    }

    /// The page after pictures of which none could be used.
    pub(crate) fn with_refused(
        mut self,
        errors: FieldErrors,
        refused: Vec<RefusedPicture>,
    ) -> Self {
        (self.errors, self.refused) = (errors, refused);
        self
    }
}

fn row((index, sample): (usize, Sample)) -> SampleRow {
    SampleRow {
        id: sample.id,
        number: index + 1,
        quality: sample.quality.map_or_else(
            || "added as a ready-made template".to_owned(),
            |quality| format!("picture quality {:.0} of 100", quality * 100.0),
        ),
        enrolled: moment(sample.enrolled_at_ms),
    }
}

/// Shows the person.
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::SignInNeeded`], [`PageError::Forbidden`], [`PageError::Unavailable`].
pub(crate) async fn get(
    Admin(visitor): Admin,
    path: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let view = load(&visitor, person_id(&path)?).await?;
    Ok(html(StatusCode::OK, &view))
}

/// The person's page as it is now.
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::Unavailable`].
pub(crate) async fn load(visitor: &Visitor, id: PersonId) -> Result<ShowView, PageError> {
    let registration = visitor.ui.registration();
    let (person, samples) = tokio::try_join!(registration.get(id), registration.samples(id))?;
    Ok(ShowView::new(visitor.chrome(), person, samples.samples))
}

#[cfg(test)]
impl crate::pages::Samples for ShowView {
    fn samples() -> Vec<(&'static str, Self)> {
        let person = Person {
            id: "7".to_owned(),
            name: "Ada".to_owned(),
            surname: "<Lovelace>".to_owned(),
            samples: 2,
            created_at_ms: 0,
        };
        let sample = |quality: Option<f32>| Sample {
            id: format!(
                "00000000-0000-4000-8000-00000000000{}",
                u8::from(quality.is_some())
            ),
            quality,
            enrolled_at_ms: 0,
        };
        let view = |samples| Self::new(Chrome::sample_admin(), person.clone(), samples);
        let refused = RefusedPicture {
            index: 0,
            file: "door.jpg".to_owned(),
            text: "No face was found.".to_owned(),
        };
        let blank = FieldErrors::one("person-name", "Enter the first name.");
        let unusable = FieldErrors::one("pictures", "No picture could be used.");
        vec![
            ("full", view(vec![sample(Some(0.83)), sample(None)])),
            ("empty", view(vec![])),
            (
                "blank-name",
                view(vec![]).with_names(String::new(), "X".to_owned(), blank),
            ),
            (
                "refused",
                view(vec![]).with_refused(unusable, vec![refused]),
            ),
        ]
    }
}
