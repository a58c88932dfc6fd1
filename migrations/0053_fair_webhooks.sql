-- Webhooks that are slow, and those of people who may not run them any more.

alter table webhooks
    add column is_slow     boolean not null default false,
    add column is_orphaned boolean not null default false,
    add constraint webhooks_orphans_are_stopped check (not is_orphaned or stopped_at is not null);
comment on column webhooks.is_slow is 'Whether its last answer took two seconds or more: it is told by workers of its own then, and keeps nobody else waiting.';
comment on column webhooks.is_orphaned is 'Whether it was stopped because who ran it has no role any more by which they could.';
comment on column webhooks.created_by is 'Who runs it: who made it, or started it after that person had lost their role.';
comment on constraint webhooks_orphans_are_stopped on webhooks is 'Nobody answers for it, so nothing is told.';

create index webhook_deliveries_given_up on webhook_deliveries (webhook_id, id desc) where status = 'given_up';
comment on index webhook_deliveries_given_up is 'The few deliveries of a webhook that were given up, newest first, among the many that arrived.';
create index staff_actions_told on staff_actions (event_id, number)
    where action in ('event_published', 'event_unpublished', 'event_updated', 'event_cancelled') and event_id is not null;
comment on index staff_actions_told is 'Which change of its event an action is that webhooks are told of.';
