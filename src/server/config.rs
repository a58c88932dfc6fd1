//! The settings: `Leptos.toml`, with the environment on top. A bad, unknown or missing one stops the start by its name.

use super::{
    client_address::Proxies,
    limits::{Budgets, Limits, Rate},
    outgoing::PrivateAddresses,
};
use axum::http::Uri;
use leptos::config::{LeptosOptions, get_configuration};
use lettre::{Address, message::Mailbox};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::SocketAddr,
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};
use tracing_subscriber::EnvFilter;

/// Variables that begin with `EVENTLY_` without being settings of the server.
const NOT_SETTINGS: [&str; 3] = ["EVENTLY_CONFIG", "EVENTLY_ADMIN_PASSWORD", "EVENTLY_CACHE"];

/// A Redis that takes longer than this is slower than the PostgreSQL it is there to spare.
const REDIS_TIMEOUT_MS: u64 = 50;

/// The settings of the server. `Leptos.toml` says what each is for.
#[derive(Clone)]
pub struct Config {
    /// The address people reach the site at: scheme, host and port, without a slash at the end.
    pub public_url: String,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Which log lines are written, in the syntax of `tracing_subscriber::EnvFilter`.
    pub log_filter: String,
    /// Where the figures for Prometheus are shown, if anywhere.
    pub metrics_addr: Option<SocketAddr>,
    /// The proxies whose word counts on where a request comes from.
    pub proxies: Proxies,
    /// Seconds that the server goes on accepting requests after it was told to stop, so that what stands in front of it notices.
    pub leave_s: u64,
    /// Seconds that open requests get to finish when the server is told to stop.
    pub shutdown_grace_s: u64,
    /// Seconds after its last use at which a session ends.
    pub session_ttl_s: i64,
    /// How long a page that is the same for everybody is shared at most.
    pub pages_shared: Duration,
    /// PostgreSQL.
    pub database: DatabaseConfig,
    /// Redis.
    pub redis: RedisConfig,
    /// How long apps stay signed in.
    pub tokens: TokensConfig,
    /// How often who may ask.
    pub limits: Limits,
    /// The cost of hashing passwords.
    pub passwords: PasswordsConfig,
    /// Mails.
    pub mail: MailConfig,
    /// Who does what is done after the requests.
    pub worker: WorkerPlace,
    /// Whether webhooks may lead into our own network.
    pub private_addresses: PrivateAddresses,
    /// Fonts of the machine that stand in for letters that ours lack, in tickets and pictures.
    pub fonts: Vec<PathBuf>,
    /// Where the browser half lies and how it is named.
    pub leptos: LeptosOptions,
}

/// How to reach PostgreSQL and how long anything may take there.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// The address, from `DATABASE_URL`. May hold a password: never logged.
    pub url: String,
    /// The address of a streaming replica, from `DATABASE_REPLICA_URL`, where there is one. Never logged either.
    pub replica_url: Option<String>,
    /// Connections this process opens at most.
    pub max_connections: u32,
    /// Seconds to wait for a free connection.
    pub acquire_timeout_s: u64,
    /// Milliseconds to wait for a lock.
    pub lock_timeout_ms: u64,
    /// Milliseconds one statement may take.
    pub statement_timeout_ms: u64,
    /// Milliseconds a transaction may stand idle.
    pub idle_in_transaction_timeout_ms: u64,
}

/// How to reach Redis and how long to wait for it.
#[derive(Clone)]
pub struct RedisConfig {
    /// The address, from `REDIS_URL`. May hold a password: never logged.
    pub url: String,
    /// Milliseconds after which an operation is given up and PostgreSQL asked instead.
    pub timeout_ms: u64,
}

/// How long the tokens of apps last.
#[derive(Clone, Copy, Debug)]
pub struct TokensConfig {
    /// Seconds after which an access token has to be exchanged.
    pub access_ttl_s: i64,
    /// Seconds after its last use at which an app has to ask for the password again.
    pub refresh_ttl_s: i64,
}

