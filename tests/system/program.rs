//! The program itself: starting, stopping, what survives, what is refused, what it says.

use std::path::Path;
use std::process::{Command, Output};

use face_store_mongo::testing::TestServer;

use crate::support::pictures::{SEEDS, portrait};
use crate::support::system::Options;
use crate::support::{TestSystem, needs};

/// Runs the program to its end.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whos-that"));
    command.args(arguments).env_remove("WHOS_THAT_PACK");
    command.output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn interrupt(system: &TestSystem) {
    let status = Command::new("kill")
        .args(["-INT", &system.pid().to_string()])
        .status()
        .expect("kill is there");
    assert!(status.success());
}

#[tokio::test]
async fn ctrl_c_stops_it_cleanly_and_people_are_there_after_a_restart() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    assert_eq!(
        system
            .store(1, "Stays", &portrait(SEEDS[0], 0))
            .await
            .status,
        200
    );
    interrupt(&system);
    let (status, data) = system.wait();
    assert_eq!(status.code(), Some(0), "a clean stop");
    let pack = needs::pack().expect("found before");
    let system = TestSystem::launch(&pack, &Options::default(), data);
    assert_eq!(system.find_match(&portrait(SEEDS[0], 1)).await.status, 200);
}

#[tokio::test]
async fn on_mongodbs_protocol_people_are_kept_by_the_server() {
    let (Some(server), Some(_)) = (TestServer::shared(), needs::pack()) else {
        return;
    };
    let options = Options {
        mongo: Some(format!("{}/{}", server.url(), TestServer::new_database())),
        ..Options::default()
    };
    let Some(system) = TestSystem::start(&options) else {
        return;
    };
    assert_eq!(
        system.store(1, "Kept", &portrait(SEEDS[0], 0)).await.status,
        200
    );
    assert_eq!(
        system
            .store(1, "Twice", &portrait(SEEDS[1], 0))
            .await
            .status,
        409
    );
    drop(system);
    let Some(system) = TestSystem::start(&options) else {
        return;
    };
    assert_eq!(
        system.find_match(&portrait(SEEDS[0], 1)).await.json()["name"],
        "Kept"
    );
    assert_eq!(
        system.call(reqwest::Method::DELETE, "/api/1").await.status,
        200
    );
    assert_eq!(system.ids().await, Vec::<i64>::new());
}

#[test]
fn without_a_pack_named_it_begins_with_the_one_that_comes_with_it() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let output = without_a_pack(folder.path(), &DOCTOR);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("which come with the program"), "{text}");
}

/// Looks at everything that starting needs, at ports that are free.
const DOCTOR: [&str; 7] = [
    "doctor",
    "--registration-port",
    "0",
    "--ui-port",
    "0",
    "--inference-port",
    "0",
];

/// Runs the program without naming a pack, with a cache of its own under `folder` and nothing to fetch.
fn without_a_pack(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whos-that"));
    command
        .args(arguments)
        .args(["--offline", "--data"])
        .arg(folder);
    command
        .env_remove("WHOS_THAT_PACK")
        .env("WHOS_THAT_CACHE", folder.join("cache"));
    command.output().expect("the program starts")
}

#[test]
fn a_data_folder_keeps_the_pack_it_began_with() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    interrupt(&system);
    let (status, data) = system.wait();
    assert_eq!(status.code(), Some(0));
    let output = without_a_pack(data.path(), &DOCTOR);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("which made the templates in"), "{text}");
    std::fs::write(
        data.path().join("networks.json"),
        r#"{"pack": "gone", "model": "sha256:0", "folder": "/absent/pack"}"#,
    )
    .expect("writable");
    let output = without_a_pack(data.path(), &DOCTOR);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("were made by the networks `gone`"), "{text}");
}

#[test]
fn others_are_let_in_only_with_a_key_and_a_password() {
    let output = run(&["--bind", "0.0.0.0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("WHOS_THAT_SERVICE_KEY"),
        "{}",
        stderr(&output)
    );
    let output = run(&["--bind", "0.0.0.0", "--service-key", "0123456789abcdef"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("WHOS_THAT_ADMIN_PASSWORD_HASH"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn doctor_names_what_is_missing_and_what_to_do() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let missing = folder.path().join("no-pack");
    let output = run(&[
        "doctor",
        "--data",
        &folder.path().to_string_lossy(),
        "--pack",
        &missing.to_string_lossy(),
    ]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    for part in ["pack", "store", "port", "camera"] {
        assert!(text.to_lowercase().contains(part), "{part} in {text}");
    }
}

#[test]
fn doctor_is_content_with_a_whole_installation() {
    let Some(pack) = needs::pack() else { return };
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let ports = [
        "--registration-port",
        "0",
        "--ui-port",
        "0",
        "--inference-port",
        "0",
    ];
    let (data, pack) = (folder.path().to_string_lossy(), pack.to_string_lossy());
    let output = run(&[
        &["doctor", "--data", &data, "--pack", &pack],
        ports.as_slice(),
    ]
    .concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn a_pack_with_a_changed_file_is_refused() {
    let Some(pack) = needs::pack() else { return };
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let copy = folder.path().join("pack");
    std::fs::create_dir(&copy).expect("a folder");
    for entry in std::fs::read_dir(&pack)
        .expect("the pack")
        .map(|entry| entry.expect("an entry"))
    {
        std::fs::copy(entry.path(), copy.join(entry.file_name())).expect("a copy");
    }
    let network = std::fs::read_dir(&copy)
        .expect("the copy")
        .map(|entry| entry.expect("an entry").path());
    let network = network
        .filter(|path| path.extension().is_some_and(|kind| kind == "onnx"))
        .min()
        .expect("a network");
    let mut bytes = std::fs::read(&network).expect("readable");
    bytes[100] ^= 1;
    std::fs::write(&network, bytes).expect("writable");
    let output = run(&["pack", "verify", &copy.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1));
    let name = network
        .file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned();
    assert!(stderr(&output).contains(&name), "{}", stderr(&output));
}
