//! The real pages on a free port, before a registration service that each test chooses: none, or a few lines of one.

#![expect(
    clippy::unwrap_used,
    reason = "what supports the tests fails as they do"
)]

mod support;

use reqwest::StatusCode;
use support::{Registration, TestUi};

#[tokio::test]
async fn the_administrator_signs_in_and_out() {
    let ui = TestUi::start(&Registration::of_two().url());
    let page = ui.get("/people").await;
    assert_eq!(page.path, "/", "a stranger is sent to the start page");

    let page = ui.sign_in("admin", "admin").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.path, "/people", "and from there to where they wanted");
    assert!(
        page.has("Lovelace") && page.has("2 people"),
        "{}",
        page.body
    );

    let page = ui.post("/sign-out", &page.token(), &[]).await;
    assert_eq!(page.path, "/");
    assert_eq!(ui.get("/people").await.path, "/");
}

#[tokio::test]
async fn a_copied_cookie_is_worth_nothing_after_the_sign_out() {
    let ui = TestUi::start(&Registration::of_two().url());
    ui.sign_in("admin", "admin").await;
    let cookie = ui.cookie();
    let thief = ui.another_browser(Some(&cookie));
    assert_eq!(thief.get("/people").await.path, "/people");
    let page = ui.get("/people").await;
    ui.post("/sign-out", &page.token(), &[]).await;
    assert_eq!(thief.get("/people").await.path, "/");
}

#[tokio::test]
async fn a_sign_in_changes_cookie_and_token() {
    let ui = TestUi::start(&Registration::of_two().url());
    let before = ui.get("/").await.token();
    let page = ui.sign_in("admin", "admin").await;
    assert_ne!(page.token(), before);
    let page = ui.post("/people/7/delete", &before, &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_then_told_to_wait() {
    let ui = TestUi::start("http://127.0.0.1:9");
    for _ in 0..5 {
        let page = ui.sign_in("admin", "guess").await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(page.has("The ID or the password is wrong."));
    }
    let page = ui.sign_in("admin", "admin").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.has("Try again in 3 minutes"), "{}", page.body);
    assert!(page.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    ui.sign_in("admin", "admin").await;
    for path in ["/sign-in", "/sign-out", "/people/7", "/people/7/delete"] {
        for token in ["", "guess"] {
            let page = ui
                .post(path, token, &[("name", "x"), ("surname", "y")])
                .await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
            assert!(page.has("out of date"), "{path}");
        }
    }
    for path in ["/people/new", "/people/7/samples", "/face-login"] {
        let page = ui
            .upload(path, "guess", &[("id", "9")], &[("pictures", b"x")])
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    let calls = registration.calls();
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_person_who_was_recognised_sees_themselves_and_nothing_else() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    let token = ui.get("/").await.token();
    let page = ui
        .upload(
            "/face-login",
            &token,
            &[("crop", "on")],
            &[("picture", b"ada")],
        )
        .await;
    assert_eq!((page.path.as_str(), page.status), ("/me", StatusCode::OK));
    assert!(page.has("Welcome, Ada Lovelace"), "{}", page.body);
    for path in ["/people", "/people/new", "/people/7", "/people/7/delete"] {
        let page = ui.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(page.has("for administrators"));
    }
    let token = ui.get("/me").await.token();
    let page = ui.post("/people/7/delete", &token, &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = ui
        .upload("/people/new", &token, &[], &[("pictures", b"x")])
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(registration.calls(), ["POST /api/find_match"]);
}

#[tokio::test]
async fn a_stranger_is_told_so_in_the_page_and_to_the_script() {
    let ui = TestUi::start(&Registration::of_two().url());
    let token = ui.get("/").await.token();
    let page = ui
        .upload("/face-login", &token, &[], &[("picture", b"stranger")])
        .await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.has("Not recognised"));
    assert_eq!(ui.get("/me").await.path, "/");
    let answer = ui.face_as_script(&token, b"stranger").await;
    assert_eq!(answer["message"], "Not recognised");
    let answer = ui.face_as_script(&token, b"photo of a photo").await;
    assert_eq!(answer["message"], "Liveness check failed");
    assert!(
        answer["hint"]
            .as_str()
            .unwrap()
            .contains("sign in with your ID")
    );
    let answer = ui.face_as_script(&token, b"stare").await;
    assert_eq!(answer["message"], "Liveness check failed");
    assert!(
        answer["hint"]
            .as_str()
            .unwrap()
            .starts_with("No blink was seen.")
    );
    let answer = ui.face_as_script(&token, b"ada").await;
    assert_eq!(answer["message"], "Welcome, Ada Lovelace");
    assert_eq!(answer["next"], "/me");
    assert_eq!(answer.as_object().unwrap().len(), 3, "no score: {answer}");
}

#[tokio::test]
async fn a_challenge_is_said_step_by_step_and_its_answer_signs_in() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    let token = ui.get("/").await.token();
    let (status, plan) = ui.challenge(&token).await;
    assert_eq!(status, StatusCode::OK, "{plan}");
    assert_eq!(plan["id"], "c-1");
    assert_eq!(plan["steps"][1]["say"], "Turn left, slowly");
    assert_eq!(plan["steps"][1]["sign"], "left");

    for (frame, status, message, hint) in [
        (
            "stare",
            401,
            "Liveness check failed",
            "Your head was not seen to turn.",
        ),
        (
            "photograph",
            401,
            "Liveness check failed",
            "Try again before the camera",
        ),
        ("stranger", 401, "Not recognised", "Face the camera"),
        (
            "failures",
            429,
            "Too many attempts. Try again in 2 minutes.",
            "",
        ),
    ] {
        let (found, answer) = ui.answer(&token, "c-1", frame.as_bytes()).await;
        assert_eq!(
            (found.as_u16(), &answer["message"]),
            (status, &message.into()),
            "{frame}"
        );
        assert!(
            answer["hint"].as_str().unwrap().starts_with(hint),
            "{answer}"
        );
        assert_eq!(answer.as_object().unwrap().len(), 3, "no score: {answer}");
    }
    let (status, answer) = ui.answer(&token, "old", b"ada").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer["message"], "That took too long. Try again.");
    let (status, answer) = ui.answer(&token, "c-1", b"ada").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["message"], "Welcome, Ada Lovelace");
    assert_eq!(ui.get("/me").await.path, "/me");
}

