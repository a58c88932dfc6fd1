-- Work that is done after the request, and the mails it sends.

create table jobs (
    id          bigint      generated always as identity primary key,
    lane        text        not null,
    job         jsonb       not null,
    run_at      timestamptz not null,
    attempts    int         not null default 0,
    created_at  timestamptz not null,
    last_error  text        null,
    died_at     timestamptz null,
    constraint jobs_attempts_are_not_negative check (attempts >= 0),
    constraint jobs_lane_is_known check (lane in ('mail', 'bulk', 'work')),
    constraint jobs_died_of_something check (died_at is null or last_error is not null)
);
comment on table jobs is 'What is still to be done: written in the transaction that causes it, gone when it is done. What failed for good stays, to be looked at.';
comment on column jobs.lane is 'Which workers take it: a mail server that is away must not keep other work from being done, nor a mail to many one to somebody who waits.';
comment on column jobs.job is 'What to do: its kind and the ids it is about.';
comment on column jobs.run_at is 'Not before this instant. Whoever takes it sets it to when their time is up, so that the job of a worker that died comes back by itself.';
comment on column jobs.attempts is 'How often it was taken; whoever finishes it names theirs, so that a worker that came too late changes nothing.';
comment on column jobs.last_error is 'Why the last attempt failed.';
comment on column jobs.died_at is 'When it was given up.';
comment on constraint jobs_attempts_are_not_negative on jobs is 'They are counted up.';
comment on constraint jobs_lane_is_known on jobs is 'A lane that nobody works would never be emptied.';
comment on constraint jobs_died_of_something on jobs is 'Whoever looks at it wants to know why.';

create unique index jobs_once on jobs (job) where died_at is null;
comment on index jobs_once is 'The same work asked for twice is done once.';
create index jobs_due on jobs (lane, run_at) where died_at is null;
comment on index jobs_due is 'Finds what is due in a lane, oldest first.';

create table schedules (
    name    text        primary key,
    last_at timestamptz not null
);
comment on table schedules is 'When each piece of periodic work was last begun, by whichever process.';
comment on column schedules.last_at is 'Whoever moves it on does the work.';

create type mail_status as enum ('sent', 'refused', 'needless', 'unwanted');
comment on type mail_status is 'What became of a mail: taken by the mail server, refused by it for good, not needed any more when its turn came, or of a kind that its person has switched off.';

create table mails (
    id         uuid        primary key,
    cause      jsonb       not null,
    user_id    uuid        null references users (id),
    address    text        null,
    subject    text        null,
    status     mail_status null,
    error      text        null,
    created_at timestamptz not null,
    ended_at   timestamptz null,
    constraint mails_end_with_a_status check ((status is null) = (ended_at is null)),
    constraint mails_refused_have_an_error check (status <> 'refused' or error is not null),
    constraint mails_sent_have_an_address check (status <> 'sent' or address is not null)
);
comment on table mails is 'Every mail that was to be sent, once for each cause: what was sent is known, and sent once.';
comment on column mails.id is 'Also the mail''s Message-ID, the same at each try, so that a server or program that gets it twice can tell.';
comment on column mails.cause is 'Its kind and the ids it is about.';
comment on column mails.user_id is 'To whom; null where they have no account.';
comment on column mails.error is 'What the mail server said.';
comment on column mails.ended_at is 'When it was sent, refused, or found to be needless.';
comment on constraint mails_end_with_a_status on mails is 'A mail under way has neither.';
comment on constraint mails_refused_have_an_error on mails is 'Whoever looks at it wants to know why.';
comment on constraint mails_sent_have_an_address on mails is 'It went somewhere.';

create unique index mails_once on mails (cause);
comment on index mails_once is 'No cause is told twice.';
create index mails_of_a_person on mails (user_id, created_at) where user_id is not null;
comment on index mails_of_a_person is 'What a person was sent, for them and for whoever helps them.';
create index mails_refused on mails (ended_at) where status = 'refused';
comment on index mails_refused is 'What was refused lately.';

create table told_history (
    upto_entry bigint  not null,
    only_row   boolean primary key default true,
    constraint told_history_has_one_row check (only_row)
);
comment on table told_history is 'Up to which entry of the booking history people have been told: the history is where the mails about bookings begin, so that buyers write nothing for them.';
comment on constraint told_history_has_one_row on told_history is 'There is one history.';
insert into told_history (upto_entry) select coalesce(max(number), 0) from booking_history;

create table reminded_events (
    event_id   uuid        primary key references events (id),
    created_at timestamptz not null
);
comment on table reminded_events is 'The events whose attendees are being reminded, or have been.';
