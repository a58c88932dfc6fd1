//! PostgreSQL: the pool, transactions that outlive a cancelled caller, and migrations.

use super::{
    config::{Config, DatabaseConfig},
    replica::Replica,
};
use anyhow::{Context, ensure};
use futures::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Connection, Either, FromRow, PgConnection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};
use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The migrations this program was built with.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Longest wait for a lock while migrating: for another process that migrates, or for a table in use.
const MIGRATION_LOCK_TIMEOUT: &str = "set lock_timeout = '60s'; set statement_timeout = 0";

/// How the name of a migration begins that adds and takes nothing away: `0056_expand_venues.sql`. sqlx keeps it with spaces, here after
/// the number.
const EXPANDS: &str = " expand ";

/// Connections for batches at most, a third of all at most. Measured on two cores: with 6 a hot event's rush went a seventh
/// faster than on all 20, each of which had to be warmed up every time.
const BATCH_CONNECTIONS_MAX: u32 = 6;

/// Connections for what is done after the requests, beside all others: in a rush for one event, or while one is locked, the few
/// that are left are for people.
const WORK_CONNECTIONS: u32 = 4;

/// Longest wait for a connection to the replica.
const REPLICA_WAIT: Duration = Duration::from_millis(500);

/// How long a connection that lies idle is believed to be alive; sqlx asks it whenever one is put back.
const TRUSTED: Duration = Duration::from_secs(1);

/// How connections for batches differ. Planning a batch anew each time took longer than running it: PostgreSQL takes arrays of
/// an unknown length for longer than they are, and so never trusts the plan it has. And what it plans while a table is small
/// reads all of it later on.
const BY_INDEX: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("jit", "off"),
];

/// The database. Reads go through [`Db::pool`], everything that writes more than once through [`Db::begin`].
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    /// Of [`Db::begin_with`] alone: a rush meets few connections, which have everything planned and at hand.
    batches: PgPool,
    /// Of [`Db::for_work`] alone.
    work: PgPool,
    /// Of [`Db::late`] alone.
    replica: Option<Arc<Replica>>,
}

/// A query that each connection plans once, under a name, so that it can be part of a text of several statements: those
/// take no parameters, and PostgreSQL would plan such a query anew each time.
#[derive(Debug)]
pub struct Planned {
    /// Its name on the connection; no other query's.
    pub name: &'static str,
    /// The types of its parameters, as in SQL.
    pub parameters: &'static str,
    /// The query.
    pub sql: &'static str,
}

/// A planned query with its arguments.
#[derive(Debug)]
pub struct Reading {
    planned: &'static Planned,
    arguments: String,
}

impl Planned {
    /// The query with these arguments, as in SQL: nothing of a caller's may be in them but ids ([`uuid_array`]) and what
    /// [`text_array`] has made harmless.
    pub fn with(&'static self, arguments: String) -> Reading {
        Reading { planned: self, arguments }
    }
}

impl Reading {
    fn text(&self) -> String {
        format!("execute {}({}); ", self.planned.name, self.arguments)
    }
}

/// What each of some readings answered, in their order.
#[derive(Debug)]
pub struct Answers(VecDeque<Vec<PgRow>>);

impl Answers {
    /// The next reading's rows; none when all have been taken.
    pub fn rows<T: for<'r> FromRow<'r, PgRow>>(&mut self) -> Result<Vec<T>, sqlx::Error> {
        self.0.pop_front().unwrap_or_default().iter().map(T::from_row).collect()
    }

    /// The next reading's rows of one column.
    pub fn ids<T, C>(&mut self) -> Result<C, sqlx::Error>
    where
        (T,): for<'r> FromRow<'r, PgRow>,
        C: FromIterator<T>,
    {
        Ok(self.rows::<(T,)>()?.into_iter().map(|(id,)| id).collect())
    }
}

/// A transaction that began with statements of its own: [`Db::begin_with`].
///
/// sqlx's own forgets one whose first statements fail: its connection would go back to the pool in the aborted transaction.
#[derive(Debug)]
pub struct Begun {
    connection: PoolConnection<Postgres>,
    is_over: bool,
}

