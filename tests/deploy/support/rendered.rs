//! The chart, rendered with each set of values.

use std::path::PathBuf;

use serde_json::Value;

use super::{file, tools};

/// The chart.
pub(crate) const CHART: &str = "deploy/helm/whos-that";
/// The version of Kubernetes that charts are rendered for.
pub(crate) const KUBERNETES: &str = "1.37.0";
/// The name of the rendered release.
pub(crate) const RELEASE: &str = "faces";
/// The sets of values in the chart's `ci`.
pub(crate) const SETS: [&str; 5] = [
    "external-mongo",
    "openshift",
    "production",
    "queue-and-traces",
    "trial",
];

/// What Helm makes of one set of values.
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) documents: Vec<Value>,
}

/// The file of a set of values.
pub(crate) fn values(set: &str) -> PathBuf {
    file(&format!("{CHART}/ci/{set}.yaml"))
}

impl Rendered {
    /// Renders a set; `None` where Helm is not installed.
    pub(crate) fn of(set: &str) -> Option<Self> {
        let values = values(set);
        let values = values.to_str().expect("a path in UTF-8");
        let output = template(&["--values", values])?;
        assert!(output.status.success(), "{}", tools::said(&output));
        let text = String::from_utf8(output.stdout).expect("text");
        let documents = tools::documents(&text);
        Some(Self { text, documents })
    }

    /// The documents of one kind.
    pub(crate) fn kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.documents
            .iter()
            .filter(move |document| document["kind"] == kind)
    }

    /// The pods that the set makes: name of the component, and template.
    pub(crate) fn pods(&self) -> Vec<(&str, &Value)> {
        ["Deployment", "StatefulSet"]
            .iter()
            .flat_map(|kind| self.kind(kind))
            .map(|document| {
                let template = &document["spec"]["template"];
                let component = &template["metadata"]["labels"]["app.kubernetes.io/component"];
                (component.as_str().expect("a label"), template)
            })
            .collect()
    }
}

/// `helm template` with further arguments; `None` where Helm is not installed.
pub(crate) fn template(arguments: &[&str]) -> Option<std::process::Output> {
    let common = [
        "template",
        RELEASE,
        CHART,
        "--namespace",
        "faces",
        "--kube-version",
        KUBERNETES,
    ];
    tools::run("helm", [&common, arguments].concat())
}

/// The program that runs in the container of a component; `None` for one that is not ours.
pub(crate) fn program(component: &str) -> Option<&'static str> {
    match component {
        "registration" => Some("registration-service"),
        "inference" => Some("inference-service"),
        "ui" => Some("face-ui"),
        _ => None,
    }
}
