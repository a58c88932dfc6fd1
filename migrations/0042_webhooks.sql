-- Webhooks: which servers are told of changes, what each is to be told, and what came of every try.

alter table jobs drop constraint jobs_lane_is_known;
alter table jobs add constraint jobs_lane_is_known check (lane in ('mail', 'bulk', 'work', 'webhook', 'knock'));
comment on constraint jobs_lane_is_known on jobs is 'A lane that nobody works would never be emptied.';

create table webhooks (
    id               uuid        primary key,
    event_id         uuid        null references events (id) on delete cascade,
    url              text        not null,
    kinds            text[]      not null,
    note             text        not null,
    secret           bytea       not null,
    old_secret       bytea       null,
    old_secret_until timestamptz null,
    after_entry      bigint      not null,
    after_action     bigint      not null,
    failure_count    int         not null default 0,
    failing_since    timestamptz null,
    rest_until       timestamptz null,
    stopped_at       timestamptz null,
    gave_up          boolean     not null default false,
    created_by       uuid        not null references users (id),
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    constraint webhooks_address_is_short check (char_length(url) between 8 and 500),
    constraint webhooks_note_is_short check (char_length(note) <= 200),
    constraint webhooks_secrets_are_long_enough check (octet_length(secret) = 32 and octet_length(old_secret) = 32),
    constraint webhooks_old_secret_ends check ((old_secret is null) = (old_secret_until is null)),
    constraint webhooks_rest_while_they_fail check (rest_until is null or failing_since is not null),
    constraint webhooks_count_failures check ((failure_count = 0) = (failing_since is null)),
    constraint webhooks_give_up_by_stopping check (not gave_up or stopped_at is not null)
);
comment on table webhooks is 'Servers that are told of changes: of one event, or of all.';
comment on column webhooks.event_id is 'The event; null for all of them, those to come too.';
comment on column webhooks.url is 'Where deliveries go.';
comment on column webhooks.kinds is 'What is told; empty for everything that happens to bookings and events.';
comment on column webhooks.note is 'What it is for. Only staff read it.';
comment on column webhooks.secret is 'Signs the deliveries, by HMAC-SHA-256. As it is, not its hash: each delivery is signed anew. Who steals it can make that one receiver believe them.';
comment on column webhooks.old_secret is 'The secret before, which signs too until old_secret_until, so that the receiver can change over at leisure.';
comment on column webhooks.after_entry is 'The last entry of the booking history that is not told: what came before it was made, or while it was stopped.';
comment on column webhooks.after_action is 'The same of the log of what staff did, for what happens to events.';
comment on column webhooks.failure_count is 'Tries in a row that failed.';
comment on column webhooks.failing_since is 'When the first of them did; null while it works.';
comment on column webhooks.rest_until is 'Until then nothing is tried, because it did not answer.';
comment on column webhooks.stopped_at is 'Since when nothing is told any more; null while it is.';
comment on column webhooks.gave_up is 'Whether it was stopped because nothing had arrived for three days, and not by a person.';
comment on constraint webhooks_address_is_short on webhooks is 'It comes from a form.';
comment on constraint webhooks_note_is_short on webhooks is 'It comes from a form.';
comment on constraint webhooks_secrets_are_long_enough on webhooks is 'As long as what they make: RFC 2104, 3.';
comment on constraint webhooks_old_secret_ends on webhooks is 'Two secrets for ever would be one too many.';
comment on constraint webhooks_rest_while_they_fail on webhooks is 'What works is not left alone.';
comment on constraint webhooks_count_failures on webhooks is 'The count and its beginning tell the same story.';
comment on constraint webhooks_give_up_by_stopping on webhooks is 'What was given up is not told any more.';

create index webhooks_of_an_event on webhooks (event_id, id desc);
comment on index webhooks_of_an_event is 'The webhooks of an event, and of the whole site, newest first.';
create index webhooks_of_a_person on webhooks (created_by);
comment on index webhooks_of_a_person is 'Whether anything refers to a person who is removed.';

create type webhook_delivery_status as enum ('waiting', 'delivered', 'given_up');
comment on type webhook_delivery_status is 'To be sent, or sent again; taken by the receiver; not tried any more.';

