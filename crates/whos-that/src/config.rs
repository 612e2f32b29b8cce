//! `whos-that config`: a settings file looked at before anything is started with it, and the page that lists all settings.

mod page;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{CommandFactory as _, FromArgMatches as _, Subcommand};
use service_kit::settings::{check_file, with_file_alone};
use service_kit::{Exposure, ExposureError};

use crate::cli::{Cli, SystemSettings};

/// What to do about settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say everything that is wrong with a settings file, whatever the environment holds.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Print docs/settings.md.
    #[command(hide = true)]
    Page,
}

/// Does it.
#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run(command: &ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Check { file } => {
            let faults = faults(file);
            if !faults.is_empty() {
                bail!("{}", faults.join("\n"));
            }
            println!("{} can be used", file.display());
        }
        ConfigCommand::Page => print!("{}", page::page()),
    }
    Ok(())
}

/// Faults of single values; without any, those of values that contradict each other.
fn faults(file: &std::path::Path) -> Vec<String> {
    let faults = check_file(&Cli::command(), file);
    if !faults.is_empty() {
        return faults;
    }
    let system = with_file_alone(Cli::command(), file)
        .map_err(|faults| faults.0)
        .and_then(|command| {
            let matches = command.try_get_matches_from(["whos-that"]);
            matches
                .and_then(|matches| SystemSettings::from_arg_matches(&matches))
                .map_err(|error| vec![error.to_string()])
        });
    match system {
        Ok(system) => contradictions(&system),
        Err(faults) => faults,
    }
}

/// What each value allows and all together do not.
fn contradictions(system: &SystemSettings) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(system.service.check_exposure().err().map(|e| e.to_string()));
    if system.service.exposure() == Exposure::Network && system.ui.admin_password_hash.is_none() {
        faults.push(ExposureError::AdminPassword.to_string());
    }
    faults.extend(system.registration.mongo_url().err().map(|e| e.to_string()));
    faults.extend(system.ui.check().err().map(|e| e.to_string()));
    faults
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn faults_of(text: &str) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        faults(file.path())
    }

    #[test]
    fn values_that_contradict_each_other_are_told() {
        let faults =
            faults_of("bind = '0.0.0.0'\nmongo_db_password = 'x'\nsession_key = 'short'\n");
        for name in [
            "WHOS_THAT_SERVICE_KEY",
            "WHOS_THAT_ADMIN_PASSWORD_HASH",
            "MONGO_DB_URL",
            "WHOS_THAT_SESSION_KEY",
        ] {
            assert!(
                faults.iter().any(|fault| fault.contains(name)),
                "{name} in {faults:?}"
            );
        }
        assert_eq!(faults.len(), 4, "{faults:?}");
    }

    #[test]
    fn a_good_file_and_an_empty_one_have_no_faults() {
        assert_eq!(faults_of(""), Vec::<String>::new());
        let good = "bind = '127.0.0.1'\noffline = true\ntarget_fpir = 0.01\nui_port = 8080\nlog_format = 'json'\n";
        assert_eq!(faults_of(good), Vec::<String>::new());
    }
}
