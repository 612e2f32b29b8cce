//! The images as the Dockerfile describes them, and the file system that each would have.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use parse_dockerfile::{
    Command, CopyInstruction, Dockerfile, HealthcheckArguments, Instruction, Source, parse,
};

use super::{file, programs, text};

/// Where the Dockerfile lies.
pub(crate) const DOCKERFILE: &str = "deploy/docker/Dockerfile";

/// An image: the instructions of its target and of the stages below it, those of the lowest first.
#[derive(Debug, Default)]
pub(crate) struct Image {
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) user: String,
    pub(crate) ports: Vec<u16>,
    pub(crate) entrypoint: Vec<String>,
    pub(crate) health: Vec<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) copies: Vec<Copied>,
}

/// One `COPY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    /// The stage that the files come from; `None` is the repository.
    pub(crate) from: Option<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) target: String,
    pub(crate) options: BTreeMap<String, String>,
}

impl Copied {
    pub(crate) fn of(copy: &CopyInstruction<'_>) -> Self {
        let mut options: BTreeMap<String, String> = copy
            .options
            .iter()
            .map(|flag| {
                let value = flag.value.as_ref().map(|value| value.value.to_string());
                (flag.name.value.to_string(), value.unwrap_or_default())
            })
            .collect();
        let source = |source: &Source<'_>| match source {
            Source::Path(path) => path.value.to_string(),
            other => panic!("a source of another kind: {other:?}"),
        };
        Self {
            from: options.remove("from"),
            sources: copy.src.iter().map(source).collect(),
            target: copy.dest.value.to_string(),
            options,
        }
    }
}

impl Image {
    /// The image of a target.
    pub(crate) fn of(target: &str) -> Self {
        let text = text(DOCKERFILE);
        let dockerfile = parse(&text).expect("the Dockerfile can be read");
        let mut image = Self::default();
        image.add(&dockerfile, target);
        image
    }

    fn add(&mut self, dockerfile: &Dockerfile<'_>, stage: &str) {
        let stage = dockerfile
            .stage(stage)
            .unwrap_or_else(|| panic!("there is no stage {stage}"));
        let below = &*stage.from.image.value;
        if dockerfile.stage(below).is_some() {
            self.add(dockerfile, below);
        }
        for instruction in stage.instructions {
            match instruction {
                Instruction::Env(env) => self.environment.extend(pairs(&env.arguments.value)),
                Instruction::Label(label) => self.labels.extend(pairs(&label.arguments.value)),
                Instruction::User(user) => self.user = user.arguments.value.to_string(),
                Instruction::Expose(expose) => {
                    let ports = expose
                        .arguments
                        .iter()
                        .map(|port| port.value.parse::<u16>());
                    self.ports.extend(ports.map(|port| port.expect("a port")));
                }
                Instruction::Entrypoint(entry) => self.entrypoint = words(&entry.arguments),
                Instruction::Healthcheck(check) => {
                    if let HealthcheckArguments::Cmd { arguments, .. } = &check.arguments {
                        self.health = words(arguments);
                    }
                }
                Instruction::Copy(copy) => self.copies.push(Copied::of(copy)),
                Instruction::Arg(_) | Instruction::Workdir(_) => {}
                other => panic!("an image does not expect {other:?}"),
            }
        }
    }

    /// Lays out the image's files in the empty folder `root`: those of the repository and this build's programs, the library
    /// at `onnxruntime`, and the system libraries that these need. Licences and bills of materials, which only a real build
    /// makes, are left out.
    pub(crate) fn lay_out(&self, root: &Path, onnxruntime: &Path) {
        for copy in &self.copies {
            for source in &copy.sources {
                let origin = match (copy.from.as_deref(), source.as_str()) {
                    (None, path) => file(path),
                    (Some("programs"), path) if path.starts_with("/out/bin/") => {
                        programs::path(&path["/out/bin/".len()..])
                    }
                    (Some("programs"), "/out/empty") => {
                        copy.make_folder(root);
                        continue;
                    }
                    (Some("onnxruntime"), path) if path.ends_with(".so.1.29.0") => {
                        onnxruntime.to_path_buf()
                    }
                    (Some("programs"), path) if path.starts_with("/out/sbom/") => continue,
                    (Some("onnxruntime"), "/out/licences/") => continue,
                    other => panic!("nobody knows where {other:?} comes from"),
                };
                let mut target = root.join(copy.target.trim_start_matches('/'));
                if copy.target.ends_with('/') && !origin.is_dir() {
                    let name = source.rsplit('/').next().expect("a name");
                    target.push(name);
                }
                place(&origin, &target);
                for library in libraries(&origin) {
                    place(
                        &library,
                        &root.join(library.strip_prefix("/").expect("absolute")),
                    );
                }
            }
        }
    }
}

impl Copied {
    /// An empty folder with the owner and the mode that the instruction gives.
    fn make_folder(&self, root: &Path) {
        let folder = root.join(self.target.trim_start_matches('/'));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (user, group) = ids(&self.options["chown"]);
        chown(&folder, Some(user), Some(group)).expect("root may");
        let mode = u32::from_str_radix(&self.options["chmod"], 8).expect("a mode");
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&folder, permissions).expect("root may");
    }
}

/// User and group of `USER:GROUP`, both numbers.
pub(crate) fn ids(user: &str) -> (u32, u32) {
    let (user, group) = user.split_once(':').expect("user and group");
    let number = |text: &str| {
        text.parse()
            .unwrap_or_else(|_| panic!("{text} is no number"))
    };
    (number(user), number(group))
}

/// Puts a file, or the files of a folder, at another place; linked where that is possible, for the programs are large.
fn place(origin: &Path, target: &Path) {
    if origin.is_dir() {
        for entry in std::fs::read_dir(origin).expect("a folder") {
            let entry = entry.expect("an entry");
            place(&entry.path(), &target.join(entry.file_name()));
        }
    } else if !target.exists() {
        let folder = target.parent().expect("a folder");
        std::fs::create_dir_all(folder).expect("a folder");
        let origin = origin.canonicalize().expect("the file is there");
        std::fs::hard_link(&origin, target)
            .or_else(|_| std::fs::copy(&origin, target).map(drop))
            .unwrap_or_else(|error| panic!("{}: {error}", origin.display()));
    }
}

/// The system libraries, and the loader, that a program or library needs: what the base image stands for.
fn libraries(binary: &Path) -> Vec<PathBuf> {
    let output = std::process::Command::new("ldd").arg(binary).output();
    let output = output.expect("ldd runs");
    String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
        .filter(|path| path != binary)
        .collect()
}

/// `A=b C="d e"` as pairs.
fn pairs(arguments: &str) -> BTreeMap<String, String> {
    let pair = regex::Regex::new(r#"([\w.]+)=(?:"([^"]*)"|(\S+))"#).expect("a pattern");
    let value = |found: &regex::Captures<'_>| {
        let value = found.get(2).or(found.get(3)).expect("one of the two");
        (found[1].to_owned(), value.as_str().to_owned())
    };
    pair.captures_iter(arguments)
        .map(|found| value(&found))
        .collect()
}

/// The words of a command that no shell reads.
fn words(command: &Command<'_>) -> Vec<String> {
    match command {
        Command::Exec(words) => words
            .value
            .iter()
            .map(|word| word.value.to_string())
            .collect(),
        other => panic!("{other:?} needs a shell"),
    }
}
