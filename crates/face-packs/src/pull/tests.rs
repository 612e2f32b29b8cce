//! Tests of pulling packs from a server that behaves, and from one that does not.

use std::time::Duration;

use super::*;
use crate::testing::server::{Reply, Request, Server};
use crate::testing::{Sample, names_in};
use crate::{PACK_FILE, Pack, Role, Silent};

const BRISK: Patience = Patience {
    connect: Duration::from_secs(2),
    read: Duration::from_millis(500),
    cuts: 2,
    pause: Duration::from_millis(10),
};

/// A folder, the sample pack with addresses on `servers`, and the pack's place.
struct Case {
    folder: tempfile::TempDir,
    sample: Sample,
}

impl Case {
    fn new(servers: &[&Server]) -> Self {
        let addresses: Vec<_> = servers
            .iter()
            .map(|server| server.address.clone())
            .collect();
        let sample = Sample::new(move |file| {
            addresses
                .iter()
                .map(|address| format!("{address}/{file}"))
                .collect()
        });
        Self {
            folder: tempfile::tempdir().unwrap(),
            sample,
        }
    }

    async fn pull(&self) -> Result<(), PullError> {
        self.pull_accepting(None).await
    }

    async fn pull_accepting(&self, acceptance: Option<&Acceptance>) -> Result<(), PullError> {
        let out = self.folder.path().join("pack");
        pull_with(
            &Ways {
                downloader: Downloader::new(BRISK),
                ..Ways::default()
            },
            &self.sample.recipe,
            &out,
            acceptance,
            &Silent,
        )
        .await
    }

    fn pack(&self) -> Pack {
        Pack::open(&self.folder.path().join("pack")).unwrap()
    }
}

/// The bytes of the file that a request asks for.
fn file(request: &Request) -> Vec<u8> {
    let files = Sample::new(|_| Vec::new()).files;
    files
        .into_iter()
        .find(|(name, _)| request.path == format!("/{name}"))
        .unwrap()
        .1
}

#[tokio::test]
async fn a_pack_is_pulled_whole() {
    let server = Server::start(|request, _| Reply::ranged(request, &file(request))).await;
    let case = Case::new(&[&server]);
    case.pull().await.unwrap();
    case.pack().verify().unwrap();
    assert_eq!(server.requests().len(), 5);
    assert!(names_in(&case.folder.path().join("pack")).contains(&PACK_FILE.to_owned()));
    assert_eq!(names_in(case.folder.path()), ["pack"]);

    case.pull().await.unwrap();
    assert_eq!(
        server.requests().len(),
        5,
        "a pack that is there is not pulled again"
    );
}

#[tokio::test]
async fn a_cut_connection_goes_on_where_it_was() {
    let cut = |request: &Request, before| {
        let whole = Reply::ranged(request, &file(request));
        if before == 0 {
            whole.cut_after(15_000)
        } else {
            whole
        }
    };
    let server = Server::start(cut).await;
    let case = Case::new(&[&server]);
    case.pull().await.unwrap();
    case.pack().verify().unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].from, None);
    assert_eq!(
        (requests[1].path.as_str(), requests[1].from),
        ("/detector.onnx", Some(15_000))
    );
}

#[tokio::test]
async fn a_server_that_ignores_ranges_sends_all_again() {
    let cut = |request: &Request, before| {
        let whole = Reply::ok(&file(request));
        if before == 0 {
            whole.cut_after(15_000)
        } else {
            whole
        }
    };
    let server = Server::start(cut).await;
    let case = Case::new(&[&server]);
    case.pull().await.unwrap();
    case.pack().verify().unwrap();
}

#[tokio::test]
async fn a_pull_that_was_given_up_goes_on_with_the_next() {
    let server = Server::start(|request, before| {
        let whole = Reply::ranged(request, &file(request));
        if before < 3 {
            whole.cut_after(5_000)
        } else {
            whole
        }
    })
    .await;
    let case = Case::new(&[&server]);
    let error = case.pull().await.unwrap_err();
    assert!(
        error.to_string().contains("the connection ended") || error.to_string().contains("reached"),
        "{error}"
    );
    assert_eq!(names_in(case.folder.path()), [".pack.partial"]);
    case.pull().await.unwrap();
    assert_eq!(server.requests()[3].from, Some(15_000));
    assert_eq!(names_in(case.folder.path()), ["pack"]);
}

