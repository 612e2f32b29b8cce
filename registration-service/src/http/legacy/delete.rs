//! `DELETE /api/{employee_id}`: erases a person.

use actix_web::{HttpResponse, web};
use service_kit::Problem;

use super::{employee_id, ok};
use crate::openapi::DeleteTexts;
use crate::usecases::people::People;

/// Erases a person; 200 `ok` also when there is none.
///
/// # Errors
/// 400 for an id that is none, 503 without the database.
#[utoipa::path(
    delete, path = "/api/{employee_id}", tag = "original", operation_id = "legacy_delete",
    params(("employee_id" = i64, Path, minimum = 0, description = "The person's number")),
    responses((status = 200, description = "`ok`", body = String, content_type = "text/plain"), DeleteTexts)
)]
#[tracing::instrument(name = "http.legacy_delete", skip_all)]
pub(crate) async fn delete(
    people: web::Data<People>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    people.erase(employee_id(&path)?).await?;
    Ok(ok())
}
