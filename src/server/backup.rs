//! Backups: everything that has to survive lies in PostgreSQL, so that a backup is one consistent copy of its database. PostgreSQL's own
//! `pg_dump` and `pg_restore` make and read it; no password ever stands on their command lines.

use super::{
    config::DatabaseConfig,
    db::{Db, connect_alone},
};
use anyhow::{Context, bail, ensure};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use uuid::Uuid;

/// Nobody but the owner: a backup holds everybody's data.
const PRIVATE: u32 = 0o600;
/// Of what a program of PostgreSQL's wrote, the beginning is told: the first line says what is wrong.
const SAID_MAX: usize = 600;
/// Databases that are made to look at a backup, and dropped afterwards.
const SCRATCH_PREFIX: &str = "evently_verify_";

/// A backup that was made.
#[derive(Debug)]
pub struct Backup {
    /// Where it lies; its SHA-256 lies beside it, in the form that `sha256sum -c` reads.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Writes a backup of the database into a new file that its owner alone may read. It appears under its name when it is whole and on the
/// disk.
///
/// Errors: the file is there already; no `pg_dump`, or one older than the server; the database is away; the disk is full.
pub async fn back_up(database: &DatabaseConfig, to: &Path) -> anyhow::Result<Backup> {
    let (options, to) = (options_of(database)?, to.to_owned());
    blocking(move || {
        ensure!(!to.exists(), "{} is there already", to.display());
        let part = beside(&to, "part");
        // Of a backup that was broken off.
        remove_if_there(&part)?;
        let made = dump(&options, &part).and_then(|bytes| keep(&part, &to, bytes));
        if made.is_err() {
            remove_if_there(&part).ok();
        }
        made
    })
    .await
}

/// Fills an empty database with a backup, brings it to this program's version, and has its tables counted for the planner. What fails
/// before the migrations leaves the database empty.
///
/// Errors: the database is not empty; the file is not what was written (its SHA-256, or what `pg_restore` finds); the backup is newer
/// than this program; its tables belong to a role of another name, whose privileges can't be given.
pub async fn restore(database: &DatabaseConfig, from: &Path) -> anyhow::Result<()> {
    let options = options_of(database)?;
    let mut connection = connect_alone(database).await?;
    ensure_empty(&mut connection).await?;
    connection.close().await.context("closing the connection")?;
    let from = from.to_owned();
    blocking(move || {
        check_sum(&from)?;
        check_owner(&options, &from)?;
        read_back(&options, &from)
    })
    .await?;
    Db::migrate_at(database).await?;
    let mut connection = connect_alone(database).await?;
    sqlx::raw_sql("analyze").execute(&mut connection).await.context("counting the tables for the planner")?;
    connection.close().await.context("closing the connection")
}

/// A new empty database beside the one of the settings, for looking at a backup without touching what is in use.
///
/// Errors: the role may not make databases.
pub async fn make_scratch(database: &DatabaseConfig, id: Uuid) -> anyhow::Result<DatabaseConfig> {
    let name = format!("{SCRATCH_PREFIX}{}", id.simple());
    let mut connection = connect_alone(database).await?;
    let create = AssertSqlSafe(format!("create database {name} template template0 encoding 'UTF8'"));
    sqlx::raw_sql(create).execute(&mut connection).await.context(
        "making a database to look at the backup in: the role needs the right to (alter role … createdb), or restore into a \
         database of its own without --verify",
    )?;
    connection.close().await.context("closing the connection")?;
    let url = options_of(database)?.database(&name).to_url_lossy().to_string();
    Ok(DatabaseConfig { url, ..database.clone() })
}

/// Drops what [`make_scratch`] made, whoever is still connected to it.
pub async fn drop_scratch(database: &DatabaseConfig, scratch: &DatabaseConfig) -> anyhow::Result<()> {
    let options = options_of(scratch)?;
    let name = options.get_database().filter(|name| name.starts_with(SCRATCH_PREFIX));
    let name = name.context("only databases that were made to look at a backup are dropped")?;
    let mut connection = connect_alone(database).await?;
    let drop = AssertSqlSafe(format!("drop database if exists {name} with (force)"));
    sqlx::raw_sql(drop).execute(&mut connection).await.with_context(|| format!("dropping the database {name}"))?;
    connection.close().await.context("closing the connection")
}

fn options_of(database: &DatabaseConfig) -> anyhow::Result<PgConnectOptions> {
    database.url.parse().context("DATABASE_URL is not the address of a PostgreSQL database")
}

/// Programs of PostgreSQL's take as long as they take.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("the work broke off")?
}

