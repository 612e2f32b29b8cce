//! The Dockerfile: what it copies is there, what it sets is known, what it fetches is pinned, and nothing runs as root.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use face_packs::RuntimeRelease;
use parse_dockerfile::{Dockerfile, Instruction, parse};

use crate::support::image::{Copied, DOCKERFILE, Image, ids};
use crate::support::programs::{PROGRAMS, Settings};
use crate::support::{file, text, tools};

/// Runs `look` with the Dockerfile.
fn with_dockerfile<T>(look: impl FnOnce(&Dockerfile<'_>) -> T) -> T {
    let text = text(DOCKERFILE);
    look(&parse(&text).expect("the Dockerfile can be read"))
}

/// Every file of the repository that the builder is sent: those that git knows and `.dockerignore` lets through.
fn context() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(test_needs::workspace())
        .output()
        .expect("git runs");
    let rules = text(".dockerignore");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(PathBuf::from)
        .filter(|path| file(&path.to_string_lossy()).is_file() && is_sent(&rules, path))
        .collect()
}

/// Whether rules of a `.dockerignore` send a file; the last that is about it, or a folder that it is in, decides.
fn is_sent(rules: &str, path: &Path) -> bool {
    let lines = rules.lines().map(str::trim);
    let rules = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    rules.fold(true, |is_sent, rule| {
        let (sends, pattern) = match rule.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, rule),
        };
        let is_about = match pattern.strip_prefix("**/") {
            Some(name) => path.iter().any(|part| part == name),
            None => pattern == "*" || path.starts_with(pattern),
        };
        if is_about { sends } else { is_sent }
    })
}

/// A folder with what the builder is sent.
fn sent() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    for path in context() {
        let target = folder.path().join(&path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::copy(file(&path.to_string_lossy()), target).expect("a copy");
    }
    folder
}

#[test]
fn what_is_sent_to_the_builder_is_a_whole_workspace() {
    let folder = sent();
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .current_dir(folder.path())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", tools::said(&output));
    let included = regex::Regex::new(r#"include_(?:str|bytes)!\(\s*"([^"]+)""#).expect("a pattern");
    for path in context()
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
    {
        let here = folder.path().join(path);
        let source = std::fs::read_to_string(&here).expect("a text");
        for found in included.captures_iter(&source) {
            let other = here.parent().expect("a folder").join(&found[1]);
            assert!(other.is_file(), "{} includes {}", path.display(), &found[1]);
        }
    }
    for secret in ["deploy", ".git", "shared", "target"] {
        assert!(
            !folder.path().join(secret).exists(),
            "{secret} is none of the builder's business"
        );
    }
}

#[test]
fn every_copied_file_exists() {
    let folder = sent();
    with_dockerfile(|dockerfile| {
        for stage in dockerfile.stages() {
            for instruction in stage.instructions {
                let Instruction::Copy(copy) = instruction else {
                    continue;
                };
                let copied = Copied::of(copy);
                match &copied.from {
                    Some(from) => assert!(dockerfile.stage(from).is_some(), "no stage {from}"),
                    None => {
                        for source in &copied.sources {
                            assert!(folder.path().join(source).exists(), "{source} is not sent");
                        }
                    }
                }
            }
        }
    });
}

#[test]
fn each_image_sets_only_what_its_program_knows() {
    for target in PROGRAMS {
        let image = Image::of(target);
        let names = image.environment.keys().map(String::as_str);
        Settings::of(target).check(target, names);
        let ports: BTreeSet<u16> = image
            .environment
            .iter()
            .filter(|(name, _)| name.ends_with("_PORT"))
            .map(|(_, port)| port.parse().expect("a port"))
            .collect();
        let exposed: BTreeSet<u16> = image.ports.iter().copied().collect();
        assert!(
            !exposed.is_empty() && exposed.is_subset(&ports),
            "{target}: {exposed:?} {ports:?}"
        );
    }
}

#[test]
fn each_image_runs_one_program_as_nobody_in_particular() {
    for target in PROGRAMS {
        let image = Image::of(target);
        let (user, group) = ids(&image.user);
        assert!(
            user >= 1000 && group >= 1000,
            "{target} runs as {}",
            image.user
        );
        let program = format!("/usr/local/bin/{target}");
        assert_eq!(image.entrypoint, [program.as_str()]);
        let [checker, verb, url] = image.health.as_slice() else {
            panic!("{target}: {:?}", image.health)
        };
        assert_eq!((checker, verb.as_str()), (&program, "health"));
        let port = image.ports[0];
        assert_eq!(*url, format!("http://127.0.0.1:{port}/healthz"));
        let binaries: Vec<&Copied> = image
            .copies
            .iter()
            .filter(|copied| copied.target.starts_with("/usr/local/bin"))
            .collect();
        assert_eq!(binaries.len(), 1, "{target} has no other program");
        for label in [
            "title",
            "description",
            "version",
            "revision",
            "created",
            "licenses",
        ] {
            let label = format!("org.opencontainers.image.{label}");
            assert!(image.labels.contains_key(&label), "{target} lacks {label}");
        }
    }
}

#[test]
fn onnx_runtime_is_the_one_that_the_program_pins() {
    with_dockerfile(|dockerfile| {
        for (docker, architecture) in [("amd64", "x86_64"), ("arm64", "aarch64")] {
            let stage = format!("onnxruntime-{docker}");
            let stage = dockerfile
                .stage(&stage)
                .expect("a stage for each architecture");
            let [Instruction::Add(add)] = stage.instructions else {
                panic!("one ADD")
            };
            let release = RuntimeRelease::of("linux", architecture).expect("there is a release");
            let checksum = add
                .options
                .iter()
                .find(|flag| &*flag.name.value == "checksum");
            let checksum = checksum
                .and_then(|flag| flag.value.as_ref())
                .expect("a checksum");
            assert_eq!(checksum.value, format!("sha256:{}", release.sha256));
            let parse_dockerfile::Source::Path(url) = &add.src[0] else {
                panic!("an address")
            };
            assert_eq!(url.value, release.url);
        }
    });
    let library = RuntimeRelease::of("linux", "x86_64")
        .expect("there is a release")
        .member;
    let library = library.rsplit('/').next().expect("a name");
    for target in ["inference-service", "whos-that"] {
        let image = Image::of(target);
        assert_eq!(
            image.environment["ORT_DYLIB_PATH"],
            format!("/usr/local/lib/{library}")
        );
        assert!(image.copies.iter().any(|copied| {
            copied.sources == [format!("/out/{library}")] && copied.target == "/usr/local/lib/"
        }));
    }
}

#[test]
fn nothing_is_fetched_without_a_pin() {
    with_dockerfile(|dockerfile| {
        let bases: Vec<String> = dockerfile
            .global_args()
            .map(|arg| arg.arguments.value.to_string())
            .collect();
        for stage in dockerfile.stages() {
            let below = &*stage.from.image.value;
            let is_base = bases.iter().any(|base| {
                let name = base.split('=').next().expect("a name");
                below == format!("${{{name}}}")
            });
            let is_stage = dockerfile.stage(below).is_some() || below.starts_with("onnxruntime-");
            assert!(
                is_base || is_stage || below == "scratch",
                "{below} is fetched"
            );
        }
        let install = regex::Regex::new(r"cargo install (.*)").expect("a pattern");
        for found in install.captures_iter(&text(DOCKERFILE)) {
            let mut words = found[1].split_whitespace();
            assert_eq!(words.next(), Some("--locked"));
            words.for_each(|tool| assert!(tool.contains('@'), "{tool} has no version"));
        }
    });
    assert!(
        !text(DOCKERFILE).contains("# syntax="),
        "no frontend is fetched"
    );
}

#[test]
fn a_base_image_without_a_digest_stops_the_build() {
    let guard = with_dockerfile(|dockerfile| {
        let stage = dockerfile.stage("toolchain").expect("a stage");
        let run = stage
            .instructions
            .iter()
            .find_map(|instruction| match instruction {
                Instruction::Run(run) => Some(run),
                _ => None,
            });
        let parse_dockerfile::Command::Shell(line) = &run.expect("a first step").arguments else {
            panic!("a shell reads it")
        };
        line.value.to_owned()
    });
    let digest = format!("sha256:{}", "0".repeat(64));
    let build = |rust: &str, runtime: &str, unpinned: &str| {
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &guard])
            .env("RUST_IMAGE", rust)
            .env("RUNTIME_IMAGE", runtime)
            .env("UNPINNED", unpinned)
            .output();
        output.expect("bash runs")
    };
    let pinned = format!("base:1@{digest}");
    assert!(build(&pinned, &pinned, "no").status.success());
    assert!(build("base:1", "base:1", "yes").status.success());
    for (rust, runtime) in [("base:1", pinned.as_str()), (&pinned, "base:1")] {
        let output = build(rust, runtime, "no");
        assert_eq!(output.status.code(), Some(1));
        assert!(tools::said(&output).contains("deploy/docker/pin"));
    }
}