/// What one argon2id hash costs, and how many are computed at once.
#[derive(Clone)]
pub struct PasswordsConfig {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Hashes computed at the same time.
    pub concurrency: usize,
}

/// Where mails go, from whom, and how fast.
#[derive(Clone)]
pub struct MailConfig {
    /// Where they go.
    pub to: MailTo,
    /// Whom they are from.
    pub from: Mailbox,
    /// Mails a second at most, of each process.
    pub per_second: u32,
}

/// Where mails go.
#[derive(Clone)]
pub enum MailTo {
    /// To the mail server at this address, from `SMTP_URL`. May hold a password: never logged.
    Server(String),
    /// Into a folder, for whoever develops; `/dev/mailbox` shows them.
    Folder(PathBuf),
    /// Nowhere but memory, for tests.
    Memory,
}

/// Who does what is done after the requests: jobs and periodic work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerPlace {
    /// `serve` itself.
    Inside,
    /// Processes of their own: `evently worker`.
    Apart,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// A setting that stops the start, said in one line.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The settings of this process: the file `EVENTLY_CONFIG` names, else `Leptos.toml` here, and the environment.
    pub fn load() -> Result<Self, ConfigError> {
        let path = std::env::var("EVENTLY_CONFIG").unwrap_or_else(|_| "Leptos.toml".to_owned());
        let text = std::fs::read_to_string(&path).map_err(|error| {
            ConfigError(format!("the file of settings, EVENTLY_CONFIG or ./Leptos.toml: {path}: {error}"))
        })?;
        let leptos = get_configuration(Some(&path)).map_err(|error| {
            ConfigError(format!("{path}: [package.metadata.leptos] or a LEPTOS_ variable: {}", one_line(&error)))
        })?;
        Self::read(&text, std::env::vars_os().filter_map(as_text), leptos.leptos_options)
    }

    /// Settings for tests: hashes that cost next to nothing, pages that are each drawn anew, and patience with a Redis on a busy machine.
    pub fn for_tests(database_url: &str, redis_url: &str) -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            log_format: LogFormat::Text,
            log_filter: "warn".to_owned(),
            metrics_addr: None,
            proxies: Proxies::default(),
            leave_s: 0,
            shutdown_grace_s: 1,
            session_ttl_s: 3600,
            pages_shared: Duration::ZERO,
            database: DatabaseConfig {
                url: database_url.to_owned(),
                replica_url: None,
                max_connections: 10,
                acquire_timeout_s: 10,
                lock_timeout_ms: 3000,
                statement_timeout_ms: 15_000,
                idle_in_transaction_timeout_ms: 10_000,
            },
            redis: RedisConfig { url: redis_url.to_owned(), timeout_ms: 1000 },
            tokens: TokensConfig { access_ttl_s: 600, refresh_ttl_s: 5_184_000 },
            limits: Limits::for_tests(),
            passwords: PasswordsConfig { memory_kib: 8, passes: 1, concurrency: 2 },
            mail: MailConfig {
                to: MailTo::Memory,
                from: Mailbox::new(None, Address::new_dangerous("evently", "example.org")),
                per_second: 1_000,
            },
            worker: WorkerPlace::Inside,
            private_addresses: PrivateAddresses::Allowed,
            fonts: Vec::new(),
            leptos: LeptosOptions::builder().output_name("evently").build(),
        }
    }

    /// The whole address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Whether people reach the site over https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    fn read(
        toml: &str,
        environment: impl Iterator<Item = (String, String)>,
        leptos: LeptosOptions,
    ) -> Result<Self, ConfigError> {
        let settings = Settings::new(toml, environment)?;
        let public_url = settings.parse("public_url", "an address like https://tickets.example.org", parse_origin)?;
        let config = Self {
            mail: read_mail(&settings, &public_url)?,
            public_url,
            log_format: settings.parse("log_format", "text or json", |text| text.parse().ok())?,
            log_filter: settings.parse("log_filter", "a filter like info or evently=debug,info", parse_filter)?,
            metrics_addr: settings.parse("metrics_addr", "off or an address like 127.0.0.1:9100", parse_address)?,
            proxies: settings.parse("proxies", "addresses or networks like 10.0.0.0/8, ::1", Proxies::parse)?,
            leave_s: settings.number("leave_s", 0..=60)?,
            shutdown_grace_s: settings.number("shutdown_grace_s", 0..=24)?,
            session_ttl_s: settings.number("session_ttl_s", 60..=31_536_000)?,
            pages_shared: Duration::from_millis(settings.number("pages_shared_ms", 0..=1_000)?),
            database: read_database(&settings)?,
            redis: RedisConfig {
                url: settings.variable("REDIS_URL", "redis://127.0.0.1:6379")?,
                timeout_ms: REDIS_TIMEOUT_MS,
            },
            tokens: TokensConfig {
                access_ttl_s: settings.number("tokens.access_ttl_s", 30..=3_600)?,
                refresh_ttl_s: settings.number("tokens.refresh_ttl_s", 3_600..=31_536_000)?,
            },
            limits: read_limits(&settings)?,
            passwords: PasswordsConfig {
                memory_kib: settings.number("passwords.memory_kib", 8..=4_194_304)?,
                passes: settings.number("passwords.passes", 1..=100)?,
                concurrency: settings.number("passwords.concurrency", 1..=256)?,
            },
            worker: settings.parse("worker", "inside or apart", parse_place)?,
            private_addresses: settings.parse(
                "webhooks.private_addresses",
                "refused or allowed",
                parse_private_addresses,
            )?,
            fonts: settings.parse(
                "fonts",
                "files like /usr/share/fonts/noto.ttf, /usr/share/fonts/thai.ttf",
                parse_paths,
            )?,
            leptos,
        };
        settings.refuse_unknown()?;
        Ok(config)
    }
}