impl Begun {
    /// Commits. Errors: when the connection is lost; what was done may be committed all the same.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.end("commit").await
    }

    /// Reads all of this in one round trip.
    pub async fn read(&mut self, readings: &[Reading]) -> Result<Answers, sqlx::Error> {
        plan(&mut self.connection, readings).await?;
        run(&mut self.connection, String::new(), readings).await
    }

    async fn end(&mut self, how: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(how).execute(&mut *self.connection).await?;
        self.is_over = true;
        Ok(())
    }
}

impl Deref for Begun {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Begun {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// What isn't committed is rolled back by closing its connection: no statement can be sent from here.
impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_over {
            self.connection.close_on_drop();
        }
    }
}

impl Db {
    /// Connects, with the time limits of the configuration set on every connection.
    pub async fn connect(config: &Config) -> anyhow::Result<Self> {
        let options = options_at(&config.database.url, "DATABASE_URL")?;
        let batch_count = (config.database.max_connections / 3).clamp(1, BATCH_CONNECTIONS_MAX);
        let with_settings = |count, more: &[(&str, &str)]| {
            let settings: Arc<str> = settings_of(&config.database, more).into();
            PgPoolOptions::new()
                .max_connections(count)
                .acquire_timeout(Duration::from_secs(config.database.acquire_timeout_s))
                // Said on the connection and not while it is made: a PgBouncer takes no settings there.
                .after_connect(move |conn, _| {
                    let settings = Arc::clone(&settings);
                    Box::pin(async move {
                        sqlx::raw_sql(AssertSqlSafe(&*settings)).execute(conn).await?;
                        Ok(())
                    })
                })
                // Not each time, as sqlx would: that is a round trip more for every statement.
                .test_before_acquire(false)
                .before_acquire(|conn, meta| {
                    Box::pin(async move {
                        if meta.idle_for >= TRUSTED {
                            conn.ping().await?;
                        }
                        Ok(true)
                    })
                })
        };
        let with = |count| with_settings(count, &[]);
        let pool = with(config.database.max_connections - batch_count)
            .connect_with(options.clone())
            .await
            .context("PostgreSQL can't be reached at DATABASE_URL")?;
        let work = with(WORK_CONNECTIONS).connect_lazy_with(options.clone());
        let replica = match &config.database.replica_url {
            None => None,
            Some(url) => {
                let options = options_at(url, "DATABASE_REPLICA_URL")?;
                // Whoever waits for the replica could have asked the primary.
                let pool = with((config.database.max_connections / 2).max(2)).acquire_timeout(REPLICA_WAIT);
                Some(Arc::new(Replica::new(pool.connect_lazy_with(options))))
            }
        };
        Ok(Self { pool, batches: with_settings(batch_count, &BY_INDEX).connect_lazy_with(options), work, replica })
    }

    /// Wraps a pool made elsewhere: tests get theirs from `#[sqlx::test]`.
    pub fn from_pool(pool: PgPool) -> Self {
        Self { batches: pool.clone(), work: pool.clone(), pool, replica: None }
    }

    /// The same with a replica.
    pub fn with_replica(self, replica: Arc<Replica>) -> Self {
        Self { replica: Some(replica), ..self }
    }

    /// The database as it was a moment ago, from a replica that is at most some seconds late; none where there is no such replica at the
    /// moment. Nothing is decided by what is read there, and nobody looks there for what they did themselves:
    /// [`AppState::late`](super::state::AppState::late).
    pub(super) fn late(&self) -> Option<Self> {
        let pool = self.replica.as_ref()?.fresh_pool()?.clone();
        Some(Self { batches: pool.clone(), work: pool.clone(), pool, replica: None })
    }

    /// The replica of the settings, whether it may be read or not.
    pub(super) fn replica(&self) -> Option<&Replica> {
        self.replica.as_deref()
    }

    /// Looks how late the replica is until the token is cancelled; done at once where there is none.
    pub(super) async fn watch_replica(&self, token: &CancellationToken) {
        if let Some(replica) = &self.replica {
            replica.watch(&self.pool, token).await;
        }
    }

    /// The same database for what is done after the requests, on connections of its own.
    pub fn for_work(&self) -> Self {
        Self { pool: self.work.clone(), ..self.clone() }
    }

