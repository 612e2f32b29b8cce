//! docs/metrics.md against what the running services tell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::support::system::Options;
use crate::support::{TestSystem, needs};

/// The marks around the table.
const MARKS: [&str; 2] = ["<!-- table -->\n", "<!-- end of the table -->"];
/// Labels whose values are not listed: routes, versions, and the problems, which have a page of their own.
const UNLISTED: &[&str] = &[
    "method", "route", "status", "version", "model", "pack", "problem",
];

/// What is told of one metric.
#[derive(Default)]
struct Family {
    help: String,
    kind: String,
    labels: BTreeMap<String, BTreeSet<String>>,
    services: BTreeSet<String>,
}

type Families = BTreeMap<String, Family>;

#[tokio::test]
async fn the_page_lists_the_metrics_of_the_running_services() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let mut families = Families::new();
    for url in [&system.registration, &system.inference, &system.pages] {
        // A route has no series before its first request.
        system.http.get(url).send().await.expect("an answer");
        let answer = system.http.get(format!("{url}/metrics")).send().await;
        let text = answer.expect("an answer").text().await.expect("text");
        read(&text, &mut families);
    }
    let table = table(&families);
    let path = needs::document("metrics.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (head, rest) = page
        .split_once(MARKS[0])
        .expect("the mark before the table");
    let (written, foot) = rest.split_once(MARKS[1]).expect("the mark after the table");
    if std::env::var_os("BLESS").is_some() {
        let page = [head, MARKS[0], &table, MARKS[1], foot].concat();
        std::fs::write(&path, page).expect("writable");
        return;
    }
    assert!(
        written == table,
        "docs/metrics.md is out of date; BLESS=1 writes it. The services tell:\n{table}"
    );
}

/// Adds what one service tells.
fn read(text: &str, families: &mut Families) {
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words.as_slice() {
            ["#", "HELP", name, help] => {
                let family = families.entry((*name).to_owned()).or_default();
                (*help).clone_into(&mut family.help);
            }
            ["#", "TYPE", name, kind] => {
                let family = families.entry((*name).to_owned()).or_default();
                (*kind).clone_into(&mut family.kind);
            }
            _ => sample(line, families),
        }
    }
}

/// Adds the labels of one sample.
fn sample(line: &str, families: &mut Families) {
    let (name, rest) = line.split_once('{').expect("every series has a service");
    let (labels, _) = rest.rsplit_once('}').expect("closed");
    let name = ["_bucket", "_sum", "_count"]
        .iter()
        .filter_map(|part| name.strip_suffix(part))
        .find(|family| {
            families
                .get(*family)
                .is_some_and(|it| it.kind == "histogram")
        })
        .unwrap_or(name);
    let family = families.get_mut(name).expect("told of before");
    let mut rest = labels;
    while let Some((label, tail)) = rest.split_once("=\"") {
        let (value, tail) = tail.split_once('"').expect("closed");
        match label {
            "service" => drop(family.services.replace(value.to_owned())),
            "le" => (),
            other => {
                let values = family.labels.entry(other.to_owned()).or_default();
                values.insert(value.to_owned());
            }
        }
        rest = tail.trim_start_matches(',');
    }
}

fn table(families: &Families) -> String {
    let mut table =
        "| Metric | Type | Labels beside `service` | Services | Meaning |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for (name, family) in families {
        let labels: Vec<String> = family.labels.iter().map(label).collect();
        let services = if family.services.len() == 3 {
            "all".to_owned()
        } else {
            family
                .services
                .iter()
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        };
        let row = [
            &format!("`{name}`"),
            &family.kind,
            &labels.join("; "),
            &services,
            family.help.trim_end_matches('.'),
        ];
        writeln!(table, "| {} |", row.join(" | ")).expect("writing to a String does not fail");
    }
    table
}

fn label((name, values): (&String, &BTreeSet<String>)) -> String {
    if UNLISTED.contains(&name.as_str()) {
        return format!("`{name}`");
    }
    let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    format!("`{name}`: {}", values.join(", "))
}
