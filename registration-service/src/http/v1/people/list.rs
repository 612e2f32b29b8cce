//! `GET /v1/people`: the list, page by page.

use actix_web::web;
use face_store::ListQuery;
use face_wire::problem::ProblemKind;
use face_wire::registration::{PeoplePage, PeopleQuery};
use service_kit::Problem;

use crate::cursor::CursorSigner;
use crate::http::v1::convert;
use crate::openapi::ListProblems;
use crate::usecases::people::People;

/// Page size when none is asked for, and the largest.
const DEFAULT_LIMIT: u32 = 30;
const MAX_LIMIT: u32 = 200;
/// Longest search text in characters.
const MAX_SEARCH: usize = 200;

/// People sorted by id. `next_cursor` leads to the next page of the same search.
///
/// # Errors
/// `bad-request` for a limit out of range, a search that is too long, a cursor of another list; `store-unavailable`.
#[utoipa::path(
    get, path = "/v1/people", tag = "people", operation_id = "list_people",
    params(PeopleQuery),
    responses((status = 200, description = "The page", body = PeoplePage), ListProblems)
)]
#[tracing::instrument(name = "http.list_people", skip_all)]
pub(crate) async fn list(
    people: web::Data<People>,
    cursors: web::Data<CursorSigner>,
    query: web::Query<PeopleQuery>,
) -> Result<web::Json<PeoplePage>, Problem> {
    let (limit, search) = (limit(&query)?, search(&query)?);
    let after = query
        .cursor
        .as_deref()
        .map(|cursor| cursors.read(cursor, search))
        .transpose()
        .map_err(|error| Problem::new(ProblemKind::BadRequest, error.to_string()))?;
    // One more than the page tells whether there is another page.
    let query = ListQuery {
        after,
        skip: 0,
        limit: limit + 1,
        search: search.map(str::to_owned),
    };
    let (mut found, total) =
        futures::future::try_join(people.list(&query), people.count(search)).await?;
    let goes_on = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found
        .last()
        .filter(|_| goes_on)
        .map(|last| cursors.write(last.id, search));
    Ok(web::Json(PeoplePage {
        people: found.iter().map(convert::person).collect(),
        total,
        next_cursor,
    }))
}

fn limit(query: &PeopleQuery) -> Result<usize, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit as usize);
    }
    Err(Problem::new(
        ProblemKind::BadRequest,
        format!("`limit` is a whole number from 1 to {MAX_LIMIT}"),
    ))
}

/// The text searched for; blank is none.
fn search(query: &PeopleQuery) -> Result<Option<&str>, Problem> {
    let search = query
        .search
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    match search {
        Some(text) if text.chars().count() > MAX_SEARCH => Err(Problem::new(
            ProblemKind::BadRequest,
            format!("`search` is longer than {MAX_SEARCH} characters"),
        )),
        other => Ok(other),
    }
}
