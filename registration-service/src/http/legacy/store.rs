//! `POST /api/store/{employee_id}`: enrols a person.

use actix_web::{HttpResponse, web};
use face_types::PersonName;
use face_wire::legacy::StoreRequest;
use face_wire::problem::ProblemKind;
use service_kit::Problem;

use super::{employee_id, ok};
use crate::openapi::StoreTexts;
use crate::usecases::enrol::{Enrol, Enrollee, MAX_SAMPLES_A_CALL};

/// Enrols a person once, with `img_features` or the only face of `img_base64`.
///
/// Where both are given the features are enrolled and the picture is not looked at: whoever computes features has seen
/// the picture already. Features must come from the active model; they are brought to unit length.
///
/// # Errors
/// 400 what cannot be read, 409 an id that is taken, 413 and 415 the picture's size and kind, 422 a blank name, features
/// of a wrong length, no face, several, or one not clear enough, 429 and 503 the services behind.
#[utoipa::path(
    post, path = "/api/store/{employee_id}", tag = "original", operation_id = "legacy_store",
    params(("employee_id" = i64, Path, minimum = 0, description = "The person's number")),
    request_body = StoreRequest,
    responses((status = 200, description = "`ok`", body = String, content_type = "text/plain"), StoreTexts)
)]
#[tracing::instrument(name = "http.legacy_store", skip_all)]
pub(crate) async fn store(
    enrol: web::Data<Enrol>,
    path: web::Path<String>,
    body: web::Json<StoreRequest>,
) -> Result<HttpResponse, Problem> {
    let request = body.into_inner();
    let who = Enrollee {
        id: employee_id(&path)?,
        name: name("name", request.name.as_deref())?,
        surname: name("surname", request.surname.as_deref())?,
    };
    match (request.img_features, request.img_base64) {
        (Some(features), _) => {
            let features = some_features(features)?;
            enrol.with_features(who, features).await?;
        }
        (None, Some(picture)) => {
            enrol.with_pictures(who, &[picture]).await?;
        }
        (None, None) => {
            return Err(Problem::new(
                ProblemKind::BadRequest,
                "send a picture as `img_base64`, or templates as `img_features`",
            ));
        }
    }
    Ok(ok())
}

/// A name that is missing cannot be read; one that is blank cannot be fulfilled.
fn name(field: &str, text: Option<&str>) -> Result<PersonName, Problem> {
    let text = text
        .ok_or_else(|| Problem::new(ProblemKind::BadRequest, format!("missing field `{field}`")))?;
    PersonName::new(text)
        .map_err(|error| Problem::new(ProblemKind::Unprocessable, format!("{field} {error}")))
}

fn some_features(features: Vec<Vec<f32>>) -> Result<Vec<Vec<f32>>, Problem> {
    if (1..=MAX_SAMPLES_A_CALL).contains(&features.len()) {
        return Ok(features);
    }
    Err(Problem::new(
        ProblemKind::BadTemplate,
        format!("`img_features` holds 1 to {MAX_SAMPLES_A_CALL} templates"),
    ))
}
