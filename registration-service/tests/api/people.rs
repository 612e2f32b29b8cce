//! Lists, names, samples and erasure, on people who are in the store.

use face_wire::problem::ProblemKind;
use face_wire::registration::{Erasure, PeoplePage, Person, Samples};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestService, problem, text};

async fn five_people() -> TestService {
    let service = TestService::start(&[]).await;
    for (id, name, surname) in [
        (10, "Grace", "Hopper"),
        (2, "Ada", "Lovelace"),
        (7, "Alan", "Turing"),
        (910, "Edsger", "Dijkstra"),
        (3, "Barbara", "Liskov"),
    ] {
        service.add(id, name, surname).await;
    }
    service
}

async fn page(service: &TestService, query: &str) -> PeoplePage {
    let response = service.get(&format!("/v1/people{query}")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    response.json().await.unwrap()
}

#[tokio::test]
async fn get_all_is_sorted_by_id_and_pages_count_from_one() {
    let service = five_people().await;
    let users: Value = service
        .get("/api/get_all/1000/1")
        .await
        .json()
        .await
        .unwrap();
    let ids: Vec<i64> = users["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["_id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [2, 3, 7, 10, 910]);
    let second: Value = service.get("/api/get_all/2/2").await.json().await.unwrap();
    assert_eq!(
        second,
        json!({"users": [
            {"_id": 7, "name": "Alan", "surname": "Turing"},
            {"_id": 10, "name": "Grace", "surname": "Hopper"},
        ]})
    );
    for beyond in ["999999", "9223372036854775807"] {
        let path = format!("/api/get_all/10/{beyond}");
        let none: Value = service.get(&path).await.json().await.unwrap();
        assert_eq!(none, json!({"users": []}));
    }
}

#[rstest]
#[tokio::test]
async fn get_all_refuses(#[values("10/0", "0/1", "1001/1", "-1/1", "a/1", "1/b")] path: &str) {
    let service = TestService::start(&[]).await;
    text(service.get(&format!("/api/get_all/{path}")).await, 400).await;
}

#[tokio::test]
async fn deleting_answers_ok_also_when_there_is_nobody() {
    let service = five_people().await;
    assert_eq!(text(service.delete("/api/2").await, 200).await, "ok");
    assert_eq!(text(service.delete("/api/2").await, 200).await, "ok");
    text(service.delete("/api/minus").await, 400).await;
    assert_eq!(service.count().await, 4);
}

#[tokio::test]
async fn cursors_lead_through_the_whole_list_once() {
    let service = five_people().await;
    let (mut ids, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = page(&service, &query).await;
        assert_eq!(page.total, 5);
        ids.extend(page.people.into_iter().map(|person| person.id));
        match page.next_cursor {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(ids, ["2", "3", "7", "10", "910"]);
}

#[tokio::test]
async fn a_search_finds_parts_of_names() {
    let service = five_people().await;
    let found = page(&service, "?search=lov").await;
    assert_eq!(found.total, 1);
    assert_eq!(found.people[0].surname, "Lovelace");
    assert_eq!(found.people[0].samples, 1);
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_or_belongs_to_another_search_is_refused() {
    let service = five_people().await;
    let cursor = page(&service, "?limit=2").await.next_cursor.unwrap();
    let first = if cursor.starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{first}{}", &cursor[1..]);
    for query in [
        format!("?cursor={tampered}"),
        format!("?cursor={cursor}&search=a"),
        "?cursor=x".to_owned(),
        "?limit=0".to_owned(),
        "?limit=201".to_owned(),
        "?limit=many".to_owned(),
        format!("?search={}", "x".repeat(201)),
    ] {
        let response = service.get(&format!("/v1/people{query}")).await;
        problem(response, ProblemKind::BadRequest).await;
    }
}

#[tokio::test]
async fn names_are_changed_one_by_one_and_trimmed() {
    let service = five_people().await;
    let patch = |body| service.call(Method::PATCH, "/v1/people/2", Some(body));
    let person: Person = patch(json!({"surname": " King "}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (person.name.as_str(), person.surname.as_str()),
        ("Ada", "King")
    );
    problem(patch(json!({"name": ""})).await, ProblemKind::Unprocessable).await;
    problem(patch(json!({"nam": "x"})).await, ProblemKind::BadRequest).await;
    let person: Person = service.get("/v1/people/2").await.json().await.unwrap();
    assert_eq!(
        (person.name.as_str(), person.surname.as_str()),
        ("Ada", "King")
    );
}

#[tokio::test]
async fn samples_are_listed_without_templates_and_removed_one_by_one() {
    let service = TestService::start(&[]).await;
    let sample = service.add(2, "Ada", "Lovelace").await;
    let text = service
        .get("/v1/people/2/samples")
        .await
        .text()
        .await
        .unwrap();
    let listed: Samples = serde_json::from_str(&text).unwrap();
    assert_eq!(listed.samples[0].id, sample.to_string());
    assert!(
        !text.contains("template") && !text.contains("0.6"),
        "{text}"
    );

    let path = format!("/v1/people/2/samples/{sample}");
    assert_eq!(service.delete(&path).await.status(), 204);
    problem(service.delete(&path).await, ProblemKind::NotFound).await;
    let odd = service.delete("/v1/people/2/samples/x").await;
    problem(odd, ProblemKind::BadRequest).await;
    let listed: Samples = service
        .get("/v1/people/2/samples")
        .await
        .json()
        .await
        .unwrap();
    assert!(listed.samples.is_empty());
}

#[tokio::test]
async fn an_erasure_reports_what_was_erased() {
    let service = five_people().await;
    let response = service.delete("/v1/people/7").await;
    let erasure: Erasure = response.json().await.unwrap();
    assert_eq!((erasure.id.as_str(), erasure.templates_erased), ("7", 1));
    problem(service.delete("/v1/people/7").await, ProblemKind::NotFound).await;
}

#[rstest]
#[case("/v1/people/8", ProblemKind::NotFound)]
#[case("/v1/people/9999999999999999999", ProblemKind::NotFound)]
#[case("/v1/people/-1", ProblemKind::BadRequest)]
#[case("/v1/people/x/samples", ProblemKind::BadRequest)]
#[case("/v1/people/8/samples", ProblemKind::NotFound)]
#[tokio::test]
async fn nobody_is_found_at(#[case] path: &str, #[case] kind: ProblemKind) {
    let service = five_people().await;
    problem(service.get(path).await, kind).await;
}
