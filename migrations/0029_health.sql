-- How the system is: what its processes have seen, and what needs attention.

create table vitals (
    minute              timestamptz primary key,
    request_count       bigint not null default 0,
    failed_count        bigint not null default 0,
    slow_count          bigint not null default 0,
    booking_count       bigint not null default 0,
    booking_failed_count bigint not null default 0,
    confirmed_count     bigint not null default 0,
    cancelled_count     bigint not null default 0,
    session_hit_count   bigint not null default 0,
    session_miss_count  bigint not null default 0,
    constraint vitals_are_of_whole_minutes check (minute = date_trunc('minute', minute))
);
comment on table vitals is 'What all processes answered, minute by minute: each adds what it has counted since it last did. Kept for eight days: a week to compare with.';
comment on column vitals.failed_count is 'Requests answered by 500 and above.';
comment on column vitals.slow_count is 'Requests that took more than a second.';
comment on column vitals.booking_count is 'Requests to hold or confirm.';
comment on column vitals.booking_failed_count is 'Those of them answered by 500 and above.';
comment on column vitals.confirmed_count is 'Requests to confirm that did; cancelled_count: to cancel.';
comment on column vitals.session_hit_count is 'Sessions found in a process or in Redis; session_miss_count are those read from PostgreSQL.';
comment on constraint vitals_are_of_whole_minutes on vitals is 'Processes add to the same row.';

create table audits (
    id           bigint      generated always as identity primary key,
    ended_at     timestamptz not null,
    broken_count bigint      not null,
    constraint audits_count_rows check (broken_count >= 0)
);
comment on table audits is 'The audits on schedule, and how many rows each found that break an invariant.';
comment on constraint audits_count_rows on audits is 'A count.';

create table alerts (
    id         bigint      generated always as identity primary key,
    rule       text        not null,
    value      bigint      not null,
    raised_at  timestamptz not null,
    cleared_at timestamptz null,
    constraint alerts_clear_after_they_rise check (cleared_at >= raised_at)
);
comment on table alerts is 'What needed attention, from when until when.';
comment on column alerts.value is 'What was measured when it rose, in the rule''s unit.';
comment on constraint alerts_clear_after_they_rise on alerts is 'Time runs forward.';

create unique index alerts_one_open_per_rule on alerts (rule) where cleared_at is null;
comment on index alerts_one_open_per_rule is 'What is raised already isn''t raised again, however many processes look.';

create table alert_streaks (
    rule   text primary key,
    streak int  not null
);
comment on table alert_streaks is 'For how many looks in a row each rule has been beyond the bound that it isn''t acted on yet: above zero towards raising, below zero towards clearing.';
