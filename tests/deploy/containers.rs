//! The programs as their containers start them: the image's files and no others, read-only, another user, secrets as files, the
//! environment of the Dockerfile and of the compose file to the letter. The original's contract holds, they are well by their
//! own health checks, and SIGTERM ends them cleanly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::compose;
use crate::monitoring;
use crate::support::contained::{Container, Network, Start};
use crate::support::image::{Image, ids};
use crate::support::{programs, tools};

/// The time that the compose file gives a container to stop.
const GRACE: Duration = Duration::from_secs(30);

/// ONNX Runtime's library; tests find it by its variable.
fn onnxruntime() -> Option<PathBuf> {
    let named = std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
    named
        .filter(|path| path.is_file())
        .or_else(|| test_needs::missing("ORT_DYLIB_PATH, the library of ONNX Runtime"))
}

/// The reference pack, in a folder of its own.
fn pack(shared: &Path, folder: &Path) -> PathBuf {
    let pack = folder.join("pack");
    let output = Command::new(programs::path("whos-that"))
        .args(["pack", "assemble"])
        .arg(test_needs::workspace().join("models/manifests/reference.toml"))
        .arg("--from")
        .arg(shared.join("models"))
        .arg("--out")
        .arg(&pack)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", tools::said(&output));
    pack
}

/// A server that speaks MongoDB's protocol, in the network; dropped, it is killed.
struct Database(Child);

