//! What can be set. The original's environment names are honoured.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use face_liveness::Action;
use secrecy::{ExposeSecret, SecretString};

use crate::policy::FraudDetection;

/// Where the inference service is looked for when nothing names it.
const DEFAULT_INFERENCE_URL: &str = "http://127.0.0.1:5007";

/// Where people are kept, who is asked about pictures, and how sure a match must be.
#[derive(Debug, Clone, Args)]
pub struct RegistrationSettings {
    /// Port of the registration service; 0 takes a free one.
    #[arg(
        long,
        env = "WHOS_THAT_REGISTRATION_PORT",
        default_value_t = 5005,
        value_name = "PORT"
    )]
    pub registration_port: u16,

    /// URL of the inference service [default: port 5007 of this machine]; the original's `LIVENESS_SERVICE_URL` is
    /// heeded too.
    #[arg(long, env = "WHOS_THAT_INFERENCE_URL", value_name = "URL")]
    pub inference_url: Option<String>,

    /// Longest wait for an answer of the inference service, in milliseconds; then the call is refused with 503.
    #[arg(long, env = "WHOS_THAT_INFERENCE_DEADLINE_MS", default_value_t = 5000, value_name = "MS",
          value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub inference_deadline_ms: u64,

    /// Folder of the embedded store, used unless a MongoDB is named [default: the user's data folder].
    #[arg(long, env = "WHOS_THAT_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// MongoDB to keep people in, as a whole mongodb:// or mongodb+srv:// URL.
    #[arg(
        long,
        env = "WHOS_THAT_MONGO",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub mongo: Option<SecretString>,

    /// Host and database of the MongoDB, such as `db.example:27017/whosthat`; an alternative to `--mongo`.
    #[arg(long, env = "MONGO_DB_URL", value_name = "HOST/DATABASE")]
    pub mongo_db_url: Option<String>,

    /// User at the MongoDB named by `MONGO_DB_URL`.
    #[arg(long, env = "MONGO_DB_USERNAME", value_name = "NAME")]
    pub mongo_db_username: Option<String>,

    /// Password at the MongoDB named by `MONGO_DB_URL`.
    #[arg(
        long,
        env = "MONGO_DB_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD"
    )]
    pub mongo_db_password: Option<SecretString>,

    /// Protocol of the MongoDB named by `MONGO_DB_URL`.
    #[arg(long, env = "MONGO_DB_PROTOCOL", value_enum, default_value_t)]
    pub mongo_db_protocol: MongoProtocol,

    /// Largest Euclidean distance of a match (0 to 2, smaller is stricter), instead of the threshold that follows
    /// from `--target-fpir`.
    #[arg(long, env = "LOGIN_MATCH_THRESHOLD", value_parser = distance, value_name = "DISTANCE")]
    pub login_match_threshold: Option<f32>,

    /// Share of strangers that may be taken for somebody enrolled; the threshold follows from it and from the number
    /// of people.
    #[arg(long, env = "WHOS_THAT_TARGET_FPIR", default_value_t = 0.001, value_parser = share, value_name = "SHARE")]
    pub target_fpir: f64,

    /// Share of impostors that may pass `/v1/verify`, where one claim is checked rather than everybody searched.
    #[arg(long, env = "WHOS_THAT_VERIFY_FMR", default_value_t = 0.001, value_parser = share, value_name = "SHARE")]
    pub verify_fmr: f64,

    /// What a liveness challenge may ask for: `blink`, `blink-2`, `blink-3`, `turn-left`, `turn-right`, `come-closer`, separated by commas.
    /// With more than one, two are drawn for each challenge, in an order by chance.
    #[arg(
        long,
        env = "WHOS_THAT_LIVENESS_ACTIONS",
        default_value = "blink",
        value_delimiter = ',',
        value_name = "ACTIONS"
    )]
    pub liveness_actions: Vec<Action>,

    /// When probes and frames are looked at for presentation attacks: `when-asked` by the caller, or `always`. `always` needs a pack that
    /// can; with one that cannot nobody is recognised, and the service is not ready.
    #[arg(
        long,
        env = "WHOS_THAT_FRAUD_DETECTION",
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    pub fraud_detection: FraudDetection,

    /// Largest request body in MiB: a liveness run brings 15 frames.
    #[arg(long, env = "WHOS_THAT_BODY_LIMIT_MIB", default_value_t = 32, value_name = "MIB",
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub body_limit_mib: u16,
}