fn read_database(settings: &Settings) -> Result<DatabaseConfig, ConfigError> {
    // A limit of 0 would mean none in PostgreSQL.
    let limit = |key| settings.number(key, 1..=3_600_000);
    Ok(DatabaseConfig {
        url: settings.variable("DATABASE_URL", "postgres://user:password@host/database")?,
        replica_url: match settings.environment.contains_key("DATABASE_REPLICA_URL") {
            true => Some(settings.variable("DATABASE_REPLICA_URL", "postgres://user:password@replica/database")?),
            false => None,
        },
        max_connections: settings.number("database.max_connections", 2..=10_000)?,
        acquire_timeout_s: settings.number("database.acquire_timeout_s", 1..=600)?,
        lock_timeout_ms: limit("database.lock_timeout_ms")?,
        statement_timeout_ms: limit("database.statement_timeout_ms")?,
        idle_in_transaction_timeout_ms: limit("database.idle_in_transaction_timeout_ms")?,
    })
}

fn read_limits(settings: &Settings) -> Result<Limits, ConfigError> {
    let times = settings.number("limits.times", 1..=1_000_000)?;
    let rate = |name: &str| {
        let rate = settings.parse(&format!("limits.{name}"), "a rate like 120/min, burst 40", Rate::parse)?;
        Ok(rate.times(times))
    };
    let (address_write, key_write) = (rate("address_write")?, rate("key_write")?);
    Ok(Limits {
        person: Budgets {
            read: rate("person_read")?,
            write: rate("person_write")?,
            booking: rate("person_booking")?,
            settle: rate("person_settle")?,
            sign_in: rate("person_password")?,
        },
        // A key has no password to ask for.
        key: Budgets {
            read: rate("key_read")?,
            write: key_write,
            booking: rate("key_booking")?,
            settle: key_write,
            sign_in: key_write,
        },
        // Who isn't signed in books nothing: they are told so.
        address: Budgets {
            read: rate("address_read")?,
            write: address_write,
            booking: address_write,
            settle: address_write,
            sign_in: rate("address_sign_in")?,
        },
        account: rate("account_sign_in")?,
        account_anywhere: rate("account_sign_in_anywhere")?,
    })
}