impl Database {
    fn start(network: &Network, folder: &Path, arguments: &[&str]) -> Option<Self> {
        let program = test_needs::program("secantusd-py")?;
        let child = network
            .command(program)
            .args([
                "--host",
                "127.0.0.1",
                "--port",
                "27017",
                "--log-level",
                "WARNING",
            ])
            .args(["--cache-size", "128M", "--sync-on-commit", "--storage-path"])
            .arg(folder)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nsenter runs");
        let database = Self(child);
        let begin = Instant::now();
        while !network.listens(27017) {
            assert!(
                begin.elapsed() < Duration::from_mins(1),
                "the database does not listen"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(database)
    }

    /// With authentication on, and the user that the compose file's database has.
    fn start_with_user(network: &Network, folder: &Path, secrets: &Path) -> Option<Self> {
        let open = Self::start(network, folder, &[])?;
        // What mongo-init.js does, in the language of the server at hand.
        let create = "import sys, pymongo; \
            pymongo.MongoClient('mongodb://127.0.0.1:27017')['whosthat'].command('createUser', 'whosthat', \
            pwd=open(sys.argv[1]).read(), roles=[{'role': 'readWrite', 'db': 'whosthat'}])";
        let python = test_needs::program("secantusd-py")?.with_file_name("python3");
        let output = network
            .command(python)
            .args(["-c", create])
            .arg(secrets.join("mongo-password"))
            .output()
            .expect("nsenter runs");
        assert!(output.status.success(), "{}", tools::said(&output));
        drop(open);
        Self::start(network, folder, &["--auth"])
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // An error means that it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What a container of a compose service is started with.
struct Service {
    image: Image,
    user: String,
    environment: BTreeMap<String, String>,
    files: BTreeMap<String, PathBuf>,
    check: Vec<String>,
}

impl Service {
    fn of(model: &Value, name: &str, secrets: &Path) -> Self {
        let service = &model["services"][name];
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let image = text(&service["image"]);
        let program = image.rsplit('/').next().expect("a name");
        let program = program.split(':').next().expect("a name");
        let environment = service["environment"].as_object().expect("an environment");
        let mounted = service["secrets"].as_array().into_iter().flatten();
        let volumes = service["volumes"].as_array().into_iter().flatten();
        let bound = volumes.filter(|volume| volume["type"] == "bind");
        let files = mounted
            .map(|secret| {
                (
                    text(&secret["target"]),
                    secrets.join(text(&secret["source"])),
                )
            })
            .chain(bound.map(|volume| (text(&volume["target"]), text(&volume["source"]).into())));
        let check = service["healthcheck"]["test"]
            .as_array()
            .expect("a health check");
        Self {
            image: Image::of(program),
            user: text(&service["user"]),
            environment: environment
                .iter()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
            files: files.collect(),
            check: check[1..].iter().map(text).collect(),
        }
    }

    /// Starts it as `user` and waits until it is ready.
    fn start(
        &self,
        network: &Network,
        user: &str,
        volume: Option<(&Path, &str)>,
        onnxruntime: &Path,
    ) -> Container {
        let start = Start {
            image: &self.image,
            user,
            environment: self.environment.clone(),
            files: self.files.clone(),
            volume,
        };
        let mut container = Container::start(network, start, onnxruntime);
        container.wait(network, &self.check);
        let alive = container.run(network, &self.image.health);
        assert!(alive.status.success(), "{}", tools::said(&alive));
        container
    }
}

/// The black-box check of the original's contract.
fn check_contract(network: &Network, shared: &Path, secrets: &Path) {
    let key = std::fs::read_to_string(secrets.join("service-key")).expect("a secret");
    let output = network
        .command("python3")
        .arg(shared.join("checks/seed_api.py"))
        .arg("--photos")
        .arg(shared.join("data/people"))
        .arg("--blink")
        .arg(shared.join("data/blink/live"))
        .args(["--key", &key])
        .output()
        .expect("nsenter runs");
    let said = tools::said(&output);
    assert!(
        output.status.success() && said.contains(" 0 failed"),
        "{said}"
    );
}

/// A service's metrics.
fn metrics(network: &Network, port: u16) -> String {
    let read = format!(
        "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:{port}/metrics').read().decode())"
    );
    let output = network
        .command("python3")
        .args(["-c", &read])
        .output()
        .expect("nsenter runs");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_services_serve_the_contract_as_the_compose_file_starts_them() {
    let (Some(shared), Some(onnxruntime)) = (test_needs::shared(), onnxruntime()) else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let pack = pack(&shared, folder.path());
    let pack_folder = [(
        "WHOS_THAT_PACK_FOLDER",
        pack.to_str().expect("a path in UTF-8"),
    )];
    let files = ["compose.yaml", "compose.pack.yaml"];
    let (Some(model), Some(network)) = (compose::model(&files, &pack_folder), Network::new())
    else {
        return;
    };
    let secrets = folder.path().join("secrets.d");
    tools::make_secrets(&secrets);
    let store = folder.path().join("mongo");
    let Some(_database) = Database::start_with_user(&network, &store, &secrets) else {
        return;
    };

    let services =
        ["inference", "registration", "ui"].map(|name| Service::of(&model, name, &secrets));
    // First as the compose file says, then as a user that a platform picks, of the group 0.
    for user in [services[0].user.as_str(), "1000660000:0"] {
        let containers = services
            .each_ref()
            .map(|service| service.start(&network, user, None, &onnxruntime));
        for container in &containers {
            let status = container.status();
            let id = user.split(':').next().expect("a user");
            assert!(
                status["Uid"].split_whitespace().all(|one| one == id),
                "{status:?}"
            );
            assert_eq!(status["NoNewPrivs"], "1");
            assert_eq!(status["CapEff"].trim_start_matches('0'), "");
        }
        check_contract(&network, &shared, &secrets);
        if user == services[0].user {
            let live: String = [5005, 5006, 5007]
                .map(|port| metrics(&network, port))
                .concat();
            monitoring::assert_all_exist(&live);
        }
        // From the outside in, as `docker compose down` does.
        for container in containers.into_iter().rev() {
            assert_eq!(container.stop(GRACE).code(), Some(0), "a clean stop");
        }
    }
}

#[test]
fn the_one_program_keeps_people_on_its_volume() {
    let Some(onnxruntime) = onnxruntime() else {
        return;
    };
    let (Some(model), Some(network)) = (compose::model(&["compose.yaml"], &[]), Network::new())
    else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let secrets = folder.path().join("secrets.d");
    tools::make_secrets(&secrets);
    let service = Service::of(&model, "whos-that", &secrets);
    let place = service.image.environment["WHOS_THAT_DATA"].clone();
    let copied = service
        .image
        .copies
        .iter()
        .find(|copied| copied.target == place);
    let owner = &copied.expect("the image has the folder").options["chown"];
    for user in [service.user.as_str(), "1000660000:0"] {
        // An engine gives a new volume the owner and mode that the image's folder has.
        let volume = folder.path().join(user);
        std::fs::create_dir(&volume).expect("a folder");
        let (owner, group) = ids(owner);
        std::os::unix::fs::chown(&volume, Some(owner), Some(group)).expect("root may");
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o770);
        std::fs::set_permissions(&volume, permissions).expect("root may");
        // Twice: what the first wrote, the second reads.
        for _ in 0..2 {
            let container = service.start(&network, user, Some((&volume, &place)), &onnxruntime);
            assert!(metrics(&network, 5005).contains("gallery_people"));
            assert_eq!(container.stop(GRACE).code(), Some(0), "a clean stop");
            assert!(
                volume.join("people.redb").is_file(),
                "people are kept there"
            );
        }
    }
}

#[test]
fn without_its_secrets_a_container_does_not_start() {
    let Some(onnxruntime) = onnxruntime() else {
        return;
    };
    let (Some(model), Some(network)) = (compose::model(&["compose.yaml"], &[]), Network::new())
    else {
        return;
    };
    let nowhere = TempDir::new().expect("a temporary folder");
    let service = Service::of(&model, "ui", nowhere.path());
    let start = Start {
        image: &service.image,
        user: &service.user,
        environment: service.environment.clone(),
        files: BTreeMap::new(),
        volume: None,
    };
    let mut container = Container::start(&network, start, &onnxruntime);
    let status = container.ended(Duration::from_secs(20));
    assert!(!status.success());
    let log = container.log();
    assert!(log.contains("WHOS_THAT_SERVICE_KEY_FILE"), "{log}");
}
