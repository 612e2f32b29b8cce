//! The chart's network policies permit the arrows of the architecture and no other.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::rendered::{Rendered, SETS};

/// A way from one component to another's port.
type Arrow = (String, String, u64);

/// Ports of the components.
const PORTS: [(&str, u64); 4] = [
    ("ui", 5006),
    ("registration", 5005),
    ("inference", 5007),
    ("mongo", 27017),
];

/// The policy about a component; each has one, of both directions, so that what it does not name is forbidden.
fn policy<'a>(rendered: &'a Rendered, component: &str) -> &'a Value {
    let about: Vec<&Value> = rendered
        .kind("NetworkPolicy")
        .filter(|policy| selects(&policy["spec"]["podSelector"], &labels(rendered, component)))
        .collect();
    let [policy] = about.as_slice() else {
        panic!("{component} has {} policies", about.len())
    };
    assert_eq!(policy["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    &policy["spec"]
}

fn labels(rendered: &Rendered, component: &str) -> Value {
    let pods = rendered.pods();
    let (_, pod) = pods
        .iter()
        .find(|(name, _)| *name == component)
        .expect("there is such a pod");
    pod["metadata"]["labels"].clone()
}

/// Whether a selector of labels chooses a pod.
fn selects(selector: &Value, labels: &Value) -> bool {
    assert!(selector["matchExpressions"].is_null(), "{selector}");
    let wanted = selector["matchLabels"].as_object().expect("labels");
    wanted.iter().all(|(name, value)| labels[name] == *value)
}

/// Whether a rule, whose peers are under `direction`, lets a pod of this namespace with these labels through on a port.
fn permits(rule: &Value, direction: &str, labels: &Value, port: u64) -> bool {
    let is_port = rule["ports"]
        .as_array()
        .expect("every rule names ports")
        .iter()
        .any(|one| one["port"] == port && one["protocol"] == "TCP");
    let is_peer = rule[direction]
        .as_array()
        .expect("every rule names peers")
        .iter()
        .filter(|peer| peer["namespaceSelector"].is_null() && peer["ipBlock"].is_null())
        .any(|peer| selects(&peer["podSelector"], labels));
    is_port && is_peer
}

fn rules<'a>(policy: &'a Value, kind: &str) -> &'a [Value] {
    policy[kind].as_array().expect("a list, if an empty one")
}

/// Every way that both ends permit.
fn arrows(rendered: &Rendered) -> BTreeSet<Arrow> {
    let pods = rendered.pods();
    let mut arrows = BTreeSet::new();
    for (from, pod) in &pods {
        for (to, other) in &pods {
            for (_, port) in PORTS {
                let out = rules(policy(rendered, from), "egress")
                    .iter()
                    .any(|rule| permits(rule, "to", &other["metadata"]["labels"], port));
                let inward = rules(policy(rendered, to), "ingress")
                    .iter()
                    .any(|rule| permits(rule, "from", &pod["metadata"]["labels"], port));
                if out && inward {
                    arrows.insert(((*from).to_owned(), (*to).to_owned(), port));
                }
            }
        }
    }
    arrows
}

#[test]
fn inside_there_are_the_arrows_of_the_architecture_and_no_other() {
    for set in SETS {
        let Some(rendered) = Rendered::of(set) else {
            return;
        };
        let arrow = |from: &str, to: &str, port| (from.to_owned(), to.to_owned(), port);
        let mut wanted = BTreeSet::from([
            arrow("ui", "registration", 5005),
            arrow("registration", "inference", 5007),
        ]);
        if rendered.kind("StatefulSet").next().is_some() {
            wanted.insert(arrow("registration", "mongo", 27017));
        }
        assert_eq!(arrows(&rendered), wanted, "{set}");
    }
}

/// Peers outside of the release in a direction, with their ports.
fn outside(policy: &Value, kind: &str, direction: &str) -> BTreeSet<String> {
    let mut peers = BTreeSet::new();
    for rule in rules(policy, kind) {
        for peer in rule[direction].as_array().expect("peers") {
            if peer["podSelector"].is_null() || !peer["namespaceSelector"].is_null() {
                for port in rule["ports"].as_array().expect("ports") {
                    peers.insert(format!("{peer} {}", port["port"]));
                }
            }
        }
    }
    peers
}

#[test]
fn nobody_outside_is_spoken_to_but_whom_the_values_name() {
    let namespace = |name: &str| json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}});
    let all = |peers: &[(Value, u64)]| -> BTreeSet<String> {
        peers
            .iter()
            .map(|(peer, port)| format!("{peer} {port}"))
            .collect()
    };
    let Some(production) = Rendered::of("production") else {
        return;
    };
    let dns = (namespace("kube-system"), 53);
    let database = (json!({"ipBlock": {"cidr": "192.0.2.10/32"}}), 27017);
    let out = |component| outside(policy(&production, component), "egress", "to");
    assert_eq!(
        out("inference"),
        all(&[]),
        "the networks see pictures and speak to nobody"
    );
    assert_eq!(out("registration"), all(&[dns.clone(), database]));
    assert_eq!(out("ui"), all(&[dns]));
    let inward = |component| outside(policy(&production, component), "ingress", "from");
    let (ingress, monitoring) = (namespace("ingress"), namespace("monitoring"));
    assert_eq!(
        inward("ui"),
        all(&[(ingress.clone(), 5006), (monitoring.clone(), 5006)])
    );
    assert_eq!(
        inward("registration"),
        all(&[(ingress, 5005), (monitoring.clone(), 5005)])
    );
    assert_eq!(inward("inference"), all(&[(monitoring, 5007)]));

    let Some(traced) = Rendered::of("queue-and-traces") else {
        return;
    };
    let collector = (namespace("observability"), 4318);
    let dns = (namespace("kube-system"), 53);
    let out = outside(policy(&traced, "inference"), "egress", "to");
    assert_eq!(out, all(&[dns, collector]));

    let Some(trial) = Rendered::of("trial") else {
        return;
    };
    assert_eq!(outside(policy(&trial, "mongo"), "egress", "to"), all(&[]));
    assert_eq!(outside(policy(&trial, "ui"), "ingress", "from"), all(&[]));
}
