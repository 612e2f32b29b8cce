//! A person at the pages: signs in, enrols from files and from the webcam, is recognised or is not, deletes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::support::TestSystem;
use crate::support::browser::Browser;
use crate::support::pictures::{SEEDS, portrait};
use crate::support::system::Options;

/// A camera before which person `seed` sits, now and then blinking.
async fn camera_on(seed: u64) -> Option<Browser> {
    // Drawing takes longer than a test, and several want the same person.
    static FILMS: Mutex<BTreeMap<u64, Arc<Vec<u8>>>> = Mutex::new(BTreeMap::new());
    let film = {
        let mut films = FILMS.lock().expect("drawing does not panic");
        let drawn = || Arc::new(face_synth::webcam_film(seed));
        Arc::clone(films.entry(seed).or_insert_with(drawn))
    };
    Browser::open(&film).await
}

async fn sign_in(browser: &Browser, system: &TestSystem) {
    browser.goto(&system.pages).await;
    browser.fill("sign-in-id", "admin").await;
    browser.fill("sign-in-password", "admin").await;
    browser.click("sign-in-submit").await;
    browser.arrives("/people").await;
}

async fn fill_person(browser: &Browser, system: &TestSystem, id: &str, name: &str, surname: &str) {
    browser.goto(&format!("{}/people/new", system.pages)).await;
    browser.fill("person-id", id).await;
    browser.fill("person-name", name).await;
    browser.fill("person-surname", surname).await;
}

async fn look_into_the_camera(browser: &Browser, system: &TestSystem, with_liveness: bool) {
    browser.goto(&system.pages).await;
    if with_liveness {
        browser.click("face-liveness").await;
    }
    browser.click("face-start").await;
    browser.says("face-instruction", "Look at the camera").await;
    browser.click("face-capture").await;
}

#[tokio::test]
async fn an_administrator_enrols_people_and_they_sign_in_by_face() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = camera_on(SEEDS[0]).await else {
        return;
    };

    browser.goto(&system.pages).await;
    browser.screenshot("start").await;
    browser.fill("sign-in-id", "admin").await;
    browser.fill("sign-in-password", "wrong").await;
    browser.click("sign-in-submit").await;
    browser.find("error-summary").await;

    sign_in(&browser, &system).await;
    browser.find("people-empty").await;
    browser.screenshot("people-empty").await;

    fill_person(&browser, &system, "1", "Ada", "Render").await;
    browser.click("camera-start").await;
    for shot in 1..=2 {
        browser.click("camera-capture").await;
        browser
            .says("pictures-list", &format!("camera-{shot}.jpg"))
            .await;
    }
    browser.screenshot("person-new").await;
    browser.click("camera-stop").await;
    browser.click("enrol-submit").await;
    browser.arrives("/people").await;
    browser.says("people-table", "Ada").await;

    for (id, seed) in (2..).zip(&SEEDS[1..5]) {
        fill_person(
            &browser,
            &system,
            &id.to_string(),
            ["Max", "Ida", "Tom", "Eva"][id - 2],
            "Polygon",
        )
        .await;
        browser
            .choose("pictures", "portrait.jpg", &portrait(*seed, 0))
            .await;
        browser.click("enrol-submit").await;
        browser.arrives("/people").await;
    }
    browser.says("people-summary", "5").await;
    browser.screenshot("people").await;

    browser.goto(&format!("{}/people/1", system.pages)).await;
    browser.says("samples", "Sample 2").await;
    browser.screenshot("person").await;

    browser.click("sign-out").await;
    browser.arrives("/").await;
    look_into_the_camera(&browser, &system, false).await;
    browser.says("face-result", "Welcome, Ada Render").await;
    browser.screenshot("face-login").await;
    browser.arrives("/me").await;
    browser.screenshot("welcome").await;
    browser.goto(&format!("{}/people", system.pages)).await;
    assert!(
        !browser.has("people-table").await,
        "a person who signed in by face does not administer"
    );

    browser.goto(&format!("{}/me", system.pages)).await;
    browser.click("sign-out").await;
    look_into_the_camera(&browser, &system, true).await;
    browser.says("face-result", "Welcome, Ada Render").await;
    browser.arrives("/me").await;
    browser.close().await;
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = camera_on(SEEDS[7]).await else {
        return;
    };
    assert_eq!(
        system
            .store(1, "Somebody", &portrait(SEEDS[0], 0))
            .await
            .status,
        200
    );
    look_into_the_camera(&browser, &system, false).await;
    browser.says("face-result", "Not recognised").await;
    browser.screenshot("face-login-refused").await;
    assert_eq!(browser.path().await, "/");
    browser.goto(&format!("{}/me", system.pages)).await;
    assert_ne!(browser.path().await, "/me", "there is no session");
    browser.close().await;
}