#[tokio::test]
async fn other_bytes_are_refused_and_nothing_is_left() {
    let server = Server::start(|_, _| Reply::ok(&vec![0; 40_000])).await;
    let case = Case::new(&[&server]);
    let error = case.pull().await.unwrap_err();
    assert!(error.to_string().contains("has other bytes"), "{error}");
    assert!(names_in(case.folder.path()).is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_short() {
    let server = Server::start(|_, _| Reply::ok(&vec![0; 1_000_000])).await;
    let case = Case::new(&[&server]);
    let error = case.pull().await.unwrap_err();
    assert!(
        error.to_string().contains("more than 40000 bytes"),
        "{error}"
    );
    assert!(names_in(case.folder.path()).is_empty());
}

#[tokio::test]
async fn the_second_address_is_tried_when_the_first_has_nothing() {
    let empty = Server::start(|_, _| Reply::status("404 Not Found")).await;
    let server = Server::start(|request, _| Reply::ranged(request, &file(request))).await;
    let case = Case::new(&[&empty, &server]);
    case.pull().await.unwrap();
    case.pack().verify().unwrap();
    assert_eq!((empty.requests().len(), server.requests().len()), (5, 5));

    let nowhere = Case::new(&[&empty]);
    let error = nowhere.pull().await.unwrap_err();
    assert!(error.to_string().contains("404 Not Found"), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut case = Case::new(&[]);
    let address = format!("http://{}/x", listener.local_addr().unwrap());
    case.sample = Sample::new(move |_| vec![address.clone()]);
    let begun = std::time::Instant::now();
    assert!(matches!(case.pull().await, Err(PullError::Download { .. })));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn terms_are_accepted_first_and_the_acceptance_is_recorded() {
    let server = Server::start(|request, _| Reply::ranged(request, &file(request))).await;
    let mut case = Case::new(&[&server]);
    case.sample = case.sample.edited(|manifest| {
        manifest.embedder.weights.requires_acceptance = Some("I have judged it lawful.".to_owned());
    });
    let error = case.pull().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("embedder.onnx (MIT): I have judged it lawful."),
        "{error}"
    );
    assert!(server.requests().is_empty());

    let acceptance = Acceptance {
        by: "ada".to_owned(),
        at_unix_seconds: 1_800_000_000,
    };
    case.pull_accepting(Some(&acceptance)).await.unwrap();
    let text =
        std::fs::read_to_string(case.folder.path().join("pack").join(ACCEPTANCE_FILE)).unwrap();
    let record: Record = toml::from_str(&text).unwrap();
    assert_eq!(record.accepted, acceptance);
    assert_eq!(record.terms, terms(&case.sample.recipe));
}

#[tokio::test]
async fn a_pack_with_files_that_are_not_public_is_refused_at_once() {
    let server = Server::start(|_, _| Reply::status("404 Not Found")).await;
    let mut case = Case::new(&[&server]);
    case.sample = case
        .sample
        .edited(|manifest| manifest.embedder.weights.sources.clear());
    let error = case.pull().await.unwrap_err();
    let PullError::NoAddress(missing) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        missing
            .iter()
            .map(|missing| missing.role)
            .collect::<Vec<_>>(),
        [Role::Embedder]
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn files_that_an_interrupted_pull_of_another_manifest_left_are_not_in_the_pack() {
    let server = Server::start(|request, _| Reply::ranged(request, &file(request))).await;
    let case = Case::new(&[&server]);
    let left = case.folder.path().join(".pack.partial");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("older.onnx"), "older").unwrap();
    case.pull().await.unwrap();
    assert!(!names_in(&case.folder.path().join("pack")).contains(&"older.onnx".to_owned()));
}

#[tokio::test]
async fn two_pulls_of_one_pack_do_not_meet() {
    let server = Server::start(|request, _| Reply::ranged(request, &file(request))).await;
    let case = Case::new(&[&server]);
    let staging = Staging::begin(&case.folder.path().join("pack")).unwrap();
    assert!(matches!(
        case.pull().await,
        Err(PullError::Staging(StagingError::Busy(_)))
    ));
    staging.discard();
    case.pull().await.unwrap();
}

#[tokio::test]
async fn a_file_at_hand_is_not_fetched() {
    let server = Server::start(|request, _| Reply::ranged(request, &file(request))).await;
    let case = Case::new(&[&server]);
    let (name, bytes) = &case.sample.files[1];
    std::fs::create_dir_all(case.folder.path().join("shipped/deep")).unwrap();
    std::fs::write(case.folder.path().join("shipped/deep/other-name"), bytes).unwrap();
    let ways = Ways {
        downloader: Downloader::new(BRISK),
        // The first does not exist, which is no reason to fail.
        at_hand: ["absent", "shipped"]
            .map(|folder| case.folder.path().join(folder))
            .to_vec(),
        ..Ways::default()
    };
    let out = case.folder.path().join("pack");
    pull_with(&ways, &case.sample.recipe, &out, None, &Silent)
        .await
        .unwrap();
    case.pack().verify().unwrap();
    assert_eq!(server.requests().len(), 4);
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.path != format!("/{name}"))
    );
}
