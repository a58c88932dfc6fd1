-- A mail on Mondays that says how the week before went.

create table digest_weeks (
    week       date        primary key,
    created_at timestamptz not null,
    constraint digest_weeks_begin_on_monday check (extract(isodow from week) = 1)
);
comment on table digest_weeks is 'The weeks that staff were told of, or are being told of.';
comment on column digest_weeks.week is 'Its Monday.';
comment on constraint digest_weeks_begin_on_monday on digest_weeks is 'ISO 8601.';
-- Nobody is told of the week before there were digests.
insert into digest_weeks
select date_trunc('week', (now() at time zone 'UTC') - interval '12 hours')::date - 7, now();

alter table unwanted_mails drop constraint unwanted_mails_kind_is_known;
alter table unwanted_mails add constraint unwanted_mails_kind_is_known check (kind in ('reminder', 'hold_ending', 'digest'));
comment on constraint unwanted_mails_kind_is_known on unwanted_mails is 'Only what can be done without can be switched off.';