    /// The pool, for single statements. Transactions begin with [`Db::begin`].
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Closes the connections, those at work once it is done.
    pub async fn close(&self) {
        self.pool.close().await;
        self.batches.close().await;
        self.work.close().await;
        if let Some(replica) = &self.replica {
            replica.pool().close().await;
        }
    }

    /// Begins a transaction; dropping it rolls it back.
    ///
    /// It begins in a task of its own: axum drops a handler when its client goes away, and a `begin` dropped halfway
    /// hands its connection back to the pool with the transaction open (sqlx#4385). The task ends what it started.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let pool = self.pool.clone();
        #[expect(clippy::disallowed_methods, reason = "this is the begin that can be cancelled")]
        let begun = tokio::spawn(async move { pool.begin().await });
        begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    /// Begins a transaction, runs these statements and then these readings, all in one round trip: what has to be locked
    /// before anything is read costs none of its own. The statements take no parameters, so nothing of a caller's may be in
    /// them but ids.
    ///
    /// For transactions of which every statement finds its rows by an index: they are planned once and for all, and never as
    /// a reading of the whole table, however small it was when the connection was new.
    pub async fn begin_with(
        &self,
        statements: String,
        readings: Vec<Reading>,
    ) -> Result<(Begun, Answers), sqlx::Error> {
        let pool = self.batches.clone();
        let begun = tokio::spawn(async move {
            let mut begun = Begun { connection: pool.acquire().await?, is_over: false };
            let text = format!("begin; {}{statements}", require(&readings));
            let mut answers = run(&mut begun, text.clone(), &readings).await;
            if answers.as_ref().is_err_and(is_not_planned) {
                sqlx::raw_sql("rollback").execute(&mut *begun).await?;
                plan(&mut begun, &readings).await?;
                answers = run(&mut begun, text, &readings).await;
            }
            match answers {
                Ok(answers) => Ok((begun, answers)),
                Err(error) => {
                    begun.end("rollback").await?;
                    Err(error)
                }
            }
        });
        begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    /// Brings the database of the configuration to this program's migrations. Several processes may do so at once: one works, the
    /// others wait. Errors: a database that is newer than this program.
    pub async fn migrate_at(config: &DatabaseConfig) -> anyhow::Result<()> {
        // A connection of its own, without the pool's time limits.
        migrate(connect_alone(config).await?).await
    }

    /// Brings the database to this program's migrations, like [`Db::migrate_at`].
    pub async fn migrate(&self) -> anyhow::Result<()> {
        // Taken out of the pool, and closed at the end, because it runs without the pool's time limits.
        migrate(self.pool.acquire().await.context("connecting to migrate")?.detach()).await
    }

    /// Whether the database has every migration of this program. A newer database is current too: migrations only go
    /// forward, and during an update the older program runs on against the newer tables.
    pub async fn migrations_current(&self) -> Result<bool, sqlx::Error> {
        let applied = applied(&mut *self.pool.acquire().await?).await?;
        Ok(MIGRATOR.iter().all(|migration| applied.contains_key(&migration.version)))
    }

    /// The migrations of a newer program that keep this one from starting: all that don't say, by a name that begins with `expand`,
    /// that the program before them runs on beside them.
    pub async fn migrations_beyond(&self) -> Result<Vec<String>, sqlx::Error> {
        let unknown = unknown(&applied(&mut *self.pool.acquire().await?).await?);
        Ok(unknown.into_iter().filter(|name| !name.contains(EXPANDS)).collect())
    }
}

/// Connects without the pool's time limits.
pub(super) async fn connect_alone(config: &DatabaseConfig) -> anyhow::Result<PgConnection> {
    let options = options_at(&config.url, "DATABASE_URL")?;
    PgConnection::connect_with(&options).await.context("PostgreSQL can't be reached at DATABASE_URL")
}

async fn migrate(mut connection: PgConnection) -> anyhow::Result<()> {
    sqlx::raw_sql(MIGRATION_LOCK_TIMEOUT).execute(&mut connection).await.context("setting up the connection")?;
    let unknown = unknown(&applied(&mut connection).await.context("reading which migrations are done")?);
    ensure!(
        unknown.is_empty(),
        "the database is newer than this program, which doesn't know the migrations {}: run the newer program",
        unknown.join(", ")
    );
    MIGRATOR.run(&mut connection).await.context("migrating the database")?;
    connection.close().await.context("closing the connection")
}

/// The migrations that are done, with their names.
async fn applied(connection: &mut PgConnection) -> Result<BTreeMap<i64, String>, sqlx::Error> {
    let exists = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null");
    if !exists.fetch_one(&mut *connection).await? {
        return Ok(BTreeMap::new());
    }
    let applied = sqlx::query_as("select version, description from _sqlx_migrations where success");
    Ok(applied.fetch_all(connection).await?.into_iter().collect())
}

/// Those that this program wasn't built with, by number and name.
fn unknown(applied: &BTreeMap<i64, String>) -> Vec<String> {
    let unknown = applied.iter().filter(|(version, _)| !MIGRATOR.version_exists(**version));
    unknown.map(|(version, name)| format!("{version:04} {name}")).collect()
}

/// The statement that fails where the connection doesn't know one of these queries, before any lock is waited for: a setting
/// of its name stands for each.
fn require(readings: &[Reading]) -> String {
    let settings = readings.iter().map(|reading| format!("current_setting('evently.{}')", reading.planned.name));
    format!("select {}; ", settings.collect::<Vec<_>>().join(", "))
}

/// Runs the text and then the readings, and answers what the readings found.
async fn run(conn: &mut PgConnection, mut text: String, readings: &[Reading]) -> Result<Answers, sqlx::Error> {
    text.extend(readings.iter().map(Reading::text));
    let (mut answers, mut rows) = (VecDeque::new(), Vec::new());
    let mut results = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(conn);
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Right(row) => rows.push(row),
            Either::Left(_) => answers.push_back(mem::take(&mut rows)),
        }
    }
    answers.drain(..answers.len().saturating_sub(readings.len()));
    Ok(Answers(answers))
}

