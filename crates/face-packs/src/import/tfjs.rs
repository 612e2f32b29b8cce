//! The weights format of TensorFlow.js: a list of tensors in JSON, their values one after the other in shards.

use serde::Deserialize;

use super::ImportError;
use super::tensors::{Tensor, Tensors};

/// Tensors that share shards.
#[derive(Debug, Deserialize)]
struct Group {
    /// The shards in order, by file name.
    paths: Vec<String>,
    weights: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

/// An 8-bit value v stands for `v * scale + min`.
#[derive(Debug, Deserialize)]
struct Quantization {
    dtype: String,
    scale: f64,
    min: f64,
}

/// The tensors that `list` names, their values from `files`, which hold the shards by file name.
pub(super) fn read(list: &[u8], files: &[(String, Vec<u8>)]) -> Result<Tensors, ImportError> {
    let groups: Vec<Group> =
        serde_json::from_slice(list).map_err(|error| ImportError::Values(error.to_string()))?;
    let mut tensors = Tensors::default();
    for group in groups {
        let shards = group
            .paths
            .iter()
            .map(|path| shard(files, path))
            .collect::<Result<Vec<_>, _>>()?;
        let bytes = shards.concat();
        let mut rest = &bytes[..];
        for entry in &group.weights {
            tensors.0.insert(entry.name.clone(), entry.take(&mut rest)?);
        }
        if !rest.is_empty() {
            return Err(ImportError::Values(format!(
                "{} bytes belong to no tensor",
                rest.len()
            )));
        }
    }
    Ok(tensors)
}

fn shard<'f>(files: &'f [(String, Vec<u8>)], path: &str) -> Result<&'f [u8], ImportError> {
    let found = files.iter().find(|(name, _)| name == path);
    found
        .map(|(_, bytes)| &bytes[..])
        .ok_or_else(|| ImportError::Values(format!("the shard {path} is missing")))
}

impl Entry {
    /// The tensor's values, taken from the beginning of `bytes`.
    fn take(&self, bytes: &mut &[u8]) -> Result<Tensor, ImportError> {
        let count = self.shape.iter().product();
        let kind = self
            .quantization
            .as_ref()
            .map_or(&self.dtype, |quantization| &quantization.dtype);
        let values = match (kind.as_str(), &self.quantization) {
            ("float32", None) => {
                let pieces = self.cut(bytes, count, 4)?.as_chunks().0;
                pieces
                    .iter()
                    .map(|piece| f32::from_le_bytes(*piece))
                    .collect()
            }
            ("uint8", Some(Quantization { scale, min, .. })) => {
                let values = self.cut(bytes, count, 1)?.iter();
                // In double precision and then rounded once, as TensorFlow.js does.
                values
                    .map(|&value| (f64::from(value) * scale + min) as f32)
                    .collect()
            }
            _ => {
                return Err(ImportError::Values(format!(
                    "{} has values of the kind {kind}",
                    self.name
                )));
            }
        };
        Ok(Tensor::of(&self.shape, values))
    }

    fn cut<'b>(
        &self,
        bytes: &mut &'b [u8],
        count: usize,
        size: usize,
    ) -> Result<&'b [u8], ImportError> {
        let short = || ImportError::Values(format!("the shards end within {}", self.name));
        let (own, rest) = bytes.split_at_checked(count * size).ok_or_else(short)?;
        *bytes = rest;
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"[{"paths": ["a.bin", "b.bin"], "weights": [
        {"name": "plain", "shape": [2], "dtype": "float32"},
        {"name": "small", "shape": [3, 1], "dtype": "float32",
         "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0, "original_dtype": "float32"}}]}]"#;

    fn files(second: &[u8]) -> Vec<(String, Vec<u8>)> {
        let first = [1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes()].concat();
        // The first tensor ends in the second shard.
        let (head, tail) = first.split_at(6);
        vec![
            ("a.bin".to_owned(), head.to_vec()),
            ("b.bin".to_owned(), [tail, second].concat()),
        ]
    }

    #[test]
    fn plain_and_8_bit_values_are_read_across_shards() {
        let tensors = read(LIST.as_bytes(), &files(&[0, 1, 255])).unwrap();
        assert_eq!(tensors.get("plain", &[2]).unwrap().values, [1.5, -2.0]);
        assert_eq!(
            tensors.get("small", &[3, 1]).unwrap().values,
            [-1.0, -0.5, 126.5]
        );
    }

    #[rstest::rstest]
    #[case::too_short(&[0, 1], "end within small")]
    #[case::too_long(&[0, 1, 2, 3], "1 bytes belong to no tensor")]
    fn shards_of_another_length_are_refused(#[case] second: &[u8], #[case] message: &str) {
        let error = read(LIST.as_bytes(), &files(second)).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }

    #[test]
    fn a_missing_shard_is_named() {
        let error = read(LIST.as_bytes(), &files(&[])[..1]).unwrap_err();
        assert!(error.to_string().contains("b.bin"), "{error}");
    }
}
