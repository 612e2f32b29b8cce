//! The compose files: read by Docker Compose itself, with secrets from files, arrows as networks, and no open port but the
//! pages'.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::programs::Settings;
use crate::support::{file, image::Image, text, tools};

/// Who speaks to whom: ARCHITECTURE.md's arrows, and the store.
const ARROWS: [(&str, &str); 3] = [
    ("ui", "registration"),
    ("registration", "inference"),
    ("registration", "mongo"),
];

/// The program in the container of a service that is ours.
fn program(service: &str) -> Option<&'static str> {
    match service {
        "whos-that" => Some("whos-that"),
        other => crate::support::rendered::program(other),
    }
}

/// What the operator of a set-up of the original has in the environment.
const ORIGINAL: [(&str, &str); 3] = [
    ("MONGO_DB_URL", "db.example:27017/faces"),
    ("MONGO_DB_USERNAME", "faces"),
    ("LOGIN_MATCH_THRESHOLD", "0.8"),
];

/// Runs Docker Compose on files of `deploy/compose`; `None` where it is not installed.
fn compose(files: &[&str], arguments: &[&str], environment: &[(&str, &str)]) -> Option<Output> {
    let mut command = Command::new(test_needs::program("docker-compose")?);
    command.env_clear().envs(environment.iter().copied());
    for name in files {
        command.arg("-f").arg(file("deploy/compose").join(name));
    }
    Some(command.args(arguments).output().expect("the tool starts"))
}

/// The services of some files, every profile, as Docker Compose understands them.
pub(crate) fn model(files: &[&str], environment: &[(&str, &str)]) -> Option<Value> {
    let arguments = ["--profile", "*", "config", "--format", "json"];
    let output = compose(files, &arguments, environment)?;
    assert!(output.status.success(), "{}", tools::said(&output));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn services(model: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let services = model["services"].as_object().expect("services");
    services
        .iter()
        .map(|(name, service)| (name.as_str(), service))
}

fn keys(object: &Value) -> BTreeSet<&str> {
    let keys = object.as_object().into_iter().flatten();
    keys.map(|(key, _)| key.as_str()).collect()
}

/// Every combination that the files' own comments name.
fn models() -> Option<Vec<Value>> {
    let base = "compose.yaml";
    let plain = [
        &[base] as &[&str],
        &[base, "compose.api.yaml"],
        &[base, "compose.pack.yaml"],
    ];
    let mut models: Vec<Value> = plain
        .iter()
        .map(|files| model(files, &[]))
        .collect::<Option<_>>()?;
    models.push(model(&[base, "compose.original.yaml"], &ORIGINAL)?);
    Some(models)
}

#[test]
fn every_name_in_an_environment_is_a_setting_and_no_secret_is_in_clear() {
    let Some(models) = models() else { return };
    for model in &models {
        for (name, service) in services(model) {
            let Some(program) = program(name) else {
                continue;
            };
            let names = keys(&service["environment"]);
            Settings::of(program).check(name, names.iter().copied());
            for variable in names.iter().filter(|name| name.ends_with("_FILE")) {
                let path = service["environment"][variable].as_str().expect("a path");
                let secrets = service["secrets"].as_array().into_iter().flatten();
                let mounted: Vec<&str> = secrets
                    .filter_map(|secret| secret["target"].as_str())
                    .collect();
                assert!(
                    mounted.contains(&path),
                    "{name}: {variable} is {path}, mounted are {mounted:?}"
                );
            }
        }
    }
}

#[test]
fn every_secret_is_a_file_that_the_script_makes() {
    let Some(model) = model(&["compose.yaml"], &[]) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    tools::make_secrets(folder.path());
    let made: BTreeMap<String, String> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            let name = entry.file_name().into_string().expect("a name");
            let secret = std::fs::read_to_string(entry.path()).expect("a text");
            (name, secret)
        })
        .collect();
    for (name, secret) in model["secrets"].as_object().expect("secrets") {
        let path = PathBuf::from(secret["file"].as_str().expect("a file"));
        assert!(
            path.ends_with(format!("secrets.d/{name}")),
            "{}",
            path.display()
        );
        assert!(made.contains_key(name), "{name} is not made");
    }
    assert!(made["service-key"].len() >= 32 && made["session-key"].len() >= 32);
    assert!(made["admin-password-hash"].starts_with("$argon2id$"));
    assert!(made["mongo-url"].contains(&made["mongo-password"]));
    assert_eq!(
        made.values().collect::<BTreeSet<_>>().len(),
        made.len(),
        "no secret is used twice"
    );
    tools::make_secrets(folder.path());
    let again = std::fs::read_to_string(folder.path().join("service-key")).expect("a text");
    assert_eq!(again, made["service-key"], "what is there is left alone");
}

