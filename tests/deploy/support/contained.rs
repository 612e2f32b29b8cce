//! Containers without an engine: an image's own files as the whole file system, read-only, the image's user, the platform's
//! environment, in a network of their own. Needs root on Linux.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::image::Image;

/// Binds the root read-only, with what every engine adds (/proc, /sys, devices) and one folder that may be written, and becomes
/// the program: nothing is left of this shell. Arguments: root, `USER:GROUP`, folder outside, its place inside (both `-` for none), command.
const CONTAIN: &str = r#"
set -eu
root=$1; user=$2; outside=$3; inside=$4; shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
for device in null zero random urandom; do mount --bind "/dev/$device" "$root/dev/$device"; done
[ "$outside" = - ] || mount --bind "$outside" "$root$inside"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
"#;

/// How long a container may take to become ready, with programs that are not optimised beside other tests.
const READY: Duration = Duration::from_mins(2);

/// A network that nothing outside reaches, and whose loopback is all there is.
pub(crate) struct Network {
    holder: Child,
}

impl Network {
    /// `None` where such a thing cannot be made.
    pub(crate) fn new() -> Option<Self> {
        for tool in [
            "unshare", "nsenter", "setpriv", "chroot", "mount", "ip", "ldd",
        ] {
            test_needs::program(tool)?;
        }
        let mut holder = Command::new("unshare")
            .args(["--net", "--mount", "sh", "-c"])
            .arg("ip link set lo up && echo up && exec cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("found before");
        let mut answer = [0; 3];
        let mut output = holder.stdout.take().expect("piped");
        if output.read_exact(&mut answer).is_err() {
            holder.wait().expect("it has ended");
            return test_needs::missing("namespaces of one's own (root on Linux)");
        }
        Some(Self { holder })
    }

    /// A command in this network.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net=/proc/{}/ns/net", self.holder.id()))
            .arg(program);
        command
    }

    /// Whether somebody listens on a port.
    pub(crate) fn listens(&self, port: u16) -> bool {
        let probe = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
        let status = self
            .command("bash")
            .args(["-c", &probe])
            .stderr(Stdio::null())
            .status();
        status.expect("bash runs").success()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        // It ends with its input.
        drop(self.holder.wait());
    }
}

/// How a container is started.
pub(crate) struct Start<'a> {
    pub(crate) image: &'a Image,
    /// `USER:GROUP`.
    pub(crate) user: &'a str,
    /// Variables beside the image's.
    pub(crate) environment: BTreeMap<String, String>,
    /// Files by their place in the container.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// A folder that may be written, and its place in the container.
    pub(crate) volume: Option<(&'a Path, &'a str)>,
}

/// A running container; dropped, it is killed.
pub(crate) struct Container {
    root: TempDir,
    user: String,
    environment: BTreeMap<String, String>,
    child: Child,
    log: PathBuf,
}

impl Container {
    /// Lays the image out, with names for the others and what is mounted, and starts it.
    pub(crate) fn start(network: &Network, start: Start<'_>, onnxruntime: &Path) -> Self {
        let root = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        let inside = |path: &str| root.path().join(path.trim_start_matches('/'));
        start.image.lay_out(root.path(), onnxruntime);
        for folder in ["/proc", "/sys", "/dev", "/etc"] {
            std::fs::create_dir_all(inside(folder)).expect("a folder");
        }
        for device in ["null", "zero", "random", "urandom"] {
            File::create(inside("/dev").join(device)).expect("a place for the device");
        }
        let hosts = "127.0.0.1 localhost mongo inference registration ui\n";
        std::fs::write(inside("/etc/hosts"), hosts).expect("a file");
        for (place, origin) in &start.files {
            copy(origin, &inside(place));
        }
        open_to_all(root.path());
        let log = root.path().with_extension("log");
        let mut environment = start.image.environment.clone();
        environment.extend(start.environment);
        environment.insert(
            "PATH".to_owned(),
            "/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        );
        let (outside, place) = start
            .volume
            .map_or((Path::new("-"), "-"), |(outside, place)| (outside, place));
        let child = contain(network, root.path(), start.user, outside, place)
            .args(&start.image.entrypoint)
            .env_clear()
            .envs(&environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a file"))
            .spawn()
            .expect("nsenter runs");
        Self {
            root,
            user: start.user.to_owned(),
            environment,
            child,
            log,
        }
    }

    /// Runs a further command in the container, as a health check does.
    pub(crate) fn run(&self, network: &Network, command: &[String]) -> Output {
        contain(network, self.root.path(), &self.user, Path::new("-"), "-")
            .args(command)
            .env_clear()
            .envs(&self.environment)
            .output()
            .expect("nsenter runs")
    }

    /// Waits until a health check is content.
    pub(crate) fn wait(&mut self, network: &Network, check: &[String]) {
        let begin = Instant::now();
        while !self.run(network, check).status.success() {
            let ended = self.child.try_wait().expect("our own child");
            let log = self.log();
            assert!(ended.is_none(), "{} ended with {ended:?}: {log}", check[0]);
            assert!(begin.elapsed() < READY, "{} is not ready: {log}", check[0]);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The end of what the program logged.
    pub(crate) fn log(&self) -> String {
        let lines = BufReader::new(File::open(&self.log).expect("its log")).lines();
        let lines: Vec<String> = lines.map_while(Result::ok).collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// The user and group that the program runs as, and whether it could get more rights, as the system tells.
    pub(crate) fn status(&self) -> BTreeMap<String, String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("it runs");
        let lines = status.lines().filter_map(|line| line.split_once(':'));
        lines
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect()
    }

    /// Asks the program to stop, as every platform does, and waits for its end; it is killed after `grace`.
    pub(crate) fn stop(mut self, grace: Duration) -> ExitStatus {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.expect("kill is there").success());
        self.ended(grace)
    }

    /// Waits for the program's end.
    pub(crate) fn ended(&mut self, longest: Duration) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(begin.elapsed() < longest, "it does not end: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // An error means that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.log));
    }
}

fn contain(network: &Network, root: &Path, user: &str, outside: &Path, inside: &str) -> Command {
    let mut command = network.command("unshare");
    command
        .args(["--mount", "sh", "-c", CONTAIN, "contain"])
        .arg(root)
        .arg(user)
        .arg(outside)
        .arg(inside);
    command
}

fn copy(origin: &Path, target: &Path) {
    if origin.is_dir() {
        for entry in std::fs::read_dir(origin).expect("a folder") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &target.join(entry.file_name()));
        }
    } else {
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::copy(origin, target)
            .unwrap_or_else(|error| panic!("{}: {error}", origin.display()));
    }
}

/// Temporary folders are their maker's alone; an image's root is not.
fn open_to_all(root: &Path) {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(root, permissions).expect("our own folder");
}
