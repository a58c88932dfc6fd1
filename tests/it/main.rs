//! Every server function through the real router, on a real PostgreSQL and Redis: a migrated database a test.

mod accounts;
mod app;
mod audit;
mod bad_input;
mod bookings;
mod choosing;
mod documents;
mod events;
mod idempotency;
mod interleavings;
mod jobs;
mod live;
mod mail_server;
mod mails;
mod metrics;
mod notifications;
mod opening;
mod races;
mod reach;
mod requests;
mod seats;
mod tickets;
mod tidy;
mod transfers;
mod users;
mod waitlist;
