//! Making codes, changing and ending them.

use super::{count_uses_of, get_code, lock_code};
use crate::{
    discounts::{
        facts::{CodeFacts, Terms},
        form::CodeForm,
        model::Code,
    },
    error::{Conflict, Error, FieldError, Problem},
    events,
    id::{BookingId, CodeId, EventId, UserId},
    seats,
    server::{Result, clock::new_id, finish, retrying, secret::random_bytes, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::{Builder, Uuid, Variant, Version};

/// Letters and digits that are not mistaken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random characters of a code that is made: 50 bits, of which ten wrong guesses in ten minutes find none.
const RANDOM_LENGTH: usize = 10;

/// An edit of a code, as it was sent.
#[derive(Clone, Debug)]
pub struct CodeEdit {
    /// Which.
    pub code_id: CodeId,
    /// The version that the form was opened with.
    pub version: i32,
    /// What was typed.
    pub form: CodeForm,
    /// The sections whose seats it is for.
    pub sections: Vec<String>,
}

/// Codes to be made in one go, each to be used once.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What they begin with.
    pub prefix: String,
    /// How many.
    pub count: i32,
    /// What they have in common.
    pub form: CodeForm,
    /// The sections whose seats they are for.
    pub sections: Vec<String>,
    /// Names the page that asks: the same key is the same codes.
    pub key: Option<Uuid>,
}

/// What the codes of an event are read with. Errors: `NotFound`.
pub async fn read_terms(state: &AppState, event_id: EventId) -> Result<Terms> {
    let event = events::store::find_sale(&mut *state.db.pool().acquire().await?, event_id).await?;
    // Tiers have prices too, but a code names sections alone.
    let prices = seats::store::list_prices(state, event_id).await?.into_iter().filter(|price| !price.is_tier);
    Ok(Terms {
        currency: event.currency,
        zone: event.timezone.parse().unwrap_or(Tz::UTC),
        sections: prices.map(|price| price.section).collect(),
    })
}

/// Keeps the event's currency and its sections as they are until the transaction ends. Errors: `NotFound`; `VersionConflict` where
/// they aren't any more what the code was read with: an amount would be of another currency, a name that of no section.
async fn share_terms(
    conn: &mut PgConnection,
    event_id: EventId,
    (terms, facts): (&Terms, &CodeFacts),
    kept: &[String],
) -> Result<()> {
    let event = events::store::lock_sale(conn, event_id).await?;
    let sql = "select exists (select from unnest($2::text[]) as named (name)
                   where name <> all($3) and name not in (select name from sections where event_id = $1))";
    let is_any_gone: bool =
        sqlx::query_scalar(sql).bind(event_id).bind(&facts.sections).bind(kept).fetch_one(conn).await?;
    if event.currency != terms.currency || is_any_gone {
        return Err(Conflict::VersionConflict.into());
    }
    Ok(())
}

/// Makes a code in somebody's name.
///
/// Errors: `NotFound`; `VersionConflict` where the event's currency or sections changed meanwhile; `Invalid`, with `Repeated` on
/// `code` for one that the event has.
pub async fn create_code(
    state: &AppState,
    actor: Actor,
    event_id: EventId,
    (form, sections): (&CodeForm, &[String]),
) -> Result<Code> {
    let terms = read_terms(state, event_id).await?;
    let facts = CodeFacts::parse(form, sections, &terms)?;
    let task = state.clone();
    finish(async move {
        let code_id = CodeId(new_id());
        retrying("create code", || create_once(&task, &actor, (event_id, code_id), (&terms, &facts))).await
    })
    .await
}

