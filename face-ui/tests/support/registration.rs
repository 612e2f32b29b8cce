//! The registration service's side of the contract, for two people and with pictures that are words.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::Service as _;
use actix_web::web::{self, Json, Path};
use actix_web::{App, HttpResponse, HttpServer};
use face_wire::legacy::{
    FindMatchRequest, LIVENESS_CHECK_FAILED, LIVENESS_HELP, LivenessHelp, NO_MATCHES_FOUND, User,
};
use face_wire::picture;
use face_wire::problem::{ProblemBody, ProblemKind};
use face_wire::registration::{
    Action, AnswerChallenge, Challenge, ChallengeOutcome, CreateChallenge, CreatePerson, Enrolment,
    Erasure, Identity, PeoplePage, Person, PictureOutcome, Sample, Samples,
};
use service_kit::Running;
use service_kit::drain::Drain;
use service_kit::metrics::Metrics;

/// Every call as method and path.
type Calls = Arc<Mutex<Vec<String>>>;

/// A service that runs until the test ends.
pub(crate) struct Registration {
    running: Running,
    calls: Calls,
}

impl Registration {
    /// Ada (7) and Bob (8).
    pub(crate) fn of_two() -> Self {
        let calls = Calls::default();
        let log = Arc::clone(&calls);
        let listener = service_kit::listen("registration", [127, 0, 0, 1].into(), 0).unwrap();
        let address = listener.local_addr().unwrap();
        let server = HttpServer::new(move || {
            let log = Arc::clone(&log);
            App::new()
                .wrap_fn(move |request, next| {
                    let call = format!("{} {}", request.method(), request.path());
                    log.lock().unwrap().push(call);
                    next.call(request)
                })
                .app_data(web::JsonConfig::default().limit(32 << 20))
                .configure(routes)
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let drain = Drain::new(&Metrics::new("test"));
        Self {
            running: Running::spawn(address, server, drain, Duration::ZERO),
            calls,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/v1/people", web::get().to(list))
        .route("/v1/people", web::post().to(create))
        .route("/v1/people/{id}", web::get().to(get))
        .route("/v1/people/{id}", web::patch().to(get))
        .route("/v1/people/{id}", web::delete().to(delete))
        .route("/v1/people/{id}/samples", web::get().to(samples))
        .route("/v1/liveness/challenges", web::post().to(challenge))
        .route(
            "/v1/liveness/challenges/{id}",
            web::post().to(challenge_answer),
        )
        .route("/api/find_match", web::post().to(find_match));
}

fn person(id: &str, name: &str, surname: &str) -> Person {
    Person {
        id: id.to_owned(),
        name: name.to_owned(),
        surname: surname.to_owned(),
        samples: 2,
        created_at_ms: 0,
    }
}

fn problem(kind: ProblemKind, detail: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(kind.status()).unwrap();
    HttpResponse::build(status).json(ProblemBody::new(kind, detail))
}

async fn list() -> Json<PeoplePage> {
    let people = vec![person("7", "Ada", "Lovelace"), person("8", "Bob", "Noyce")];
    Json(PeoplePage {
        people,
        total: 2,
        next_cursor: None,
    })
}

async fn get(id: Path<String>) -> HttpResponse {
    match id.as_str() {
        "7" => HttpResponse::Ok().json(person("7", "Ada", "Lovelace")),
        "9" => HttpResponse::Ok().json(person("9", "Grace", "Hopper")),
        _ => problem(ProblemKind::NotFound, "there is no such person"),
    }
}

async fn delete(id: Path<String>) -> HttpResponse {
    if *id == "404" {
        return problem(ProblemKind::NotFound, "there is no such person");
    }
    HttpResponse::Ok().json(Erasure {
        id: id.into_inner(),
        templates_erased: 2,
    })
}

async fn samples() -> Json<Samples> {
    let sample = Sample {
        id: "00000000-0000-4000-8000-000000000001".to_owned(),
        quality: Some(0.8),
        enrolled_at_ms: 0,
    };
    Json(Samples {
        samples: vec![sample],
    })
}

async fn create(who: Json<CreatePerson>) -> HttpResponse {
    if who.id == "7" {
        return problem(ProblemKind::AlreadyEnrolled, "person 7 is already enrolled");
    }
    let outcomes: Vec<PictureOutcome> = who.pictures.iter().enumerate().map(outcome).collect();
    let is_enrolled = |outcome: &PictureOutcome| matches!(outcome, PictureOutcome::Enrolled { .. });
    if !outcomes.iter().any(is_enrolled) {
        return problem(ProblemKind::NoFace, "no face was found");
    }
    HttpResponse::Created().json(Enrolment {
        person: person(&who.id, &who.name, &who.surname),
        pictures: outcomes,
    })
}

fn outcome((index, text): (usize, &String)) -> PictureOutcome {
    if picture::decode(text).unwrap() == "good" {
        PictureOutcome::Enrolled {
            index,
            sample_id: "1".to_owned(),
            quality: 0.8,
        }
    } else {
        PictureOutcome::Refused {
            index,
            reason: "no-face".to_owned(),
            detail: "no face was found".to_owned(),
        }
    }
}

async fn challenge(request: Json<CreateChallenge>) -> HttpResponse {
    if request.source.as_deref() != Some("127.0.0.1") {
        return problem(
            ProblemKind::Unprocessable,
            "the visitor's address is missing",
        );
    }
    HttpResponse::Created().json(Challenge {
        id: "c-1".to_owned(),
        expires_at_ms: i64::MAX,
        actions: vec![Action::TurnLeft],
        min_frames: 10,
        max_frames: 30,
    })
}

async fn challenge_answer(id: Path<String>, answer: Json<AnswerChallenge>) -> HttpResponse {
    if id.as_str() != "c-1" {
        return problem(ProblemKind::ChallengeExpired, "the challenge has expired");
    }
    let first = picture::decode(&answer.frames[0]).unwrap();
    HttpResponse::Ok().json(match &*first {
        b"ada" => ChallengeOutcome::Pass {
            identity: Identity::Match {
                person: person("7", "Ada", "Lovelace"),
            },
        },
        b"stranger" => ChallengeOutcome::Pass {
            identity: Identity::Unknown,
        },
        b"stare" => ChallengeOutcome::Help {
            help: LivenessHelp::NoTurn,
        },
        b"failures" => {
            let body = ProblemBody::new(ProblemKind::TooManyFailures, "wait");
            return HttpResponse::TooManyRequests()
                .insert_header(("retry-after", "100"))
                .json(body);
        }
        _ => ChallengeOutcome::Fail,
    })
}

async fn find_match(question: Json<FindMatchRequest>) -> HttpResponse {
    let probe = picture::decode(question.img_base64.as_deref().unwrap()).unwrap();
    match &*probe {
        b"ada" => HttpResponse::Ok().json(User {
            id: 7,
            name: "Ada".to_owned(),
            surname: "Lovelace".to_owned(),
        }),
        b"stranger" => HttpResponse::NotAcceptable().body(NO_MATCHES_FOUND),
        b"stare" => HttpResponse::NotAcceptable()
            .insert_header((LIVENESS_HELP, LivenessHelp::NoBlink.name()))
            .body(LIVENESS_CHECK_FAILED),
        _ => HttpResponse::NotAcceptable().body(LIVENESS_CHECK_FAILED),
    }
}
