//! What the environment names of the original mean, and which settings are refused.

use clap::Parser;
use rstest::rstest;

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    settings: RegistrationSettings,
}

fn parse(arguments: &[&str]) -> RegistrationSettings {
    Cli::try_parse_from([&["test"], arguments].concat())
        .unwrap()
        .settings
}

fn mongo(arguments: &[&str]) -> Result<Option<String>, SettingsError> {
    let url = parse(arguments).mongo_url()?;
    Ok(url.map(|url| url.expose_secret().to_owned()))
}

#[test]
fn without_a_mongodb_the_embedded_store_is_used() {
    assert_eq!(mongo(&[]), Ok(None));
}

#[test]
fn the_parts_of_the_original_make_one_url_with_the_password_escaped() {
    let parts = [
        "--mongo-db-url",
        "db:27017/people",
        "--mongo-db-username",
        "ada",
    ];
    assert_eq!(
        mongo(&[&parts[..], &["--mongo-db-password", "p@ss/w"]].concat()),
        Ok(Some("mongodb://ada:p%40ss%2Fw@db:27017/people".to_owned()))
    );
    assert_eq!(
        mongo(&[
            "--mongo-db-url",
            "db.example/people",
            "--mongo-db-protocol",
            "mongodb+srv"
        ]),
        Ok(Some("mongodb+srv://db.example/people".to_owned()))
    );
}

#[rstest]
#[case::no_server(&["--mongo-db-username", "ada"], SettingsError::CredentialsWithoutServer)]
#[case::no_user(&["--mongo-db-url", "db", "--mongo-db-password", "x"], SettingsError::PasswordWithoutUser)]
#[case::whole_url(&["--mongo-db-url", "mongodb://db"], SettingsError::WholeUrl)]
fn parts_that_make_no_url_are_refused(#[case] arguments: &[&str], #[case] expected: SettingsError) {
    assert_eq!(mongo(arguments), Err(expected));
}

#[rstest]
fn a_distance_that_unit_templates_cannot_have_is_refused(
    #[values("0", "-1", "2.1", "NaN", "", "near")] text: &str,
) {
    let argument = format!("--login-match-threshold={text}");
    assert!(Cli::try_parse_from(["test", &argument]).is_err(), "{text}");
}

#[test]
fn the_original_threshold_is_accepted() {
    assert_eq!(
        parse(&["--login-match-threshold", "0.8"]).login_match_threshold,
        Some(0.8)
    );
}

#[test]
fn the_inference_url_loses_its_last_slash_and_has_a_default() {
    assert_eq!(parse(&[]).inference(), DEFAULT_INFERENCE_URL);
    assert_eq!(
        parse(&["--inference-url", "http://a:1/"]).inference(),
        "http://a:1"
    );
}

#[test]
fn secrets_are_not_shown_by_debug() {
    let settings = parse(&[
        "--mongo-db-password",
        "hunter2",
        "--mongo",
        "mongodb://u:hunter2@h",
    ]);
    assert!(!format!("{settings:?}").contains("hunter2"));
}
