//! Near-misses: what the words of a search may have been meant to be, when nothing is found as it was typed.

use super::list::{LONGEST, escape_like, list_cities, list_events};
use crate::{
    events::model::{Event, EventFilter, EventQuery, Suggestion},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use strsim::osa_distance;

/// How alike two words must be, as pg_trgm counts, for their letters to be compared. One wrong letter takes a word of four
/// letters down to 0.2, two take one of six down to 0.18.
const ALIKE: &str = "0.15";
/// The errors of the longest words, with the one more of a suggestion.
const LENGTHS_APART: i32 = 3;
/// The words that may be within a few errors of `$1`, folded too: they look like it, or begin as it does.
const ALIKE_WORDS: &str = "select folded, word from event_words, fold($1) as folded \
    where (word % folded or word like left(folded, 2) || '%') and abs(char_length(word) - char_length(folded)) <= $2";
/// Words that a mistyped one is taken for at most.
const MEANT_MAX: usize = 8;

/// How a filter is read: as it was typed, or as it may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// For each word of the filter those of which an event has to have one.
    pub(super) words: Vec<Vec<String>>,
    /// The cities of which it has to be in one, where the filter names one.
    pub(super) cities: Vec<String>,
}

impl Meaning {
    /// As it was typed.
    pub(super) fn as_typed(filter: &EventFilter) -> Self {
        let words = filter.words.iter().map(|word| vec![word.clone()]).collect();
        Self { words, cities: filter.city.iter().cloned().collect() }
    }
}

/// What was meant by a filter that finds nothing as it was typed; none if that is no other. A city goes by any accents; a
/// word that no event to come has is taken for those it is a typing error of ([`errors_forgiven`]).
pub(super) async fn find_meaning(
    state: &AppState,
    filter: &EventFilter,
    now: DateTime<Utc>,
) -> Result<Option<Meaning>> {
    let typed = Meaning::as_typed(filter);
    let mut meant = typed.clone();
    if let Some(city) = &filter.city {
        let cities = list_cities(state, now).await?;
        let folded = fold_all(state, [city].into_iter().chain(&cities)).await?;
        meant.cities = cities.into_iter().filter(|other| folded.get(other) == folded.get(city)).collect();
    }
    let nearest = nearest_words(state, &filter.words, errors_forgiven, now).await?;
    for (typed, meant) in filter.words.iter().zip(&mut meant.words) {
        meant.extend(nearest.get(typed).cloned().unwrap_or_default());
    }
    Ok((meant != typed).then_some(meant))
}

/// What a query that finds nothing was probably meant to be, where that finds something: its words or its city with one more
/// error than a search forgives by itself.
pub async fn suggest_events(state: &AppState, query: &EventQuery, now: DateTime<Utc>) -> Result<Option<Suggestion>> {
    let filter = query.parse()?;
    let first = EventQuery { cursor: String::new(), limit: "1".to_owned(), ..query.clone() };
    let mut better = first.clone();
    if let Some(city) = &filter.city {
        better.city = nearest_city(state, city, now).await?.unwrap_or_else(|| city.clone());
    }
    let nearest = nearest_words(state, &filter.words, |letters| errors_forgiven(letters) + 1, now).await?;
    let word = |typed: &String| nearest.get(typed).and_then(|words| words.first()).unwrap_or(typed).clone();
    let words: Vec<String> = filter.words.iter().map(word).collect();
    let is_respelt = words != filter.words;
    if is_respelt {
        better.q = words.join(" ");
    }
    if better == first {
        return Ok(None);
    }
    let found = list_events(state, &better.parse()?, "", now).await?.items;
    let Some(event) = found.first() else { return Ok(None) };
    if is_respelt {
        better.q = name_for(state, event, &words).await?.unwrap_or(better.q);
    }
    better.limit.clone_from(&query.limit);
    Ok(Some(Suggestion { query: better }))
}