fn read_mail(settings: &Settings, public_url: &str) -> Result<MailConfig, ConfigError> {
    let folder = settings.parse("mail.folder", "a folder like .data/mail", |text| Some(PathBuf::from(text)))?;
    let to = match settings.environment.get("SMTP_URL") {
        Some(_) => MailTo::Server(settings.variable("SMTP_URL", "smtps://user:password@mail.example.org")?),
        None if is_this_machine(public_url) => MailTo::Folder(folder),
        // Nobody would ever get what lies there, and anybody could read it.
        None => {
            return Err(ConfigError(
                "the environment variable SMTP_URL is missing: a site that others reach needs a mail server, at an address \
                 like smtps://user:password@mail.example.org"
                    .to_owned(),
            ));
        }
    };
    Ok(MailConfig {
        to,
        from: settings.parse("mail.from", "a sender like Evently <tickets@example.org>", |text| text.parse().ok())?,
        per_second: settings.number("mail.per_second", 1..=10_000)?,
    })
}

/// Whether nobody but this machine reaches the site at this origin.
fn is_this_machine(origin: &str) -> bool {
    let uri: Option<Uri> = origin.parse().ok();
    uri.and_then(|uri| uri.host().map(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host))).unwrap_or_default()
}

/// Whole paths, parted by commas; none are allowed.
fn parse_paths(text: &str) -> Option<Vec<PathBuf>> {
    let paths: Vec<PathBuf> =
        text.split(',').map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    paths.iter().all(|path| path.is_absolute()).then_some(paths)
}

fn parse_private_addresses(text: &str) -> Option<PrivateAddresses> {
    match text {
        "refused" => Some(PrivateAddresses::Refused),
        "allowed" => Some(PrivateAddresses::Allowed),
        _ => None,
    }
}

fn parse_place(text: &str) -> Option<WorkerPlace> {
    match text {
        "inside" => Some(WorkerPlace::Inside),
        "apart" => Some(WorkerPlace::Apart),
        _ => None,
    }
}

/// The settings as they were written, and which of them were asked for.
struct Settings {
    values: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    asked: RefCell<BTreeSet<String>>,
}

impl Settings {
    fn new(toml: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut values = table(toml)?;
        let environment: BTreeMap<String, String> = environment.collect();
        for (name, value) in &environment {
            if let Some(key) = name.strip_prefix("EVENTLY_")
                && !NOT_SETTINGS.contains(&name.as_str())
            {
                values.insert(key.to_lowercase().replace("__", "."), value.clone());
            }
        }
        Ok(Self { values, environment, asked: RefCell::default() })
    }

