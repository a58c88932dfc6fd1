//! The people of the demonstration: three accounts to sign in with, and a crowd that has booked.

use super::people::{CROWD, crowd};
use crate::{
    id::UserId,
    server::{Result, clock::new_id, state::AppState},
    users::store::{ImportedUser, import_users},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};

/// An account to sign in with.
pub(super) struct Account {
    /// Its address.
    pub(super) email: &'static str,
    password: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    words: &'static str,
}

/// Whose bookings are in every state.
const DEMO: Account = Account {
    email: "demo@evently.example",
    password: "evently-demo",
    first_name: "Noa",
    last_name: "Lindqvist",
    words: "attendee, with bookings in every state",
};

/// The second person, for whatever takes two.
const FRIEND: Account = Account {
    email: "friend@evently.example",
    password: "evently-demo",
    first_name: "Sam",
    last_name: "Okafor",
    words: "attendee, first in line for what is sold out",
};

/// Made last: where it exists, the demonstration is complete.
pub(super) const ADMIN: Account = Account {
    email: "admin@evently.example",
    password: "evently-admin",
    first_name: "Ida",
    last_name: "Marchetti",
    words: "admin",
};

/// The people who book.
pub(super) struct People {
    /// Whose bookings are in every state.
    pub(super) demo: UserId,
    /// The second person.
    pub(super) friend: UserId,
    /// Everybody else.
    pub(super) crowd: Vec<UserId>,
}

/// Makes everyone but the admin, or finds them. The crowd has a password that nobody knows.
pub(super) async fn make_people(state: &AppState, now: DateTime<Utc>) -> Result<People> {
    let since = now - TimeDelta::days(400);
    let mut imports = vec![DEMO.import(state, since).await?, FRIEND.import(state, since).await?];
    let nobodys = state.passwords.hash(new_id().to_string()).await?;
    imports.extend(crowd().zip(0..).map(|(person, day)| ImportedUser {
        email: person.email,
        password_hash: nobodys.clone(),
        first_name: person.first_name.to_owned(),
        last_name: person.last_name.to_owned(),
        is_admin: false,
        created_at: since + TimeDelta::days(day * 300 / CROWD as i64),
    }));
    let mut ids = import_users(state, &imports).await?.into_iter();
    let (demo, friend) = ids.next().zip(ids.next()).context("an account that was made has an id")?;
    Ok(People { demo, friend, crowd: ids.collect() })
}

/// Makes the admin, and with it marks the demonstration as complete.
pub(super) async fn make_admin(state: &AppState, now: DateTime<Utc>) -> Result<()> {
    let admin = ImportedUser { is_admin: true, ..ADMIN.import(state, now).await? };
    import_users(state, &[admin]).await?;
    Ok(())
}

/// Prints the accounts to sign in with.
pub(super) fn print() {
    println!("Accounts of the demonstration (address, password):");
    for account in [DEMO, FRIEND, ADMIN] {
        println!("  {:<24} {:<15} {}", account.email, account.password, account.words);
    }
}

impl Account {
    async fn import(&self, state: &AppState, created_at: DateTime<Utc>) -> Result<ImportedUser> {
        Ok(ImportedUser {
            email: self.email.to_owned(),
            password_hash: state.passwords.hash(self.password.to_owned()).await?,
            first_name: self.first_name.to_owned(),
            last_name: self.last_name.to_owned(),
            is_admin: false,
            created_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::model::Registration;

    #[test]
    fn the_accounts_could_have_registered_themselves() {
        for account in [DEMO, FRIEND, ADMIN] {
            let parsed =
                Registration::parse(account.email, account.password.to_owned(), account.first_name, account.last_name);
            assert_eq!(parsed.map(|parsed| parsed.email), Ok(account.email.to_owned()));
        }
    }
}