#[tokio::test]
async fn a_photograph_held_before_the_camera_signs_nobody_in() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    // A person whose drawn eyes no network takes for closed, wherever the hand is.
    let person = SEEDS[5];
    let photograph = face_synth::portrait(person, 1);
    let held = face_synth::hand_held(&photograph, 45, 1);
    let Some(browser) = Browser::open(&face_synth::mjpeg(&held)).await else {
        return;
    };
    let enrolled = system.store(1, "Somebody", &portrait(person, 0)).await;
    assert_eq!(enrolled.status, 200);
    look_into_the_camera(&browser, &system, true).await;
    browser.says("face-result", "Liveness check failed").await;
    // Drawn skin is smooth: where noise hides that two frames are one picture, the blink is what is missing.
    let page = browser.text().await;
    let advice = [
        "sign in with your ID",
        "close them once when asked to blink",
    ];
    assert!(advice.iter().any(|words| page.contains(words)), "{page}");
    browser.screenshot("face-login-not-alive").await;
    browser.goto(&format!("{}/me", system.pages)).await;
    assert_ne!(browser.path().await, "/me", "there is no session");
    browser.close().await;
}

/// A system whose challenges ask for this.
fn asking_for(actions: &str) -> Option<TestSystem> {
    let arguments = ["--liveness-actions", actions].map(str::to_owned);
    TestSystem::start(&Options {
        arguments: arguments.to_vec(),
        ..Options::default()
    })
}

#[tokio::test]
async fn the_guide_says_one_thing_at_a_time_and_helps_who_did_another() {
    let Some(system) = asking_for("turn-left") else {
        return;
    };
    // This person blinks, and does not turn.
    let Some(browser) = camera_on(SEEDS[0]).await else {
        return;
    };
    let enrolled = system.store(1, "Somebody", &portrait(SEEDS[0], 0)).await;
    assert_eq!(enrolled.status, 200);
    look_into_the_camera(&browser, &system, true).await;
    let attribute = |id: &str, name: &str| {
        format!("return document.getElementById('{id}').getAttribute('{name}') ?? ''")
    };
    let spoken = browser
        .evaluate(&attribute("face-instruction", "aria-live"))
        .await;
    assert_eq!(spoken, "assertive", "screen readers say each instruction");
    browser.says("face-instruction", "Get ready").await;
    browser
        .says("face-instruction", "Look ahead, eyes open")
        .await;
    browser.says("face-instruction", "Turn left, slowly").await;
    let sign = browser.evaluate(&attribute("face-sign", "data-to")).await;
    assert_eq!(sign, "left");
    let ring = browser
        .evaluate(&attribute("face-progress", "stroke-dasharray"))
        .await;
    assert!(!ring.starts_with("0 "), "{ring}");
    browser.screenshot("face-login-guide").await;
    browser.says("face-result", "Liveness check failed").await;
    // The camera plays 45 pictures over and over: where that shows, nothing is told but that it failed.
    let page = browser.text().await;
    let advice = ["Your head was not seen to turn", "sign in with your ID"];
    assert!(advice.iter().any(|words| page.contains(words)), "{page}");
    browser.says("face-instruction", "Look at the camera").await;
    browser.screenshot("face-login-help").await;
    browser.goto(&format!("{}/me", system.pages)).await;
    assert_ne!(browser.path().await, "/me", "there is no session");
    browser.close().await;
}

