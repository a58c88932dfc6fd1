//! What is on sale in a scenario, and what its tables say.

use crate::ledger::Row;
use bench::events::{Terms, insert_events, insert_seats};
use sqlx::PgPool;
use uuid::Uuid;

/// Places that sell out, at few a person: everybody queues here.
const HOT: Terms = Terms { places: 60, places_per_person: 4, hold_length_s: HOLD_LENGTH_S as i32 };
/// Places enough for the whole rush.
const COOL: Terms = Terms { places: 2_000, places_per_person: 100, hold_length_s: HOLD_LENGTH_S as i32 };
const COOL_EVENTS: usize = 4;
const SEATED: Terms = Terms { places: 0, places_per_person: 6, hold_length_s: HOLD_LENGTH_S as i32 };
/// Few enough that buyers meet at the same ones.
const SEATS: usize = 80;
/// Seconds a hold lasts: longer than a rush.
pub(crate) const HOLD_LENGTH_S: i64 = 120;

/// The events of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    /// General admission that sells out.
    pub(crate) hot: Uuid,
    /// General admission that doesn't.
    pub(crate) cool: Vec<Uuid>,
    /// With seats.
    pub(crate) seated: Uuid,
    /// Its seats, in order.
    pub(crate) seats: Vec<Uuid>,
}

impl Sale {
    /// Puts new events on sale.
    pub(crate) async fn open(pool: &PgPool) -> anyhow::Result<Self> {
        let hot = insert_events(pool, 1, HOT).await?[0];
        let cool = insert_events(pool, COOL_EVENTS, COOL).await?;
        let seated = insert_events(pool, 1, SEATED).await?[0];
        let seats = insert_seats(pool, seated, SEATS).await?;
        Ok(Self { hot, cool, seated, seats })
    }

    /// The ids of all its events.
    pub(crate) fn events(&self) -> Vec<Uuid> {
        let mut all = self.cool.clone();
        all.extend([self.hot, self.seated]);
        all
    }

    /// Places one person may have of an event.
    pub(crate) fn places_per_person(&self, event: Uuid) -> usize {
        let terms = match event {
            event if event == self.hot => HOT,
            event if event == self.seated => SEATED,
            _ => COOL,
        };
        terms.places_per_person as usize
    }

    /// All bookings of its events.
    pub(crate) async fn rows(&self, pool: &PgPool) -> anyhow::Result<Vec<Row>> {
        let sql = "select id, quantity, status from bookings where event_id = any($1)";
        Ok(sqlx::query_as(sql).bind(self.events()).fetch_all(pool).await?)
    }

    /// What must not be in the tables: more places taken than there are or than the event says, a seat with two
    /// bookings, one key with two holds.
    pub(crate) async fn wrong(&self, pool: &PgPool) -> anyhow::Result<Vec<String>> {
        let queries = [
            "select 'event ' || id || ': ' || taken || ' places taken of ' || total_capacity || ', free ' || available_capacity
             from events, lateral (select coalesce(sum(quantity), 0) as taken from bookings
                                   where event_id = events.id and status in ('held', 'confirmed')) as sold
             where id = any($1) and (taken > total_capacity
                                     or not has_seat_selection and taken + available_capacity <> total_capacity)",
            "select 'seat ' || seat_id || ' has ' || count(*) || ' bookings' from seat_bookings
             where event_id = any($1) and released_at is null group by seat_id having count(*) > 1",
            "select 'seat ' || seats.id || ' is ' || seats.status || ', its booking ' || coalesce(bookings.status::text, 'missing')
             from seats left join bookings on bookings.id = seats.booking_id
             where seats.event_id = any($1) and seats.status <> 'available'
               and bookings.status is distinct from (case seats.status when 'held' then 'held' else 'confirmed' end)::booking_status",
            "select 'the key ' || hold_key || ' has ' || count(*) || ' holds' from bookings
             where event_id = any($1) and hold_key is not null group by user_id, hold_key having count(*) > 1",
        ];
        let mut wrong = Vec::new();
        for sql in queries {
            wrong.extend(sqlx::query_scalar::<_, String>(sql).bind(self.events()).fetch_all(pool).await?);
        }
        Ok(wrong)
    }

    /// Makes every hold that lasts lapse now, as if its time had passed; answers how many.
    pub(crate) async fn lapse(&self, pool: &PgPool) -> anyhow::Result<u64> {
        let mut tx = pool.begin().await?;
        let bookings = "update bookings set expires_at = clock_timestamp() where event_id = any($1) and status = 'held'
                        and expires_at > clock_timestamp()";
        let lapsed = sqlx::query(bookings).bind(self.events()).execute(&mut *tx).await?.rows_affected();
        let seats = "update seats set held_until = clock_timestamp() where event_id = any($1) and status = 'held'
                     and held_until > clock_timestamp()";
        sqlx::query(seats).bind(self.events()).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(lapsed)
    }

    /// Places that are not confirmed, event by event, those of lapsed holds among them.
    pub(crate) async fn unsold(&self, pool: &PgPool) -> anyhow::Result<Vec<(Uuid, i64)>> {
        let sql = "select id, total_capacity - (select coalesce(sum(quantity), 0) from bookings
                                                where event_id = events.id and status = 'confirmed')
                   from events where id = any($1)";
        Ok(sqlx::query_as(sql).bind(self.events()).fetch_all(pool).await?)
    }

    /// Seats that are not booked, those of lapsed holds among them.
    pub(crate) async fn unsold_seats(&self, pool: &PgPool) -> anyhow::Result<Vec<Uuid>> {
        let sql = "select id from seats where event_id = $1 and status <> 'booked' order by id";
        Ok(sqlx::query_scalar(sql).bind(self.seated).fetch_all(pool).await?)
    }
}
