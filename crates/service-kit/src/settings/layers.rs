//! Where settings come from: flag, then environment, then settings file, then default. What clap does not know of is
//! turned into defaults of its arguments: values of the file, secrets in files of their own, the original's variables.
//!
//! Everything wrong is told at once, each fault in a sentence that names the setting; no sentence repeats a secret.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{OsStr as ClapStr, Resettable};
use clap::{Arg, ArgAction, Args as _, Command, Parser};

use super::file;
use super::names::{ALIASES, OTHERS, SETTINGS, SettingName};
use crate::health_check::HealthCheck;

/// What begins the project's variables.
const PREFIX: &str = "WHOS_THAT_";
/// Names less alike than this are no slips of the pen.
const ALIKE: f64 = 0.8;

/// Everything that is wrong with the settings, a sentence each.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsFaults(pub Vec<String>);

/// The settings of a program, from everywhere they may come from. `PROGRAM health URL` is done here, and ends the process;
/// so do `--help` and a command line that cannot be read.
///
/// # Errors
/// [`SettingsFaults`]; commands that take no settings are not kept by them.
pub fn read<C: Parser>() -> Result<C, SettingsFaults> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let health = HealthCheck::augment_args(
        Command::new("health")
            .about("Ask a running service whether it is well; exit status 0 if it is"),
    );
    let mut command = C::command()
        .subcommand(health)
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true);
    let called = arguments
        .get(1)
        .and_then(|name| command.find_subcommand(name));
    if called.is_none_or(takes_settings) {
        let layers = Layers::gather(&command, &arguments, std::env::vars_os())?;
        command = layers.under(command);
    }
    let matches = command.get_matches_from(&arguments);
    if let Some(("health", matches)) = matches.subcommand() {
        end_with_health(matches);
    }
    Ok(C::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

/// Everything that is wrong with a settings file by itself, for a program of these arguments.
#[must_use]
pub fn check_file(command: &Command, path: &Path) -> Vec<String> {
    let mut layers = Layers::default();
    layers.add_file(command, path);
    layers.faults
}

/// The command with the values of a settings file as its defaults, and nothing from the environment.
///
/// # Errors
/// [`SettingsFaults`].
pub fn with_file_alone(command: Command, path: &Path) -> Result<Command, SettingsFaults> {
    let mut layers = Layers::default();
    layers.add_file(&command, path);
    if layers.faults.is_empty() {
        Ok(layers
            .under(command)
            .mut_args(|arg| arg.env(Resettable::<ClapStr>::Reset)))
    } else {
        Err(SettingsFaults(layers.faults))
    }
}

fn end_with_health(matches: &clap::ArgMatches) -> ! {
    use clap::FromArgMatches as _;
    let check = HealthCheck::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let is_well = check.run() == std::process::ExitCode::SUCCESS;
    std::process::exit(i32::from(!is_well));
}

/// Whether a command has arguments that are settings.
fn takes_settings(command: &Command) -> bool {
    command.get_arguments().any(|arg| arg.get_env().is_some())
}

/// Values by flag that stand below the environment, and what is wrong with what was found.
#[derive(Default)]
struct Layers {
    values: BTreeMap<&'static str, OsString>,
    faults: Vec<String>,
}

impl Layers {
    fn gather(
        command: &Command,
        arguments: &[OsString],
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsFaults> {
        let environment: BTreeMap<String, OsString> = environment
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        let mut layers = Self::default();
        if let Some(path) = named_file(arguments, &environment) {
            layers.add_file(command, &path);
        }
        for (alias, flag) in ALIASES {
            if let Some(value) = environment.get(*alias).filter(|value| !value.is_empty()) {
                layers.values.insert(flag, value.clone());
            }
        }
        layers.add_secrets(&environment);
        layers.check_names(&environment);
        layers.check_values(command, &environment);
        if layers.faults.is_empty() {
            Ok(layers)
        } else {
            Err(SettingsFaults(layers.faults))
        }
    }

    /// The values of a settings file.
    fn add_file(&mut self, command: &Command, path: &Path) {
        let place = path.display();
        let entries = match file::read(path) {
            Ok(entries) => entries,
            Err(fault) => return self.faults.push(fault),
        };
        for (key, value) in &entries {
            let value = match value {
                Ok(value) => OsString::from(value),
                Err(fault) => {
                    self.faults.push(format!("{place}: {fault}"));
                    continue;
                }
            };
            let Some((name, is_file)) = named_by_key(key) else {
                self.faults.push(format!("{place}: {}", unknown_key(key)));
                continue;
            };
            if is_file {
                if entries.contains_key(&name.key()) {
                    let both = format!(
                        "{place}: `{0}` and `{0}_file` are both there; keep one",
                        name.key()
                    );
                    self.faults.push(both);
                }
                let what = format!("{place}: `{key}`");
                self.add_secret_file(name, &what, Path::new(&value));
                continue;
            }
            let argument = argument(command, name);
            if let Some(fault) = argument.and_then(|argument| fault_of(argument, &value)) {
                self.faults.push(format!("{place}: `{key}` {fault}"));
            }
            self.values.insert(name.flag, value);
        }
    }

    /// Secrets from the files that `VARIABLE_FILE` names.
    fn add_secrets(&mut self, environment: &BTreeMap<String, OsString>) {
        for name in SETTINGS.iter().filter(|name| name.is_secret) {
            let variable = format!("{}_FILE", name.variable);
            let Some(path) = environment.get(&variable).filter(|path| !path.is_empty()) else {
                continue;
            };
            if environment.contains_key(name.variable) {
                let both = format!("{} and {variable} are both set: unset one", name.variable);
                self.faults.push(both);
                continue;
            }
            self.add_secret_file(name, &variable, Path::new(path));
        }
    }

    fn add_secret_file(&mut self, name: &'static SettingName, what: &str, path: &Path) {
        match file::secret(path) {
            Ok(secret) => {
                self.values.insert(name.flag, secret.into());
            }
            Err(why) => self
                .faults
                .push(format!("{what} names {}, {why}", path.display())),
        }
    }

    /// Refuses variables that look like settings and are none: a slip of the pen must not pass for the default.
    fn check_names(&mut self, environment: &BTreeMap<String, OsString>) {
        let unknown: Vec<&str> = environment
            .keys()
            .filter(|name| name.starts_with(PREFIX) && !is_known(name))
            .map(String::as_str)
            .collect();
        let (links, slips): (Vec<&str>, Vec<&str>) =
            unknown.into_iter().partition(|name| is_service_link(name));
        for name in slips {
            let near = nearest(name, SETTINGS.iter().map(|known| known.variable.to_owned()));
            self.faults
                .push(format!("there is no setting {name}{near}"));
        }
        if let Some(first) = links.first() {
            let more = match links.len() {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            self.faults
                .push(format!("{first}{more} is no setting; {SERVICE_LINK}"));
        }
    }

    /// Refuses values of variables that cannot be read, by the variable's name rather than the flag's.
    fn check_values(&mut self, command: &Command, environment: &BTreeMap<String, OsString>) {
        for name in SETTINGS {
            let (Some(value), Some(argument)) =
                (environment.get(name.variable), argument(command, name))
            else {
                continue;
            };
            if let Some(fault) = fault_of(argument, value) {
                let is_link = value.to_str().is_some_and(|text| text.contains("://"))
                    && name.variable.ends_with("_PORT");
                let link = if is_link {
                    format!("; {SERVICE_LINK}")
                } else {
                    String::new()
                };
                self.faults.push(format!("{} {fault}{link}", name.variable));
            }
        }
    }

    /// The command with these values as defaults, which the environment and flags override.
    fn under(self, command: Command) -> Command {
        let subcommands: Vec<String> = command
            .get_subcommands()
            .filter(|subcommand| takes_settings(subcommand))
            .map(|subcommand| subcommand.get_name().to_owned())
            .collect();
        let values = &self.values;
        let set = |arg: Arg| match arg.get_long().and_then(|flag| values.get(flag)) {
            Some(value) if arg.get_env().is_some() => {
                let hidden = arg.is_hide_env_values_set();
                arg.default_value(value.clone())
                    .hide_default_value(hidden)
                    .required(false)
            }
            _ => arg,
        };
        let command = command.mut_args(set);
        subcommands.into_iter().fold(command, |command, name| {
            command.mut_subcommand(name, |subcommand| subcommand.mut_args(set))
        })
    }
}

/// The end of a sentence about a variable that Kubernetes sets.
const SERVICE_LINK: &str = "Kubernetes sets such variables for a Service of that name: set `enableServiceLinks: false` in the pod";

/// The settings file, by flag or else environment. Clap would tell it only after the parsing that the file is needed for.
fn named_file(arguments: &[OsString], environment: &BTreeMap<String, OsString>) -> Option<PathBuf> {
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        if argument == "--config" {
            return rest.next().map(PathBuf::from);
        }
        if let Some(path) = argument
            .to_str()
            .and_then(|text| text.strip_prefix("--config="))
        {
            return Some(path.into());
        }
    }
    environment
        .get("WHOS_THAT_CONFIG")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// The setting of a file's key, and whether the key names a file that holds the value.
fn named_by_key(key: &str) -> Option<(&'static SettingName, bool)> {
    let find = |key: &str| SETTINGS.iter().find(|name| name.key() == key);
    if let Some(name) = find(key).filter(|name| name.flag != "config") {
        return Some((name, false));
    }
    let name = find(key.strip_suffix("_file")?)?;
    name.is_secret.then_some((name, true))
}

fn unknown_key(key: &str) -> String {
    let keys = SETTINGS.iter().filter(|name| name.flag != "config");
    let near = nearest(key, keys.map(SettingName::key));
    format!("there is no setting `{key}`{near}")
}

fn is_known(variable: &str) -> bool {
    let of_a_secret = variable.strip_suffix("_FILE");
    OTHERS.contains(&variable)
        || SETTINGS.iter().any(|name| {
            name.variable == variable || (name.is_secret && Some(name.variable) == of_a_secret)
        })
}

/// Whether a variable has the form of those that Kubernetes makes out of the names of Services.
fn is_service_link(variable: &str) -> bool {
    let of_a_port = |text: &str| {
        let mut parts = text.split('_');
        parts.next().is_some_and(|port| port.parse::<u16>().is_ok())
            && parts
                .next()
                .is_some_and(|protocol| matches!(protocol, "TCP" | "UDP" | "SCTP"))
    };
    variable.ends_with("_SERVICE_HOST")
        || variable.ends_with("_SERVICE_PORT")
        || variable.contains("_SERVICE_PORT_")
        || variable.ends_with("_PORT")
        || variable
            .match_indices("_PORT_")
            .any(|(at, mark)| of_a_port(&variable[at + mark.len()..]))
}

/// A question that names the known name most like `name`; empty when none is like it.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known
        .map(|known| (strsim::jaro_winkler(name, &known), known))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map_or_else(String::new, |(_, known)| format!("; is `{known}` meant?"))
}

/// The argument of a setting, here or in one of the commands; `None` when this program has no such setting.
fn argument<'a>(command: &'a Command, name: &SettingName) -> Option<&'a Arg> {
    std::iter::once(command)
        .chain(command.get_subcommands())
        .flat_map(Command::get_arguments)
        .find(|arg| arg.get_long() == Some(name.flag) && arg.get_env().is_some())
}

/// Why a value cannot be the argument's, as a continuation of a sentence that begins with the setting.
fn fault_of(argument: &Arg, value: &OsStr) -> Option<String> {
    let alone = argument
        .clone()
        .env(Resettable::<ClapStr>::Reset)
        .action(ArgAction::Set)
        .num_args(1)
        .required(false);
    let command = Command::new("setting").no_binary_name(true).arg(alone);
    let mut flag = OsString::from(format!("--{}=", argument.get_long()?));
    flag.push(value);
    let error = command.try_get_matches_from([flag]).err()?;
    let shown = if argument.is_hide_env_values_set() {
        "has a value that".to_owned()
    } else {
        format!("is `{}`, which", value.to_string_lossy())
    };
    let possible: Vec<String> = argument
        .get_possible_values()
        .iter()
        .map(|possible| possible.get_name().to_owned())
        .collect();
    let why = match (error.source(), possible.is_empty()) {
        (Some(source), _) => format!("cannot be used: {source}"),
        (None, false) => format!("is none of {}", possible.join(", ")),
        (None, true) => "cannot be used".to_owned(),
    };
    Some(format!("{shown} {why}"))
}

#[cfg(test)]
mod tests;
