//! Finding people by how their names or their address begin.

use super::{Contact, list_contacts};
use crate::{id::UserId, server::Result, users::model::Attendee};
use sqlx::PgConnection;
use std::collections::HashMap;

/// What is looked at, as `users_by_words` has it: each name and the address after a space.
pub const SOUGHT: &str = "fold(' ' || first_name || ' ' || last_name || ' ' || email)";

/// The people whom words name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// All of them.
    Few(Vec<UserId>),
    /// More than were asked for: they are those whose [`SOUGHT`] is like each of these patterns.
    Many(Vec<String>),
}

/// The people of whom each of these words (1 to 4) begins a name or the address, whatever its case and accents; nobody for no
/// words.
pub async fn find_named(conn: &mut PgConnection, words: &[String], at_most: i64) -> Result<Named> {
    let escaped = |word: &String| format!("% {}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let patterns: Vec<String> = words.iter().take(4).map(escaped).collect();
    if patterns.is_empty() {
        return Ok(Named::Few(Vec::new()));
    }
    let patterns: Vec<String> = sqlx::query_scalar(
        "select fold(word) from unnest($1::text[]) with ordinality as word (word, place) order by place",
    )
    .bind(patterns)
    .fetch_all(&mut *conn)
    .await?;
    // One condition for each, which the index can use; what there are fewer of says the last one again.
    let sql = const_format::formatcp!(
        "select id from users where {SOUGHT} like $1 and {SOUGHT} like $2 and {SOUGHT} like $3 and {SOUGHT} like $4 limit $5"
    );
    let mut query = sqlx::query_scalar(sql);
    for at in 0..4 {
        query = query.bind(patterns.get(at).or(patterns.last()));
    }
    let found: Vec<UserId> = query.bind(at_most + 1).fetch_all(conn).await?;
    Ok(if found.len() > at_most as usize { Named::Many(patterns) } else { Named::Few(found) })
}

/// These people as staff see them; who is gone is left out.
pub async fn list_attendees(conn: &mut PgConnection, user_ids: &[UserId]) -> Result<HashMap<UserId, Attendee>> {
    let attendee = |person: Contact| {
        let name = format!("{} {}", person.first_name, person.last_name);
        (person.id, Attendee { user_id: person.id, name, email: person.email })
    };
    Ok(list_contacts(conn, user_ids).await?.into_iter().map(attendee).collect())
}

/// Who was somebody once.
pub fn nobody(user_id: UserId) -> Attendee {
    Attendee { user_id, name: String::new(), email: String::new() }
}