    fn parse<T>(&self, key: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, ConfigError> {
        self.asked.borrow_mut().insert(key.to_owned());
        let Some(value) = self.values.get(key) else {
            return Err(ConfigError(format!("the setting {} is missing: give it {expected}", both_names(key))));
        };
        parse(value)
            .ok_or_else(|| ConfigError(format!("the setting {} has to be {expected}, not {value:?}", both_names(key))))
    }

    fn number<T>(&self, key: &str, range: RangeInclusive<T>) -> Result<T, ConfigError>
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.parse(key, &expected, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// A setting that stands in the environment alone, because it may hold a password; its value is never repeated.
    fn variable(&self, name: &str, example: &str) -> Result<String, ConfigError> {
        match self.environment.get(name) {
            Some(value) if value.contains("://") => Ok(value.clone()),
            Some(_) => Err(ConfigError(format!("the environment variable {name} has to be an address like {example}"))),
            None => Err(ConfigError(format!(
                "the environment variable {name} is missing: set it to an address like {example}"
            ))),
        }
    }

    fn refuse_unknown(&self) -> Result<(), ConfigError> {
        let asked = self.asked.borrow();
        match self.values.keys().find(|key| !asked.contains(*key)) {
            Some(key) => Err(ConfigError(format!("there is no setting {}", both_names(key)))),
            None => Ok(()),
        }
    }
}

/// The tables `[evently]` and below, as text by dotted key.
fn table(toml: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let file = config::Config::builder()
        .add_source(config::File::from_str(toml, config::FileFormat::Toml))
        .build()
        .map_err(|error| ConfigError(format!("Leptos.toml can't be read: {}", one_line(&error))))?;
    let table = file.get_table("evently").map_err(|_| ConfigError("Leptos.toml has no table [evently]".to_owned()))?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        flatten(key, value, &mut values)?;
    }
    Ok(values)
}

fn flatten(key: String, value: config::Value, values: &mut BTreeMap<String, String>) -> Result<(), ConfigError> {
    if let config::ValueKind::Table(table) = value.kind {
        return table.into_iter().try_for_each(|(inner, value)| flatten(format!("{key}.{inner}"), value, values));
    }
    let refuse = |_| ConfigError(format!("the setting {} has to be a text or a number", both_names(&key)));
    let text = value.into_string().map_err(refuse)?;
    values.insert(key, text);
    Ok(())
}

/// A setting by the two names it can be set under: `evently.database.max_connections (EVENTLY_DATABASE__MAX_CONNECTIONS)`.
fn both_names(key: &str) -> String {
    format!("evently.{key} (EVENTLY_{})", key.to_uppercase().replace('.', "__"))
}

/// Scheme, host and port as a browser writes them in `Origin`.
fn parse_origin(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let bare = uri.path() == "/" && uri.query().is_none();
    bare.then(|| format!("{scheme}://{}", authority.as_str().to_lowercase()))
}

/// An address to listen on, or none.
fn parse_address(text: &str) -> Option<Option<SocketAddr>> {
    if text == "off" { Some(None) } else { text.parse().ok().map(Some) }
}

fn parse_filter(text: &str) -> Option<String> {
    EnvFilter::try_new(text).ok().map(|_| text.to_owned())
}

fn as_text((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

fn one_line(error: &impl fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../Leptos.toml");
    const URLS: [(&str, &str); 2] =
        [("DATABASE_URL", "postgres://evently:secret@localhost/evently"), ("REDIS_URL", "redis://localhost")];

    fn read(toml: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Config::read(toml, environment, LeptosOptions::builder().output_name("evently").build())
            .map_err(|error| error.to_string())
    }

    fn read_with(name: &str, value: &str) -> Result<Config, String> {
        read(FILE, &[URLS[0], URLS[1], (name, value)])
    }

    fn refusal(result: Result<Config, String>) -> String {
        result.err().expect("the settings are refused")
    }

    #[test]
    fn the_file_in_the_repository_and_two_addresses_are_enough() {
        let config = read(FILE, &URLS).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.database.lock_timeout_ms, 3000);
        assert_eq!(config.log_format, LogFormat::Text);
        assert!(!config.is_https() && config.metrics_addr.is_none());
        assert_eq!(config.private_addresses, PrivateAddresses::Refused);
    }

    #[test]
    fn metrics_are_shown_where_the_setting_says() {
        let config = read_with("EVENTLY_METRICS_ADDR", "127.0.0.1:9100").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.metrics_addr, "127.0.0.1:9100".parse().ok());
    }

    #[test]
    fn the_environment_stands_above_the_file() {
        let config = read_with("EVENTLY_DATABASE__MAX_CONNECTIONS", "7").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.database.max_connections, 7);
    }

    #[test]
    fn a_bad_setting_is_named_with_what_it_should_be() {
        for value in ["many", "0", "-1", "1e9", ""] {
            let said = refusal(read_with("EVENTLY_DATABASE__MAX_CONNECTIONS", value));
            assert!(said.contains("evently.database.max_connections (EVENTLY_DATABASE__MAX_CONNECTIONS)"), "{said}");
            assert!(said.contains("from 2 to 10000") && !said.contains('\n'), "{said}");
        }
        assert!(refusal(read_with("EVENTLY_METRICS_ADDR", "9100")).contains("EVENTLY_METRICS_ADDR"));
        assert!(refusal(read_with("EVENTLY_LOG_FORMAT", "xml")).contains("EVENTLY_LOG_FORMAT"));
        assert!(refusal(read_with("EVENTLY_LOG_FILTER", "a=b=c")).contains("EVENTLY_LOG_FILTER"));
    }