#[test]
fn only_the_pages_have_an_open_port_and_the_api_where_it_is_asked_for() {
    let Some(plain) = model(&["compose.yaml"], &[]) else {
        return;
    };
    let Some(with_api) = model(&["compose.yaml", "compose.api.yaml"], &[]) else {
        return;
    };
    let open = |model: &Value| -> BTreeSet<(String, String, u64)> {
        let mut open = BTreeSet::new();
        for (name, service) in services(model) {
            for port in service["ports"].as_array().into_iter().flatten() {
                let address = port["host_ip"].as_str().unwrap_or("everywhere").to_owned();
                open.insert((
                    name.to_owned(),
                    address,
                    port["target"].as_u64().expect("a port"),
                ));
            }
        }
        open
    };
    let entry = |name: &str, port| (name.to_owned(), "127.0.0.1".to_owned(), port);
    let pages = BTreeSet::from([entry("ui", 5006), entry("whos-that", 5006)]);
    assert_eq!(open(&plain), pages);
    let mut more = pages;
    more.insert(entry("registration", 5005));
    assert_eq!(open(&with_api), more);
}

#[test]
fn who_shares_a_network_has_an_arrow() {
    let Some(model) = model(&["compose.yaml"], &[]) else {
        return;
    };
    let networks: BTreeMap<&str, BTreeSet<&str>> = services(&model)
        .filter(|(name, _)| *name != "whos-that")
        .map(|(name, service)| (name, keys(&service["networks"])))
        .collect();
    let mut together = BTreeSet::new();
    for (a, of_a) in &networks {
        for (b, of_b) in &networks {
            if a < b && !of_a.is_disjoint(of_b) {
                together.insert((*a, *b));
            }
        }
    }
    let arrows = ARROWS.map(|(from, to)| if from < to { (from, to) } else { (to, from) });
    assert_eq!(together, BTreeSet::from(arrows));
    for (name, network) in model["networks"].as_object().expect("networks") {
        let is_inside = network["internal"] == true;
        assert_eq!(is_inside, name != "front", "{name}");
    }
}

#[test]
fn each_waits_until_whom_it_asks_can_answer() {
    let Some(model) = model(&["compose.yaml"], &[]) else {
        return;
    };
    for (name, service) in services(&model) {
        let asked: BTreeSet<&str> = ARROWS
            .iter()
            .filter(|(from, _)| *from == name)
            .map(|(_, to)| *to)
            .collect();
        assert_eq!(keys(&service["depends_on"]), asked, "{name}");
        for other in asked {
            assert_eq!(service["depends_on"][other]["condition"], "service_healthy");
        }
        let check = service["healthcheck"]["test"]
            .as_array()
            .expect("a health check");
        if let Some(program) = program(name) {
            let image = Image::of(program);
            assert_eq!(check[1], image.entrypoint[0].as_str(), "{name}");
            assert_eq!(check[2], "health");
            let url = check[3].as_str().expect("an address");
            let port = image.ports[0];
            assert_eq!(url, format!("http://127.0.0.1:{port}/readyz"));
        }
    }
}

#[test]
fn our_containers_can_do_no_more_than_they_must() {
    let Some(models) = models() else { return };
    for (name, service) in models.iter().flat_map(services) {
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
        assert_eq!(
            service["security_opt"],
            serde_json::json!(["no-new-privileges:true"])
        );
        assert_ne!(service["user"], "0:0");
        assert!(
            service["privileged"].is_null() && service["cap_add"].is_null(),
            "{name}"
        );
        if let Some(program) = program(name) {
            assert_eq!(service["read_only"], true, "{name}");
            assert_eq!(service["user"], Image::of(program).user.as_str(), "{name}");
            let version = env!("CARGO_PKG_VERSION");
            assert_eq!(service["image"], format!("whos-that/{program}:{version}"));
        }
    }
}

#[test]
fn a_set_up_of_the_original_keeps_its_names_and_its_database() {
    let files = ["compose.yaml", "compose.original.yaml"];
    let Some(model) = model(&files, &ORIGINAL) else {
        return;
    };
    let registration = &model["services"]["registration"];
    let environment = keys(&registration["environment"]);
    for name in [
        "LIVENESS_SERVICE_URL",
        "MONGO_DB_PASSWORD_FILE",
        "MONGO_DB_PROTOCOL",
    ] {
        assert!(environment.contains(name), "{name}");
    }
    for (name, value) in ORIGINAL {
        assert_eq!(registration["environment"][name], value);
    }
    assert!(!environment.contains("WHOS_THAT_MONGO_FILE"));
    assert_eq!(
        keys(&registration["depends_on"]),
        BTreeSet::from(["inference"])
    );
    let started = compose(&files, &["config", "--services"], &ORIGINAL).expect("found before");
    assert!(
        !tools::said(&started).contains("mongo"),
        "{}",
        tools::said(&started)
    );
    let nameless = compose(&files, &["config", "--quiet"], &[]).expect("found before");
    assert!(!nameless.status.success());
    assert!(tools::said(&nameless).contains("MONGO_DB_URL"));
}

#[test]
fn compose_and_chart_make_the_same_user_of_the_database() {
    let init = text("deploy/compose/mongo-init.js");
    assert_eq!(init, text("deploy/helm/whos-that/files/mongo-init.js"));
}
