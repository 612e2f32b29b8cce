//! `GET` and `POST /people/new`: add a person with pictures from files or from the camera.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use face_types::{PersonId, PersonName, PersonNameError};
use face_wire::problem::ProblemKind;
use face_wire::registration::{Person, Refusal, RegistrationError};
use serde_json::json;

use super::count;
use super::enrol::{LIMITS, Outcome, RefusedPicture, Whose, enrol};
use crate::error::{PageError, sentence};
use crate::pages::form::{FieldError, FieldErrors};
use crate::pages::{html, see_other};
use crate::upload::{self, Upload};
use crate::visitor::{Admin, Chrome, Notice, Visitor};

/// Refused pictures that a notice names: it travels in a cookie.
const NAMED_IN_NOTICE: usize = 6;

/// The form.
#[derive(Template)]
#[template(path = "people/new.html")]
pub(crate) struct NewView {
    chrome: Chrome,
    id: String,
    name: String,
    surname: String,
    errors: FieldErrors,
    refused: Vec<RefusedPicture>,
}

impl NewView {
    fn empty(chrome: Chrome) -> Self {
        Self {
            chrome,
            id: String::new(),
            name: String::new(),
            surname: String::new(),
            errors: FieldErrors::default(),
            refused: Vec::new(),
        }
    }
}

/// Shows the empty form.
///
/// # Errors
/// [`PageError::SignInNeeded`], [`PageError::Forbidden`].
pub(crate) async fn get(Admin(visitor): Admin) -> Result<HttpResponse, PageError> {
    Ok(html(StatusCode::OK, &NewView::empty(visitor.chrome())))
}

