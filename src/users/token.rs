//! The links that mails carry: what for, how long they last, and how many are sent.

use crate::error::Error;
use chrono::{DateTime, TimeDelta, Utc};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "account_token_purpose", rename_all = "snake_case")]
pub enum Purpose {
    /// Shows that the address is the person's.
    Verify,
    /// Lets whoever has it choose a new password.
    Reset,
}

/// Links of one purpose that an account is sent within an hour: one for a mail that got lost, one for luck. More would make
/// a stranger who knows an address a nuisance to whoever reads its mail.
const SENT_PER_HOUR: usize = 3;
/// In which [`SENT_PER_HOUR`] are counted.
pub(super) const COUNTED: TimeDelta = TimeDelta::hours(1);

impl Purpose {
    /// How long a link lasts from when it was asked for.
    ///
    /// The one for a password an hour: somebody waits for it, and whoever finds it later takes over the account (OWASP,
    /// "Forgot Password Cheat Sheet": short). The one for an address three days: it opens nothing, and a weekend may lie between.
    pub fn lasts(self) -> TimeDelta {
        match self {
            Self::Verify => TimeDelta::days(3),
            Self::Reset => TimeDelta::hours(1),
        }
    }
}

/// Whether one more link may be sent, when those of the last hour were asked for at `asked_at`, the oldest first.
///
/// Errors: `TooMany`, with the seconds until the oldest is an hour old.
pub fn decide_send(asked_at: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), Error> {
    let Some(first_in_the_way) = asked_at.len().checked_sub(SENT_PER_HOUR).and_then(|at| asked_at.get(at)) else {
        return Ok(());
    };
    let left = *first_in_the_way + COUNTED - now;
    Err(Error::TooMany { retry_after_s: left.num_seconds().max(1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn three_links_an_hour_are_sent_and_not_four() {
        assert_eq!(decide_send(&[], at(30)), Ok(()));
        assert_eq!(decide_send(&[at(10), at(20)], at(30)), Ok(()));
        let refused = Err(Error::TooMany { retry_after_s: 40 * 60 });
        assert_eq!(decide_send(&[at(10), at(20), at(29)], at(30)), refused);
        assert_eq!(decide_send(&[at(0), at(10), at(20), at(29)], at(30)), refused, "the one that lets three be left");
    }

    #[test]
    fn there_is_always_a_moment_to_wait() {
        assert_eq!(decide_send(&[at(0), at(0), at(0)], at(60)), Err(Error::TooMany { retry_after_s: 1 }));
    }

    #[test]
    fn what_opens_an_account_lasts_shorter() {
        assert!(Purpose::Reset.lasts() < Purpose::Verify.lasts());
    }
}