async fn create_once(
    state: &AppState,
    actor: &Actor,
    (event_id, code_id): (EventId, CodeId),
    (terms, facts): (&Terms, &CodeFacts),
) -> Result<Code> {
    let mut tx = state.db.begin().await?;
    share_terms(&mut tx, event_id, (terms, facts), &[]).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let is_new = insert(&mut tx, event_id, (&[code_id], std::slice::from_ref(&facts.code)), (facts, now)).await? == 1;
    // What was committed without an answer is found again by its id.
    if !is_new {
        let known = get_code(&mut tx, code_id).await;
        return known.map_err(|_| Error::invalid("code", Problem::Repeated).into());
    }
    record(&mut tx, actor, deed("code_created", (event_id, Some(code_id)), json!({}), tell(facts)), now).await?;
    let code = get_code(&mut tx, code_id).await?;
    tx.commit().await?;
    Ok(code)
}

/// Inserts codes that differ in what they read alone, and says how many; those that the event has are left out.
async fn insert(
    conn: &mut PgConnection,
    event_id: EventId,
    (ids, codes): (&[CodeId], &[String]),
    (facts, now): (&CodeFacts, DateTime<Utc>),
) -> Result<u64> {
    let inserted = sqlx::query(
        "insert into discount_codes (id, event_id, code, kind, value, starts_at, ends_at, max_uses, max_uses_per_person,
             sections, note, created_at, updated_at)
         select given.id, $3, given.code, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12
         from unnest($1::uuid[], $2::text[]) as given (id, code)
         on conflict do nothing",
    )
    .bind(ids)
    .bind(codes)
    .bind(event_id)
    .bind(facts.kind)
    .bind(facts.value)
    .bind(facts.starts_at)
    .bind(facts.ends_at)
    .bind(facts.max_uses)
    .bind(facts.max_uses_per_person)
    .bind(&facts.sections)
    .bind(&facts.note)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected())
}

