//! What may be late is read from the replica, a person's own never, and a replica that fails is not noticed. How late one is, a real one
//! tells (`scripts/cluster --trial`): here a copy of the database stands for it, which changes differ from.

use super::app::TestApp;
use evently::{
    id::EventId,
    server::{
        backup::{back_up, drop_scratch, make_scratch, restore},
        clock::new_id,
        config::{Config, DatabaseConfig},
        db::Db,
        replica::Replica,
        router::router,
        state::AppState,
    },
};
use serde_json::Value;
use sqlx::{ConnectOptions, PgPool, postgres::PgPoolOptions};
use std::{fs, sync::Arc, time::Duration};

/// Two copies of a site with an event, the second read as the first's replica.
struct Site {
    app: TestApp,
    replica: Arc<Replica>,
    pool: PgPool,
    copy: PgPool,
    databases: [DatabaseConfig; 2],
    event_id: EventId,
}

impl Site {
    async fn new(pool: PgPool) -> Self {
        let app = TestApp::new(pool.clone()).await;
        let event_id = app.event_with(|new| new.name = "As it was".to_owned()).await;
        app.person("ada").await;
        let url = pool.connect_options().to_url_lossy().to_string();
        let database = Config::for_tests(&url, "redis://not-used").database;
        let file = std::env::temp_dir().join(format!("evently-replica-{}.dump", new_id()));
        back_up(&database, &file).await.expect("a backup");
        let scratch = make_scratch(&database, new_id()).await.expect("a database");
        restore(&scratch, &file).await.expect("restored");
        fs::remove_file(&file).expect("removed");
        fs::remove_file(file.with_extension("dump.sha256")).expect("removed");
        let connect = PgPoolOptions::new().max_connections(4).acquire_timeout(Duration::from_millis(500));
        let copy = connect.connect(&scratch.url).await.expect("a connection");
        let replica = Arc::new(Replica::new(copy.clone()));
        let db = Db::from_pool(pool.clone()).with_replica(Arc::clone(&replica));
        let state = AppState::new((*app.state.config).clone(), db, app.state.clock.clone()).expect("a state");
        let app = TestApp { router: router(state.clone()), state };
        Self { app, replica, pool, copy, databases: [database, scratch], event_id }
    }

    async fn rename(&self, pool: &PgPool, name: &str) {
        let rename = sqlx::query("update events set name = $2 where id = $1").bind(self.event_id).bind(name);
        assert_eq!(rename.execute(pool).await.expect("renamed").rows_affected(), 1);
    }

    /// The name that somebody who isn't signed in finds in the list.
    async fn listed(&self) -> Value {
        let list = self.app.visitor().get("events/list").await.expect(200);
        list["items"][0]["name"].clone()
    }

    async fn end(self) {
        let Self { app, replica, copy, databases: [database, scratch], .. } = self;
        drop((app, replica));
        copy.close().await;
        drop_scratch(&database, &scratch).await.expect("dropped");
    }
}

#[sqlx::test]
async fn who_is_not_signed_in_reads_the_replica_and_a_person_never(pool: PgPool) {
    let site = Site::new(pool).await;
    site.rename(&site.pool, "As it is").await;
    assert_eq!(site.listed().await, "As it is", "a replica of which nothing is known is not read");
    site.replica.set_fresh(true);
    assert_eq!(site.listed().await, "As it was");
    let (_, calendar) = site.app.visitor().page(&format!("/events/{}/calendar.ics", site.event_id)).await;
    assert!(calendar.contains("As it was"), "{calendar}");
    let (_, page) = site.app.visitor().page(&format!("/events/{}", site.event_id)).await;
    assert!(page.contains("As it is"), "what people decide by is as it is now");
    let ada = site.app.visitor();
    let known = serde_json::json!({"email": "ada@example.org", "password": "correct horse"});
    ada.post("auth/login", known).await.expect(200);
    let list = ada.get("events/list").await.expect(200);
    assert_eq!(list["items"][0]["name"], "As it is");
    site.end().await;
}

#[sqlx::test]
async fn what_the_replica_does_not_have_yet_is_there(pool: PgPool) {
    let site = Site::new(pool).await;
    site.replica.set_fresh(true);
    let event_id = site.app.event_with(|new| new.name = "Announced just now".to_owned()).await;
    let (status, calendar) = site.app.visitor().page(&format!("/events/{event_id}/calendar.ics")).await;
    assert!(status == 200 && calendar.contains("Announced just now"), "{status} {calendar}");
    site.end().await;
}

#[sqlx::test]
async fn a_replica_that_fails_is_not_noticed_and_left_alone(pool: PgPool) {
    let site = Site::new(pool).await;
    site.rename(&site.pool, "As it is").await;
    site.replica.set_fresh(true);
    sqlx::query("alter table events rename to gone").execute(&site.copy).await.expect("broken");
    assert_eq!(site.listed().await, "As it is");
    sqlx::query("alter table gone rename to events").execute(&site.copy).await.expect("mended");
    assert_eq!(site.listed().await, "As it is", "until it is looked at again");
    site.replica.set_fresh(true);
    assert_eq!(site.listed().await, "As it was");
    // One that doesn't answer at all costs a moment.
    let mut tx = site.copy.acquire().await.expect("a connection");
    sqlx::raw_sql("begin; lock table events in access exclusive mode").execute(&mut *tx).await.expect("locked");
    assert_eq!(site.listed().await, "As it is");
    sqlx::raw_sql("rollback").execute(&mut *tx).await.expect("unlocked");
    drop(tx);
    site.copy.close().await;
    site.replica.set_fresh(true);
    assert_eq!(site.listed().await, "As it is");
    site.end().await;
}