#[tokio::test]
async fn a_challenge_is_for_this_page_alone() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    ui.get("/").await;
    let page = ui.post("/face-login/challenge", "guess", &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(registration.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn a_person_is_added_with_the_reason_for_each_refused_picture() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    let token = ui.sign_in("admin", "admin").await.token();
    let fields = [("id", "9"), ("name", " Grace "), ("surname", "Hopper")];
    let pictures: [(&str, &[u8]); 2] = [("pictures", b"good"), ("pictures", b"bad")];
    let page = ui.upload("/people/new", &token, &fields, &pictures).await;
    assert_eq!(page.path, "/people/9");
    assert!(
        page.has("Grace Hopper was added with 1 picture."),
        "{}",
        page.body
    );
    assert!(
        page.has("1.jpg was refused. No face was found."),
        "{}",
        page.body
    );
    assert!(
        !ui.get("/people").await.has("was added"),
        "a notice is told once"
    );
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_entered() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    let token = ui.sign_in("admin", "admin").await.token();
    let fields = [("id", "x"), ("name", "Grace"), ("surname", "")];
    let page = ui.upload("/people/new", &token, &fields, &[]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        r#"value="Grace""#,
        r#"value="x""#,
        "in digits only",
        "Enter the surname.",
        "at least one picture",
    ] {
        assert!(page.has(text), "{text} in {}", page.body);
    }
    let fields = [("id", "7"), ("name", "Grace"), ("surname", "Hopper")];
    let page = ui
        .upload("/people/new", &token, &fields, &[("pictures", b"good")])
        .await;
    assert!(page.has("This employee number is taken."), "{}", page.body);
    let fields = [("id", "9"), ("name", "Grace"), ("surname", "Hopper")];
    let page = ui
        .upload("/people/new", &token, &fields, &[("pictures", b"bad")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.has("nobody was added") && page.has("No face was found."),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn deleting_asks_first_and_tells_how_it_went() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    ui.sign_in("admin", "admin").await;
    let page = ui.get("/people/7/delete").await;
    assert!(page.has("Delete Ada Lovelace?") && page.has("cannot be undone"));
    let page = ui.post("/people/7/delete", &page.token(), &[]).await;
    assert_eq!(page.path, "/people");
    assert!(
        page.has("Person 7 was deleted. 2 face templates were erased."),
        "{}",
        page.body
    );
    let page = ui.post("/people/404/delete", &page.token(), &[]).await;
    assert!(
        page.has("Person 404 was not deleted: it was gone already."),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn names_are_changed_on_the_persons_page() {
    let registration = Registration::of_two();
    let ui = TestUi::start(&registration.url());
    let token = ui.sign_in("admin", "admin").await.token();
    let page = ui
        .post("/people/7", &token, &[("name", " "), ("surname", "King")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.has("Enter the first name.") && page.has(r#"value="King""#));
    let page = ui
        .post("/people/7", &token, &[("name", "Ada"), ("surname", "King")])
        .await;
    assert!(page.has("The names were saved."), "{}", page.body);
    assert!(
        registration
            .calls()
            .contains(&"PATCH /v1/people/7".to_owned())
    );
}

#[tokio::test]
async fn a_service_that_is_down_is_a_page_with_a_way_on() {
    let ui = TestUi::start("http://127.0.0.1:9");
    let page = ui.sign_in("admin", "admin").await;
    assert_eq!(
        (page.path.as_str(), page.status),
        ("/people", StatusCode::SERVICE_UNAVAILABLE)
    );
    assert!(page.has("The service is not available") && page.has("Try again"));
    assert!(page.has(r#"href="/people""#));
    assert_eq!(
        ui.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(ui.get("/healthz").await.status, StatusCode::OK);
    let token = page.token();
    let page = ui
        .upload("/face-login", &token, &[], &[("picture", b"ada")])
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let fields = [("id", "9"), ("name", "Grace"), ("surname", "Hopper")];
    let page = ui
        .upload("/people/new", &token, &fields, &[("pictures", b"x")])
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn what_is_too_large_is_a_page_and_not_a_broken_connection() {
    let ui = TestUi::start("http://127.0.0.1:9");
    let token = ui.sign_in("admin", "admin").await.token();
    let large = vec![0; (10 << 20) + 1];
    let page = ui
        .upload("/people/new", &token, &[], &[("pictures", &large)])
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.has("0.jpg is larger than 10 MiB."), "{}", page.body);
    let many = [("pictures", b"x".as_slice()); 21];
    let page = ui.upload("/people/new", &token, &[], &many).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = ui
        .upload("/people/new", "guess", &[], &[("pictures", &large)])
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let ui = TestUi::start("http://127.0.0.1:9");
    for path in ["/", "/nothing", "/people", "/healthz"] {
        let page = ui.get(path).await;
        let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(header("permissions-policy").starts_with("camera=(self)"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store");
        assert!(page.headers.contains_key("x-request-id"));
    }
    let cookie = ui.first_set_cookie().await;
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[tokio::test]
async fn addresses_that_do_not_exist_are_pages() {
    let ui = TestUi::start(&Registration::of_two().url());
    ui.sign_in("admin", "admin").await;
    for path in [
        "/nothing",
        "/people/abc",
        "/people/404",
        "/people/7/samples/x/delete",
    ] {
        let page = ui.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.has("Page not found"), "{path}");
    }
    let page = ui.get("/sign-out").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page.has("<h1>"));
}

#[tokio::test]
async fn styles_and_scripts_have_their_types_and_are_kept() {
    let ui = TestUi::start("http://127.0.0.1:9");
    let start = ui.get("/").await;
    let css = start.body.split("href=\"/static/").nth(1).unwrap();
    let prefix = format!("/static/{}", css.split('/').next().unwrap());
    for (name, media_type) in [
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("camera.js", "text/javascript; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
    ] {
        let file = ui.get(&format!("{prefix}/{name}")).await;
        assert_eq!(file.status, StatusCode::OK, "{name}");
        assert_eq!(file.headers["content-type"], media_type);
        assert!(
            file.headers["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
    }
    let old = ui.get("/static/0ld/app.css").await;
    assert_eq!(old.headers["cache-control"], "no-cache");
    assert_eq!(
        ui.get(&format!("{prefix}/secret")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn calls_are_counted_by_route_and_no_id_is_in_the_metrics() {
    let ui = TestUi::start(&Registration::of_two().url());
    ui.sign_in("admin", "admin").await;
    ui.get("/people/7").await;
    let metrics = ui.get("/metrics").await;
    assert!(
        metrics.has(r#"route="/people/{id}",status="200",service="ui"} 1"#),
        "{}",
        metrics.body
    );
    assert!(!metrics.has("/people/7"));
}

#[tokio::test]
async fn the_network_needs_a_key_and_a_password() {
    let refused = |arguments: &[&str]| support::try_start(arguments).unwrap_err().to_string();
    assert!(refused(&["--bind", "0.0.0.0"]).contains("WHOS_THAT_SERVICE_KEY"));
    let key = ["--bind", "0.0.0.0", "--service-key", "0123456789abcdef"];
    assert!(refused(&key).contains("WHOS_THAT_ADMIN_PASSWORD_HASH"));
    assert!(refused(&["--session-key", "short"]).contains("WHOS_THAT_SESSION_KEY"));
    assert!(refused(&["--registration-url", "nowhere"]).contains("WHOS_THAT_REGISTRATION_URL"));
    assert!(refused(&["--static-dir", "/does/not/exist"]).contains("does not exist"));
}
