//! The running service keeps to the OpenAPI document that it publishes: schemathesis tries it.

use std::process::Command;

use serde_json::json;

use crate::support::pictures::{SEEDS, base64, portrait};
use crate::support::system::Options;
use crate::support::{TestSystem, needs};

/// The key of the service under test: that calls without it are refused is a part of the contract.
const KEY: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn the_running_service_conforms_to_its_openapi_document() {
    let Some(schemathesis) = needs::tool("schemathesis")
        .or_else(|| needs::missing("schemathesis (pip install schemathesis)"))
    else {
        return;
    };
    let options = Options {
        arguments: vec!["--service-key".to_owned(), KEY.to_owned()],
        ..Options::default()
    };
    let Some(system) = TestSystem::start(&options) else {
        return;
    };
    // A person to be found, so that answers other than 404 are seen.
    let body = json!({"name": "A", "surname": "B", "img_base64": base64(&portrait(SEEDS[0], 0))});
    let url = format!("{}/api/store/1", system.registration);
    let stored = system.http.post(url).bearer_auth(KEY).json(&body).send();
    assert_eq!(stored.await.expect("an answer").status(), 200);
    let report = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let output = Command::new(schemathesis)
        .current_dir(report)
        .arg("run")
        .arg(format!("{}/openapi.json", system.registration))
        .args([
            "--max-examples",
            "25",
            "--seed",
            "1",
            "--workers",
            "1",
            "--no-color",
        ])
        .args(["--header", &format!("Authorization: Bearer {KEY}")])
        // Random text is well formed and still no picture: refusing it is right.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .output()
        .expect("schemathesis starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        system.get("/healthz").await.status,
        200,
        "and it is still there"
    );
}
