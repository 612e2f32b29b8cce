//! The chart's pods: "restricted" by the Pod Security Standards, with known settings, and secrets as files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::image::Image;
use crate::support::programs::Settings;
use crate::support::rendered::{Rendered, SETS, program};

/// The only container of a pod.
fn container(pod: &Value) -> &Value {
    assert!(pod["spec"]["initContainers"].is_null());
    let [container] = pod["spec"]["containers"]
        .as_array()
        .expect("a list")
        .as_slice()
    else {
        panic!("one container a pod")
    };
    container
}

/// What "restricted" asks of a pod (Kubernetes, Pod Security Standards), every rule of it that the chart could break.
fn assert_restricted(pod: &Value) {
    let spec = &pod["spec"];
    for sharing in ["hostNetwork", "hostPID", "hostIPC", "hostUsers"] {
        assert!(spec[sharing].is_null(), "{sharing}");
    }
    let kinds = ["configMap", "emptyDir", "persistentVolumeClaim", "secret"];
    for volume in spec["volumes"].as_array().expect("a list") {
        assert!(kinds.iter().any(|kind| !volume[kind].is_null()), "{volume}");
    }
    assert_eq!(spec["securityContext"]["runAsNonRoot"], true);
    assert_eq!(
        spec["securityContext"]["seccompProfile"],
        json!({"type": "RuntimeDefault"})
    );
    let container = container(pod);
    let own = &container["securityContext"];
    assert_eq!(own["allowPrivilegeEscalation"], false);
    assert_eq!(own["runAsNonRoot"], true);
    assert_eq!(own["capabilities"], json!({"drop": ["ALL"]}));
    for user in [&spec["securityContext"]["runAsUser"], &own["runAsUser"]] {
        assert_ne!(*user, 0);
    }
    assert!(own["privileged"].is_null() && own["procMount"].is_null());
    for port in container["ports"].as_array().expect("a list") {
        assert!(port["hostPort"].is_null(), "{port}");
    }
}

#[test]
fn every_pod_is_restricted() {
    for set in SETS {
        let Some(rendered) = Rendered::of(set) else {
            return;
        };
        for (component, pod) in rendered.pods() {
            assert_restricted(pod);
            let spec = &pod["spec"];
            assert_eq!(
                spec["automountServiceAccountToken"], false,
                "{set}: {component}"
            );
            assert_eq!(spec["enableServiceLinks"], false, "{set}: {component}");
            if program(component).is_some() {
                assert_eq!(
                    container(pod)["securityContext"]["readOnlyRootFilesystem"],
                    true
                );
                let resources = &container(pod)["resources"];
                assert!(resources["requests"]["cpu"].is_string(), "{component}");
                assert!(resources["limits"]["memory"].is_string(), "{component}");
            }
        }
    }
}

#[test]
fn openshift_picks_users_and_groups_itself() {
    let Some(rendered) = Rendered::of("openshift") else {
        return;
    };
    for (_, pod) in rendered.pods() {
        for context in [
            &pod["spec"]["securityContext"],
            &container(pod)["securityContext"],
        ] {
            for id in ["runAsUser", "runAsGroup", "fsGroup", "supplementalGroups"] {
                assert!(context[id].is_null(), "{id} in {context}");
            }
        }
    }
}

#[test]
fn every_name_in_an_environment_is_a_setting_and_no_secret_is_in_clear() {
    for set in SETS {
        let Some(rendered) = Rendered::of(set) else {
            return;
        };
        assert_eq!(
            rendered.kind("Secret").count(),
            0,
            "the chart makes no secret"
        );
        for (component, pod) in rendered.pods() {
            let container = container(pod);
            let environment: BTreeMap<&str, &str> = container["env"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| {
                    (
                        one["name"].as_str().expect("a name"),
                        one["value"].as_str().expect("text"),
                    )
                })
                .collect();
            let files = secret_files(pod);
            for (name, path) in environment
                .iter()
                .filter(|(name, _)| name.ends_with("_FILE"))
            {
                assert!(
                    files.contains(*path),
                    "{set}: {component}: {name} is {path}; there are {files:?}"
                );
            }
            let Some(program) = program(component) else {
                continue;
            };
            let place = format!("{set}: {component}");
            Settings::of(program).check(&place, environment.keys().copied());
            let image = Image::of(program);
            let port = container["ports"][0]["containerPort"]
                .as_u64()
                .expect("a port");
            assert_eq!(port, u64::from(image.ports[0]), "{place}");
            for (name, value) in environment
                .iter()
                .filter(|(name, _)| name.ends_with("_PORT"))
            {
                assert_eq!(*value, image.environment[*name], "{place}");
            }
            let named = container["image"].as_str().expect("an image");
            let named = named.rsplit('/').next().expect("a name");
            let named = named.split(['@', ':']).next().expect("a name");
            assert_eq!(named, program, "{place}");
        }
    }
}

/// The files that a pod's secrets become, by their whole path.
fn secret_files(pod: &Value) -> BTreeSet<String> {
    let mounts = container(pod)["volumeMounts"].as_array().expect("a list");
    let place = |volume: &Value| {
        let mount = mounts
            .iter()
            .find(|mount| mount["name"] == volume["name"])
            .expect("mounted");
        assert_eq!(mount["readOnly"], true);
        mount["mountPath"].as_str().expect("a path").to_owned()
    };
    let volumes = pod["spec"]["volumes"].as_array().expect("a list");
    let secrets = volumes.iter().filter(|volume| !volume["secret"].is_null());
    secrets
        .flat_map(|volume| {
            assert_eq!(
                volume["secret"]["defaultMode"], 0o440,
                "owner and group may read"
            );
            let folder = place(volume);
            let items = volume["secret"]["items"]
                .as_array()
                .expect("only what is needed");
            items
                .iter()
                .map(move |item| format!("{folder}/{}", item["path"].as_str().expect("a path")))
        })
        .collect()
}

#[test]
fn the_values_refuse_every_secret_as_a_setting() {
    let schema: Value = serde_json::from_str(&crate::support::text(
        "deploy/helm/whos-that/values.schema.json",
    ))
    .expect("JSON");
    let refused = &schema["definitions"]["settings"]["propertyNames"]["not"]["enum"];
    let refused: BTreeSet<&str> = refused
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for program in ["registration-service", "inference-service", "face-ui"] {
        let settings = Settings::of(program);
        for secret in settings
            .secrets()
            .filter(|name| name.starts_with("WHOS_THAT_"))
        {
            assert!(refused.contains(secret), "{secret} may be in the values");
        }
    }
}

#[test]
fn a_stop_has_time_to_drain_and_to_finish() {
    let Some(rendered) = Rendered::of("queue-and-traces") else {
        return;
    };
    for (component, pod) in rendered.pods() {
        let environment = container(pod)["env"].as_array().expect("a list");
        let seconds = |name: &str| -> u64 {
            let one = environment
                .iter()
                .find(|one| one["name"] == name)
                .expect("set");
            one["value"]
                .as_str()
                .expect("text")
                .parse()
                .expect("a number")
        };
        let needed = seconds("WHOS_THAT_DRAIN_SECONDS") + seconds("WHOS_THAT_GRACE_SECONDS");
        let given = pod["spec"]["terminationGracePeriodSeconds"]
            .as_u64()
            .expect("a number");
        assert!(given > needed, "{component}: {given} s for {needed} s");
    }
}