#[tokio::test]
async fn there_is_a_way_in_without_a_face_at_any_time() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = camera_on(SEEDS[0]).await else {
        return;
    };
    browser.goto(&system.pages).await;
    browser.find("face-without").await;
    look_into_the_camera(&browser, &system, true).await;
    browser.says("face-instruction", "Look ahead").await;
    browser.click("face-without").await;
    browser.says("face-instruction", "The camera is off").await;
    let focus = browser.evaluate("return document.activeElement.id").await;
    assert_eq!(focus, "sign-in-id");
    // What was begun ends without a word.
    browser.find("face-start").await;
    let result = "return document.getElementById('face-result').textContent.trim()";
    assert_eq!(browser.evaluate(result).await, "");
    browser.fill("sign-in-id", "admin").await;
    browser.fill("sign-in-password", "admin").await;
    browser.click("sign-in-submit").await;
    browser.arrives("/people").await;
    browser.close().await;
}

#[tokio::test]
async fn nothing_moves_for_those_who_want_no_motion() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let style = "const style = (id) => getComputedStyle(document.getElementById(id));
        return `${style('face-sign').animationName} ${style('face-progress').transitionProperty}`";
    let blink = face_synth::mjpeg(&face_synth::blink_sequence(SEEDS[0], 3));
    for (arguments, is_still) in [
        (&[][..], false),
        (&["--force-prefers-reduced-motion"][..], true),
    ] {
        let Some(browser) = Browser::open_with(&blink, arguments).await else {
            return;
        };
        browser.goto(&system.pages).await;
        let motion = browser.evaluate(style).await;
        assert_eq!(motion == "none none", is_still, "{motion}");
        browser.close().await;
    }
}

#[tokio::test]
async fn without_a_camera_the_page_says_so_and_takes_a_photo() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = Browser::open_with(&[], &[]).await else {
        return;
    };
    browser.goto(&system.pages).await;
    browser.click("face-start").await;
    browser.says("face-result", "No camera was found").await;
    browser.find("face-picture").await;
    browser.find("face-without").await;
    browser.screenshot("face-login-no-camera").await;
    browser.close().await;
}

#[tokio::test]
async fn a_refused_picture_says_why_and_keeps_what_was_entered() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = camera_on(SEEDS[0]).await else {
        return;
    };
    sign_in(&browser, &system).await;
    fill_person(&browser, &system, "9", "No", "Face").await;
    let blank = image::RgbImage::from_pixel(320, 240, image::Rgb([120, 140, 160]));
    browser
        .choose("pictures", "wall.jpg", &face_synth::jpeg(&blank, 90))
        .await;
    browser.click("enrol-submit").await;
    browser.find("error-summary").await;
    browser.says("enrol-form", "shows no face").await;
    browser.screenshot("person-refused").await;
    let kept = browser
        .find("person-surname")
        .await
        .value()
        .await
        .expect("the field is read");
    assert_eq!(kept.as_deref(), Some("Face"));
    assert_eq!(system.ids().await, Vec::<i64>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_deleted_person_is_gone_and_is_not_recognised() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = camera_on(SEEDS[3]).await else {
        return;
    };
    assert_eq!(
        system
            .store(4, "Short", &portrait(SEEDS[3], 0))
            .await
            .status,
        200
    );
    sign_in(&browser, &system).await;
    browser.click("person-4-delete").await;
    browser.screenshot("delete").await;
    browser.click("confirm-cancel").await;
    assert_eq!(system.ids().await, [4], "asking deletes nothing");
    browser
        .goto(&format!("{}/people/4/delete", system.pages))
        .await;
    browser.click("confirm-submit").await;
    browser.arrives("/people").await;
    browser.says("notice", "was deleted").await;
    assert_eq!(system.ids().await, Vec::<i64>::new());
    browser.click("sign-out").await;
    look_into_the_camera(&browser, &system, false).await;
    browser.says("face-result", "Not recognised").await;
    browser.close().await;
}

#[tokio::test]
async fn every_page_fits_the_smallest_phone() {
    let Some(system) = TestSystem::start(&Options::default()) else {
        return;
    };
    let Some(browser) = camera_on(SEEDS[0]).await else {
        return;
    };
    assert_eq!(
        system
            .store(1, "Maximiliane-Alexandra", &portrait(SEEDS[0], 0))
            .await
            .status,
        200
    );
    browser.goto(&system.pages).await;
    assert!(browser.fits(320).await, "start");
    sign_in(&browser, &system).await;
    for path in [
        "/people",
        "/people/new",
        "/people/1",
        "/people/1/delete",
        "/people/404",
    ] {
        browser.goto(&format!("{}{path}", system.pages)).await;
        assert!(browser.fits(320).await, "{path}");
    }
    browser.close().await;
}
