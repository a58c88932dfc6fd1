//! A seat map as it is drawn: read as a plan, and written from one.

use super::{project::PROJECTOR_LOCK, together::count_sections};
use crate::{
    error::Conflict,
    events,
    id::{EventId, SeatId},
    money::Currency,
    seats::{
        admin::model::{TakenPlaces, TakenSeat},
        model::{SeatKind, SeatStatus},
    },
    server::{Result, clock::new_id},
};
use chrono::{DateTime, Utc};
use seat_plan::{Area, Background, Plan, Row, Seat, Section, Tier, check::STANDING_ROW};
use sqlx::{PgConnection, types::Json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The map of an event as the tables have it.
#[derive(Clone, Debug)]
pub struct DrawnMap {
    /// 0 where none is drawn yet.
    pub(crate) version: i64,
    /// The map as a plan; one with a stage alone where none is drawn yet. A section's `was` is its name.
    pub(crate) plan: Plan,
    /// Every place, those of sections where people stand too.
    places: Vec<PlaceRow>,
}

/// A place as its table has it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
struct PlaceRow {
    id: SeatId,
    section: String,
    row: String,
    number: String,
    x: i32,
    y: i32,
    kind: SeatKind,
    limited_view: bool,
    tier: Option<String>,
    price_minor: i64,
}

impl PlaceRow {
    /// What places are sorted by within their section, after the row's distance from the top: `B` before `AA`, `9` before `10`.
    fn label(&self) -> (usize, &str, usize, &str) {
        (self.row.len(), &self.row, self.number.len(), &self.number)
    }
}

#[derive(sqlx::FromRow)]
struct MapRow {
    version: i64,
    width: i32,
    height: i32,
    stage: Vec<i32>,
    stage_label: String,
    leaves_no_single: bool,
    background: Option<Json<Background>>,
}

#[derive(sqlx::FromRow)]
struct SectionRow {
    name: String,
    price_minor: i64,
    outline: Vec<i32>,
    standing: bool,
    total_count: i32,
}

/// The map of an event as it is drawn, drafts included, without a lock.
pub async fn read_map(conn: &mut PgConnection, event_id: EventId) -> Result<DrawnMap> {
    let sql = "select version, width, height, stage, stage_label, leaves_no_single, background from seat_maps where event_id = $1";
    let map: Option<MapRow> = sqlx::query_as(sql).bind(event_id).fetch_optional(&mut *conn).await?;
    let Some(map) = map else { return Ok(DrawnMap { version: 0, plan: empty_plan(), places: Vec::new() }) };
    let sql = "select name, price_minor, outline, standing, total_count from sections where event_id = $1 order by position, name";
    let sections: Vec<SectionRow> = sqlx::query_as(sql).bind(event_id).fetch_all(&mut *conn).await?;
    let sql = "select name, price_minor from price_tiers where event_id = $1 order by position, name";
    let tiers: Vec<(String, i64)> = sqlx::query_as(sql).bind(event_id).fetch_all(&mut *conn).await?;
    let sql = "select id, section, \"row\", number, x, y, kind, limited_view, tier, price_minor from seats
               where event_id = $1 and section is not null";
    let mut places: Vec<PlaceRow> = sqlx::query_as(sql).bind(event_id).fetch_all(&mut *conn).await?;
    // Here and not in the query: PostgreSQL takes its time to compare so many words.
    places.sort_unstable_by(|a, b| (&a.section, a.label()).cmp(&(&b.section, b.label())));
    let mut by_section: HashMap<&str, &[PlaceRow]> = HashMap::new();
    for places in places.chunk_by(|a, b| a.section == b.section) {
        by_section.insert(&places[0].section, places);
    }
    let section = |section: SectionRow| {
        let places = by_section.get(section.name.as_str()).copied().unwrap_or_default();
        Section {
            was: Some(section.name.clone()),
            name: section.name,
            price_minor: section.price_minor,
            outline: section.outline,
            area: if section.standing {
                Area::Standing(section.total_count.unsigned_abs())
            } else {
                Area::Rows(rows(places))
            },
        }
    };
    let plan = Plan {
        width: map.width,
        height: map.height,
        stage: map.stage,
        stage_label: map.stage_label,
        leaves_no_single: map.leaves_no_single,
        tiers: tiers.into_iter().map(|(name, price_minor)| Tier { name, price_minor }).collect(),
        background: map.background.map(|Json(background)| background),
        sections: sections.into_iter().map(section).collect(),
    };
    Ok(DrawnMap { version: map.version, plan, places })
}

/// Where nothing is drawn yet: a stage on an empty floor.
fn empty_plan() -> Plan {
    Plan {
        width: 800,
        height: 600,
        stage: vec![280, 20, 520, 20, 520, 60, 280, 60],
        stage_label: "Stage".to_owned(),
        ..Plan::default()
    }
}

/// The rows of a section from the front, as its page lists them.
fn rows(places: &[PlaceRow]) -> Vec<Row> {
    let mut rows: Vec<&[PlaceRow]> = places.chunk_by(|a, b| a.row == b.row).collect();
    // The sort is stable: rows that begin at the same height stay in the order of their labels.
    rows.sort_by_key(|row| row.iter().map(|seat| seat.y).min());
    let seat = |place: &PlaceRow| Seat {
        id: Some(place.id.0),
        number: place.number.clone(),
        x: place.x,
        y: place.y,
        kind: of_plan(place.kind),
        limited_view: place.limited_view,
        tier: place.tier.clone(),
    };
    let row = |row: &[PlaceRow]| Row { label: row[0].row.clone(), seats: row.iter().map(seat).collect() };
    rows.into_iter().map(row).collect()
}

fn of_plan(kind: SeatKind) -> seat_plan::SeatKind {
    match kind {
        SeatKind::Standard => seat_plan::SeatKind::Standard,
        SeatKind::Accessible => seat_plan::SeatKind::Accessible,
        SeatKind::Companion => seat_plan::SeatKind::Companion,
    }
}

fn of_seat(kind: seat_plan::SeatKind) -> SeatKind {
    match kind {
        seat_plan::SeatKind::Standard => SeatKind::Standard,
        seat_plan::SeatKind::Accessible => SeatKind::Accessible,
        seat_plan::SeatKind::Companion => SeatKind::Companion,
    }
}

/// What of a map isn't free.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Seats that are held, booked or kept back.
    pub(crate) seats: Vec<TakenSeat>,
    /// Places of sections where people stand.
    pub(crate) standing: Vec<TakenPlaces>,
}

