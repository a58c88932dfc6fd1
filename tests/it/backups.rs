//! Backups with PostgreSQL's own programs: what was written comes back whole, and what can't be is refused without a trace.

use super::app::TestApp;
use evently::server::{
    backup::{back_up, drop_scratch, make_scratch, restore},
    clock::new_id,
    config::{Config, DatabaseConfig},
    db::{Db, MIGRATOR},
};
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool, migrate::Migrator, postgres::PgPoolOptions};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

fn database_of(pool: &PgPool) -> DatabaseConfig {
    let url = pool.connect_options().to_url_lossy().to_string();
    Config::for_tests(&url, "redis://not-used").database
}

async fn pool_of(database: &DatabaseConfig) -> PgPool {
    PgPoolOptions::new().max_connections(4).connect(&database.url).await.expect("a connection")
}

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("evently-backup-{}", new_id()));
        fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("site.dump")
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).expect("the folder");
        let mut names: Vec<String> =
            names.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// How many rows each table has.
async fn counts(pool: &PgPool) -> BTreeMap<String, i64> {
    let tables = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await.expect("tables");
    let mut counts = BTreeMap::new();
    for table in tables {
        let count = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")));
        counts.insert(table.clone(), count.fetch_one(pool).await.expect("a count"));
    }
    counts
}

/// What nobody may do, and what guards it: privileges by table, triggers by table.
async fn guards(pool: &PgPool) -> (Vec<String>, Vec<String>) {
    let privileges = "select relname || ' ' || coalesce(relacl::text, '') from pg_class
                      where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname";
    let triggers =
        "select relname || ' ' || pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text from pg_trigger
                    join pg_class on pg_class.oid = tgrelid where not tgisinternal order by 1";
    (
        sqlx::query_scalar(privileges).fetch_all(pool).await.expect("privileges"),
        sqlx::query_scalar(triggers).fetch_all(pool).await.expect("triggers"),
    )
}