/// Adds the person, or shows the form again with what is wrong.
///
/// # Errors
/// Those of [`get`], [`PageError::Token`], [`PageError::TooLarge`], [`PageError::Busy`], [`PageError::Unavailable`].
pub(crate) async fn post(visitor: Visitor, form: Multipart) -> Result<HttpResponse, PageError> {
    let may = |token: Option<&str>| {
        visitor.require_admin()?;
        visitor.require_token(token)
    };
    let upload = upload::read(form, LIMITS, may).await?;
    let whose = match valid(&upload) {
        Ok(whose) => whose,
        Err(errors) => return Ok(again(&visitor, &upload, errors, Vec::new())),
    };
    let registration = visitor.ui.registration();
    match enrol(&registration, whose, &upload.files).await {
        Ok(Outcome {
            person: Some(person),
            refused,
            enrolled,
        }) => Ok(added(&visitor, &person, enrolled, &refused)),
        Ok(Outcome { refused, .. }) => {
            let text = "No picture could be used, so nobody was added. See the reason below each.";
            let errors = FieldErrors::one("pictures", text);
            Ok(again(&visitor, &upload, errors, refused))
        }
        Err(RegistrationError::Refused(refusal)) => Ok(again(
            &visitor,
            &upload,
            refused_field(&refusal),
            Vec::new(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Checks the inputs before anything is sent.
fn valid(form: &Upload) -> Result<Whose, FieldErrors> {
    let mut errors = Vec::new();
    let id = form.text("id").trim().parse::<PersonId>();
    if id.is_err() {
        let text = "Enter the employee number, in digits only.";
        errors.push(FieldError::new("person-id", text));
    }
    let name = name(form.text("name"), "person-name", "first name", &mut errors);
    let surname = name_of(form.text("surname"), &mut errors);
    if form.files.is_empty() {
        let text = "Choose or take at least one picture.";
        errors.push(FieldError::new("pictures", text));
    }
    match id {
        Ok(id) if errors.is_empty() => Ok(Whose::New { id, name, surname }),
        _ => Err(FieldErrors(errors)),
    }
}

fn name_of(surname: &str, errors: &mut Vec<FieldError>) -> String {
    name(surname, "person-surname", "surname", errors)
}

/// The name without white space around it; a mistake is added to `errors`.
pub(crate) fn name(
    text: &str,
    field: &'static str,
    what: &str,
    errors: &mut Vec<FieldError>,
) -> String {
    let mistake = match PersonName::new(text) {
        Ok(name) => return name.into(),
        Err(PersonNameError::Blank) => format!("Enter the {what}."),
        Err(PersonNameError::TooLong) => format!("The {what} has more than 200 characters."),
        Err(PersonNameError::Control) => {
            format!("The {what} has a line break or another character that no name has.")
        }
    };
    errors.push(FieldError::new(field, mistake));
    String::new()
}

/// The input that the service's refusal is about.
fn refused_field(refusal: &Refusal) -> FieldErrors {
    match refusal.problem.kind() {
        Some(ProblemKind::AlreadyEnrolled) => FieldErrors::one(
            "person-id",
            "This employee number is taken. Enter another, or add pictures to the person who has it.",
        ),
        _ => FieldErrors::one("person-id", sentence(&refusal.problem.detail)),
    }
}

fn again(
    visitor: &Visitor,
    form: &Upload,
    errors: FieldErrors,
    refused: Vec<RefusedPicture>,
) -> HttpResponse {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if visitor.wants_json {
        return HttpResponse::build(status).json(json!({ "errors": errors, "pictures": refused }));
    }
    let view = NewView {
        chrome: visitor.chrome(),
        id: form.text("id").to_owned(),
        name: form.text("name").to_owned(),
        surname: form.text("surname").to_owned(),
        errors,
        refused,
    };
    html(status, &view)
}

fn added(
    visitor: &Visitor,
    person: &Person,
    enrolled: usize,
    refused: &[RefusedPicture],
) -> HttpResponse {
    let who = format!("{} {}", person.name, person.surname);
    let pictures = count(enrolled, "picture", "pictures");
    let notice = with_refused(format!("{who} was added with {pictures}."), refused);
    visitor.notify(&notice);
    if refused.is_empty() {
        lead_on(visitor, "/people")
    } else {
        // More pictures can be added there.
        lead_on(visitor, &format!("/people/{}", person.id))
    }
}

/// A notice that also names the pictures that were refused.
pub(crate) fn with_refused(text: String, refused: &[RefusedPicture]) -> Notice {
    let mut notice = Notice::success(text);
    let shown = refused.iter().take(NAMED_IN_NOTICE).map(|picture| {
        let file: String = picture.file.chars().take(40).collect();
        let text: String = picture.text.chars().take(160).collect();
        format!("{file} was refused. {text}")
    });
    notice.items.extend(shown);
    if let Some(more @ 1..) = refused.len().checked_sub(NAMED_IN_NOTICE) {
        let pictures = count(more, "more picture was", "more pictures were");
        notice.items.push(format!("{pictures} refused."));
    }
    notice
}

/// Leads on after success: 303, or for the script where to go.
pub(crate) fn lead_on(visitor: &Visitor, path: &str) -> HttpResponse {
    if visitor.wants_json {
        HttpResponse::Ok().json(json!({ "location": path }))
    } else {
        see_other(path)
    }
}

#[cfg(test)]
impl crate::pages::Samples for NewView {
    fn samples() -> Vec<(&'static str, Self)> {
        let refused = RefusedPicture {
            index: 0,
            file: "<door>.jpg".to_owned(),
            text: "No face was found.".to_owned(),
        };
        vec![
            ("empty", Self::empty(Chrome::sample_admin())),
            (
                "refused",
                Self {
                    id: "\"7".to_owned(),
                    name: "Ada".to_owned(),
                    errors: FieldErrors(vec![
                        FieldError::new("person-id", "Enter the employee number."),
                        FieldError::new("pictures", "No picture could be used."),
                    ]),
                    refused: vec![refused],
                    ..Self::empty(Chrome::sample_admin())
                },
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_a_few_refused_pictures_and_counts_the_rest() {
        let refused: Vec<RefusedPicture> = (0..8)
            .map(|index| RefusedPicture {
                index,
                file: format!("{index}.jpg"),
                text: "No face was found.".to_owned(),
            })
            .collect();
        let notice = with_refused("Ada was added.".to_owned(), &refused);
        assert_eq!(notice.items.len(), 7);
        assert_eq!(notice.items[0], "0.jpg was refused. No face was found.");
        assert_eq!(notice.items[6], "2 more pictures were refused.");
        assert!(with_refused(String::new(), &refused[..6]).items.len() == 6);
    }
}
