//! Settings as an operator gives them: files, secrets, slips of the pen; and the health check of each program.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::TestSystem;
use crate::support::needs;
use crate::support::system::Options;

/// The programs that serve.
const PROGRAMS: [&str; 4] = [
    "whos-that",
    "registration-service",
    "inference-service",
    "face-ui",
];

fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(needs::sibling(program));
    command.args(arguments).env_remove("WHOS_THAT_PACK");
    command.envs(environment.iter().copied());
    command.output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, text).expect("writable");
    path
}

#[test]
fn every_program_refuses_an_unknown_variable_by_name() {
    for program in PROGRAMS {
        let output = run(program, &[], &[("WHOS_THAT_INFERENCE_PROT", "5007")]);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{program}: {text}");
        assert!(
            text.contains(
                "there is no setting WHOS_THAT_INFERENCE_PROT; is `WHOS_THAT_INFERENCE_PORT` meant?"
            ),
            "{program}: {text}"
        );
    }
}

#[test]
fn commands_that_take_no_settings_are_not_kept_by_the_environment() {
    let output = run(
        "whos-that",
        &["pack", "--help"],
        &[("WHOS_THAT_NO_SUCH", "1")],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn config_check_says_everything_that_is_wrong() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = file(&folder, "ui_prot = 1\nregistration_port = 'high'\n");
    let output = run(
        "whos-that",
        &["config", "check", &path.to_string_lossy()],
        &[],
    );
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("there is no setting `ui_prot`; is `ui_port` meant?"),
        "{text}"
    );
    assert!(
        text.contains("`registration_port` is `high`, which cannot be used"),
        "{text}"
    );
    let path = file(&folder, "ui_port = 1\n");
    let output = run(
        "whos-that",
        &["config", "check", &path.to_string_lossy()],
        &[],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[tokio::test]
async fn a_settings_file_and_a_secret_in_a_file_are_heeded() {
    let folder = TempDir::new().expect("a temporary folder");
    let key = folder.path().join("key");
    std::fs::write(&key, "0123456789abcdef\n").expect("writable");
    let path = file(
        &folder,
        &format!(
            "service_key_file = '{}'\nlog_format = 'json'\n",
            key.display()
        ),
    );
    let options = Options {
        arguments: vec!["--config".to_owned(), path.to_string_lossy().into_owned()],
        ..Options::default()
    };
    let Some(system) = TestSystem::start(&options) else {
        return;
    };
    let url = format!("{}/v1/people", system.registration);
    let without = system.http.get(&url).send().await.expect("an answer");
    assert_eq!(without.status(), 401);
    let with = system.http.get(&url).bearer_auth("0123456789abcdef");
    assert_eq!(with.send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn every_program_can_ask_a_service_whether_it_is_well() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}/healthz", gone.local_addr().expect("bound"));
    drop(gone);
    for program in PROGRAMS {
        let well = format!("{}/readyz", system.registration);
        // Whatever else the environment holds: a health check asks one question.
        let output = run(program, &["health", &well], &[("WHOS_THAT_NO_SUCH", "1")]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{program}: {}",
            stderr(&output)
        );
        let missing = format!("{}/no-such-path", system.registration);
        for (url, words) in [(&nobody, "does not answer"), (&missing, "status 404")] {
            let output = run(program, &["health", url], &[]);
            assert_eq!(output.status.code(), Some(1), "{program}");
            let text = stderr(&output);
            assert!(
                text.contains(words) && text.lines().count() == 1,
                "{program}: {text}"
            );
        }
    }
}
