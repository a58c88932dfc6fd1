//! Passwords hashed with argon2id, away from the async threads and few at a time.

use super::{Result, config::PasswordsConfig};
use crate::error::Error;
use anyhow::{Context, anyhow};
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::Error as HashError,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};
use tokio::sync::oneshot;

/// Sign-ins that wait for their turn at most: at 30 ms each on two processors, under five seconds' wait.
const QUEUE_MAX: usize = 300;
/// Seconds after which the queue will have moved on.
const RETRY_AFTER_S: i64 = 2;

type Job = Box<dyn FnOnce(&Argon2<'static>) + Send>;

/// Hashes and verifies passwords on a few threads of its own, so that a rush of sign-ins leaves processors for the
/// bookings. Clones share the threads; they end with the last clone.
///
/// Not on tokio's blocking threads: each of those would keep the 19 MiB of its last hash, however few work at once.
#[derive(Clone)]
pub struct Passwords {
    jobs: SyncSender<Job>,
    dummy: Arc<str>,
}

impl Passwords {
    /// Prepares hashing at this cost.
    pub fn new(config: &PasswordsConfig) -> anyhow::Result<Self> {
        let params = Params::new(config.memory_kib, config.passes, 1, None)
            .map_err(|error| anyhow!("the settings evently.passwords: {error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash(&argon2, "nobody has this password")?;
        let (jobs, queue) = sync_channel(QUEUE_MAX);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..config.concurrency {
            let (argon2, queue) = (argon2.clone(), Arc::clone(&queue));
            thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || work_off(&argon2, &queue))
                .context("starting a thread for passwords")?;
        }
        Ok(Self { jobs, dummy: dummy.into() })
    }

    /// The hash of a password with a new salt, in PHC form: `$argon2id$v=19$m=…`. Errors: `TooMany` when many wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.work(move |argon2| hash(argon2, &password)).await
    }

    /// Whether the password is the one that was hashed.
    ///
    /// Without a hash (there is no such account) the answer is false after the same work, so that the time taken does
    /// not tell which addresses have an account. Errors: `TooMany` when many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.to_string());
        let matches = self.work(move |argon2| verify(argon2, &password, &hash)).await?;
        Ok(matches && exists)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |argon2| _ = answer.send(work(argon2)));
        match self.jobs.try_send(job) {
            Ok(()) => Ok(answered.await.context("hashing a password")??),
            Err(TrySendError::Full(_)) => Err(Error::TooMany { retry_after_s: RETRY_AFTER_S }.into()),
            Err(TrySendError::Disconnected(_)) => Err(anyhow!("the threads for passwords have ended").into()),
        }
    }
}

/// Does one job after the other until nobody can send any more.
fn work_off(argon2: &Argon2<'static>, queue: &Mutex<Receiver<Job>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        if catch_unwind(AssertUnwindSafe(|| job(argon2))).is_err() {
            tracing::error!("hashing a password panicked");
        }
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> anyhow::Result<String> {
    let hash: PasswordHash =
        argon2.hash_password(password.as_bytes()).map_err(|error| anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

fn verify(argon2: &Argon2<'_>, password: &str, hash: &str) -> anyhow::Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| anyhow!("a stored password hash can't be read: {error}"))?;
    match argon2.verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(anyhow!("verifying a password: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        Passwords::new(&PasswordsConfig { memory_kib: 8, passes: 1, concurrency: 1 }).expect("valid parameters")
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = passwords();
        let hash = passwords.hash("correct horse".to_owned()).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse".to_owned(), Some(hash.clone())).await.expect("an answer"));
        assert!(!passwords.verify("Correct horse".to_owned(), Some(hash)).await.expect("an answer"));
    }

    #[tokio::test]
    async fn nobody_can_sign_in_to_an_account_that_does_not_exist() {
        let tried = passwords().verify("nobody has this password".to_owned(), None).await;
        assert!(!tried.expect("an answer"));
    }

    #[tokio::test]
    async fn a_damaged_hash_is_a_fault_and_not_a_wrong_password() {
        assert!(passwords().verify("x".to_owned(), Some("md5:abc".to_owned())).await.is_err());
    }

    #[tokio::test]
    async fn one_password_hashes_differently_each_time() {
        let passwords = passwords();
        let first = passwords.hash("x".to_owned()).await.expect("a hash");
        assert_ne!(first, passwords.hash("x".to_owned()).await.expect("a hash"));
    }

    #[tokio::test]
    async fn a_panic_does_not_end_the_thread() {
        let passwords = passwords();
        assert!(passwords.work::<()>(|_| panic!("a panic")).await.is_err());
        assert!(passwords.hash("x".to_owned()).await.is_ok());
    }

    #[tokio::test]
    async fn a_full_queue_says_so_at_once() {
        let passwords = passwords();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let hold = move |_: &Argon2<'static>| Ok(held.recv()?);
        let mut waiting = vec![tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.work(hold).await }
        })];
        tokio::task::yield_now().await;
        let mut refused = false;
        while !refused {
            let passwords = passwords.clone();
            let mut work = Box::pin(async move { passwords.work(|_| Ok(())).await });
            match futures::poll!(&mut work) {
                std::task::Poll::Ready(answer) => refused = answer.is_err(),
                std::task::Poll::Pending => waiting.push(tokio::spawn(work)),
            }
            assert!(waiting.len() <= QUEUE_MAX + 2, "the queue has an end");
        }
        release.send(()).expect("the thread waits");
        for work in waiting {
            work.await.expect("no panic").expect("done");
        }
    }
}