#[test]
fn pin_writes_what_build_reads() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let docker = folder.path().join("deploy/docker");
    std::fs::create_dir_all(&docker).expect("a folder");
    for name in ["pin", "build", "Dockerfile"] {
        std::fs::copy(file("deploy/docker").join(name), docker.join(name)).expect("a copy");
    }
    std::fs::copy(file("Cargo.toml"), folder.path().join("Cargo.toml")).expect("a copy");
    // Stands in for Docker's client: tells a digest, or what it is asked to build.
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    let client = "#!/bin/sh\ncase $* in *imagetools*) printf 'sha256:%064d\\n' 7 ;; *) echo \"docker $*\" ;; esac\n";
    std::fs::write(bin.join("docker"), client).expect("a file");
    std::fs::set_permissions(
        bin.join("docker"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("our own file");
    let path = format!(
        "{}:{}",
        bin.display(),
        std::env::var_os("PATH").unwrap_or_default().display()
    );
    let run = |script: &str, arguments: &[&str]| {
        let mut command = Command::new(docker.join(script));
        command
            .args(arguments)
            .env("PATH", &path)
            .output()
            .expect("sh runs")
    };
    let refused = run("build", &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(tools::said(&refused).contains("not pinned yet"));
    assert!(run("pin", &[]).status.success());
    let pins = std::fs::read_to_string(docker.join("images.env")).expect("written");
    let digest = format!("@sha256:{:064}", 7);
    assert_eq!(pins.matches(&digest).count(), 2, "{pins}");
    let built = run("build", &["face-ui", "--", "--push"]);
    assert!(built.status.success(), "{}", tools::said(&built));
    let said = tools::said(&built);
    assert!(
        said.contains(&format!("whos-that/face-ui:{}", env!("CARGO_PKG_VERSION"))),
        "{said}"
    );
    assert!(
        said.contains("--push") && said.matches(&digest).count() == 2,
        "{said}"
    );
    assert_eq!(run("build", &["nothing"]).status.code(), Some(2));
}

#[test]
fn hadolint_has_nothing_to_say() {
    let Some(output) = tools::run("hadolint", [DOCKERFILE]) else {
        return;
    };
    assert!(output.status.success(), "{}", tools::said(&output));
}
