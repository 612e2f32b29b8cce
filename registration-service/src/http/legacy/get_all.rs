//! `GET /api/get_all/{page_size}/{page_number}`: people by pages that count from 1.

use actix_web::web;
use face_store::{ListQuery, PersonSummary};
use face_wire::legacy::{User, Users};
use face_wire::problem::ProblemKind;
use service_kit::Problem;

use crate::openapi::GetAllTexts;
use crate::usecases::people::People;

/// Largest page.
const MAX_PAGE_SIZE: u64 = 1000;

/// A page of people, sorted by `_id`; past the end it is empty.
///
/// # Errors
/// 400 when page or size is below 1 or the size above 1000, 503 without the database.
#[utoipa::path(
    get, path = "/api/get_all/{page_size}/{page_number}", tag = "original", operation_id = "legacy_get_all",
    params(
        ("page_size" = u64, Path, minimum = 1, maximum = 1000, description = "People a page"),
        ("page_number" = u64, Path, minimum = 1, description = "Which page, from 1"),
    ),
    responses((status = 200, description = "The page", body = Users), GetAllTexts)
)]
#[tracing::instrument(name = "http.legacy_get_all", skip_all)]
pub(crate) async fn get_all(
    people: web::Data<People>,
    path: web::Path<(String, String)>,
) -> Result<web::Json<Users>, Problem> {
    let (size, number) = path.into_inner();
    let page = page(&size, &number)?;
    // Stores count in signed numbers; nothing lies that far out.
    if page.skip > i64::MAX as u64 {
        return Ok(web::Json(Users { users: Vec::new() }));
    }
    let found = people.list(&page).await?;
    let users = found.into_iter().map(user).collect();
    Ok(web::Json(Users { users }))
}

/// A person as the original shows one.
pub(super) fn user(person: PersonSummary) -> User {
    User {
        id: person.id.get(),
        name: person.name.into(),
        surname: person.surname.into(),
    }
}

fn page(size: &str, number: &str) -> Result<ListQuery, Problem> {
    let refused = |what: &str| Problem::new(ProblemKind::BadRequest, what);
    let size = whole_number(size)
        .filter(|size| (1..=MAX_PAGE_SIZE).contains(size))
        .ok_or_else(|| refused("the page size is a whole number from 1 to 1000"))?;
    let number = whole_number(number)
        .filter(|number| *number >= 1)
        .ok_or_else(|| refused("the page number is a whole number from 1"))?;
    Ok(ListQuery {
        skip: (number - 1).saturating_mul(size),
        limit: size as usize,
        ..ListQuery::default()
    })
}

/// Digits only, and no more than the documented `int64` holds.
fn whole_number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<i64>()
        .ok()
        .filter(|_| is_number)
        .map(i64::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn sizes_and_pages_out_of_range_are_refused(
        #[values(("0", "1"), ("1001", "1"), ("10", "0"), ("-1", "1"), ("1", "-1"), ("ten", "1"), ("1", ""), ("1", "1.5"), ("1", "+1"), ("1", "9223372036854775808"))]
        path: (&str, &str),
    ) {
        assert_eq!(
            page(path.0, path.1).unwrap_err().kind(),
            ProblemKind::BadRequest
        );
    }

    #[test]
    fn pages_count_from_one() {
        let query = page("30", "3").unwrap();
        assert_eq!((query.skip, query.limit), (60, 30));
        let beyond = page("1000", "9223372036854775807").unwrap();
        assert!(beyond.skip > i64::MAX as u64);
    }
}