/// How the MongoDB is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MongoProtocol {
    /// By host and port.
    #[default]
    #[value(name = "mongodb")]
    Standard,
    /// By a DNS seed list.
    #[value(name = "mongodb+srv")]
    Srv,
}

/// Settings that contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A password or user without a server.
    #[error(
        "MONGO_DB_USERNAME or MONGO_DB_PASSWORD is set, but MONGO_DB_URL names no server: set it to host and \
         database, such as `db.example:27017/whosthat`, or unset all of them to use the embedded store"
    )]
    CredentialsWithoutServer,
    /// A password without a user.
    #[error("MONGO_DB_PASSWORD is set without MONGO_DB_USERNAME: set both or neither")]
    PasswordWithoutUser,
    /// The URL has a protocol of its own.
    #[error(
        "MONGO_DB_URL holds host and database only, such as `db.example:27017/whosthat`; a whole URL goes to \
         WHOS_THAT_MONGO"
    )]
    WholeUrl,
}

impl RegistrationSettings {
    /// URL of the inference service, without a slash at its end.
    #[must_use]
    pub fn inference(&self) -> &str {
        self.inference_url
            .as_deref()
            .filter(|url| !url.is_empty())
            .unwrap_or(DEFAULT_INFERENCE_URL)
            .trim_end_matches('/')
    }

    /// Longest wait for an answer of the inference service.
    #[must_use]
    pub const fn inference_deadline(&self) -> Duration {
        Duration::from_millis(self.inference_deadline_ms)
    }

    /// Largest request body in bytes.
    #[must_use]
    pub const fn body_limit_bytes(&self) -> usize {
        (self.body_limit_mib as usize) << 20
    }

    /// URL of the MongoDB that is named; `None` stands for the embedded store.
    ///
    /// # Errors
    /// [`SettingsError`] when the parts do not make a URL; its text says how to mend it.
    pub fn mongo_url(&self) -> Result<Option<SecretString>, SettingsError> {
        if let Some(url) = self
            .mongo
            .as_ref()
            .filter(|url| !url.expose_secret().is_empty())
        {
            return Ok(Some(url.clone()));
        }
        let user = self
            .mongo_db_username
            .as_deref()
            .filter(|user| !user.is_empty());
        let password = self
            .mongo_db_password
            .as_ref()
            .map(ExposeSecret::expose_secret)
            .filter(|p| !p.is_empty());
        let Some(place) = self
            .mongo_db_url
            .as_deref()
            .filter(|place| !place.is_empty())
        else {
            return if user.is_some() || password.is_some() {
                Err(SettingsError::CredentialsWithoutServer)
            } else {
                Ok(None)
            };
        };
        if place.contains("://") {
            return Err(SettingsError::WholeUrl);
        }
        let login = match (user, password) {
            (Some(user), Some(password)) => format!("{}:{}@", escape(user), escape(password)),
            (Some(user), None) => format!("{}@", escape(user)),
            (None, Some(_)) => return Err(SettingsError::PasswordWithoutUser),
            (None, None) => String::new(),
        };
        let protocol = match self.mongo_db_protocol {
            MongoProtocol::Standard => "mongodb",
            MongoProtocol::Srv => "mongodb+srv",
        };
        Ok(Some(format!("{protocol}://{login}{place}").into()))
    }

    /// Folder of the embedded store: `--data`, else `whos-that` in the user's data folder (`XDG_DATA_HOME`, or
    /// `.local/share` below the home folder), else `data` here.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        if let Some(data) = self
            .data
            .as_ref()
            .filter(|data| !data.as_os_str().is_empty())
        {
            return data.clone();
        }
        let from_xdg = std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let from_home = || {
            std::env::home_dir()
                .filter(|home| home.is_absolute())
                .map(|home| home.join(".local/share"))
        };
        from_xdg
            .or_else(from_home)
            .map_or_else(|| PathBuf::from("data"), |base| base.join("whos-that"))
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters, as a part of a URL's login must be.
fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("writing to a String does not fail");
        }
        escaped
    })
}

fn distance(text: &str) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(distance) if distance > 0.0 && distance <= 2.0 => Ok(distance),
        _ => Err("a Euclidean distance of unit templates is above 0 and at most 2".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("a share lies between 0 and 1, such as 0.01".to_owned()),
    }
}

#[cfg(test)]
mod tests;
