//! The names of every setting of every service: a file or an environment that all services share is checked against them,
//! by a program that has only some of the settings. A test of `whos-that` holds the list against the definitions.

/// A setting's name on the command line and in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingName {
    /// Without the two hyphens; with `_` for `-` it is the key in a file.
    pub flag: &'static str,
    /// The variable.
    pub variable: &'static str,
    /// Whether it may come from a file of its own: `VARIABLE_FILE`, or the key with `_file`.
    pub is_secret: bool,
}

impl SettingName {
    /// The key in a settings file.
    #[must_use]
    pub fn key(&self) -> String {
        self.flag.replace('-', "_")
    }
}

const fn setting(flag: &'static str, variable: &'static str) -> SettingName {
    SettingName {
        flag,
        variable,
        is_secret: false,
    }
}

const fn secret(flag: &'static str, variable: &'static str) -> SettingName {
    SettingName {
        flag,
        variable,
        is_secret: true,
    }
}

/// Every setting.
pub const SETTINGS: &[SettingName] = &[
    setting("config", "WHOS_THAT_CONFIG"),
    setting("pack", "WHOS_THAT_PACK"),
    setting("offline", "WHOS_THAT_OFFLINE"),
    setting("bind", "WHOS_THAT_BIND"),
    secret("service-key", "WHOS_THAT_SERVICE_KEY"),
    setting("log-format", "WHOS_THAT_LOG_FORMAT"),
    setting("drain-seconds", "WHOS_THAT_DRAIN_SECONDS"),
    setting("grace-seconds", "WHOS_THAT_GRACE_SECONDS"),
    setting("registration-port", "WHOS_THAT_REGISTRATION_PORT"),
    setting("inference-url", "WHOS_THAT_INFERENCE_URL"),
    setting("inference-deadline-ms", "WHOS_THAT_INFERENCE_DEADLINE_MS"),
    setting("data", "WHOS_THAT_DATA"),
    secret("mongo", "WHOS_THAT_MONGO"),
    setting("mongo-db-url", "MONGO_DB_URL"),
    setting("mongo-db-username", "MONGO_DB_USERNAME"),
    secret("mongo-db-password", "MONGO_DB_PASSWORD"),
    setting("mongo-db-protocol", "MONGO_DB_PROTOCOL"),
    setting("login-match-threshold", "LOGIN_MATCH_THRESHOLD"),
    setting("target-fpir", "WHOS_THAT_TARGET_FPIR"),
    setting("verify-fmr", "WHOS_THAT_VERIFY_FMR"),
    setting("body-limit-mib", "WHOS_THAT_BODY_LIMIT_MIB"),
    setting("liveness-actions", "WHOS_THAT_LIVENESS_ACTIONS"),
    setting("fraud-detection", "WHOS_THAT_FRAUD_DETECTION"),
    setting("ui-port", "WHOS_THAT_UI_PORT"),
    setting("registration-url", "WHOS_THAT_REGISTRATION_URL"),
    setting("admin-id", "WHOS_THAT_ADMIN_ID"),
    secret("admin-password-hash", "WHOS_THAT_ADMIN_PASSWORD_HASH"),
    setting("session-minutes", "WHOS_THAT_SESSION_MINUTES"),
    secret("session-key", "WHOS_THAT_SESSION_KEY"),
    setting("secure-cookies", "WHOS_THAT_SECURE_COOKIES"),
    setting("behind-proxy", "WHOS_THAT_UI_BEHIND_PROXY"),
    setting("static-dir", "WHOS_THAT_STATIC_DIR"),
    setting("inference-port", "WHOS_THAT_INFERENCE_PORT"),
    setting("inference-workers", "WHOS_THAT_INFERENCE_WORKERS"),
    setting("inference-threads", "WHOS_THAT_INFERENCE_THREADS"),
    setting("inference-queue", "WHOS_THAT_INFERENCE_QUEUE"),
    setting("eye-threshold", "WHOS_THAT_EYE_THRESHOLD"),
];

/// Variables of the original that stand for a setting of this project; the setting's own variable wins.
pub const ALIASES: &[(&str, &str)] = &[("LIVENESS_SERVICE_URL", "inference-url")];

/// Variables with the project's prefix that are no settings: the cache folder, and what the tests read.
pub(super) const OTHERS: &[&str] = &[
    "WHOS_THAT_CACHE",
    "WHOS_THAT_REQUIRE_ALL",
    "WHOS_THAT_TEST_MONGO",
    "WHOS_THAT_SECANTUSD",
    "WHOS_THAT_KILL_WRITER",
    "WHOS_THAT_KILL_ROUNDS",
];
