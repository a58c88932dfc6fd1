//! A world in which there is something to ask for in the wrong way.

use crate::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{bookings::store::sweep, events::store::cancel_event, id::EventId};
use serde_json::json;
use sqlx::PgPool;

/// Things to ask for in the wrong way.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) ada: Person,
    pub(crate) visitor: Person,
    pub(crate) general: EventId,
    pub(crate) seated: EventId,
    pub(crate) seats: Vec<String>,
    pub(crate) elsewhere: Vec<String>,
    pub(crate) draft: EventId,
    pub(crate) called_off: EventId,
    pub(crate) begun: EventId,
    pub(crate) not_yet: EventId,
    pub(crate) small: EventId,
    pub(crate) held: String,
    pub(crate) confirmed: String,
    pub(crate) cancelled: String,
    pub(crate) released: String,
    pub(crate) lapsed: String,
    pub(crate) attended: String,
    pub(crate) bobs: String,
}

impl World {
    pub(crate) async fn new(pool: PgPool) -> Self {
        let app = TestApp::new(pool).await;
        let (ada, bob) = (app.person("ada").await, app.person("bob").await);
        let (general, seated, other) = (app.event(100).await, app.seated_event(2).await, app.seated_event(1).await);
        let (seats, elsewhere) = (app.seats(seated).await, app.seats(other).await);
        let soon = app.now() + TimeDelta::minutes(5);
        let begun =
            app.event_with(|event| (event.event_date, event.sales_close_at, event.doors_at) = (soon, soon, None)).await;
        let attended = ada.hold(begun, 1).await;
        ada.change("confirm", &attended).await.expect(200);
        let lapsed = ada.hold(general, 1).await;
        app.wait(TimeDelta::minutes(10));
        while sweep(&app.state).await.expect("swept") > 0 {}
        let later = app.now() + TimeDelta::days(1);
        let not_yet = app.event_with(|event| event.sales_open_at = later).await;
        let (called_off, small) = (app.event(10).await, app.event(1).await);
        cancel_event(&app.state, called_off, app.now()).await.expect("called off");
        let draft = app.draft_with(|_| ()).await;
        let held = ada.hold(general, 1).await;
        let (confirmed, cancelled) = (ada.hold(general, 1).await, ada.hold(general, 1).await);
        ada.change("confirm", &confirmed).await.expect(200);
        ada.change("confirm", &cancelled).await.expect(200);
        ada.change("cancel", &cancelled).await.expect(200);
        let released = ada.hold(general, 1).await;
        ada.change("release", &released).await.expect(200);
        let keyed = json!({"event_id": general, "quantity": 1, "key": "used"});
        ada.post("bookings/hold", keyed).await.expect(200);
        let bobs = bob.hold_seats(seated, &seats[..2]).await;
        let visitor = app.visitor();
        app.available(general).await;
        Self {
            app,
            ada,
            visitor,
            general,
            seated,
            seats,
            elsewhere,
            draft,
            called_off,
            begun,
            not_yet,
            small,
            held,
            confirmed,
            cancelled,
            released,
            lapsed,
            attended,
            bobs,
        }
    }

    /// Every table with its number of rows and a hash of all they say.
    pub(crate) async fn all_that_is_kept(&self) -> Vec<(String, i64, Option<String>)> {
        let pool = self.app.state.db.pool();
        let tables: Vec<String> =
            sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public' order by 1")
                .fetch_all(pool)
                .await
                .expect("tables");
        let mut kept = Vec::new();
        for table in tables {
            let sql =
                format!("select '{table}', count(*), md5(string_agg(t::text, ',' order by t::text)) from {table} t");
            kept.push(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.expect("a hash"));
        }
        kept
    }
}
