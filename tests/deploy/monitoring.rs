//! Alert rules and dashboard: they name metrics that exist, their tests pass, and each alert has its page.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Value, json};

use crate::support::{file, text, tools};

const RULES: &str = "deploy/helm/whos-that/files/alerts.yaml";
const RULES_TEST: &str = "deploy/monitoring/alerts.test.yaml";
const DASHBOARD: &str = "deploy/helm/whos-that/files/dashboard.json";
const PAGES: &str = "docs/operations.md";

/// The alerts.
fn alerts() -> Vec<Value> {
    let rules = tools::documents(&text(RULES)).remove(0);
    let groups = rules["groups"].as_array().expect("groups");
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().expect("rules"));
    rules.cloned().collect()
}

/// Every query of the dashboard, with its variables filled in.
fn queries() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).expect("JSON");
    let lists = ["/panels", "/annotations/list"];
    let parts = lists.iter().flat_map(|list| {
        dashboard
            .pointer(list)
            .and_then(Value::as_array)
            .expect("a list")
    });
    let mut queries = Vec::new();
    for part in parts {
        let targets = part["targets"].as_array().into_iter().flatten();
        for expression in targets.chain([part]).filter_map(|one| one["expr"].as_str()) {
            queries.push(
                expression
                    .replace("$__rate_interval", "5m")
                    .replace("$namespace", ".*"),
            );
        }
    }
    assert!(queries.len() > 30, "{}", queries.len());
    queries
}

/// Names of metrics in queries: words of the project and of the process that are followed by no bracket.
fn metrics_in(queries: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let name = Regex::new(r"\b(?:whos_that|process)_[a-z_]+").expect("a pattern");
    let of = |query: String| {
        let found = name
            .find_iter(&query)
            .map(|found| found.as_str().to_owned());
        found.collect::<Vec<_>>()
    };
    queries.into_iter().flat_map(of).collect()
}

/// Panics unless every metric of the rules and the dashboard is among those that services show.
pub(crate) fn assert_all_exist(exposition: &str) {
    let kinds = Regex::new(r"(?m)^# TYPE (\S+) (\S+)$").expect("a pattern");
    let mut shown = BTreeSet::new();
    for found in kinds.captures_iter(exposition) {
        let (name, kind) = (&found[1], &found[2]);
        shown.insert(name.to_owned());
        if kind == "histogram" {
            shown.extend(["bucket", "sum", "count"].map(|part| format!("{name}_{part}")));
        }
    }
    let expressions = alerts()
        .into_iter()
        .map(|alert| alert["expr"].as_str().expect("text").to_owned());
    let named = metrics_in(expressions.chain(queries()));
    let missing: Vec<&String> = named.difference(&shown).collect();
    assert!(missing.is_empty(), "{missing:?} are not among {shown:?}");
}

#[test]
fn the_rules_are_well_formed_and_do_what_their_tests_say() {
    let Some(output) = tools::run("promtool", ["check", "rules", "--lint-fatal", RULES]) else {
        return;
    };
    assert!(output.status.success(), "{}", tools::said(&output));
    let output = tools::run("promtool", ["test", "rules", RULES_TEST]).expect("found before");
    assert!(output.status.success(), "{}", tools::said(&output));
}

#[test]
fn every_alert_is_tested_and_has_its_page() {
    let tests = text(RULES_TEST);
    let pages = text(PAGES);
    let anchors: BTreeSet<String> = pages
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let mut names = BTreeSet::new();
    for alert in alerts() {
        let name = alert["alert"].as_str().expect("a name");
        assert!(
            tests.contains(&format!("alertname=\"{name}\"")),
            "{name} has no test"
        );
        let anchor = name.to_lowercase();
        assert_eq!(
            alert["annotations"]["runbook_url"],
            format!("{PAGES}#{anchor}")
        );
        assert!(anchors.contains(&anchor), "{name} has no page");
        assert!(
            ["critical", "warning"]
                .iter()
                .any(|severity| alert["labels"]["severity"] == *severity)
        );
        names.insert(anchor);
    }
    let pages = anchors
        .iter()
        .filter(|anchor| anchor.starts_with("whosthat"));
    assert!(
        pages.into_iter().all(|anchor| names.contains(anchor)),
        "a page without its alert"
    );
}

#[test]
fn the_dashboards_queries_can_be_read() {
    let rules: Vec<Value> = queries()
        .iter()
        .enumerate()
        .map(|(index, query)| json!({"record": format!("panel:{index}"), "expr": query}))
        .collect();
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let path = folder.path().join("queries.yaml");
    // JSON is YAML.
    let group = json!({"groups": [{"name": "dashboard", "rules": rules}]});
    std::fs::write(&path, group.to_string()).expect("writable");
    let path = path.to_str().expect("a path in UTF-8");
    let Some(output) = tools::run("promtool", ["check", "rules", path]) else {
        return;
    };
    assert!(output.status.success(), "{}", tools::said(&output));
}

#[test]
fn the_dashboards_panels_have_numbers_and_places_of_their_own() {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("a list");
    let ids: BTreeSet<i64> = panels
        .iter()
        .filter_map(|panel| panel["id"].as_i64())
        .collect();
    assert_eq!(ids.len(), panels.len());
    let place = |panel: &Value| {
        let number = |name: &str| panel["gridPos"][name].as_i64().expect("a number");
        (number("x"), number("y"), number("w"), number("h"))
    };
    for (index, panel) in panels.iter().enumerate() {
        let (x, y, width, height) = place(panel);
        assert!(x + width <= 24, "{}", panel["title"]);
        for other in &panels[index + 1..] {
            let (x2, y2, width2, height2) = place(other);
            let is_apart =
                x + width <= x2 || x2 + width2 <= x || y + height <= y2 || y2 + height2 <= y;
            assert!(is_apart, "{} lies on {}", panel["title"], other["title"]);
        }
    }
    assert!(
        file(DASHBOARD).metadata().expect("a file").len() < 200_000,
        "a ConfigMap holds 1 MiB"
    );
}
