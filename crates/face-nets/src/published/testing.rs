//! Writes small files of weights as `PyTorch` and safetensors do.

use std::io::Write;

use zip::write::SimpleFileOptions;

/// A tensor under the name that a file gives it; 32-bit values.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

impl Named {
    /// With values between 0.5 and 1.5 for lists (variances must be positive) and small ones about nought else, which
    /// depend on the name.
    pub(super) fn new(name: String, shape: &[usize]) -> Self {
        let mut state = name.bytes().fold(7_u32, |state, byte| {
            state.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let count = shape.iter().product();
        let is_list = shape.len() == 1;
        let value = |_| {
            if is_list {
                0.5 + next()
            } else {
                0.4 * (next() - 0.5)
            }
        };
        Self {
            name,
            shape: shape.to_vec(),
            values: (0..count).map(value).collect(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|v| v.to_le_bytes()).collect()
    }
}

/// Header length, header in JSON, values; with a counter as `PyTorch`'s normalisations have.
pub(super) fn safetensors_file(tensors: &[Named]) -> Vec<u8> {
    let counter = Named::new("num_batches_tracked".to_owned(), &[1]);
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for tensor in tensors.iter().chain([&counter]) {
        let from = data.len();
        data.extend(tensor.bytes());
        let (name, shape, to) = (&tensor.name, &tensor.shape, data.len());
        entries.push(format!(
            r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{from},{to}]}}"#
        ));
    }
    let header = format!("{{{}}}", entries.join(","));
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &data].concat()
}

/// A zip archive with the pickled dictionary and a file of values for each tensor, as `torch.save` writes it.
pub(super) fn torch_file(tensors: &[Named]) -> Vec<u8> {
    let counter = Named::new("num_batches_tracked".to_owned(), &[1]);
    let tensors: Vec<_> = tensors.iter().chain([&counter]).collect();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut add = |name: &str, bytes: &[u8]| {
        archive
            .start_file(format!("archive/{name}"), stored)
            .unwrap();
        archive.write_all(bytes).unwrap();
    };
    add("data.pkl", &pickle(&tensors));
    add("byteorder", b"little");
    for (key, tensor) in tensors.iter().enumerate() {
        add(&format!("data/{key}"), &tensor.bytes());
    }
    add("version", b"3\n");
    archive.finish().unwrap().into_inner()
}

/// Protocol 2: an ordered dictionary from names to calls of `_rebuild_tensor_v2`.
fn pickle(tensors: &[&Named]) -> Vec<u8> {
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (key, tensor) in tensors.iter().enumerate() {
        text(&mut out, &tensor.name);
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        out.extend(b"ctorch\nFloatStorage\n");
        text(&mut out, &key.to_string());
        text(&mut out, "cpu");
        number(&mut out, tensor.values.len());
        // The storage, from its first value on.
        out.extend(b"tQ");
        number(&mut out, 0);
        tuple(&mut out, &tensor.shape);
        tuple(&mut out, &strides(&tensor.shape));
        // Needs no gradient, has no hooks.
        out.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend(b"u.");
    out
}

fn strides(shape: &[usize]) -> Vec<usize> {
    let after = |axis: usize| shape[axis + 1..].iter().product();
    (0..shape.len()).map(after).collect()
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.bytes());
}

fn number(out: &mut Vec<u8>, value: usize) {
    out.push(b'J');
    out.extend((value as i32).to_le_bytes());
}

fn tuple(out: &mut Vec<u8>, values: &[usize]) {
    out.push(b'(');
    for value in values {
        number(out, *value);
    }
    out.push(b't');
}
