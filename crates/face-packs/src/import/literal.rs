//! Bytes that a Python module holds as a literal: `NAME = b'...'`.

use super::ImportError;

/// The bytes of the first literal in `module`.
pub(super) fn read(module: &[u8]) -> Result<Vec<u8>, ImportError> {
    let wrong = |what: &str| ImportError::Values(format!("the Python module {what}"));
    let begins = module
        .windows(2)
        .position(|pair| pair == b"b'" || pair == b"b\"");
    let begins = begins.ok_or_else(|| wrong("holds no bytes"))?;
    let (quote, mut rest) = (module[begins + 1], &module[begins + 2..]);
    let mut bytes = Vec::with_capacity(rest.len() / 2);
    loop {
        let (&byte, after) = rest
            .split_first()
            .ok_or_else(|| wrong("ends within its bytes"))?;
        rest = after;
        match byte {
            _ if byte == quote => return Ok(bytes),
            b'\\' => {
                let (byte, after) =
                    escaped(rest).ok_or_else(|| wrong("has an escape that is not known here"))?;
                bytes.push(byte);
                rest = after;
            }
            _ => bytes.push(byte),
        }
    }
}

/// The byte that the escape at the beginning of `text` stands for (its backslash is gone), and what follows it.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&kind, rest) = text.split_first()?;
    let byte = match kind {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'\\' | b'\'' | b'"' => kind,
        b'x' => {
            let (digits, rest) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            return Some((u8::from_str_radix(digits, 16).ok()?, rest));
        }
        _ => return None,
    };
    Some((byte, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(r"A = b'a\x00\xffz'", b"a\x00\xffz")]
    #[case(r#"A = b"it's\n\t\r\\\"" # done"#, b"it's\n\t\r\\\"")]
    #[case(r"A = b''", b"")]
    fn a_literal_is_read_as_python_reads_it(#[case] module: &str, #[case] bytes: &[u8]) {
        assert_eq!(read(module.as_bytes()).unwrap(), bytes);
    }

    #[rstest::rstest]
    #[case::none("A = 5", "holds no bytes")]
    #[case::cut_off("A = b'abc", "ends within")]
    #[case::within_an_escape(r"A = b'\x0", "escape")]
    #[case::octal(r"A = b'\012'", "escape")]
    fn what_is_no_literal_is_refused(#[case] module: &str, #[case] message: &str) {
        let error = read(module.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}
