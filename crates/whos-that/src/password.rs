//! `whos-that hash-password`: a password in, its argon2id hash out.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Result, ensure};

/// Reads one line from standard input; a password on the command line would be seen by others.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a prompt, and the command's answer"
)]
pub(crate) fn run() -> Result<()> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Password (it is shown while you type), then Enter:");
    }
    let mut password = String::new();
    input.lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    ensure!(
        password.chars().count() >= 8,
        "a password has at least 8 characters"
    );
    println!("{}", face_ui::hash_password(password));
    Ok(())
}
