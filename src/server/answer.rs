//! From what can go wrong inside to what a caller is told.

use super::caller::request_id;
use crate::error::{Conflict, Error};
use std::sync::Arc;

/// What the server's own functions return.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why something was not done. Private to the server: [`answer`] is the only way out.
#[derive(Debug)]
pub enum Failure {
    /// Refused; the caller is told why.
    Refused(Error),
    /// Not done for a reason that passes by itself, and logged; the caller is told `Unavailable`.
    Passing(Passing),
    /// A fault of ours or of the system; the log gets the whole chain, the caller a reference to it.
    Unexpected(anyhow::Error),
}

/// Why the same work can succeed a moment later without anything being mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Another transaction changed what this one had read.
    Serialization,
    /// Two transactions waited for each other, and this one had to give way.
    Deadlock,
    /// The connection broke, or the database was stopping or starting.
    ConnectionLost,
    /// The database has more to do than it can: a lock stayed taken, a statement took too long, no connection was free.
    Busy,
    /// A server outside, such as that for mail, doesn't answer.
    Away,
}

impl From<Passing> for Error {
    fn from(_: Passing) -> Self {
        Self::Unavailable { retry_after_s: 1 }
    }
}

impl Failure {
    /// The failure of work that others may have waited for as well: one of them gets it whole.
    pub fn of_shared(failure: Arc<Self>) -> Self {
        Arc::try_unwrap(failure).unwrap_or_else(|failure| match &*failure {
            Self::Refused(error) => error.clone().into(),
            Self::Passing(passing) => (*passing).into(),
            Self::Unexpected(_) => Error::Unavailable { retry_after_s: 1 }.into(),
        })
    }
}

impl From<Passing> for Failure {
    fn from(passing: Passing) -> Self {
        Self::Passing(passing)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Conflict> for Failure {
    fn from(conflict: Conflict) -> Self {
        Self::Refused(conflict.into())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

/// A database that is overloaded or away is [`Failure::Passing`], whatever context stands around its error.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        if error.chain().filter_map(|cause| cause.downcast_ref()).any(is_unreadable) {
            return Self::Refused(Error::Malformed);
        }
        let Some(passing) = error.chain().filter_map(|cause| cause.downcast_ref()).find_map(passing) else {
            return Self::Unexpected(error);
        };
        tracing::warn!(error = format!("{error:#}"), "the database is overloaded or away");
        Self::Passing(passing)
    }
}

/// Whether what the caller sent is nothing PostgreSQL can hold: a zero byte in a text or in JSON, a day outside its calendar.
fn is_unreadable(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["22021", "22P05", "22008"].contains(&&*code))
}

/// What passes by itself, if that is what the error says.
fn passing(error: &sqlx::Error) -> Option<Passing> {
    match error {
        sqlx::Error::Io(_) => Some(Passing::ConnectionLost),
        // A server that dies while it is greeted answers with nothing, which sqlx takes for a wrong greeting.
        sqlx::Error::Protocol(words) if words.contains("SSLRequest") => Some(Passing::ConnectionLost),
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Some(Passing::Busy),
        sqlx::Error::Database(error) => passing_state(&error.code()?),
        _ => None,
    }
}

/// Source: PostgreSQL manual, appendix A, "PostgreSQL Error Codes".
fn passing_state(code: &str) -> Option<Passing> {
    match code {
        "40001" => Some(Passing::Serialization),
        "40P01" => Some(Passing::Deadlock),
        // Shutdown, crash, start-up; connection exceptions.
        "57P01" | "57P02" | "57P03" => Some(Passing::ConnectionLost),
        _ if code.starts_with("08") => Some(Passing::ConnectionLost),
        // Lock timeout, cancelled by statement_timeout, too many connections, idle_in_transaction_session_timeout, and a
        // full disk: whoever makes room mends it for all requests at once.
        "55P03" | "57014" | "53300" | "25P03" | "53100" => Some(Passing::Busy),
        // A dropped database, an idle session that was ended.
        _ if code.starts_with("57P") => Some(Passing::Busy),
        _ => None,
    }
}

/// Runs the work of a request and says what its caller is told. Logs what is unexpected, once, with all its causes.
pub async fn answer<T>(work: impl Future<Output = Result<T>>) -> std::result::Result<T, Error> {
    work.await.map_err(|failure| tell(failure, request_id()))
}

/// What the caller of the request with this id is told. Logs what is unexpected, with all its causes.
pub(super) fn tell(failure: Failure, request_id: String) -> Error {
    match failure {
        Failure::Refused(error) => error,
        Failure::Passing(passing) => passing.into(),
        Failure::Unexpected(cause) => {
            tracing::error!(reference = request_id, error = format!("{cause:#}"), "a request failed unexpectedly");
            Error::Internal { reference: request_id.into() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[tokio::test]
    async fn what_is_unexpected_is_told_as_a_reference_only() {
        let told = answer(async { Err::<(), _>(anyhow::anyhow!("secret").into()) }).await;
        let Err(error @ Error::Internal { .. }) = told else { panic!("{told:?}") };
        assert!(!error.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn a_refusal_is_told_as_it_is() {
        let told = answer(async { Err::<(), _>(Conflict::SalesClosed.into()) }).await;
        assert_eq!(told, Err(Conflict::SalesClosed.into()));
    }

    #[test]
    fn an_exhausted_pool_means_try_again_even_with_context_around_it() {
        let error = Err::<(), _>(sqlx::Error::PoolTimedOut).context("holding seats").map_err(Failure::from);
        assert!(matches!(error, Err(Failure::Passing(Passing::Busy))));
        assert_eq!(Error::from(Passing::Busy).status(), 503);
    }

    #[test]
    fn a_database_that_dies_while_it_is_greeted_is_lost_and_other_nonsense_is_a_fault() {
        let died = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned());
        assert!(matches!(Failure::from(died), Failure::Passing(Passing::ConnectionLost)));
        let nonsense = sqlx::Error::Protocol("unknown message type".to_owned());
        assert!(matches!(Failure::from(nonsense), Failure::Unexpected(_)));
    }

    #[test]
    fn a_broken_query_is_unexpected() {
        assert!(matches!(Failure::from(sqlx::Error::RowNotFound), Failure::Unexpected(_)));
    }

    #[test]
    fn states_that_pass_are_told_from_faults() {
        for (code, expected) in [
            ("40001", Some(Passing::Serialization)),
            ("40P01", Some(Passing::Deadlock)),
            ("57P01", Some(Passing::ConnectionLost)),
            ("57P03", Some(Passing::ConnectionLost)),
            ("08006", Some(Passing::ConnectionLost)),
            ("55P03", Some(Passing::Busy)),
            ("57014", Some(Passing::Busy)),
            ("57P05", Some(Passing::Busy)),
            ("53100", Some(Passing::Busy)),
            ("23505", None),
            ("42P01", None),
            ("22001", None),
        ] {
            assert_eq!(passing_state(code), expected, "{code}");
        }
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert_eq!(passing(&sqlx::Error::Io(reset)), Some(Passing::ConnectionLost));
    }
}
