//! The mail on Mondays to staff: how the week before went.

use super::{letter::Letter, letters::Addressed};
use crate::{
    analytics::{
        model::{EventFigures, Figures, Range, Sums, Takings, WaitlistFigures},
        scope::scope_of_posts,
        store::{list_popular, sum_range, sum_waitlist},
    },
    bookings::model::name_quantity,
    id::UserId,
    server::{Result, state::AppState},
    staff::store::list_posts,
    ui::path_with,
    users::store::find_user,
};
use chrono::{Days, NaiveDate};

/// Events that it names.
const EVENTS_MAX: i64 = 3;

/// A week, as somebody may see it.
struct Week {
    range: Range,
    sums: Sums,
    before: Sums,
    waitlist: WaitlistFigures,
    popular: Vec<EventFigures>,
}

/// What the mail about the week that begins on this Monday says; nothing where nothing happened, or for who may see no figures
/// any more.
pub(super) async fn compose_digest(state: &AppState, user_id: UserId, monday: NaiveDate) -> Result<Option<Addressed>> {
    let Some(user) = find_user(state, user_id).await? else { return Ok(None) };
    let Some(scope) = scope_of_posts(&list_posts(state, user_id).await?) else { return Ok(None) };
    let range = Range { from: monday, to: monday + Days::new(6) };
    let week = Week {
        range,
        sums: sum_range(state, &scope, range).await?,
        before: sum_range(state, &scope, range.before()).await?,
        waitlist: sum_waitlist(state, &scope.reach, range).await?,
        popular: list_popular(state, &scope, range, EVENTS_MAX).await?,
    };
    Ok(week.write(state, &user.first_name).map(|letter| Addressed::to(user, letter)))
}

impl Week {
    fn write(&self, state: &AppState, name: &str) -> Option<Letter> {
        let Figures { confirmed_count, confirmed_quantity, cancelled_count, cancelled_quantity, .. } =
            self.sums.figures;
        let joined_count = self.waitlist.joined_count;
        if confirmed_count + cancelled_count + joined_count == 0 {
            return None;
        }
        let (from, to) = (self.range.from, self.range.to);
        let days = format!("{} to {}", from.format("%-d %B"), to.format("%-d %B %Y"));
        let mut facts = vec![("Booked", say(confirmed_count, confirmed_quantity))];
        facts.push((
            "The week before",
            say(self.before.figures.confirmed_count, self.before.figures.confirmed_quantity),
        ));
        if cancelled_count > 0 {
            facts.push(("Cancelled", say(cancelled_count, cancelled_quantity)));
        }
        if joined_count > 0 {
            facts.push(("Joined a waitlist", joined_count.to_string()));
        }
        facts.extend(self.takings().map(|takings| ("Taken", takings)));
        facts.extend(self.best().map(|best| ("Sold the most", best)));
        let figures = path_with("/admin/figures", [("from", &*from.to_string()), ("to", &*to.to_string())]);
        Some(Letter {
            subject: format!("Your week: {} booked", say_places(confirmed_quantity)),
            heading: "How the week went".to_owned(),
            sentences: vec![format!("Hello {name}, this is what happened at your events from {days}.")],
            facts,
            action: Some(("See the figures", state.config.address(&figures))),
            reason: "You get this mail because you may see the figures of these events.",
            ..Letter::default()
        })
    }

    /// The money that stays, currency by currency; none where none moved, or for who may not see it.
    fn takings(&self) -> Option<String> {
        let takings = self.sums.takings.as_ref().filter(|takings| !takings.is_empty())?;
        Some(takings.iter().map(Takings::net).map(|net| net.to_string()).collect::<Vec<_>>().join(", "))
    }

    fn best(&self) -> Option<String> {
        let sold = self.popular.iter().filter(|event| event.sums.figures.net_quantity() > 0);
        let named = sold.map(|event| format!("{} ({})", event.name, event.sums.figures.net_quantity()));
        let named = named.collect::<Vec<_>>().join(", ");
        (!named.is_empty()).then_some(named)
    }
}

/// `12 bookings, 30 places`.
fn say(count: i64, quantity: i64) -> String {
    match count {
        0 => "Nothing".to_owned(),
        1 => format!("1 booking, {}", say_places(quantity)),
        count => format!("{count} bookings, {}", say_places(quantity)),
    }
}

fn say_places(quantity: i64) -> String {
    name_quantity(i32::try_from(quantity).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::say;

    #[test]
    fn bookings_are_counted_in_words() {
        assert_eq!(say(0, 0), "Nothing");
        assert_eq!(say(1, 1), "1 booking, 1 place");
        assert_eq!(say(12, 30), "12 bookings, 30 places");
    }
}