impl Taken {
    /// Those of these seats that somebody has.
    pub(crate) fn had(&self, seat_ids: &[Uuid]) -> Vec<TakenSeat> {
        let asked: HashSet<&Uuid> = seat_ids.iter().collect();
        let is_had = |seat: &&TakenSeat| seat.status != SeatStatus::Blocked && asked.contains(&seat.id.0);
        self.seats.iter().filter(is_had).copied().collect()
    }
}

/// What of the event's map isn't free at `now`; a lapsed hold's is.
pub async fn list_taken(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<Taken> {
    let rows: Vec<(SeatId, SeatStatus)> = sqlx::query_as(
        "select id, status from seats
         where event_id = $1 and status <> 'available' and (held_until is null or held_until > $2) and \"row\" <> $3 order by id",
    )
    .bind(event_id)
    .bind(now)
    .bind(STANDING_ROW)
    .fetch_all(&mut *conn)
    .await?;
    let standing: Vec<(String, i64, i64)> = sqlx::query_as(
        "select section, count(*) filter (where status <> 'blocked'), count(*) filter (where status = 'blocked') from seats
         where event_id = $1 and status <> 'available' and (held_until is null or held_until > $2) and \"row\" = $3
           and section is not null
         group by section order by section",
    )
    .bind(event_id)
    .bind(now)
    .bind(STANDING_ROW)
    .fetch_all(conn)
    .await?;
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let places =
        |(section, taken, blocked)| TakenPlaces { section, taken_count: count(taken), blocked_count: count(blocked) };
    Ok(Taken {
        seats: rows.into_iter().map(|(id, status)| TakenSeat { id, status }).collect(),
        standing: standing.into_iter().map(places).collect(),
    })
}

/// Takes the changes of the event's free seats that aren't added up yet: whoever does this sets the counts afterwards, and tells open
/// maps to load anew. Assumes that nobody can take or free places of the event, and that neither its row nor its sections are
/// locked yet: whoever adds up waits for those.
pub async fn settle_counts(conn: &mut PgConnection, event_id: EventId) -> Result<()> {
    let sql = "select exists (select from seat_changes where event_id = $1)";
    if sqlx::query_scalar::<_, bool>(sql).bind(event_id).fetch_one(&mut *conn).await? {
        // Whoever is adding them up has done so then, and nobody begins to before the commit.
        sqlx::query("select pg_advisory_xact_lock($1)").bind(PROJECTOR_LOCK).execute(&mut *conn).await?;
        sqlx::query("delete from seat_changes where event_id = $1").bind(event_id).execute(conn).await?;
    }
    Ok(())
}

/// Locks the map with its sections until the transaction ends. Errors: `VersionConflict`, when it isn't the map of this version any
/// more.
pub async fn lock_map(conn: &mut PgConnection, event_id: EventId, version: i64) -> Result<()> {
    let sql = "select version from seat_maps where event_id = $1 for update";
    let found: Option<i64> = sqlx::query_scalar(sql).bind(event_id).fetch_optional(&mut *conn).await?;
    if found.unwrap_or_default() != version {
        return Err(Conflict::VersionConflict.into());
    }
    let sql = "select from sections where event_id = $1 order by name for update";
    sqlx::query(sql).bind(event_id).execute(conn).await?;
    Ok(())
}

/// The holds that have lapsed at `now` and haven't ended, of the whole map. No lock is taken.
pub async fn list_lapsed_holds_of_map(
    conn: &mut PgConnection,
    event_id: EventId,
    now: DateTime<Utc>,
) -> Result<Vec<crate::id::BookingId>> {
    let sql =
        "select distinct booking_id from seats where event_id = $1 and held_until <= $2 and booking_id is not null";
    Ok(sqlx::query_scalar(sql).bind(event_id).bind(now).fetch_all(conn).await?)
}

/// Brings the tables from the map that was read to this plan, and answers the new version. Seats keep their ids, those that are new get some;
/// what is removed is free or kept back. Of sections where people stand free places go first, those of the highest numbers before.
///
/// Assumes that the plan has no flaw, names no id that isn't the map's, and removes nothing that somebody has; that the map is locked
/// ([`lock_map`]), and the event; and that nobody can take or free places ([`settle_counts`]). `taken` are the places that aren't
/// free. `may_reuse` says that no page and no booking knows a seat of it, so that what leaves the map may come back as another seat.
pub async fn write_map(
    conn: &mut PgConnection,
    event_id: EventId,
    (before, plan): (&DrawnMap, &Plan),
    (taken, may_reuse): (&HashMap<SeatId, SeatStatus>, bool),
    now: DateTime<Utc>,
) -> Result<i64> {
    let version = write_frame(conn, event_id, plan, now).await?;
    write_tiers(conn, event_id, plan).await?;
    rename_sections(conn, event_id, plan).await?;
    write_sections(conn, event_id, plan).await?;
    let spare = if may_reuse { Some(list_retired(conn, event_id).await?) } else { None };
    let diff = Diff::new(before, plan, taken, spare);
    diff.write(conn, event_id, now).await?;
    let kept: Vec<&str> = plan.sections.iter().map(|section| section.name.as_str()).collect();
    sqlx::query("delete from sections where event_id = $1 and name <> all($2)")
        .bind(event_id)
        .bind(&kept)
        .execute(&mut *conn)
        .await?;
    let tiers: Vec<&str> = plan.tiers.iter().map(|tier| tier.name.as_str()).collect();
    sqlx::query("delete from price_tiers where event_id = $1 and name <> all($2)")
        .bind(event_id)
        .bind(tiers)
        .execute(&mut *conn)
        .await?;
    count_map(conn, event_id, now).await?;
    if before.version > 0 {
        tell_to_load_anew(conn, event_id, &diff.removed).await?;
    }
    Ok(version)
}

async fn write_frame(conn: &mut PgConnection, event_id: EventId, plan: &Plan, now: DateTime<Utc>) -> Result<i64> {
    let version = sqlx::query_scalar(
        "insert into seat_maps (event_id, width, height, stage, stage_label, leaves_no_single, background, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (event_id) do update set width = $2, height = $3, stage = $4, stage_label = $5, leaves_no_single = $6,
             background = $7, updated_at = $8, version = seat_maps.version + 1
         returning version",
    )
    .bind(event_id)
    .bind(plan.width)
    .bind(plan.height)
    .bind(&plan.stage)
    .bind(&plan.stage_label)
    .bind(plan.leaves_no_single)
    .bind(plan.background.as_ref().map(Json))
    .bind(now)
    .fetch_one(conn)
    .await?;
    Ok(version)
}

async fn write_tiers(conn: &mut PgConnection, event_id: EventId, plan: &Plan) -> Result<()> {
    sqlx::query(
        "insert into price_tiers (event_id, name, price_minor, position)
         select $1, name, price_minor, position from unnest($2::text[], $3::bigint[]) with ordinality as given (name, price_minor, position)
         on conflict (event_id, name) do update set price_minor = excluded.price_minor, position = excluded.position",
    )
    .bind(event_id)
    .bind(plan.tiers.iter().map(|tier| tier.name.as_str()).collect::<Vec<_>>())
    .bind(plan.tiers.iter().map(|tier| tier.price_minor).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Sections that have another name keep their row, and with it what else is said of them. In two steps, since two may swap
/// their names.
async fn rename_sections(conn: &mut PgConnection, event_id: EventId, plan: &Plan) -> Result<()> {
    let is_renamed = |section: &&Section| section.was.as_ref().is_some_and(|was| *was != section.name);
    let renamed: Vec<&Section> = plan.sections.iter().filter(is_renamed).collect();
    if renamed.is_empty() {
        return Ok(());
    }
    let was: Vec<&str> = renamed.iter().filter_map(|section| section.was.as_deref()).collect();
    let names: Vec<&str> = renamed.iter().map(|section| section.name.as_str()).collect();
    let between: Vec<String> = renamed.iter().map(|_| new_id().to_string()).collect();
    // A section that is going to be removed may still have the name.
    let gone = format!("{} ", new_id());
    sqlx::query(
        "update sections set name = $4 || position from unnest($2::text[]) as taken (name)
         where event_id = $1 and sections.name = taken.name and sections.name <> all($3)
           and sections.name not in (select coalesce(was, '') from unnest($5::text[]) as kept (was))",
    )
    .bind(event_id)
    .bind(&names)
    .bind(&was)
    .bind(&gone)
    .bind(plan.sections.iter().map(|section| section.was.as_deref()).collect::<Vec<_>>())
    .execute(&mut *conn)
    .await?;
    for (from, to) in
        [(was, between.iter().map(String::as_str).collect()), (between.iter().map(String::as_str).collect(), names)]
    {
        let (from, to): (Vec<&str>, Vec<&str>) = (from, to);
        sqlx::query(
            "update sections set name = given.new from unnest($2::text[], $3::text[]) as given (old, new)
             where event_id = $1 and name = given.old",
        )
        .bind(event_id)
        .bind(from)
        .bind(to)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn write_sections(conn: &mut PgConnection, event_id: EventId, plan: &Plan) -> Result<()> {
    for (position, section) in (1_i32..).zip(&plan.sections) {
        sqlx::query(
            "insert into sections (event_id, name, position, price_minor, lowest_price_minor, outline, standing)
             values ($1, $2, $3, $4, $4, $5, $6)
             on conflict (event_id, name) do update set position = $3, price_minor = $4, outline = $5, standing = $6",
        )
        .bind(event_id)
        .bind(&section.name)
        .bind(position)
        .bind(section.price_minor)
        .bind(&section.outline)
        .bind(matches!(section.area, Area::Standing(_)))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The seats that were taken off the map.
async fn list_retired(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<SeatId>> {
    let sql = "select id from seats where event_id = $1 and section is null order by id desc";
    Ok(sqlx::query_scalar(sql).bind(event_id).fetch_all(conn).await?)
}

/// What has to be written of the places.
struct Diff {
    /// Places that leave the map.
    removed: Vec<SeatId>,
    /// Places that are called otherwise: their names are given up before new ones are given, since some may swap them.
    renamed: Vec<SeatId>,
    /// Places that are there, as they are to be.
    changed: Vec<PlaceRow>,
    /// Places that are new, or come back to the map.
    added: Vec<PlaceRow>,
}

impl Diff {
    fn new(before: &DrawnMap, plan: &Plan, taken: &HashMap<SeatId, SeatStatus>, spare: Option<Vec<SeatId>>) -> Self {
        let known: HashMap<SeatId, &PlaceRow> = before.places.iter().map(|place| (place.id, place)).collect();
        let mut kept: HashSet<SeatId> = HashSet::with_capacity(known.len());
        let renamed_to: HashMap<&str, &str> =
            plan.sections.iter().filter_map(|section| Some((section.was.as_deref()?, section.name.as_str()))).collect();
        let taken_over: HashSet<&str> = renamed_to.values().copied().collect();
        let (mut added, mut changed, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
        for place in list_places(before, plan, taken) {
            let was = place.id.and_then(|id| known.get(&id));
            let place = |id| PlaceRow { id, ..place.row.clone() };
            match was {
                None => added.push(place(SeatId(Uuid::nil()))),
                Some(was) => {
                    kept.insert(was.id);
                    // The section's own new name has reached its places already.
                    let section = match renamed_to.get(was.section.as_str()) {
                        Some(new) => new,
                        // Another section has its name now: it is in none of these.
                        None if taken_over.contains(was.section.as_str()) => "",
                        None => &was.section,
                    };
                    let was = PlaceRow { section: section.to_owned(), ..(*was).clone() };
                    let now = place(was.id);
                    if now == was {
                        continue;
                    }
                    if (&now.section, &now.row, &now.number) != (&was.section, &was.row, &was.number) {
                        renamed.push(was.id);
                    }
                    changed.push(now);
                }
            }
        }
        let removed: Vec<SeatId> = before.places.iter().map(|place| place.id).filter(|id| !kept.contains(id)).collect();
        let mut spare = spare.map(|spare| [spare, removed.clone()].concat()).unwrap_or_default();
        for place in &mut added {
            place.id = spare.pop().unwrap_or_else(|| SeatId(new_id()));
        }
        Self { removed, renamed, changed, added }
    }

    async fn write(&self, conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
        let changed = self.changed.iter().map(|place| place.id);
        let all: Vec<SeatId> = changed.chain(self.removed.iter().copied()).collect();
        sqlx::query("select from seats where id = any($1) order by id for update")
            .bind(all)
            .execute(&mut *conn)
            .await?;
        // What was kept back is free when it comes back to the map.
        sqlx::query(
            "update seats set section = null, retired_from = section, tier = null, updated_at = $2,
                 status = case when id = any($3) then 'available' else status end
             where id = any($1)",
        )
        .bind(self.removed.iter().chain(&self.renamed).copied().collect::<Vec<_>>())
        .bind(now)
        .bind(&self.removed)
        .execute(&mut *conn)
        .await?;
        write_places(conn, event_id, &self.changed, now).await?;
        write_places(conn, event_id, &self.added, now).await
    }
}

/// A place as it is to be, and the id under which the map has it.
struct WantedPlace {
    id: Option<SeatId>,
    row: PlaceRow,
}

/// All places of a plan. Those of a section where people stand are the ones that it has already, as long as they are wanted: those
/// that somebody has first, then those that are kept back, then free ones; low numbers before high ones.
fn list_places(before: &DrawnMap, plan: &Plan, taken: &HashMap<SeatId, SeatStatus>) -> Vec<WantedPlace> {
    let tiers: HashMap<&str, i64> = plan.tiers.iter().map(|tier| (tier.name.as_str(), tier.price_minor)).collect();
    let mut wanted = Vec::with_capacity(plan.capacity());
    for section in &plan.sections {
        let place = |row: &str, number: &str, (x, y): (i32, i32)| PlaceRow {
            id: SeatId(Uuid::nil()),
            section: section.name.clone(),
            row: row.to_owned(),
            number: number.to_owned(),
            x,
            y,
            kind: SeatKind::Standard,
            limited_view: false,
            tier: None,
            price_minor: section.price_minor,
        };
        for (row, seat) in section.rows().iter().flat_map(|row| row.seats.iter().map(move |seat| (row, seat))) {
            let price = seat.tier.as_deref().and_then(|tier| tiers.get(tier)).copied();
            let row = PlaceRow {
                kind: of_seat(seat.kind),
                limited_view: seat.limited_view,
                tier: seat.tier.clone(),
                price_minor: price.unwrap_or(section.price_minor),
                ..place(&row.label, &seat.number, (seat.x, seat.y))
            };
            wanted.push(WantedPlace { id: seat.id.map(SeatId), row });
        }
        if let Area::Standing(count) = section.area {
            let count = count as usize;
            let is_own = |place: &&PlaceRow| section.was.as_ref() == Some(&place.section) && place.row == STANDING_ROW;
            let mut own: Vec<&PlaceRow> = before.places.iter().filter(is_own).collect();
            let rank = |place: &PlaceRow| match taken.get(&place.id) {
                Some(SeatStatus::Held | SeatStatus::Booked) => 0,
                Some(SeatStatus::Blocked) => 1,
                Some(SeatStatus::Available) | None => 2,
            };
            own.sort_by(|a, b| (rank(a), a.number.len(), &a.number).cmp(&(rank(b), b.number.len(), &b.number)));
            own.truncate(count);
            let numbers: HashSet<&str> = own.iter().map(|place| place.number.as_str()).collect();
            let new = (1_u32..).map(|number| number.to_string()).filter(|number| !numbers.contains(number.as_str()));
            let new: Vec<String> = new.take(count - own.len()).collect();
            let at = crate::seats::seat_map::outline::centre(&section.outline);
            let known = own.iter().map(|place| (Some(place.id), place.number.as_str()));
            for (id, number) in known.chain(new.iter().map(|number| (None, number.as_str()))) {
                wanted.push(WantedPlace { id, row: place(STANDING_ROW, number, at) });
            }
        }
    }
    wanted
}

/// Set-based: 60,000 seats take seconds.
async fn write_places(
    conn: &mut PgConnection,
    event_id: EventId,
    places: &[PlaceRow],
    now: DateTime<Utc>,
) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into seats (id, event_id, section, \"row\", number, price_minor, kind, limited_view, tier, x, y, created_at, updated_at)
         select id, $1, section, \"row\", number, price_minor, kind, limited_view, tier, x, y, $2, $2
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::seat_kind[], $9::bool[], $10::text[], $11::int[], $12::int[])
              as given (id, section, \"row\", number, price_minor, kind, limited_view, tier, x, y)
         on conflict (id) do update set section = excluded.section, retired_from = null, \"row\" = excluded.\"row\",
             number = excluded.number, price_minor = excluded.price_minor, kind = excluded.kind,
             limited_view = excluded.limited_view, tier = excluded.tier, x = excluded.x, y = excluded.y, updated_at = $2",
    )
    .bind(event_id)
    .bind(now)
    .bind(places.iter().map(|place| place.id).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.section.as_str()).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.row.as_str()).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.number.as_str()).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.price_minor).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.kind).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.limited_view).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.tier.as_deref()).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.x).collect::<Vec<_>>())
    .bind(places.iter().map(|place| place.y).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Counts what is on the map, for sections and the event.
async fn count_map(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let counts: Vec<(String, i32, i32, i64)> = sqlx::query_as(
        "update sections set total_count = counted.total, available_count = counted.available, lowest_price_minor = counted.lowest,
             together_count = least(together_count, counted.total)
         from (select name, count(seats.id)::int as total, (count(seats.id) filter (where status = 'available'))::int as available,
                      coalesce(min(seats.price_minor), sections.price_minor) as lowest
               from sections left join seats on seats.event_id = sections.event_id and section = name
               where sections.event_id = $1 group by name, sections.price_minor) as counted
         where event_id = $1 and sections.name = counted.name
         returning sections.name, total_count, available_count, lowest_price_minor",
    )
    .bind(event_id)
    .fetch_all(&mut *conn)
    .await?;
    let totals = (counts.iter().map(|(_, total, ..)| total).sum(), counts.iter().map(|(_, _, free, _)| free).sum());
    let lowest = counts.iter().map(|(.., lowest)| *lowest).min().unwrap_or_default();
    events::store::write_seats(conn, event_id, totals, lowest, now).await?;
    let sections: Vec<_> = counts.into_iter().map(|(name, ..)| (event_id, name)).collect();
    count_sections(conn, &sections).await
}

/// Tells whoever has the map open that it is another one, or on sale otherwise; and that what was removed can't be had any more, before they have loaded it
/// again. Frames become visible in the order of their numbers: from here to the commit nobody else writes one.
pub(super) async fn tell_to_load_anew(conn: &mut PgConnection, event_id: EventId, removed: &[SeatId]) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(PROJECTOR_LOCK).execute(&mut *conn).await?;
    sqlx::query(
        "insert into seat_frames (event_id, sections, available_counts, taken, freed, is_redrawn, made_at)
         select $1, array(select name from sections where event_id = $1 and shown_on_sale order by name),
                array(select available_count from sections where event_id = $1 and shown_on_sale order by name), $2, '{}'::uuid[], is_redrawn, clock_timestamp()
         from unnest(array[false, true]) as is_redrawn",
    )
    .bind(event_id)
    .bind(removed)
    .execute(conn)
    .await?;
    Ok(())
}

/// The currency of an event, and whether it exists. Errors: `NotFound`.
pub(super) async fn find_currency(conn: &mut PgConnection, event_id: EventId) -> Result<Currency> {
    let row = events::store::find_managed(conn, event_id).await?;
    Ok(row.facts().event.price.currency)
}

/// The plan without what names seats and sections of an event: to be kept, or taken elsewhere.
pub fn without_ids(mut plan: Plan) -> Plan {
    for section in &mut plan.sections {
        section.was = None;
        if let Area::Rows(rows) = &mut section.area {
            rows.iter_mut().flat_map(|row| &mut row.seats).for_each(|seat| seat.id = None);
        }
    }
    plan
}

/// The plan as one for this map: ids of seats and former names of sections that it doesn't have are taken for new ones.
pub fn as_one_of(before: &DrawnMap, mut plan: Plan) -> Plan {
    let known: HashSet<Uuid> =
        before.places.iter().filter(|place| place.row != STANDING_ROW).map(|place| place.id.0).collect();
    let sections: HashSet<&str> = before.plan.sections.iter().map(|section| section.name.as_str()).collect();
    for section in &mut plan.sections {
        section.was = section.was.take().filter(|was| sections.contains(was.as_str()));
        if let Area::Rows(rows) = &mut section.area {
            let seats = rows.iter_mut().flat_map(|row| &mut row.seats);
            seats.for_each(|seat| seat.id = seat.id.filter(|id| known.contains(id)));
        }
    }
    plan
}
