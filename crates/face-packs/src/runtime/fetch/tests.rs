//! Tests of fetching the library, with scripts in the place of pip and npm.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::testing::server::{Reply, Server};
use crate::{Digest, Silent};

/// A machine: a folder with a wheel, a cache, and package clients that copy the wheel and note that they ran.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let mut wheel = zip::ZipWriter::new(std::fs::File::create(machine.path("a.whl")).unwrap());
        wheel
            .start_file("capi/lib.so", zip::write::SimpleFileOptions::default())
            .unwrap();
        wheel.write_all(b"library").unwrap();
        wheel.finish().unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A program that finds, among its arguments, the folder that follows `flag`, and copies the wheel there.
    fn client(&self, flag: &str) -> PathBuf {
        let (wheel, log) = (self.path("a.whl"), self.path("log"));
        let text = format!(
            "#!/bin/sh\necho \"$@\" >> {}\nwhile [ \"$1\" != {flag} ]; do shift; done\ncp {} \"$2\"\n",
            log.display(),
            wheel.display()
        );
        let path = self.path(&format!("client{flag}"));
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The artefact that `source` carries: the wheel, or `sha256` instead of its digest.
    fn artefact(&self, source: Source, sha256: Option<Digest>) -> Artefact {
        let digest = sha256.unwrap_or_else(|| Digest::of_file(&self.path("a.whl")).unwrap());
        Artefact {
            source,
            file: "a.whl",
            sha256: Box::leak(digest.to_string().into_boxed_str()),
            bytes: std::fs::metadata(self.path("a.whl")).unwrap().len(),
            member: "capi/lib.so",
        }
    }

    fn runs(&self) -> usize {
        std::fs::read_to_string(self.path("log"))
            .unwrap_or_default()
            .lines()
            .count()
    }
}

const PIP: Source = Source::Pip { platform: "any" };

/// Clients that are not there.
fn absent() -> Clients {
    let absent = PathBuf::from("/absent/program");
    Clients {
        python: absent.clone(),
        npm: absent,
    }
}

fn fetcher(artefacts: &[Artefact]) -> Fetcher<'_> {
    Fetcher {
        artefacts,
        clients: absent(),
        releases: "http://127.0.0.1:9".to_owned(),
    }
}

#[tokio::test]
async fn pip_fetches_once_and_the_cache_serves_ever_after() {
    let machine = Machine::new();
    let artefacts = [machine.artefact(PIP, None)];
    let fetcher = Fetcher {
        clients: Clients {
            python: machine.client("-d"),
            ..absent()
        },
        ..fetcher(&artefacts)
    };
    for _ in 0..2 {
        let library = fetcher
            .library(&machine.path("cache"), &Silent)
            .await
            .unwrap();
        assert_eq!(std::fs::read(library).unwrap(), b"library");
    }
    assert_eq!(machine.runs(), 1);
}

#[tokio::test]
async fn the_next_source_is_tried_when_one_fails() {
    let machine = Machine::new();
    let artefacts = [
        machine.artefact(PIP, None),
        machine.artefact(Source::Release, None),
        machine.artefact(Source::Npm, None),
    ];
    let fetcher = Fetcher {
        clients: Clients {
            npm: machine.client("--pack-destination"),
            ..absent()
        },
        ..fetcher(&artefacts)
    };
    fetcher
        .library(&machine.path("cache"), &Silent)
        .await
        .unwrap();
    assert_eq!(machine.runs(), 1);
}

#[tokio::test]
async fn a_release_is_downloaded() {
    let machine = Machine::new();
    let wheel = std::fs::read(machine.path("a.whl")).unwrap();
    let server = Server::start(move |request, _| Reply::ranged(request, &wheel)).await;
    let artefacts = [machine.artefact(Source::Release, None)];
    let fetcher = Fetcher {
        releases: server.address.clone(),
        ..fetcher(&artefacts)
    };
    fetcher
        .library(&machine.path("cache"), &Silent)
        .await
        .unwrap();
    assert_eq!(
        server.requests()[0].path,
        format!("/v{FETCHED_VERSION}/a.whl")
    );
}

#[tokio::test]
async fn a_package_of_another_digest_is_refused_and_nothing_is_kept() {
    let machine = Machine::new();
    let artefacts = [machine.artefact(PIP, Some(Digest::of(b"another")))];
    let fetcher = Fetcher {
        clients: Clients {
            python: machine.client("-d"),
            ..absent()
        },
        ..fetcher(&artefacts)
    };
    let error = fetcher
        .library(&machine.path("cache"), &Silent)
        .await
        .unwrap_err();
    assert!(
        error.contains(&format!("expected {}", Digest::of(b"another"))),
        "{error}"
    );
    assert_eq!(
        crate::testing::names_in(&cache::folder(&machine.path("cache"))),
        ["lock"]
    );
}

#[tokio::test]
async fn every_failed_source_says_why() {
    let machine = Machine::new();
    let artefacts = [
        machine.artefact(PIP, None),
        machine.artefact(Source::Release, None),
        machine.artefact(Source::Npm, None),
    ];
    let error = fetcher(&artefacts)
        .library(&machine.path("cache"), &Silent)
        .await
        .unwrap_err();
    for start in [
        "\n- pip: cannot be started",
        "\n- the project's releases: http",
        "\n- npm: cannot be started",
    ] {
        assert!(error.contains(start), "{error} lacks {start}");
    }
}

#[tokio::test]
async fn of_two_first_starts_at_once_one_fetches() {
    let machine = Machine::new();
    let artefacts = [machine.artefact(PIP, None)];
    let fetcher = Fetcher {
        clients: Clients {
            python: machine.client("-d"),
            ..absent()
        },
        ..fetcher(&artefacts)
    };
    let cache = machine.path("cache");
    let (one, other) = tokio::join!(
        fetcher.library(&cache, &Silent),
        fetcher.library(&cache, &Silent)
    );
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(machine.runs(), 1);
}
