-- Finding: seats beside each other.

alter table sections
    add column together_count  int         not null default 0,
    add column together_due_at timestamptz null default '-infinity',
    add constraint sections_together_within_total check (together_count between 0 and total_count);
comment on column sections.together_count is 'The most ordinary seats that are free beside each other in one row: a projection of seats.status, a few seconds late, exact once together_due_at is null.';
comment on column sections.together_due_at is 'When the free seats beside each other are to be counted again; null when nothing has changed since. Some seconds after the first change, so that a rush counts a section once in that time and not for every buyer.';
comment on constraint sections_together_within_total on sections is 'No more seats are free beside each other than there are.';

create index sections_to_count on sections (together_due_at) where together_due_at is not null;
comment on index sections_to_count is 'Finds the few sections that changed among all.';

alter table events
    add column together_count int not null default 0,
    add constraint events_together_is_not_negative check (together_count >= 0);
comment on column events.together_count is 'With seats: the most of its sections'' together_count, so that a search for seats side by side reads no seat. General admission: 0, its free places are always together.';
comment on constraint events_together_is_not_negative on events is 'A count. It may exceed the free places for the seconds it is late.';
