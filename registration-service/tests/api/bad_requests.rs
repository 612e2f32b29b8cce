//! What cannot be read or is not allowed is refused before any network is asked, and stores nothing.

use face_wire::problem::ProblemKind;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestService, bitmap, problem, small_picture, text};

fn named(mut body: Value) -> Value {
    body["name"] = "Ada".into();
    body["surname"] = "Lovelace".into();
    body
}

#[rstest]
#[case::no_name(json!({"surname": "y", "img_base64": small_picture()}), 400)]
#[case::no_surname(json!({"name": "x", "img_base64": small_picture()}), 400)]
#[case::blank_name(json!({"name": "  ", "surname": "y", "img_base64": small_picture()}), 422)]
#[case::long_name(json!({"name": "x".repeat(201), "surname": "y", "img_base64": small_picture()}), 422)]
#[case::no_picture(named(json!({})), 400)]
#[case::wrong_type(json!({"name": 5, "surname": "y"}), 400)]
#[case::not_an_object(json!([1, 2]), 400)]
#[case::no_template(named(json!({"img_features": []})), 422)]
#[tokio::test]
async fn store_refuses(#[case] body: Value, #[case] status: u16) {
    let service = TestService::start(&[]).await;
    let response = service.post("/api/store/910901", body).await;
    text(response, status).await;
    assert_eq!(service.count().await, 0);
}

#[rstest]
#[tokio::test]
async fn store_refuses_an_id_that_is_none(
    #[values("-5", "abc", "1.5", "9223372036854775808", "%20")] id: &str,
) {
    let service = TestService::start(&[]).await;
    let body = named(json!({"img_base64": small_picture()}));
    let response = service.post(&format!("/api/store/{id}"), body).await;
    text(response, 400).await;
}

#[tokio::test]
async fn broken_json_is_a_400_that_says_where_without_repeating_values() {
    let service = TestService::start(&[]).await;
    let send = |path: &str, body: &'static str| {
        service
            .http
            .post(service.url(path))
            .header("content-type", "application/json")
            .body(body)
            .send()
    };
    let response = send("/api/store/1", r#"{"name": "Ada Secret", "#)
        .await
        .unwrap();
    let told = text(response, 400).await;
    assert!(
        told.contains("too early") && !told.contains("Secret"),
        "{told}"
    );
    let response = send("/v1/identify", r#"{"picture": "#).await.unwrap();
    problem(response, ProblemKind::BadRequest).await;
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_415() {
    let service = TestService::start(&[]).await;
    let response = service
        .http
        .post(service.url("/v1/identify"))
        .body("x")
        .send()
        .await;
    problem(response.unwrap(), ProblemKind::UnsupportedMediaType).await;
}

#[rstest]
#[case::missing(json!({}), 400)]
#[case::empty(json!({"img_base64": ""}), 400)]
#[case::broken_base64(json!({"img_base64": "@@@"}), 400)]
#[case::odd_data_url(json!({"image_base64": "data:image/png,xyz"}), 400)]
#[case::flood_of_pixels(json!({"img_base64": bitmap(30_000)}), 413)]
#[case::no_picture(json!({"img_base64": "aGVsbG8gd29ybGQ="}), 415)]
#[case::cut_header(json!({"img_base64": "iVBORw0KGgo="}), 400)]
#[case::no_frames(json!({"img_base64": small_picture(), "liveness": true}), 422)]
#[case::few_frames(json!({"img_base64": small_picture(), "liveness": true, "frames": [small_picture()]}), 422)]
#[case::wrong_flag(json!({"img_base64": small_picture(), "img_crop": "yes"}), 400)]
#[tokio::test]
async fn find_match_refuses(#[case] body: Value, #[case] status: u16) {
    let service = TestService::start(&[]).await;
    text(service.post("/api/find_match", body).await, status).await;
}

#[rstest]
#[case::missing_field(json!({}), ProblemKind::BadRequest)]
#[case::unknown_field(json!({"picture": small_picture(), "age": true}), ProblemKind::BadRequest)]
#[case::base64(json!({"picture": "@@@"}), ProblemKind::BadBase64)]
#[case::flood(json!({"picture": bitmap(30_000)}), ProblemKind::TooLarge)]
#[case::kind(json!({"picture": "aGVsbG8="}), ProblemKind::UnsupportedMediaType)]
#[case::header(json!({"picture": "iVBORw0KGgo="}), ProblemKind::BadPicture)]
#[tokio::test]
async fn identify_refuses(#[case] body: Value, #[case] kind: ProblemKind) {
    let service = TestService::start(&[]).await;
    problem(service.post("/v1/identify", body).await, kind).await;
}

#[rstest]
#[case::neither(json!({"picture": small_picture()}))]
#[case::both(json!({"picture": small_picture(), "person_id": "1", "reference_picture": small_picture()}))]
#[case::no_id(json!({"picture": small_picture(), "person_id": "x"}))]
#[tokio::test]
async fn verify_wants_one_claim(#[case] body: Value) {
    let service = TestService::start(&[]).await;
    problem(
        service.post("/v1/verify", body).await,
        ProblemKind::Unprocessable,
    )
    .await;
}

#[rstest]
#[case::id(json!({"id": "x", "name": "a", "surname": "b", "pictures": [small_picture()]}))]
#[case::name(json!({"id": "1", "name": " ", "surname": "b", "pictures": [small_picture()]}))]
#[case::no_picture(json!({"id": "1", "name": "a", "surname": "b", "pictures": []}))]
#[case::many_pictures(json!({"id": "1", "name": "a", "surname": "b", "pictures": vec![small_picture(); 21]}))]
#[tokio::test]
async fn create_refuses(#[case] body: Value) {
    let service = TestService::start(&[]).await;
    problem(
        service.post("/v1/people", body).await,
        ProblemKind::Unprocessable,
    )
    .await;
    assert_eq!(service.count().await, 0);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_the_service_goes_on() {
    let service = TestService::start(&["--body-limit-mib", "1"]).await;
    let body = format!(r#"{{"img_base64":"{}"}}"#, "A".repeat(8 << 20));
    let request = service
        .http
        .post(service.url("/api/find_match"))
        .header("content-type", "application/json");
    // The service may close the connection while the rest is still being sent.
    if let Ok(response) = request.body(body).send().await {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(service.get("/api/get_all/1/1").await.status(), 200);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let service = TestService::start(&[]).await;
    for path in ["/", "/v1/nothing", "/v2/people"] {
        problem(service.get(path).await, ProblemKind::NotFound).await;
    }
    let response = service.call(Method::PUT, "/v1/people/1", None).await;
    assert_eq!(response.headers()["allow"], "GET, PATCH, DELETE");
    problem(response, ProblemKind::MethodNotAllowed).await;
    text(service.get("/api/find_match/x/y/z").await, 404).await;
    let response = service.get("/api/find_match").await;
    assert_eq!(response.headers()["allow"], "POST");
    text(response, 405).await;
}
