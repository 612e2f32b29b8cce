//! The chart: lint, snapshots, schemas of Kubernetes, and what the values' own schema refuses.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::rendered::{CHART, KUBERNETES, Rendered, SETS, template, values};
use crate::support::{text, tools};

/// The minor versions of Kubernetes of the last two years that `kubernetes-validate` knows.
const VERSIONS: [&str; 7] = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"];

#[test]
fn helm_lint_finds_nothing() {
    for set in SETS {
        let values = values(set);
        let values = values.to_str().expect("a path in UTF-8");
        let arguments = [
            "lint",
            CHART,
            "--strict",
            "--kube-version",
            KUBERNETES,
            "--values",
            values,
        ];
        let Some(output) = tools::run("helm", arguments) else {
            return;
        };
        assert!(output.status.success(), "{}", tools::said(&output));
    }
}

/// What the chart makes of each set of values. After a change, look at the difference and accept it with
/// `INSTA_UPDATE=always cargo test --test deploy`.
#[test]
fn each_set_of_values_gives_what_is_kept_here() {
    for set in SETS {
        let Some(rendered) = Rendered::of(set) else {
            return;
        };
        let mut documents = rendered.documents;
        for document in &mut documents {
            shorten(document);
        }
        documents.sort_by_key(|document| {
            let name = &document["metadata"]["name"];
            (document["kind"].to_string(), name.to_string())
        });
        let pretty: Vec<String> = documents.iter().map(outline).collect();
        insta::with_settings!({snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(set, pretty.join("---\n"));
        });
    }
}

/// Leaves out of a document what has a file of its own in the chart, once it is the same, and what every document has.
fn shorten(document: &mut Value) {
    if document["kind"] == "PrometheusRule" {
        let rules = tools::documents(&text(&format!("{CHART}/files/alerts.yaml")));
        assert_eq!(document["spec"], rules[0]);
        document["spec"] = json!("(files/alerts.yaml)");
    }
    if let Some(data) = document["data"].as_object_mut() {
        let own = BTreeMap::from([
            ("whos-that.json", "dashboard.json"),
            ("mongo-init.js", "mongo-init.js"),
        ]);
        for (name, content) in data {
            let own = own[name.as_str()];
            assert_eq!(*content, text(&format!("{CHART}/files/{own}")).as_str());
            *content = json!(format!("(files/{own})"));
        }
    }
    let labels = document["metadata"]["labels"]
        .as_object_mut()
        .expect("labels");
    assert!(labels.remove("helm.sh/chart").is_some());
    assert_eq!(
        labels.remove("app.kubernetes.io/managed-by"),
        Some(json!("Helm"))
    );
    assert_eq!(
        labels.remove("app.kubernetes.io/version"),
        Some(json!(env!("CARGO_PKG_VERSION")))
    );
}

/// A value as `path: value` lines, each leaf on its own: small, and a difference names its place.
fn outline(document: &Value) -> String {
    let mut lines = String::new();
    leaves("", document, &mut lines);
    lines
}

fn leaves(path: &str, value: &Value, lines: &mut String) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in object {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(&format!("{path}{dot}{key}"), value, lines);
            }
        }
        Value::Array(array) if array.iter().any(Value::is_object) => {
            for (index, value) in array.iter().enumerate() {
                let name = value["name"]
                    .as_str()
                    .map_or(index.to_string(), ToOwned::to_owned);
                leaves(&format!("{path}[{name}]"), value, lines);
            }
        }
        leaf => writeln!(lines, "{path}: {leaf}").expect("writing to a String does not fail"),
    }
}

#[test]
fn every_document_is_valid_for_kubernetes_of_the_last_two_years() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let mut files = Vec::new();
    for set in SETS {
        let Some(rendered) = Rendered::of(set) else {
            return;
        };
        let path = folder.path().join(format!("{set}.yaml"));
        std::fs::write(&path, &rendered.text).expect("writable");
        files.push(path.into_os_string());
        rendered.documents.iter().for_each(check_extension);
    }
    for version in VERSIONS {
        let mut arguments: Vec<std::ffi::OsString> = ["--strict", "--quiet", "-k", version]
            .map(Into::into)
            .to_vec();
        arguments.extend(files.iter().cloned());
        let Some(output) = tools::run("kubernetes-validate", arguments) else {
            return;
        };
        let said = tools::said(&output);
        assert!(output.status.success(), "{version}: {said}");
        // Only what is no part of Kubernetes has no schema; it is checked here.
        for line in said.lines().filter(|line| line.contains("find schema")) {
            let is_extension = EXTENSIONS.iter().any(|(kind, _)| line.contains(kind));
            assert!(is_extension, "{version}: {line}");
        }
    }
}