/// Plans the queries of these readings that the connection doesn't know yet.
async fn plan(conn: &mut PgConnection, readings: &[Reading]) -> Result<(), sqlx::Error> {
    let known: Vec<String> =
        sqlx::query_scalar("select name from pg_prepared_statements").fetch_all(&mut *conn).await?;
    for Planned { name, parameters, sql } in readings.iter().map(|reading| reading.planned) {
        if !known.iter().any(|known| known == name) {
            let prepare = format!("prepare {name} ({parameters}) as {sql}");
            sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *conn).await?;
        }
        sqlx::raw_sql(AssertSqlSafe(format!("set evently.{name} = 'planned'"))).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Whether the connection doesn't know a query: undefined_object, from [`require`].
fn is_not_planned(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "42704")
}

/// These ids as an array in SQL, for statements that take no parameters.
pub fn uuid_array(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    format!("'{{{}}}'::uuid[]", ids.join(","))
}

/// These words as an array in SQL, for statements that take no parameters: as figures, whatever is in them.
pub fn text_array<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> =
        words.into_iter().map(|word| format!("convert_from('\\x{}', 'UTF8')", hex::encode(word))).collect();
    format!("array[{}]::text[]", words.join(","))
}

fn options_at(url: &str, variable: &str) -> anyhow::Result<PgConnectOptions> {
    let options: PgConnectOptions =
        url.parse().with_context(|| format!("{variable} is not the address of a PostgreSQL database"))?;
    Ok(options.application_name("evently"))
}

/// The statements that give a new connection its time limits and whatever else it differs in.
fn settings_of(config: &DatabaseConfig, more: &[(&str, &str)]) -> String {
    let limits = [
        ("lock_timeout", config.lock_timeout_ms),
        ("statement_timeout", config.statement_timeout_ms),
        ("idle_in_transaction_session_timeout", config.idle_in_transaction_timeout_ms),
    ];
    let limits = limits.iter().map(|(name, ms)| format!("set {name} = {ms}; "));
    limits.chain(more.iter().map(|(name, value)| format!("set {name} = {value}; "))).collect()
}
