//! Programs from outside that check what is deployed.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs a tool in the root of the repository; `None` where it is not installed.
pub(crate) fn run<I: AsRef<std::ffi::OsStr>>(
    tool: &str,
    arguments: impl IntoIterator<Item = I>,
) -> Option<Output> {
    let program = test_needs::program(tool)?;
    let mut command = Command::new(program);
    command.current_dir(test_needs::workspace()).args(arguments);
    Some(command.output().expect("the tool starts"))
}

/// Everything that a run said.
pub(crate) fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|stream| String::from_utf8_lossy(stream).into_owned())
        .concat()
}

/// The documents of a YAML text; empty ones are left out.
pub(crate) fn documents(yaml: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// Makes the secrets of a compose set-up in `folder`, as `just up` does, with this build's program.
pub(crate) fn make_secrets(folder: &Path) {
    let output = Command::new(super::file("deploy/compose/secrets"))
        .arg(folder)
        .arg(super::programs::path("whos-that"))
        .arg("hash-password")
        .output()
        .expect("sh runs the script");
    assert!(output.status.success(), "{}", said(&output));
}
