//! What every request shares.

use super::{
    Failure, Result, clock::Clock, combiner::Combiner, config::Config, db::Db, documents::Documents, gate::Gates,
    lettering::use_files, limits::Limiter, mailer::Mailer, metrics::LATE_READS_TOTAL, outgoing::Outgoing,
    passwords::Passwords, photos::DarkRoom, pictures::Pictures, redis::Redis, replica::PATIENCE,
    session_store::SessionStore, shared_pages::SharedPages,
};
use crate::{
    bookings::{
        model::Booking,
        store::{ConfirmRequest, HoldQueue, HoldRequest},
    },
    checkins::store::DoorCounts,
    events::{live::LiveEvents, store::Posters},
    health::outage::Outage,
    notifications::live::LiveNotifications,
    seats::{live::LiveSeats, store::Plans},
    tickets::store::TicketKeys,
    users::programs::store::{Bearers, TokenKeys},
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::{ops::Deref, sync::Arc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The system's parts. Every layer of every request has one, so that a clone is one handle.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What [`AppState`] is made of.
#[derive(Clone)]
pub struct Parts {
    /// PostgreSQL.
    pub db: Db,
    /// Redis, which may be away.
    pub redis: Redis,
    /// What was drawn for everybody.
    pub shared_pages: SharedPages,
    /// Who is signed in.
    pub sessions: SessionStore,
    /// How many are at one event at a time with a connection each.
    pub gates: Gates,
    /// Requests to hold places, settled together queue by queue.
    pub holds: Combiner<HoldQueue, HoldRequest, Option<Booking>>,
    /// Confirmations, settled together lane by lane.
    pub confirms: Combiner<(), ConfirmRequest, Option<Booking>>,
    /// How often who has asked.
    pub limiter: Limiter,
    /// The tokens and keys that were shown of late.
    pub bearers: Bearers,
    /// What signs access tokens.
    pub token_keys: TokenKeys,
    /// Who watches what is left of which event.
    pub live_events: LiveEvents,
    /// Who waits for notifications.
    pub live_notifications: LiveNotifications,
    /// Who watches which map.
    pub live_seats: LiveSeats,
    /// Where all seats of an event stand and which are free.
    pub plans: Plans,
    /// How it is going at the doors.
    pub door_counts: DoorCounts,
    /// The settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    /// What has been drawn for others.
    pub pictures: Pictures,
    /// The uploaded pictures that were handed out of late.
    pub posters: Posters,
    /// Where uploaded pictures are made small.
    pub dark_room: DarkRoom,
    /// What has been set in type for people to print or keep.
    pub documents: Documents,
    /// What is known of the database, for when it is away.
    pub outage: Arc<Outage>,
    /// What signs tickets.
    pub ticket_keys: TicketKeys,
    /// The hashing of passwords.
    pub passwords: Passwords,
    /// Where mails leave.
    pub mailer: Arc<Mailer>,
    /// Where requests to servers of others leave.
    pub outgoing: Arc<Outgoing>,
    /// Cancelled when this process is told to stop, while it still answers.
    pub leaving: CancellationToken,
    /// Where the browser half lies and how it is named.
    pub leptos_options: LeptosOptions,
}

impl AppState {
    /// Connects everything the configuration names. Fails without PostgreSQL, not without Redis.
    pub async fn connect(config: Config) -> anyhow::Result<Self> {
        use_files(&config.fonts);
        let db = Db::connect(&config).await?;
        let state = Self::new(config, db, Clock::system())?;
        state.redis.warm_up().await;
        Ok(state)
    }

    /// Puts the parts together around a database and a clock made elsewhere, as tests do. Inside a tokio runtime.
    pub fn new(config: Config, db: Db, clock: Clock) -> anyhow::Result<Self> {
        let redis = Redis::new(&config.redis)?;
        Ok(Self(Arc::new(Parts {
            shared_pages: SharedPages::new(config.pages_shared),
            sessions: SessionStore::new(db.clone(), redis.clone()),
            limiter: Limiter::new(redis.clone(), clock.clone(), &config.public_url),
            bearers: Bearers::default(),
            token_keys: TokenKeys::default(),
            redis,
            passwords: Passwords::new(&config.passwords)?,
            mailer: Arc::new(Mailer::new(&config.mail)?),
            outgoing: Arc::new(Outgoing::new(config.private_addresses)),
            leptos_options: config.leptos.clone(),
            gates: Gates::default(),
            holds: Combiner::new("holds"),
            confirms: Combiner::new("confirms"),
            live_events: LiveEvents::default(),
            live_notifications: LiveNotifications::default(),
            live_seats: LiveSeats::default(),
            plans: Plans::default(),
            door_counts: DoorCounts::default(),
            pictures: Pictures::default(),
            posters: Posters::default(),
            dark_room: DarkRoom::default(),
            documents: Documents::default(),
            outage: Arc::default(),
            leaving: CancellationToken::new(),
            ticket_keys: TicketKeys::default(),
            config: Arc::new(config),
            db,
            clock,
        })))
    }
}

impl AppState {
    /// The same system for what is done after the requests: it has connections of its own.
    pub fn for_work(&self) -> Self {
        Self(Arc::new(Parts { db: self.db.for_work(), ..Parts::clone(&self.0) }))
    }

    /// Reads what is the same for everybody and may be some seconds late: from the replica, or, where that doesn't answer well, from the
    /// primary. Never what decides whether somebody gets a place, and never for a person, who has to see at once what they did.
    pub async fn late<T, W: Future<Output = Result<T>>>(&self, read: impl Fn(Self) -> W) -> Result<T> {
        if let (Some(db), Some(replica)) = (self.db.late(), self.db.replica()) {
            let late = Self(Arc::new(Parts { db, ..Parts::clone(&self.0) }));
            match timeout(PATIENCE, read(late)).await {
                Ok(Ok(found)) => {
                    metrics::counter!(LATE_READS_TOTAL, "from" => "replica").increment(1);
                    return Ok(found);
                }
                // What is not there may be newer than the replica.
                Ok(Err(Failure::Refused(_))) => {}
                Ok(Err(Failure::Passing(_) | Failure::Unexpected(_))) | Err(_) => replica.set_fresh(false),
            }
        }
        metrics::counter!(LATE_READS_TOTAL, "from" => "primary").increment(1);
        read(self.clone()).await
    }

    /// The same system at another time: the demonstration's past is made with the slices' own functions.
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self(Arc::new(Parts { clock, ..Parts::clone(&self.0) }))
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