/// Typing errors that are forgiven in a word of so many letters: one letter wrong, missing, too many, or two that changed
/// places.
fn errors_forgiven(letters: usize) -> usize {
    match letters {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// For each of these words that no event to come has, those that one has and that are nearest to it, within so many errors
/// for its number of letters.
async fn nearest_words(
    state: &AppState,
    words: &[String],
    forgiven: impl Fn(usize) -> usize,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut nearest = BTreeMap::new();
    if words.is_empty() {
        return Ok(nearest);
    }
    let mut tx = state.db.begin().await?;
    sqlx::query("select set_config('pg_trgm.similarity_threshold', $1, true)").bind(ALIKE).execute(&mut *tx).await?;
    // As searches are planned: for each word.
    sqlx::raw_sql("set local plan_cache_mode = force_custom_plan").execute(&mut *tx).await?;
    for typed in words {
        if is_known(&mut tx, typed, now).await? {
            continue;
        }
        let alike: Vec<(String, String)> =
            sqlx::query_as(ALIKE_WORDS).bind(typed).bind(LENGTHS_APART).fetch_all(&mut *tx).await?;
        let mut near: Vec<(usize, String)> = alike
            .into_iter()
            .map(|(folded, word)| (osa_distance(&folded, &word), folded.chars().count(), word))
            .filter(|(errors, letters, _)| *errors <= forgiven(*letters))
            .map(|(errors, _, word)| (errors, word))
            .collect();
        near.sort();
        let mut best: Vec<(usize, String)> = Vec::new();
        for (errors, word) in near {
            if best.len() == MEANT_MAX || best.first().is_some_and(|(fewest, _)| errors > *fewest) {
                break;
            }
            if is_known(&mut tx, &word, now).await? {
                best.push((errors, word));
            }
        }
        nearest.insert(typed.clone(), best.into_iter().map(|(_, word)| word).collect());
    }
    tx.commit().await?;
    Ok(nearest)
}

/// Whether an event to come has this word, as a word or as part of one.
async fn is_known(conn: &mut PgConnection, word: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = "select exists (select from events where status <> 'draft' and ends_at > $1 and event_date > $2
               and search_text like '%' || fold($3) || '%')";
    Ok(sqlx::query_scalar(sql).bind(now).bind(now - LONGEST).bind(escape_like(word)).fetch_one(conn).await?)
}

/// The city with events to come that this is most probably meant to be.
async fn nearest_city(state: &AppState, typed: &str, now: DateTime<Utc>) -> Result<Option<String>> {
    let cities = list_cities(state, now).await?;
    let typed = typed.to_owned();
    let folded = fold_all(state, [&typed].into_iter().chain(&cities)).await?;
    let Some(wanted) = folded.get(&typed) else { return Ok(None) };
    let errors = |city: &String| folded.get(city).map_or(usize::MAX, |folded| osa_distance(wanted, folded));
    let nearest = cities.iter().min_by_key(|city| errors(city));
    let most = errors_forgiven(wanted.chars().count()) + 1;
    Ok(nearest.filter(|city| errors(city) <= most).cloned())
}

/// The city, the venue or the event as it is written, if these words all stand in its name.
async fn name_for(state: &AppState, event: &Event, words: &[String]) -> Result<Option<String>> {
    let names = [&event.city, &event.venue, &event.name];
    let folded = fold_all(state, names).await?;
    let has_all =
        |name: &&String| folded.get(*name).is_some_and(|folded| words.iter().all(|word| folded.contains(word)));
    Ok(names.into_iter().find(has_all).cloned())
}

/// Each of these as search compares it.
async fn fold_all<'a>(
    state: &AppState,
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<BTreeMap<String, String>> {
    let texts: Vec<&String> = texts.into_iter().collect();
    let folded = sqlx::query_as("select text, fold(text) from unnest($1::text[]) as text").bind(texts);
    Ok(folded.fetch_all(state.db.pool()).await?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_words_may_have_more_errors() {
        let forgiven = |typed: &str, meant: &str| osa_distance(typed, meant) <= errors_forgiven(typed.chars().count());
        assert!(forgiven("berlinn", "berlin") && forgiven("paolo", "paulo") && forgiven("koeln", "koln"));
        assert!(
            forgiven("nigthjar", "nightjar") && forgiven("tael", "tale") && forgiven("philharmnic", "philharmonic")
        );
        assert!(!forgiven("bar", "far") && !forgiven("rome", "roads") && !forgiven("stadium", "station"));
    }
}