async fn ensure_empty(connection: &mut PgConnection) -> anyhow::Result<()> {
    let tables = sqlx::query_scalar::<_, i64>(
        "select count(*) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
         where relkind in ('r', 'p', 'v', 'm', 'S', 'f') and nspname <> 'information_schema' and nspname not like 'pg\\_%'",
    );
    let count = tables.fetch_one(connection).await.context("looking whether the database is empty")?;
    ensure!(
        count == 0,
        "the database is not empty, and a backup is restored into an empty one alone: make one (createdb), and name it in DATABASE_URL"
    );
    Ok(())
}

fn dump(options: &PgConnectOptions, to: &Path) -> anyhow::Result<u64> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(to)
        .with_context(|| format!("making {}", to.display()))?;
    let mut command = program("pg_dump", options);
    command.args(["--format=custom", "--no-password", "--lock-wait-timeout=60000"]);
    command.stdout(file.try_clone().context("the file of the backup")?);
    run(command)?;
    file.sync_all().context("writing the backup to the disk")?;
    Ok(file.metadata().context("the file of the backup")?.len())
}

/// Gives a whole backup its name, and its sum beside it.
fn keep(part: &Path, path: &Path, bytes: u64) -> anyhow::Result<Backup> {
    let name = path.file_name().and_then(OsStr::to_str).context("the name of the backup")?;
    let sums = beside(path, "sha256");
    remove_if_there(&sums)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(&sums)
        .with_context(|| format!("making {}", sums.display()))?;
    writeln!(file, "{}  {name}", sum_of(part)?).context("writing the sum of the backup")?;
    file.sync_all().context("writing the sum of the backup")?;
    fs::rename(part, path).with_context(|| format!("naming {}", path.display()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).context("writing the backup's name to the disk")?;
    Ok(Backup { path: path.to_owned(), bytes })
}

/// Compares the file with the sum that was written with it. A file that came without it is believed as far as `pg_restore` reads it.
fn check_sum(from: &Path) -> anyhow::Result<()> {
    ensure!(from.is_file(), "{} is not a file", from.display());
    let sums = beside(from, "sha256");
    let Some(written) = if_there(fs::read_to_string(&sums)).with_context(|| sums.display().to_string())? else {
        tracing::warn!(file = %from.display(), "no sum lies beside the backup: only what pg_restore notices is checked");
        return Ok(());
    };
    let wanted = written.split_whitespace().next().unwrap_or_default();
    ensure!(wanted == sum_of(from)?, "{} is not what was written: its SHA-256 is another", from.display());
    Ok(())
}

fn sum_of(path: &Path) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let mut part = vec![0; 1 << 16];
    loop {
        match file.read(&mut part).with_context(|| format!("reading {}", path.display()))? {
            0 => break,
            length => hasher.update(&part[..length]),
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

/// What nobody may do with the history, its owner included, is written down for the role by its name.
fn check_owner(options: &PgConnectOptions, from: &Path) -> anyhow::Result<()> {
    let mut command = program("pg_restore", options);
    command.arg("--list").arg(from).stdout(Stdio::piped());
    let listed = run(command).with_context(|| format!("{} is no backup that can be read", from.display()))?;
    let Some(owner) = owner_of(&listed) else { bail!("{} has no table of Evently's", from.display()) };
    let role = options.get_username();
    ensure!(
        owner == role,
        "the tables of the backup belong to the role {owner}, and DATABASE_URL names {role}: restore as {owner}"
    );
    Ok(())
}

/// The owner of the bookings, from the table of contents: `231; 1259 16573 TABLE public bookings evently`.
fn owner_of(listed: &str) -> Option<&str> {
    listed.lines().find_map(|line| Some(line.split_once(" TABLE public bookings ")?.1.trim()))
}

fn read_back(options: &PgConnectOptions, from: &Path) -> anyhow::Result<()> {
    let database = options.get_database().context("DATABASE_URL names no database")?;
    let mut command = program("pg_restore", options);
    command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-password"]);
    // As a text of settings, which no name of a database can be taken for.
    command.arg(format!("--dbname=dbname='{}'", database.replace('\\', "\\\\").replace('\'', "\\'")));
    command.arg(from).stdout(Stdio::null());
    run(command).with_context(|| format!("nothing was restored from {}", from.display()))?;
    Ok(())
}

/// A program of PostgreSQL's that goes where the settings say. What they say stands in its environment, where nobody else can read it.
fn program(name: &str, options: &PgConnectOptions) -> Command {
    let mut command = Command::new(name);
    let host = options.get_socket().map_or_else(|| options.get_host().into(), |socket| socket.clone().into_os_string());
    command.env("PGHOST", host).env("PGPORT", options.get_port().to_string()).env("PGUSER", options.get_username());
    command.env("PGAPPNAME", name).env("PGCONNECT_TIMEOUT", "10");
    if let Some(database) = options.get_database() {
        command.env("PGDATABASE", database);
    }
    let url = options.to_url_lossy();
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", percent_decode_str(password).decode_utf8_lossy().into_owned());
    }
    for (key, value) in url.query_pairs() {
        let variable = match &*key {
            "sslmode" => "PGSSLMODE",
            "sslrootcert" => "PGSSLROOTCERT",
            "sslcert" => "PGSSLCERT",
            "sslkey" => "PGSSLKEY",
            _ => continue,
        };
        command.env(variable, &*value);
    }
    // Other programs' time limits are no backup's.
    command.env_remove("PGOPTIONS").stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Runs it to its end; answers what it printed, where that is piped. Errors: what it wrote first.
fn run(mut command: Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ended = command.spawn().and_then(|child| child.wait_with_output()).with_context(|| {
        format!("{name} can't be run: it comes with PostgreSQL's client programs (Debian: postgresql-client)")
    })?;
    let said: String = String::from_utf8_lossy(&ended.stderr).trim().chars().take(SAID_MAX).collect();
    ensure!(ended.status.success(), "{name}: {said}");
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn if_there<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

fn remove_if_there(path: &Path) -> anyhow::Result<()> {
    if_there(fs::remove_file(path)).with_context(|| format!("removing {}", path.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_stands_in_the_table_of_contents() {
        let listed = "; comment\n219; 1259 1 TABLE public booking_history other\n231; 1259 16573 TABLE public bookings my role\n";
        assert_eq!(owner_of(listed), Some("my role"));
        assert_eq!(owner_of("231; 1259 16573 TABLE DATA public bookings evently"), None);
    }

    #[test]
    fn a_password_goes_by_the_environment_alone() {
        let options: PgConnectOptions =
            "postgres://evently:a%2Fb%20%C3%A4@db.example:6000/tickets?sslmode=require".parse().expect("an address");
        let command = program("pg_dump", &options);
        let variable = |name: &str| {
            let found = command.get_envs().find(|(key, _)| *key == OsStr::new(name));
            found.and_then(|(_, value)| value).and_then(OsStr::to_str).unwrap_or_default().to_owned()
        };
        assert_eq!(variable("PGPASSWORD"), "a/b ä");
        assert_eq!((variable("PGHOST"), variable("PGPORT")), ("db.example".to_owned(), "6000".to_owned()));
        assert_eq!((variable("PGDATABASE"), variable("PGSSLMODE")), ("tickets".to_owned(), "require".to_owned()));
        assert_eq!(command.get_args().count(), 0);
    }
}