/// Brings a code in from elsewhere, unless the event has one that reads like it. Errors: `NotFound`; `VersionConflict`; `Invalid`.
pub async fn import_code(state: &AppState, event_id: EventId, form: &CodeForm) -> Result<()> {
    let terms = read_terms(state, event_id).await?;
    let facts = CodeFacts::parse(form, &[], &terms)?;
    let mut tx = state.db.begin().await?;
    share_terms(&mut tx, event_id, (&terms, &facts), &[]).await?;
    let now = state.clock.now_in(&mut tx).await?;
    insert(&mut tx, event_id, (&[CodeId(new_id())], std::slice::from_ref(&facts.code)), (&facts, now)).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes a code in somebody's name: all of its fields, or none. Nothing changed is nothing done.
///
/// Errors: `NotFound`; `VersionConflict`, also where the event's currency or sections changed meanwhile; `Invalid`, with
/// `Fixed` for what a code reads, and once a booking has used it for what it takes off, and with `OutOfRange` on `max_uses`
/// below the uses it has.
pub async fn update_code(state: &AppState, actor: Actor, event_id: EventId, edit: CodeEdit) -> Result<Code> {
    let code = get_code(&mut *state.db.pool().acquire().await?, edit.code_id).await?;
    let terms = read_terms(state, event_id).await?.keeping(&code);
    let facts = CodeFacts::parse(&edit.form, &edit.sections, &terms)?;
    let task = state.clone();
    finish(async move {
        retrying("update code", || update_once(&task, &actor, (event_id, &edit), (&terms, &facts))).await
    })
    .await
}

async fn update_once(
    state: &AppState,
    actor: &Actor,
    (event_id, edit): (EventId, &CodeEdit),
    (terms, facts): (&Terms, &CodeFacts),
) -> Result<Code> {
    let code_id = edit.code_id;
    let mut tx = state.db.begin().await?;
    // Before the code's own lock, as who gives it does.
    events::store::lock_sale(&mut tx, event_id).await?;
    let code = lock_code(&mut tx, code_id).await?;
    if facts.is(&code) {
        return Ok(code);
    }
    if code.version != edit.version {
        return Err(Conflict::VersionConflict.into());
    }
    share_terms(&mut tx, event_id, (terms, facts), &code.sections).await?;
    let facts = &facts.clone().in_order_of(&code);
    let now = state.clock.now_in(&mut tx).await?;
    check_fixed(&mut tx, &code, facts, now).await?;
    sqlx::query(
        "update discount_codes set kind = $2, value = $3, starts_at = $4, ends_at = $5, max_uses = $6, max_uses_per_person = $7,
             sections = $8, note = $9, updated_at = $10, version = version + 1
         where id = $1",
    )
    .bind(code_id)
    .bind(facts.kind)
    .bind(facts.value)
    .bind(facts.starts_at)
    .bind(facts.ends_at)
    .bind(facts.max_uses)
    .bind(facts.max_uses_per_person)
    .bind(&facts.sections)
    .bind(&facts.note)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let (before, after) = (tell(&CodeFacts::of(&code)), tell(facts));
    record(&mut tx, actor, deed("code_updated", (code.event_id, Some(code_id)), before, after), now).await?;
    let code = get_code(&mut tx, code_id).await?;
    tx.commit().await?;
    Ok(code)
}

/// Refuses what would make a booking's discount another one than was given. Assumes the code's lock.
async fn check_fixed(conn: &mut PgConnection, code: &Code, facts: &CodeFacts, now: DateTime<Utc>) -> Result<()> {
    let mut fixed = Vec::new();
    if facts.code != code.code {
        fixed.push("code");
    }
    let sql = "select exists (select from bookings where discount_code_id = $1)";
    if !facts.has_terms_of(code) && sqlx::query_scalar(sql).bind(code.id).fetch_one(&mut *conn).await? {
        fixed.extend((facts.kind != code.kind).then_some("kind"));
        fixed.extend((facts.value != code.value).then_some("value"));
        fixed.extend((!facts.has_sections_of(code)).then_some("sections"));
    }
    if !fixed.is_empty() {
        let refuse = |field: &str| FieldError { field: field.to_owned(), problem: Problem::Fixed };
        return Err(Error::Invalid(fixed.into_iter().map(refuse).collect()).into());
    }
    let Some(max) = facts.max_uses else { return Ok(()) };
    // Nobody's and none left out: all of them count.
    let nobody = (UserId(Uuid::nil()), BookingId(Uuid::nil()));
    let used = count_uses_of(conn, code.id, nobody, now).await?.use_count;
    if i64::from(max) < used {
        let least = i32::try_from(used).unwrap_or(i32::MAX);
        return Err(Error::invalid("max_uses", Problem::OutOfRange(least, least.max(CodeFacts::MOST_USES))).into());
    }
    Ok(())
}

/// Ends a code in somebody's name: nobody can give it any more, and who has used it keeps what it took off. Doing it twice is
/// fine. Errors: `NotFound`.
pub async fn end_code(state: &AppState, actor: &Actor, code_id: CodeId) -> Result<Code> {
    let mut tx = state.db.begin().await?;
    let code = lock_code(&mut tx, code_id).await?;
    if code.ended_at.is_some() {
        return Ok(code);
    }
    let now = state.clock.now_in(&mut tx).await?;
    sqlx::query("update discount_codes set ended_at = $2, updated_at = $2, version = version + 1 where id = $1")
        .bind(code_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let after = json!({"code": code.code, "ended": true});
    record(&mut tx, actor, deed("code_ended", (code.event_id, Some(code_id)), json!({}), after), now).await?;
    let code = get_code(&mut tx, code_id).await?;
    tx.commit().await?;
    Ok(code)
}

/// Makes codes that nobody can guess, each to be used once, in somebody's name; answers what they begin with. Codes that were made
/// from the same page before are those.
///
/// Errors: `NotFound`; `VersionConflict` where the event's currency or sections changed meanwhile; `Invalid`, on `key` where it was used
/// for other codes.
pub async fn generate_codes(state: &AppState, actor: Actor, event_id: EventId, batch: Batch) -> Result<String> {
    let terms = read_terms(state, event_id).await?;
    let facts = CodeFacts::parse_batch((&batch.prefix, batch.count), &batch.form, &batch.sections, &terms)?;
    let count = usize::try_from(batch.count).unwrap_or_default();
    let key = batch.key.unwrap_or_else(new_id);
    let ids: Vec<CodeId> = (0..count).map(|nth| nth_id(event_id, key, nth)).collect();
    let next = nth_id(event_id, key, count);
    let codes = (0..count).map(|_| random_code(&facts.code)).collect::<Result<Vec<String>>>()?;
    let (task, prefix) = (state.clone(), facts.code.clone());
    finish(async move {
        retrying("generate codes", || generate_once(&task, &actor, event_id, (&ids, next), (&codes, &facts), &terms))
            .await
    })
    .await?;
    Ok(prefix)
}

async fn generate_once(
    state: &AppState,
    actor: &Actor,
    event_id: EventId,
    (ids, next): (&[CodeId], CodeId),
    (codes, facts): (&[String], &CodeFacts),
    terms: &Terms,
) -> Result<()> {
    let mut tx = state.db.begin().await?;
    share_terms(&mut tx, event_id, (terms, facts), &[]).await?;
    let now = state.clock.now_in(&mut tx).await?;
    match insert(&mut tx, event_id, (ids, codes), (facts, now)).await? {
        // An earlier try was committed, from the same page or without an answer.
        0 => return find_made(&mut tx, (ids, next), facts).await,
        made if made != ids.len() as u64 => return Err(Error::invalid("key", Problem::Repeated).into()),
        _ => {}
    }
    let after = json!({"count": ids.len(), "terms": tell(facts)});
    record(&mut tx, actor, deed("codes_generated", (event_id, None), json!({}), after), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Errors: `Invalid` on `key`, unless exactly these codes are there, as they would be made, and not the `next`.
async fn find_made(conn: &mut PgConnection, (ids, next): (&[CodeId], CodeId), facts: &CodeFacts) -> Result<()> {
    let sql = "select count(*) from discount_codes
               where id = any($1) and kind = $2 and value = $3 and starts_with(code, $4)
                 and not exists (select from discount_codes where id = $5)";
    let same: i64 = sqlx::query_scalar(sql)
        .bind(ids)
        .bind(facts.kind)
        .bind(facts.value)
        .bind(&facts.code)
        .bind(next)
        .fetch_one(conn)
        .await?;
    if same == ids.len() as i64 { Ok(()) } else { Err(Error::invalid("key", Problem::Repeated).into()) }
}

/// The id of the `nth` code of those that a page makes: the same whenever it asks, and as new as the page.
fn nth_id(event_id: EventId, key: Uuid, nth: usize) -> CodeId {
    let digest = Sha256::digest(format!("{event_id} {key} {nth}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // The time stands first in it, so that lists have the newest first.
    bytes[..6].copy_from_slice(&key.as_bytes()[..6]);
    CodeId(Builder::from_bytes(bytes).with_version(Version::SortRand).with_variant(Variant::RFC4122).into_uuid())
}

/// `PRESS-7K3M9QXA2B`
fn random_code(prefix: &str) -> Result<String> {
    let random: String =
        random_bytes()?.iter().take(RANDOM_LENGTH).map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    Ok(if prefix.is_empty() { random } else { format!("{prefix}-{random}") })
}

fn deed(action: &'static str, (event_id, code_id): (EventId, Option<CodeId>), before: Value, after: Value) -> Deed {
    Deed { action, event_id: Some(event_id), subject_id: code_id.map(|id| id.0), before, after }
}

/// A code's fields for the log.
fn tell(facts: &CodeFacts) -> Value {
    json!({
        "code": facts.code, "kind": facts.kind, "value": facts.value, "starts_at": facts.starts_at, "ends_at": facts.ends_at,
        "max_uses": facts.max_uses, "max_uses_per_person": facts.max_uses_per_person, "sections": facts.sections.join(", "),
        "note": facts.note,
    })
}
