//! How often who may ask for what.

use super::gcra::Rate;
use crate::api::access::Class;

/// The limits. `Leptos.toml` says what each is for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Of a person: in their browser, and in each app of theirs.
    pub person: Budgets,
    /// Of an API key.
    pub key: Budgets,
    /// Of an address, for who isn't signed in.
    pub address: Budgets,
    /// Tries to sign in to one account from one network.
    pub account: Rate,
    /// Tries to sign in to one account from everywhere it was not signed in to before.
    pub account_anywhere: Rate,
}

/// What one caller may do, by class. Each class is counted for itself.
#[derive(Clone, Debug)]
pub struct Budgets {
    /// [`Class::Read`].
    pub read: Rate,
    /// [`Class::Write`].
    pub write: Rate,
    /// [`Class::Booking`].
    pub booking: Rate,
    /// [`Class::Settle`].
    pub settle: Rate,
    /// [`Class::SignIn`] and [`Class::Password`].
    pub sign_in: Rate,
}

impl Budgets {
    pub(super) fn of(&self, class: Class) -> Rate {
        match class {
            Class::Read => self.read,
            Class::Write => self.write,
            Class::Booking => self.booking,
            Class::Settle => self.settle,
            Class::SignIn | Class::Password => self.sign_in,
        }
    }
}

impl Limits {
    /// So many that nobody reaches them.
    pub(in crate::server) fn for_tests() -> Self {
        let rate = Rate { every_us: 1, burst: 1_000_000 };
        let budgets = Budgets { read: rate, write: rate, booking: rate, settle: rate, sign_in: rate };
        Self { person: budgets.clone(), key: budgets.clone(), address: budgets, account: rate, account_anywhere: rate }
    }
}
