//! The programs of this workspace and the settings that each knows, as its own `--help` tells them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// The programs, each an image of its own.
pub(crate) const PROGRAMS: [&str; 4] = [
    "registration-service",
    "inference-service",
    "face-ui",
    "whos-that",
];

/// Variables that are read by libraries of the programs or for them: where ONNX Runtime lies and that it tells nobody, the
/// filter of the log, the collector of traces.
const ELSEWHERE: [&str; 4] = [
    "ORT_DYLIB_PATH",
    "ORT_DISABLE_TELEMETRY",
    "RUST_LOG",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// A program of this build.
pub(crate) fn path(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_whos-that")).with_file_name(name);
    assert!(
        path.is_file(),
        "{name} is not built: run the tests as `cargo test --workspace`"
    );
    path
}

/// What a program can be told by its environment.
pub(crate) struct Settings {
    known: BTreeSet<String>,
    secret: BTreeSet<String>,
}

impl Settings {
    /// Asks the program.
    pub(crate) fn of(program: &str) -> Self {
        let output = Command::new(path(program)).arg("--help").output();
        let help = String::from_utf8(output.expect("the program starts").stdout).expect("text");
        // The value of a secret is not shown, not even an empty one.
        let variable = Regex::new(r"\[env:\s+([A-Z][A-Z0-9_]*)(=?)").expect("a pattern");
        let mut settings = Self {
            known: BTreeSet::new(),
            secret: BTreeSet::new(),
        };
        for found in variable.captures_iter(&help) {
            settings.known.insert(found[1].to_owned());
            if found[2].is_empty() {
                settings.secret.insert(found[1].to_owned());
            }
        }
        assert!(settings.known.contains("WHOS_THAT_BIND"), "{help}");
        assert!(settings.secret.contains("WHOS_THAT_SERVICE_KEY"), "{help}");
        settings
    }

    /// Whether the program knows a variable of this name: a setting, the file of a secret, or a library's.
    pub(crate) fn knows(&self, variable: &str) -> bool {
        let secret = variable.strip_suffix("_FILE");
        self.known.contains(variable)
            || secret.is_some_and(|secret| self.is_secret(secret))
            || ELSEWHERE.contains(&variable)
            || service_kit::settings::ALIASES
                .iter()
                .any(|(alias, _)| *alias == variable)
    }

    /// Whether the variable holds a secret.
    pub(crate) fn is_secret(&self, variable: &str) -> bool {
        self.secret.contains(variable)
    }

    /// The secrets.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secret.iter().map(String::as_str)
    }

    /// Panics when the program does not know a variable or when one holds a secret in clear.
    pub(crate) fn check<'a>(&self, place: &str, variables: impl IntoIterator<Item = &'a str>) {
        for variable in variables {
            assert!(
                self.knows(variable),
                "{place}: there is no setting {variable}"
            );
            assert!(!self.is_secret(variable), "{place}: {variable} is in clear");
        }
    }
}
