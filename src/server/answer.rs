//! From what can go wrong inside to what a caller is told.

use super::caller::request_id;
use crate::error::{Conflict, Error};

/// What the server's own functions return.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why something was not done. Private to the server: [`answer`] is the only way out.
#[derive(Debug)]
pub enum Failure {
    /// Refused; the caller is told why.
    Refused(Error),
    /// A fault of ours or of the system; the log gets the whole chain, the caller a reference to it.
    Unexpected(anyhow::Error),
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

/// A database that is overloaded or away is [`Error::Unavailable`], whatever context stands around its error.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        if error.chain().filter_map(|cause| cause.downcast_ref()).any(is_unreadable) {
            return Self::Refused(Error::Malformed);
        }
        let passing = error.chain().filter_map(|cause| cause.downcast_ref()).any(passes_by_itself);
        if !passing {
            return Self::Unexpected(error);
        }
        tracing::warn!(error = format!("{error:#}"), "the database is overloaded or away");
        Self::Refused(Error::Unavailable { retry_after_s: 1 })
    }
}

/// Whether what the caller sent is nothing PostgreSQL can hold: a zero byte in a text, a day outside its calendar.
fn is_unreadable(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["22021", "22008"].contains(&&*code))
}

/// Whether the same request can succeed a moment later without anything being mended.
fn passes_by_itself(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_passing_state(&code)),
        _ => false,
    }
}

/// Source: PostgreSQL manual, appendix A, "PostgreSQL Error Codes".
fn is_passing_state(code: &str) -> bool {
    // 08: connection exceptions; 57P01 to 57P05: shutdown, crash, start-up, dropped or idle session.
    code.starts_with("08")
        || code.starts_with("57P")
        // Lock timeout, serialisation failure, deadlock, cancelled by statement_timeout, too many connections,
        // idle_in_transaction_session_timeout, and a full disk: whoever makes room mends it for all requests at once.
        || ["55P03", "40001", "40P01", "57014", "53300", "25P03", "53100"].contains(&code)
}

/// Runs the work of a request and says what its caller is told. Logs what is unexpected, once, with all its causes.
pub async fn answer<T>(work: impl Future<Output = Result<T>>) -> std::result::Result<T, Error> {
    match work.await {
        Ok(answer) => Ok(answer),
        Err(Failure::Refused(error)) => Err(error),
        Err(Failure::Unexpected(cause)) => {
            let reference = request_id();
            tracing::error!(reference, error = format!("{cause:#}"), "a request failed unexpectedly");
            Err(Error::Internal { reference: reference.into() })
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
        assert!(matches!(error, Err(Failure::Refused(Error::Unavailable { .. }))));
    }

    #[test]
    fn a_broken_query_is_unexpected() {
        assert!(matches!(Failure::from(sqlx::Error::RowNotFound), Failure::Unexpected(_)));
    }

    #[test]
    fn states_that_pass_are_told_from_faults() {
        for code in ["55P03", "40001", "40P01", "57014", "57P01", "08006", "53100"] {
            assert!(is_passing_state(code), "{code}");
        }
        for code in ["23505", "42P01", "22001"] {
            assert!(!is_passing_state(code), "{code}");
        }
    }
}
