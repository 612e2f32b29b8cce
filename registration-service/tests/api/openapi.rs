//! The description of the API against the table of routes and the running service.

use std::collections::{BTreeMap, BTreeSet};

use registration_service::TABLE;
use reqwest::Method;
use serde_json::Value;

use crate::support::TestService;

async fn document(service: &TestService) -> Value {
    service.get("/openapi.json").await.json().await.unwrap()
}

#[tokio::test]
async fn the_document_lists_every_route_and_no_other() {
    let service = TestService::start(&[]).await;
    let document = document(&service).await;
    assert_eq!(document["openapi"], "3.1.0");
    let described: BTreeMap<String, BTreeSet<String>> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            (path.clone(), methods.map(|m| m.to_uppercase()).collect())
        })
        .collect();
    let table: BTreeMap<String, BTreeSet<String>> = TABLE
        .iter()
        .map(|(path, methods)| {
            let methods = methods.iter().map(ToString::to_string).collect();
            ((*path).to_owned(), methods)
        })
        .collect();
    assert_eq!(described, table);
}

#[tokio::test]
async fn the_service_answers_the_methods_of_the_table_and_names_them_otherwise() {
    let service = TestService::start(&[]).await;
    for (path, methods) in TABLE {
        let path = path.replace("{page_size}/{page_number}", "1/1");
        let path = path.replace("{sample_id}", "00000000-0000-0000-0000-000000000000");
        let path = path.replace("{id}", "1").replace("{employee_id}", "1");
        let other = service.call(Method::PUT, &path, None).await;
        assert_eq!(other.status(), 405, "{path}");
        let allowed: Vec<String> = methods.iter().map(ToString::to_string).collect();
        assert_eq!(other.headers()["allow"], allowed.join(", "), "{path}");
        for method in *methods {
            let method = Method::from_bytes(method.as_str().as_bytes()).unwrap();
            let answer = service.call(method.clone(), &path, None).await;
            assert_ne!(answer.status(), 405, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let service = TestService::start(&[]).await;
    let document = document(&service).await;
    let mut open = vec![&document];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let place = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(place).is_some(), "{reference}");
            seen += 1;
        }
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    assert!(seen > 20, "only {seen} references");
}

#[tokio::test]
async fn each_guarded_call_documents_its_refusals() {
    let service = TestService::start(&[]).await;
    let document = document(&service).await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1") && !path.starts_with("/api") {
            continue;
        }
        let form = if path.starts_with("/v1") {
            "application/problem+json"
        } else {
            "text/plain"
        };
        for (method, operation) in methods.as_object().unwrap() {
            for status in ["401", "403", "500", "503"] {
                let content = &operation["responses"][status]["content"];
                assert!(content.get(form).is_some(), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn every_problem_is_explained() {
    let explained = include_str!("../../../docs/problems.md");
    for kind in face_wire::problem::ProblemKind::ALL {
        let heading = format!("\n## {}\n\n{}. ", kind.slug(), kind.status());
        assert!(explained.contains(&heading), "{heading}");
    }
}