create table webhook_deliveries (
    id         uuid                    primary key,
    webhook_id uuid                    not null references webhooks (id) on delete cascade,
    change_id  uuid                    not null,
    kind       text                    not null,
    subject_id uuid                    not null,
    sequence   bigint                  not null,
    entry      bigint                  null,
    action     bigint                  null,
    document   jsonb                   null,
    status     webhook_delivery_status not null default 'waiting',
    attempts   int                     not null default 0,
    begun_at   timestamptz             not null,
    due_at     timestamptz             not null,
    created_at timestamptz             not null,
    ended_at   timestamptz             null,
    constraint webhook_deliveries_once unique (webhook_id, change_id),
    constraint webhook_deliveries_have_one_source check (num_nonnulls(entry, action, document) = 1),
    constraint webhook_deliveries_end_with_a_status check ((status = 'waiting') = (ended_at is null)),
    constraint webhook_deliveries_attempts_are_not_negative check (attempts >= 0)
);
comment on table webhook_deliveries is 'What is to be told to which webhook, made from the booking history and the log by a worker, so that buyers write nothing for it. Kept for 30 days after its end.';
comment on column webhook_deliveries.change_id is 'Names the change, the same for every webhook and at every try.';
comment on column webhook_deliveries.subject_id is 'What changed: a booking, an event. What happens to one of them is told in order.';
comment on column webhook_deliveries.sequence is 'The how manieth change of its subject it is, from 1.';
comment on column webhook_deliveries.entry is 'The number of the entry in booking_history that it tells of.';
comment on column webhook_deliveries.action is 'The number of the entry in staff_actions that it tells of.';
comment on column webhook_deliveries.document is 'What is told, where neither log has it: a test, an alert.';
comment on column webhook_deliveries.begun_at is 'From when on it is tried for three days: when it was made, or asked for once more.';
comment on column webhook_deliveries.due_at is 'Not before this instant. Whoever takes it sets it to when their time is up, so that what a worker had that died comes back by itself.';
comment on constraint webhook_deliveries_once on webhook_deliveries is 'A change is told to a webhook once, however often it is read.';
comment on constraint webhook_deliveries_have_one_source on webhook_deliveries is 'What is told has to come from somewhere.';
comment on constraint webhook_deliveries_end_with_a_status on webhook_deliveries is 'What waits has not ended.';
comment on constraint webhook_deliveries_attempts_are_not_negative on webhook_deliveries is 'They are counted up.';

create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at) where status = 'waiting';
comment on index webhook_deliveries_due is 'Finds what is due for a webhook.';
create index webhook_deliveries_in_order on webhook_deliveries (webhook_id, subject_id, sequence) where status = 'waiting';
comment on index webhook_deliveries_in_order is 'Whether something earlier of the same booking still waits.';
create index webhook_deliveries_of_a_webhook on webhook_deliveries (webhook_id, id desc);
comment on index webhook_deliveries_of_a_webhook is 'The log of a webhook, newest first, paged by key.';
create index webhook_deliveries_ended on webhook_deliveries (ended_at) where ended_at is not null;
comment on index webhook_deliveries_ended is 'Finds those that are old enough to be removed.';

create table webhook_tries (
    number      bigint      generated always as identity primary key,
    delivery_id uuid        not null references webhook_deliveries (id) on delete cascade,
    status      int         null,
    error       text        null,
    answer      text        not null,
    took_ms     int         not null,
    created_at  timestamptz not null,
    constraint webhook_tries_end_somehow check (num_nonnulls(status, error) = 1)
);
comment on table webhook_tries is 'Every try of a delivery, and what came of it.';
comment on column webhook_tries.status is 'The status of the answer, if there was one.';
comment on column webhook_tries.error is 'Why there was none.';
comment on column webhook_tries.answer is 'The first characters of the answer.';
comment on column webhook_tries.took_ms is 'Milliseconds from its beginning until the answer or the end of our patience.';
comment on constraint webhook_tries_end_somehow on webhook_tries is 'There was an answer or there was none.';

create index webhook_tries_of_a_delivery on webhook_tries (delivery_id, number);
comment on index webhook_tries_of_a_delivery is 'The tries of a delivery in order.';

create table webhooks_told (
    only_row    boolean primary key default true,
    upto_entry  bigint  not null,
    upto_action bigint  not null,
    constraint webhooks_told_has_one_row check (only_row)
);
comment on table webhooks_told is 'Up to where webhooks have been told of the booking history and of the log of what staff did; also how far programs may read both, because nothing can appear below any more.';
comment on constraint webhooks_told_has_one_row on webhooks_told is 'There is one history.';
insert into webhooks_told (upto_entry, upto_action)
    select (select coalesce(max(number), 0) from booking_history), (select coalesce(max(number), 0) from staff_actions);
