//! Photographs of people through the reference networks: enrolled, found, refused, erased, alive or not.

use std::path::{Path, PathBuf};

use clap::Parser;
use face_packs::{OnnxRuntime, Pack, Recipe, Search, assemble};
use face_wire::legacy::LivenessHelp;
use face_wire::problem::ProblemKind;
use face_wire::registration::{
    Challenge, ChallengeOutcome, Decision, Enrolment, IdentifyResponse, Identity, PictureOutcome,
    VerifyResponse,
};
use reqwest::Response;
use serde_json::{Value, json};
use service_kit::{Running, ServiceSettings};

use crate::support::{TestService, problem, text};

#[derive(Parser)]
struct InferenceCli {
    #[command(flatten)]
    service: ServiceSettings,
    #[command(flatten)]
    inference: inference_service::InferenceSettings,
}

/// An inference service with the reference networks, and a registration service that asks it.
struct System {
    service: TestService,
    inference: Option<Running>,
    _pack: tempfile::TempDir,
}

impl System {
    /// `None` where networks, photographs or ONNX Runtime are not at hand.
    async fn start() -> Option<Self> {
        let system = Self::start_with(&[]).await?;
        system.ready().await;
        Some(system)
    }

    /// With more settings of the registration service; perhaps not ready yet.
    async fn start_with(settings: &[&str]) -> Option<Self> {
        let shared = test_needs::shared()?;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("reference");
        let recipe = Recipe::named("reference")
            .expect("the recipe is built in")
            .unwrap();
        assemble(&recipe, &[shared.join("models")], &out).unwrap();
        let pack = Pack::open(&out).unwrap();
        Self::start_on(&pack, folder, settings).await
    }