#[sqlx::test]
async fn what_was_written_comes_back_whole_and_sells_on(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (general, seated) = (app.event(20).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    let booked = ada.hold_seats(seated, &seats[0..2]).await;
    ada.change("confirm", &booked).await.expect(200);
    let held = ada.hold(general, 3).await;
    app.work().await;

    let (folder, database) = (Folder::new(), database_of(&pool));
    let backup = back_up(&database, &folder.file()).await.expect("a backup");
    assert_eq!(folder.names(), ["site.dump", "site.dump.sha256"]);
    for name in folder.names() {
        let mode = fs::metadata(folder.0.join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "a backup is its owner's alone");
    }
    assert_eq!(backup.bytes, fs::metadata(folder.file()).expect("a file").len());
    let again = back_up(&database, &folder.file()).await.expect_err("never written over");
    assert!(format!("{again:#}").contains("is there already"), "{again:#}");

    let scratch = make_scratch(&database, new_id()).await.expect("a database");
    restore(&scratch, &folder.file()).await.expect("restored");
    let copy = pool_of(&scratch).await;
    assert_eq!(counts(&copy).await, counts(&pool).await);
    assert_eq!(guards(&copy).await, guards(&pool).await);
    let rewritten = sqlx::query("update booking_history set action = action").execute(&copy).await;
    assert!(rewritten.is_err(), "the history stays append-only");

    let there = TestApp::with_settings(copy.clone(), |_| {});
    there.state.clock.set(app.now());
    assert_eq!(there.violations().await, Vec::<String>::new());
    let bob = there.person("bob").await;
    for quantity in [10, 7] {
        let buyer = if quantity == 10 { &bob } else { &there.person("cid").await };
        let bought = buyer.hold(general, quantity).await;
        buyer.change("confirm", &bought).await.expect(200);
    }
    let dan = there.person("dan").await;
    let one_more = dan.post("bookings/hold", json!({"event_id": general, "quantity": 1})).await;
    one_more.refused(409, "sold_out");
    assert_eq!(there.violations().await, Vec::<String>::new());
    let still_held: bool = sqlx::query_scalar("select status = 'held' from bookings where id = $1::uuid")
        .bind(held)
        .fetch_one(&copy)
        .await
        .expect("the hold");
    assert!(still_held);

    let full = restore(&scratch, &folder.file()).await.expect_err("not into what is in use");
    assert!(format!("{full:#}").contains("not empty"), "{full:#}");
    copy.close().await;
    drop_scratch(&database, &scratch).await.expect("dropped");
    assert!(drop_scratch(&database, &database).await.is_err(), "nothing else is ever dropped");
}

/// What a restore of this file is refused with; the database has to be as empty afterwards as before.
async fn refusal(pool: &PgPool, file: &Path) -> String {
    let database = database_of(pool);
    let scratch = make_scratch(&database, new_id()).await.expect("a database");
    let refused = restore(&scratch, file).await.expect_err("refused");
    let copy = pool_of(&scratch).await;
    assert!(counts(&copy).await.is_empty(), "something was left of a restore that failed");
    copy.close().await;
    drop_scratch(&database, &scratch).await.expect("dropped");
    format!("{refused:#}")
}

#[sqlx::test]
async fn what_is_not_what_was_written_is_refused(pool: PgPool) {
    let (folder, database) = (Folder::new(), database_of(&pool));
    back_up(&database, &folder.file()).await.expect("a backup");
    let whole = fs::read(folder.file()).expect("the backup");

    fs::write(folder.file(), &whole[..whole.len() - whole.len() / 4]).expect("written");
    assert!(refusal(&pool, &folder.file()).await.contains("SHA-256"));
    // Without its sum, what pg_restore finds has to do.
    fs::remove_file(folder.0.join("site.dump.sha256")).expect("removed");
    let said = refusal(&pool, &folder.file()).await;
    assert!(said.contains("pg_restore"), "{said}");
    // Its table of contents is whole, and what it lists is not.
    fs::write(folder.file(), &whole[..whole.len() - 200]).expect("written");
    let said = refusal(&pool, &folder.file()).await;
    assert!(said.contains("nothing was restored") && said.contains("pg_restore"), "{said}");

    fs::write(folder.file(), "a letter").expect("written");
    assert!(refusal(&pool, &folder.file()).await.contains("no backup that can be read"));
    fs::remove_file(folder.file()).expect("removed");
    assert!(refusal(&pool, &folder.file()).await.contains("is not a file"));
}

#[sqlx::test]
async fn a_backup_that_fails_leaves_nothing(pool: PgPool) {
    let (folder, mut database) = (Folder::new(), database_of(&pool));
    database.url = database.url.replace("evently", "nobody");
    let failed = back_up(&database, &folder.file()).await.expect_err("nobody may");
    assert!(format!("{failed:#}").contains("pg_dump"), "{failed:#}");
    assert!(folder.names().is_empty());
}

#[sqlx::test(migrations = false)]
async fn an_older_backup_is_brought_to_this_version(pool: PgPool) {
    let older: Vec<_> = MIGRATOR.iter().take(10).cloned().collect();
    let older_count = older.len() as i64;
    Migrator::with_migrations(older).run(&pool).await.expect("migrated");
    let (folder, database) = (Folder::new(), database_of(&pool));
    back_up(&database, &folder.file()).await.expect("a backup");
    let scratch = make_scratch(&database, new_id()).await.expect("a database");
    restore(&scratch, &folder.file()).await.expect("restored");
    let copy = pool_of(&scratch).await;
    let done: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations").fetch_one(&copy).await.expect("a count");
    assert!(older_count < done && done == MIGRATOR.iter().count() as i64);
    assert_eq!(TestApp::new(copy.clone()).await.violations().await, Vec::<String>::new());
    copy.close().await;
    drop_scratch(&database, &scratch).await.expect("dropped");
}

async fn add_migration(pool: &PgPool, version: i64, name: &str) {
    let add = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values ($1, $2, true, '', 0)";
    sqlx::query(add).bind(version).bind(name).execute(pool).await.expect("added");
}

#[sqlx::test]
async fn a_program_that_is_older_than_the_database_changes_nothing(pool: PgPool) {
    let db = Db::from_pool(pool.clone());
    assert!(db.migrations_beyond().await.expect("an answer").is_empty());
    add_migration(&pool, 9_000, "expand venues").await;
    assert!(db.migrations_beyond().await.expect("an answer").is_empty(), "it runs beside what only adds");
    assert!(db.migrations_current().await.expect("an answer"));
    add_migration(&pool, 9_001, "contract venues").await;
    assert_eq!(db.migrations_beyond().await.expect("an answer"), ["9001 contract venues"]);
    let refused = format!("{:#}", db.migrate().await.expect_err("refused"));
    assert!(refused.contains("newer than this program") && refused.contains("9000 expand venues"), "{refused}");

    let folder = Folder::new();
    back_up(&database_of(&pool), &folder.file()).await.expect("it can be kept, though");
    let scratch = make_scratch(&database_of(&pool), new_id()).await.expect("a database");
    let refused = restore(&scratch, &folder.file()).await.expect_err("refused");
    assert!(format!("{refused:#}").contains("newer than this program"), "{refused:#}");
    drop_scratch(&database_of(&pool), &scratch).await.expect("dropped");
}