    #[test]
    fn limits_are_rates_and_a_driver_can_have_all_of_them_so_many_times() {
        let config =
            read_with("EVENTLY_LIMITS__PERSON_WRITE", "60/min, burst 7").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(Some(config.limits.person.write), Rate::parse("60/min, burst 7"));
        let config = read_with("EVENTLY_LIMITS__TIMES", "10").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(Some(config.limits.account), Rate::parse("20/min, burst 100"));
        for value in ["off", "60", "60/min", "0/min, burst 1", "60/min, burst 0"] {
            let said = refusal(read_with("EVENTLY_LIMITS__PERSON_WRITE", value));
            assert!(said.contains("EVENTLY_LIMITS__PERSON_WRITE") && said.contains("120/min, burst 40"), "{said}");
        }
    }

    #[test]
    fn an_unknown_setting_is_named() {
        assert!(refusal(read_with("EVENTLY_PUBLIK_URL", "x")).contains("evently.publik_url (EVENTLY_PUBLIK_URL)"));
        let toml = FILE.replace("[evently.passwords]", "[evently.passwords]\npepper = 1");
        assert!(refusal(read(&toml, &URLS)).contains("evently.passwords.pepper"));
        let toml = FILE.replace("[evently.passwords]", "[evently.passwords]\npeppers = [1]");
        assert!(refusal(read(&toml, &URLS)).contains("evently.passwords.peppers"));
    }

    #[test]
    fn a_missing_setting_is_named() {
        assert!(refusal(read(FILE, &URLS[1..])).contains("DATABASE_URL"));
        assert!(refusal(read(FILE, &URLS[..1])).contains("REDIS_URL"));
        let toml = FILE.replace("session_ttl_s", "# session_ttl_s");
        assert!(refusal(read(&toml, &URLS)).contains("evently.session_ttl_s (EVENTLY_SESSION_TTL_S)"));
        assert!(refusal(read("", &URLS)).contains("[evently]"));
    }

    #[test]
    fn an_address_with_a_password_is_never_repeated() {
        assert!(!refusal(read(FILE, &[("DATABASE_URL", "secret")])).contains("secret"));
    }

    #[test]
    fn a_site_that_others_reach_needs_a_mail_server() {
        for public_url in ["https://tickets.example.org", "http://192.0.2.1:3000", "http://127.0.0.1.example.org"] {
            let refused = refusal(read_with("EVENTLY_PUBLIC_URL", public_url));
            assert!(refused.contains("SMTP_URL"), "{public_url}: {refused}");
            let smtp = ("SMTP_URL", "smtps://evently:secret@mail.example.org");
            assert!(read(FILE, &[URLS[0], URLS[1], ("EVENTLY_PUBLIC_URL", public_url), smtp]).is_ok());
        }
        for public_url in ["http://127.0.0.1:3000", "http://localhost", "http://[::1]:3000"] {
            assert!(read_with("EVENTLY_PUBLIC_URL", public_url).is_ok(), "{public_url}");
        }
        let bad = refusal(read(FILE, &[URLS[0], URLS[1], ("SMTP_URL", "secret")]));
        assert!(bad.contains("SMTP_URL") && !bad.contains("secret"), "{bad}");
    }

    #[test]
    fn variables_that_are_no_settings_are_left_alone() {
        assert!(read_with("EVENTLY_ADMIN_PASSWORD", "correct horse").is_ok());
        assert!(read_with("EVENTLY_CONFIG", "Leptos.toml").is_ok());
    }

    #[test]
    fn the_public_address_is_an_origin() {
        for (text, origin) in [
            ("https://Tickets.example.org/", Some("https://tickets.example.org")),
            ("http://127.0.0.1:3000", Some("http://127.0.0.1:3000")),
            ("https://example.org/shop", None),
            ("https://me@example.org", None),
            ("ftp://example.org", None),
            ("example.org", None),
        ] {
            assert_eq!(parse_origin(text).as_deref(), origin, "{text}");
        }
    }
}