/// Kinds that clusters get from elsewhere, with their version.
const EXTENSIONS: [(&str, &str); 3] = [
    ("ServiceMonitor", "monitoring.coreos.com/v1"),
    ("PrometheusRule", "monitoring.coreos.com/v1"),
    ("Route", "route.openshift.io/v1"),
];

/// What the definitions of these kinds ask for, as far as the chart uses them.
fn check_extension(document: &Value) {
    let kind = document["kind"].as_str().expect("a kind");
    let Some((_, version)) = EXTENSIONS.iter().find(|(name, _)| *name == kind) else {
        return;
    };
    assert_eq!(document["apiVersion"], *version);
    let spec = document["spec"].as_object().expect("a specification");
    let only = |value: &Value, names: &[&str]| {
        for name in value.as_object().expect("an object").keys() {
            assert!(names.contains(&name.as_str()), "{kind} has no {name}");
        }
    };
    match kind {
        "ServiceMonitor" => {
            only(&document["spec"], &["selector", "endpoints"]);
            only(&spec["selector"], &["matchLabels", "matchExpressions"]);
            let [endpoint] = spec["endpoints"].as_array().expect("a list").as_slice() else {
                panic!("one endpoint")
            };
            only(endpoint, &["port", "path", "interval", "honorLabels"]);
            assert_eq!(endpoint["honorLabels"], true);
        }
        "PrometheusRule" => {
            only(&document["spec"], &["groups"]);
            for group in spec["groups"].as_array().expect("a list") {
                only(group, &["name", "rules"]);
            }
        }
        "Route" => {
            only(
                &document["spec"],
                &["host", "to", "port", "tls", "wildcardPolicy"],
            );
            assert_eq!(spec["to"]["kind"], "Service");
            assert_eq!(spec["tls"]["termination"], "edge");
            assert_eq!(spec["tls"]["insecureEdgeTerminationPolicy"], "Redirect");
        }
        other => unreachable!("{other}"),
    }
}

#[test]
fn bad_values_are_refused_with_their_name() {
    let refused = [
        ("ui.replica=3", "replica"),
        ("registration.replicas=0", "replicas"),
        ("inference.workers=many", "workers"),
        ("registration.digest=latest", "digest"),
        (
            "ui.settings.WHOS_THAT_SESSION_KEY=in-clear",
            "WHOS_THAT_SESSION_KEY",
        ),
        ("registration.settings.WHOS_THAT_BIND=::", "WHOS_THAT_BIND"),
        ("registration.settings.password=x", "password"),
        ("ingress.enabled=true", "host"),
        ("networkPolicy.mongoTo[0].ip=192.0.2.1", "mongoTo"),
        ("networkPolicy.mongoPort=0", "mongoPort"),
        ("traces.endpoint=collector:4318", "endpoint"),
        ("shutdown.drainSeconds=-1", "drainSeconds"),
        ("inference.resources.requests.cpu=two", "cpu"),
        ("inference.pack.folder=../etc", "folder"),
        ("monitoring.serviceMonitor.interval=often", "interval"),
    ];
    for (value, named) in refused {
        let Some(output) = template(&["--set", value]) else {
            return;
        };
        let said = tools::said(&output);
        assert!(!output.status.success(), "{value} is accepted");
        assert!(
            said.contains("schema") && said.contains(named),
            "{value}: {said}"
        );
    }
    let ingress = "ingress.enabled=true,ingress.host=faces.example,ingress.tlsSecret=tls";
    let Some(output) = template(&["--set", ingress]) else {
        return;
    };
    assert!(tools::said(&output).contains("networkPolicy.pagesFrom is empty"));
    let open = "networkPolicy.pagesFrom[0].namespaceSelector.matchLabels.a=b";
    let Some(output) = template(&["--set", ingress, "--set", open]) else {
        return;
    };
    assert!(output.status.success(), "{}", tools::said(&output));
}

#[test]
fn the_chart_is_of_this_release() {
    let chart = tools::documents(&text(&format!("{CHART}/Chart.yaml"))).remove(0);
    assert_eq!(chart["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
}
