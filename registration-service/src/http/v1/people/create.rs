//! `POST /v1/people`: enrols a person with one or many pictures.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use face_wire::registration::{CreatePerson, Enrolment};

use crate::http::v1::convert;
use crate::http::v1::refused_pictures::EnrolmentRefused;
use crate::openapi::CreateProblems;
use crate::usecases::enrol::{Enrol, Enrollee};

/// Enrols a person; each picture has its own outcome, and nobody is created unless one is accepted.
///
/// Where every picture is refused the problem is that of the first, and its detail tells of each.
///
/// # Errors
/// `already-enrolled` before a picture is looked at; what is wrong with the pictures; `unprocessable` for id, names or
/// number of pictures; the services behind.
#[utoipa::path(
    post, path = "/v1/people", tag = "people", operation_id = "create_person",
    request_body = CreatePerson,
    responses(
        (status = 201, description = "Enrolled", body = Enrolment,
            headers(("Location" = String, description = "The person's path"))),
        CreateProblems
    )
)]
#[tracing::instrument(name = "http.create_person", skip_all)]
pub(crate) async fn create(
    enrol: web::Data<Enrol>,
    body: web::Json<CreatePerson>,
) -> Result<HttpResponse, EnrolmentRefused> {
    let request = body.into_inner();
    convert::some_pictures(&request.pictures)?;
    let who = Enrollee {
        id: convert::body_id("id", &request.id)?,
        name: convert::name("name", &request.name)?,
        surname: convert::name("surname", &request.surname)?,
    };
    let (person, outcomes) = enrol.with_pictures(who, &request.pictures).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/v1/people/{}", person.id)))
        .json(convert::enrolment(&person, &outcomes)))
}
