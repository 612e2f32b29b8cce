//! docs/settings.md, made of the definitions of the command line.

use std::any::TypeId;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Arg, Args, Command};
use face_ui::UiSettings;
use inference_service::InferenceSettings;
use registration_service::RegistrationSettings;
use secrecy::SecretString;
use service_kit::ServiceSettings;

use crate::cli::SystemSettings;

const HEAD: &str = "\
# Settings

This page is made by `whos-that config page > docs/settings.md`; a test compares it with the program.

Each setting has one name in three forms: a flag of the command line, a variable of the environment, a key of the settings
file. Flags win over the environment, the environment over the file, the file over the default. `whos-that` takes all of
them, each service its own and those of every service; a file or an environment may be shared by all services.

- **Settings file.** TOML, named by `--config FILE` or `WHOS_THAT_CONFIG`: one `key = value` a line, no sections.
  `whos-that config check FILE` says everything that is wrong with it and exits with a status other than 0 if anything is.
- **Secrets.** A secret is better kept in a file of its own than in the environment: `VARIABLE_FILE` names the file (in the
  settings file: the key with `_file`). A line break at its end is no part of the secret. A variable and its `_FILE` at the same
  time are refused.
- **Slips of the pen.** A start is refused, with a sentence that names the setting, for a value that cannot be read, for an
  unknown key of the file, and for an unknown variable that begins with `WHOS_THAT_`. Kubernetes sets such variables for Services
  whose names begin with `whos-that-`: set `enableServiceLinks: false` in the pods.
";

const FOOT: &str = "
## Variables without a flag

| Variable | Meaning |
| --- | --- |
| `LIVENESS_SERVICE_URL` | The original's name of `WHOS_THAT_INFERENCE_URL`, which wins over it. |
| `RUST_LOG` | Filter of the log, such as `info` or `warn,registration_service=debug`. |
| `OTEL_EXPORTER_OTLP_ENDPOINT` | Collector of traces (OTLP over HTTP), such as `http://127.0.0.1:4318`; without it none are sent. OpenTelemetry's other variables hold too. |
| `ORT_DYLIB_PATH` | The ONNX Runtime library to use. |
| `WHOS_THAT_CACHE` | Folder for what is fetched: ONNX Runtime, packs. |
";

/// A heading, what it is about, and the definitions.
type Section = (&'static str, &'static str, fn(Command) -> Command);

const SECTIONS: &[Section] = &[
    (
        "Every service",
        "`registration-service`, `inference-service`, `face-ui` and `whos-that`.",
        ServiceSettings::augment_args,
    ),
    (
        "Registration service",
        "`registration-service` and `whos-that`.",
        RegistrationSettings::augment_args,
    ),
    (
        "Inference service",
        "`inference-service` and `whos-that`; `pack`, which `inference-service` must be given, is below.",
        InferenceSettings::augment_args,
    ),
    (
        "Pages",
        "`face-ui` and `whos-that`.",
        UiSettings::augment_args,
    ),
    (
        "`whos-that`",
        "`pack` is a setting of `inference-service` too.",
        SystemSettings::augment_args,
    ),
];

/// The whole page.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut told = Vec::new();
    for (heading, programs, augment) in SECTIONS {
        let command = augment(Command::new("settings"));
        let settings: Vec<&Arg> = command
            .get_arguments()
            .filter(|arg| arg.get_env().is_some() && !told.contains(arg.get_id()))
            .collect();
        write!(page, "\n## {heading}\n\n{programs}\n\n").expect(FITS);
        page.push_str("| Flag | Variable | Key | Type | Default | Meaning |\n| --- | --- | --- | --- | --- | --- |\n");
        for arg in &settings {
            page.push_str(&row(arg));
        }
        told.extend(settings.into_iter().map(|arg| arg.get_id().clone()));
    }
    page.push_str(FOOT);
    page
}

const FITS: &str = "writing to a String does not fail";

fn row(arg: &Arg) -> String {
    let flag = arg.get_long().expect("each setting has a flag");
    let variable = arg.get_env().expect("looked for before").to_string_lossy();
    let key = if flag == "config" {
        String::new()
    } else {
        format!("`{}`", flag.replace('-', "_"))
    };
    let default = arg
        .get_default_values()
        .first()
        .map_or_else(String::new, |value| {
            format!("`{}`", value.to_string_lossy())
        });
    let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let file = if arg.is_hide_env_values_set() {
        format!(" or `{variable}_FILE`")
    } else {
        String::new()
    };
    format!(
        "| `--{flag}` | `{variable}`{file} | {key} | {} | {default} | {} |\n",
        kind(arg),
        meaning.replace('|', "\\|")
    )
}

/// The type of a setting's values, in words.
fn kind(arg: &Arg) -> String {
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let id = arg.get_value_parser().type_id();
    let is = |known: TypeId| id == known;
    if arg.get_value_delimiter().is_some() {
        "names, separated by commas".to_owned()
    } else if is(TypeId::of::<bool>()) {
        "`true` or `false`".to_owned()
    } else if !possible.is_empty() {
        possible.join(" or ")
    } else if is(TypeId::of::<SecretString>()) {
        "secret".to_owned()
    } else if is(TypeId::of::<PathBuf>()) {
        "path".to_owned()
    } else if is(TypeId::of::<IpAddr>()) {
        "IP address".to_owned()
    } else if is(TypeId::of::<f32>()) || is(TypeId::of::<f64>()) {
        "number".to_owned()
    } else if is(TypeId::of::<String>()) {
        "text".to_owned()
    } else {
        "whole number".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;
    use service_kit::settings::SETTINGS;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page(),
            "docs/settings.md is out of date; BLESS=1 writes it, or `whos-that config page > docs/settings.md`"
        );
    }

    #[test]
    fn the_list_of_names_is_that_of_the_definitions() {
        let command = Cli::command();
        let defined: BTreeSet<_> = command
            .get_arguments()
            .filter_map(|arg| {
                let variable = arg.get_env()?.to_str().expect("ASCII").to_owned();
                let flag = arg.get_long().expect("each setting has a flag").to_owned();
                Some((flag, variable, arg.is_hide_env_values_set()))
            })
            .collect();
        let listed: BTreeSet<_> = SETTINGS
            .iter()
            .map(|name| {
                (
                    name.flag.to_owned(),
                    name.variable.to_owned(),
                    name.is_secret,
                )
            })
            .collect();
        assert_eq!(listed, defined);
    }
}
