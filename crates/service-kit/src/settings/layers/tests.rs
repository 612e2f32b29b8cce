//! Precedence, secrets in files, and what is refused with which sentence.

use clap::CommandFactory as _;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;
use crate::ServiceSettings;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    service: ServiceSettings,
    /// As the inference service has it.
    #[arg(long, env = "WHOS_THAT_INFERENCE_PORT", default_value_t = 5007)]
    inference_port: u16,
    /// As the registration service has it.
    #[arg(long, env = "WHOS_THAT_INFERENCE_URL")]
    inference_url: Option<String>,
    /// As the pages have it.
    #[arg(long, env = "WHOS_THAT_UI_BEHIND_PROXY")]
    behind_proxy: bool,
}

/// What a program started in this environment would see; the environment of the test itself holds none of these.
fn layers(environment: &[(&str, &str)]) -> Result<Layers, SettingsFaults> {
    let environment = environment.iter().map(|(k, v)| ((*k).into(), (*v).into()));
    Layers::gather(&Cli::command(), &["test".into()], environment)
}

fn parsed(layers: Layers, arguments: &[&str]) -> Cli {
    let matches = layers
        .under(Cli::command())
        .try_get_matches_from([&["test"], arguments].concat())
        .unwrap();
    clap::FromArgMatches::from_arg_matches(&matches).unwrap()
}

fn faults(environment: &[(&str, &str)]) -> Vec<String> {
    layers(environment)
        .err()
        .map_or_else(Vec::new, |faults| faults.0)
}

fn file(folder: &TempDir, text: &str) -> String {
    let path = folder.path().join("file");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn key_of(cli: &Cli) -> Option<&str> {
    cli.service
        .service_key
        .as_ref()
        .map(ExposeSecret::expose_secret)
}

#[test]
fn the_file_stands_above_the_default_and_below_the_flag() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        "inference_port = 1\nbehind_proxy = true\nservice_key = 'a key'\nlog_format = 'json'\n",
    );
    let read = || layers(&[("WHOS_THAT_CONFIG", &path)]).unwrap();
    let cli = parsed(read(), &[]);
    assert_eq!((cli.inference_port, cli.behind_proxy), (1, true));
    assert_eq!(key_of(&cli), Some("a key"));
    assert_eq!(parsed(read(), &["--inference-port", "2"]).inference_port, 2);
    assert_eq!(parsed(Layers::default(), &[]).inference_port, 5007);
}

#[test]
fn a_secret_may_lie_in_a_file_and_loses_the_line_break_at_its_end() {
    let folder = TempDir::new().unwrap();
    for (text, secret) in [
        ("k y", "k y"),
        ("k y\n", "k y"),
        ("k y\r\n", "k y"),
        ("k\n\n", "k\n"),
    ] {
        let path = file(&folder, text);
        let cli = parsed(
            layers(&[("WHOS_THAT_SERVICE_KEY_FILE", &path)]).unwrap(),
            &[],
        );
        assert_eq!(key_of(&cli), Some(secret));
    }
    let path = file(&folder, "\n");
    for (path, why) in [
        (path.as_str(), "is empty"),
        ("/absent/key", "cannot be read"),
    ] {
        let faults = faults(&[("WHOS_THAT_SERVICE_KEY_FILE", path)]);
        assert!(
            faults[0].starts_with("WHOS_THAT_SERVICE_KEY_FILE names ") && faults[0].contains(why),
            "{faults:?}"
        );
    }
    let both = faults(&[
        ("WHOS_THAT_SERVICE_KEY_FILE", "/k"),
        ("WHOS_THAT_SERVICE_KEY", "k"),
    ]);
    assert_eq!(
        both,
        ["WHOS_THAT_SERVICE_KEY and WHOS_THAT_SERVICE_KEY_FILE are both set: unset one"]
    );
}

#[test]
fn a_secret_is_not_shown_by_help() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "service_key = 'hunter2'");
    let mut command = layers(&[("WHOS_THAT_CONFIG", &path)])
        .unwrap()
        .under(Cli::command());
    assert!(!command.render_long_help().to_string().contains("hunter2"));
}

#[test]
fn an_unknown_variable_is_named_with_the_nearest_known() {
    assert_eq!(
        faults(&[("WHOS_THAT_INFERENCE_WORKER", "2")]),
        ["there is no setting WHOS_THAT_INFERENCE_WORKER; is `WHOS_THAT_INFERENCE_WORKERS` meant?"]
    );
    // Settings of another service, variables of others, and what the tests read.
    let fine = [
        ("WHOS_THAT_UI_PORT", "1"),
        ("PATH", "/bin"),
        ("WHOS_THAT_REQUIRE_ALL", "1"),
        ("WHOS_THAT_MONGO_FILE", ""),
    ];
    assert_eq!(faults(&fine), Vec::<String>::new());
}

#[test]
fn variables_that_kubernetes_sets_for_services_are_told_as_such() {
    let links = faults(&[
        ("WHOS_THAT_API_PORT", "tcp://10.0.0.1:5005"),
        ("WHOS_THAT_API_PORT_5005_TCP_ADDR", "10.0.0.1"),
        ("WHOS_THAT_API_SERVICE_HOST", "10.0.0.1"),
    ]);
    assert_eq!(links.len(), 1, "{links:?}");
    assert!(
        links[0].contains("WHOS_THAT_API_PORT (and 2 more)")
            && links[0].contains("enableServiceLinks: false")
    );
    let of_a_setting = faults(&[("WHOS_THAT_INFERENCE_PORT", "tcp://10.0.0.1:5007")]);
    assert!(
        of_a_setting[0]
            .starts_with("WHOS_THAT_INFERENCE_PORT is `tcp://10.0.0.1:5007`, which cannot be used")
    );
    assert!(of_a_setting[0].contains("enableServiceLinks: false"));
}

#[test]
fn everything_wrong_in_a_file_is_told_at_once() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        "inference_port = 70000\nlog_format = 'xml'\ninference_quue = 3\nbind = [1]\nservice_key = 'hunter2'\nservice_key_file = '/absent/key'\n",
    );
    let faults = check_file(&Cli::command(), Path::new(&path));
    let expected = [
        "`bind` takes one value",
        "`inference_port` is `70000`, which cannot be used: 70000 is not in 0..=65535",
        "there is no setting `inference_quue`; is `inference_queue` meant?",
        "`log_format` is `xml`, which is none of text, json",
        "`service_key` and `service_key_file` are both there; keep one",
        "`service_key_file` names /absent/key, which cannot be read",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(
            fault.contains(expected) && fault.starts_with(&path),
            "{fault}"
        );
    }
    assert!(!faults.concat().contains("hunter2"));
    let broken = file(&folder, "a = 1\nservice_key = hunter2\n");
    let faults = check_file(&Cli::command(), Path::new(&broken));
    assert!(
        faults[0].contains("line 2") && !faults[0].contains("hunter2"),
        "{faults:?}"
    );
}

#[test]
fn the_originals_variable_stands_for_the_setting() {
    let environment = [("LIVENESS_SERVICE_URL", "http://a:1")];
    assert_eq!(
        parsed(layers(&environment).unwrap(), &[])
            .inference_url
            .as_deref(),
        Some("http://a:1")
    );
}