    /// On the networks that come with the program, without what they have against attacks.
    async fn start_defenceless(settings: &[&str]) -> Option<Self> {
        test_needs::shared()?;
        let folder = tempfile::tempdir().unwrap();
        for file in files(&test_needs::workspace().join("models/default")) {
            std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
        }
        let manifest = folder.path().join("pack.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let mut table: toml::Table = text.parse().unwrap();
        table.remove("evidence").unwrap();
        let calibration = table.get_mut("calibration").unwrap();
        calibration
            .as_table_mut()
            .unwrap()
            .remove("attack_threshold")
            .unwrap();
        std::fs::write(&manifest, table.to_string()).unwrap();
        let pack = Pack::open(folder.path()).unwrap();
        Self::start_on(&pack, folder, settings).await
    }

    async fn start_on(pack: &Pack, folder: tempfile::TempDir, settings: &[&str]) -> Option<Self> {
        let runtime = match OnnxRuntime::locate(&Search::of_this_machine()) {
            Ok(runtime) => runtime,
            Err(error) => return test_needs::missing(&format!("ONNX Runtime: {error}")),
        };
        let arguments = ["test", "--inference-port", "0", "--inference-workers", "2"];
        let cli = InferenceCli::try_parse_from(arguments).unwrap();
        let inference =
            inference_service::build(&cli.service, &cli.inference, pack, &runtime).unwrap();
        // Networks without optimisation, and other tests beside this one: the deadline is not what is tested here.
        let settings = [&["--inference-deadline-ms", "60000"], settings].concat();
        Some(Self {
            service: TestService::start_with_inference(&inference.url(), &settings).await,
            inference: Some(inference),
            _pack: folder,
        })
    }

    async fn ready(&self) {
        for _ in 0..600 {
            if self.service.get("/readyz").await.status() == 200 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!(
            "{}",
            self.service.get("/readyz").await.text().await.unwrap()
        );
    }

    async fn store(&self, id: i64, picture: &Path) -> Response {
        let body = json!({"name": " Ada ", "surname": " L ", "img_base64": encoded(picture)});
        self.service.post(&format!("/api/store/{id}"), body).await
    }

    async fn find(&self, picture: &Path) -> Response {
        let body = json!({"image_base64": encoded(picture)});
        self.service.post("/api/find_match", body).await
    }
}

fn encoded(picture: &Path) -> String {
    face_wire::picture::encode(&std::fs::read(picture).unwrap())
}

/// The pictures of each person, in order.
fn people() -> Vec<Vec<PathBuf>> {
    let mut folders = files(&test_needs::workspace().join("../shared/data/people"));
    folders.truncate(10);
    folders.iter().map(|folder| files(folder)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_the_original_enrol_find_refuse_and_forget() {
    let Some(mut system) = System::start().await else {
        return;
    };
    let people = people();
    let (enrolled, strangers) = people.split_at(people.len() - 2);
    for (id, pictures) in (1..).zip(enrolled) {
        assert_eq!(text(system.store(id, &pictures[0]).await, 200).await, "ok");
    }
    text(system.store(1, &enrolled[0][1]).await, 409).await;

    let mut right = 0;
    for (id, pictures) in (1..).zip(enrolled) {
        let response = system.find(&pictures[1]).await;
        if response.status() == 200 {
            let user: Value = response.json().await.unwrap();
            assert_eq!(user, json!({"_id": id, "name": "Ada", "surname": "L"}));
            right += 1;
        }
    }
    assert!(
        right * 10 >= enrolled.len() * 9,
        "{right} of {}",
        enrolled.len()
    );
    for picture in strangers.iter().flatten() {
        assert_eq!(
            text(system.find(picture).await, 406).await,
            "no matches found"
        );
    }

    text(system.service.delete("/api/1").await, 200).await;
    assert_eq!(
        text(system.find(&enrolled[0][0]).await, 406).await,
        "no matches found"
    );

    let still = encoded(&enrolled[1][0]);
    let body = json!({"img_base64": still, "liveness": true, "frames": vec![still.clone(); 15]});
    let response = system.service.post("/api/find_match", body).await;
    assert_eq!(text(response, 406).await, "Liveness check failed");

    // The inference service is gone: 503 at once, and what was found before is not found from memory.
    let inference = system.inference.take().unwrap();
    inference.stop().await.unwrap();
    text(system.find(&enrolled[1][0]).await, 503).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_person_is_told_from_still_swapped_and_replayed_ones() {
    let Some(system) = System::start().await else {
        return;
    };
    let frames = |run: &str| -> Vec<String> {
        let frames = files(
            &test_needs::workspace()
                .join("../shared/data/blink")
                .join(run),
        );
        frames.iter().map(|frame| encoded(frame)).collect()
    };
    let live = frames("live");
    let body = json!({"name": "Ada", "surname": "L", "img_base64": live[0]});
    text(system.service.post("/api/store/1", body).await, 200).await;
    let ask = |probe: &str, frames: &[String], fraud: bool| {
        let body = json!({"img_base64": probe, "liveness": true, "frames": frames, "fraud_detection": fraud});
        system.service.post("/api/find_match", body)
    };
    let alive = ask(&live[0], &live, false).await;
    assert_eq!(alive.status(), 200, "{}", alive.text().await.unwrap());
    let still = ask(&live[0], &frames("live-no-blink"), false).await;
    assert_eq!(text(still, 406).await, "Liveness check failed");
    // A photograph of the person enrolled, and somebody else who blinks.
    let other = encoded(&people()[0][0]);
    let body = json!({"name": "Eve", "surname": "M", "img_base64": other});
    text(system.service.post("/api/store/2", body).await, 200).await;
    let swapped = ask(&other, &live, false).await;
    assert_eq!(text(swapped, 406).await, "Liveness check failed");
    let replay = frames("replay");
    let replayed = ask(&replay[0], &replay, true).await;
    assert_eq!(text(replayed, 406).await, "Liveness check failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn attacks_are_looked_for_unasked_where_the_operator_wants_it() {
    let Some(system) = System::start_with(&["--fraud-detection", "always"]).await else {
        return;
    };
    system.ready().await;
    let blink = test_needs::workspace().join("../shared/data/blink");
    let [alive, replay] = ["live", "replay"].map(|run| encoded(&files(&blink.join(run))[0]));
    let body = json!({"name": "Ada", "surname": "L", "img_base64": alive});
    text(system.service.post("/api/store/1", body).await, 200).await;
    let find = |probe: &str| {
        let body = json!({"img_base64": probe});
        system.service.post("/api/find_match", body)
    };
    assert_eq!(find(&alive).await.status(), 200);
    assert_eq!(
        text(find(&replay).await, 406).await,
        "Liveness check failed"
    );
    let body = json!({"picture": replay});
    let identified: IdentifyResponse = system
        .service
        .post("/v1/identify", body)
        .await
        .json()
        .await
        .unwrap();
    assert!(matches!(
        identified.faces[0].decision,
        Decision::AttackSuspected
    ));
    let body = json!({"picture": replay, "person_id": "1"});
    let verified: VerifyResponse = system
        .service
        .post("/v1/verify", body)
        .await
        .json()
        .await
        .unwrap();
    assert!(verified.attack_suspected && !verified.is_mated);
    let path = "/v1/liveness/challenges";
    let challenge = system.service.post(path, json!({})).await;
    let challenge: Challenge = challenge.json().await.unwrap();
    let frames: Vec<String> = files(&blink.join("replay"))
        .iter()
        .map(|frame| encoded(frame))
        .collect();
    let answer = json!({"frames": frames, "person_id": "1"});
    let answer = system
        .service
        .post(&format!("{path}/{}", challenge.id), answer)
        .await;
    let outcome: ChallengeOutcome = answer.json().await.unwrap();
    assert!(matches!(outcome, ChallengeOutcome::Fail), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_that_cannot_look_for_attacks_recognises_nobody_where_it_must() {
    let Some(system) = System::start_defenceless(&["--fraud-detection", "always"]).await else {
        return;
    };
    let photograph = &people()[0][0];
    for _ in 0..600 {
        let ready = system.service.get("/readyz").await;
        assert_eq!(ready.status(), 503);
        if ready.text().await.unwrap().contains("is always on") {
            let answer = system.find(photograph).await;
            assert!(text(answer, 422).await.contains("attacks"));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the service never said why it is not ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_passed_by_a_blink_once_and_by_nothing_else() {
    let Some(system) = System::start().await else {
        return;
    };
    let blink = test_needs::workspace().join("../shared/data/blink");
    let frames = |run: &str| -> Vec<Vec<u8>> {
        let frames = files(&blink.join(run)).into_iter();
        frames.map(|frame| std::fs::read(frame).unwrap()).collect()
    };
    let live = frames("live");
    let body =
        json!({"name": "Ada", "surname": "L", "img_base64": face_wire::picture::encode(&live[0])});
    text(system.service.post("/api/store/1", body).await, 200).await;

    let challenge = async || {
        let path = "/v1/liveness/challenges";
        // Failures are not what is counted here.
        let source = json!({"source": uuid::Uuid::new_v4().to_string()});
        let challenge = system.service.post(path, source).await;
        let challenge: Challenge = challenge.json().await.unwrap();
        format!("{path}/{}", challenge.id)
    };
    // Bytes after the end of a JPEG file make another file of the same picture.
    let again = |frames: &[Vec<u8>], run: u8| -> Vec<String> {
        let marked = frames.iter().map(|file| [&file[..], &[run]].concat());
        marked
            .map(|file| face_wire::picture::encode(&file))
            .collect()
    };
    let outcome = async |response: Response| {
        assert_eq!(response.status(), 200);
        let text = response.text().await.unwrap();
        assert!(
            !text.contains("similarity") && !text.contains("threshold"),
            "{text}"
        );
        serde_json::from_str::<ChallengeOutcome>(&text).unwrap()
    };
    let is_ada = |outcome: &ChallengeOutcome| matches!(outcome, ChallengeOutcome::Pass { identity: Identity::Match { person } } if person.id == "1");

    let path = challenge().await;
    let body = json!({"frames": again(&live, 0)});
    let passed = outcome(system.service.post(&path, body.clone()).await).await;
    assert!(is_ada(&passed), "{passed:?}");
    let used = system.service.post(&path, body.clone()).await;
    problem(used, ProblemKind::ChallengeUsed).await;
    let replayed = system.service.post(&challenge().await, body).await;
    problem(replayed, ProblemKind::FramesReplayed).await;

    let body = json!({"frames": again(&live, 1), "person_id": "1", "picture": encoded(&files(&blink.join("live"))[1])});
    let claimed = outcome(system.service.post(&challenge().await, body).await).await;
    assert!(is_ada(&claimed), "{claimed:?}");

    let ask = async |frames: Vec<String>| {
        let body = json!({"frames": frames});
        outcome(system.service.post(&challenge().await, body).await).await
    };
    let stare = ask(again(&frames("live-no-blink"), 3)).await;
    let no_blink = ChallengeOutcome::Help {
        help: LivenessHelp::NoBlink,
    };
    assert_eq!(stare, no_blink);
    let photograph = image::load_from_memory(&live[1]).unwrap().into_rgb8();
    let held = face_synth::hand_held(&photograph, 15, 1);
    let held: Vec<Vec<u8>> = held
        .iter()
        .map(|frame| face_synth::jpeg(frame, 90))
        .collect();
    assert_eq!(ask(again(&held, 0)).await, ChallengeOutcome::Fail);
    let mut swapped = again(&live, 2);
    swapped[14] = encoded(&people()[0][0]);
    assert_eq!(ask(swapped).await, ChallengeOutcome::Fail);
    let metrics = system.service.get("/metrics").await.text().await.unwrap();
    assert!(
        metrics.contains(
            r#"whos_that_liveness_challenges_total{event="replayed",service="registration"} 1"#
        ),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_tells_the_outcome_of_each_picture_and_names_faces() {
    let Some(system) = System::start().await else {
        return;
    };
    let people = people();
    let (ada, bob) = (&people[0], &people[1]);
    let blank = crate::support::small_picture();
    let body =
        json!({"id": "1", "name": "Ada", "surname": "L", "pictures": [encoded(&ada[0]), blank]});
    let response = system.service.post("/v1/people", body).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/v1/people/1");
    let enrolment: Enrolment = response.json().await.unwrap();
    assert_eq!(enrolment.person.samples, 1);
    assert!(matches!(
        &enrolment.pictures[..],
        [PictureOutcome::Enrolled { index: 0, .. }, PictureOutcome::Refused { index: 1, reason, .. }]
            if reason == "no-face" || reason == "bad-picture"
    ));

    let identify = |picture: String, all_faces: bool| {
        let body = json!({"picture": picture, "all_faces": all_faces});
        system.service.post("/v1/identify", body)
    };
    let answer: IdentifyResponse = identify(encoded(&ada[1]), true).await.json().await.unwrap();
    assert!(matches!(
        &answer.faces[0].decision,
        Decision::Match { candidate, threshold }
            if candidate.person.id == "1" && candidate.similarity >= *threshold
    ));
    let answer: IdentifyResponse = identify(encoded(&bob[0]), false)
        .await
        .json()
        .await
        .unwrap();
    assert!(matches!(answer.faces[0].decision, Decision::Unknown { .. }));

    let verify = |picture: &Path, claim: Value| {
        let mut body = claim;
        body["picture"] = encoded(picture).into();
        system.service.post("/v1/verify", body)
    };
    let mated: VerifyResponse = verify(&ada[1], json!({"person_id": "1"}))
        .await
        .json()
        .await
        .unwrap();
    assert!(mated.is_mated);
    let other: VerifyResponse = verify(&bob[0], json!({"person_id": "1"}))
        .await
        .json()
        .await
        .unwrap();
    assert!(!other.is_mated);
    let pair = json!({"reference_picture": encoded(&bob[0])});
    let mated: VerifyResponse = verify(&bob[1], pair).await.json().await.unwrap();
    assert!(mated.is_mated);
    problem(
        verify(&ada[1], json!({"person_id": "2"})).await,
        ProblemKind::NotFound,
    )
    .await;

    let body = json!({"pictures": [encoded(&ada[1])]});
    let response = system.service.post("/v1/people/1/samples", body).await;
    let enrolment: Enrolment = response.json().await.unwrap();
    assert_eq!(enrolment.person.samples, 2);
    let nobody = json!({"pictures": [encoded(&ada[1])]});
    problem(
        system.service.post("/v1/people/9/samples", nobody).await,
        ProblemKind::NotFound,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn features_of_the_packs_length_are_enrolled() {
    let Some(system) = System::start().await else {
        return;
    };
    let store = |id: i64, features: Value| {
        let body = json!({"name": "Ada", "surname": "L", "img_features": features});
        let path = format!("/api/store/{id}");
        let service = &system.service;
        async move { service.post(&path, body).await }
    };
    let mut values = vec![0.0_f32; 256];
    text(store(1, json!([values])).await, 422).await;
    values[3] = 7.5;
    text(store(1, json!([values])).await, 200).await;
    let told = text(store(2, json!([[0.1, 0.2, 0.3]])).await, 422).await;
    assert!(told.contains("3 values") && told.contains("256"), "{told}");
}

/// Measures the gate on every photograph of the folder: what it refuses must be rare.
#[tokio::test(flavor = "multi_thread")]
async fn ordinary_photographs_pass_the_quality_gate() {
    let Some(system) = System::start().await else {
        return;
    };
    let (mut accepted, mut refused) = (0, Vec::new());
    for (id, picture) in (1..).zip(people().iter().flatten()) {
        let response = system.store(id, picture).await;
        if response.status() == 200 {
            accepted += 1;
        } else {
            refused.push(format!(
                "{}: {}",
                picture.display(),
                response.text().await.unwrap()
            ));
        }
    }
    assert!(
        refused.len() * 20 <= accepted,
        "{accepted} accepted, refused: {refused:#?}"
    );
}
