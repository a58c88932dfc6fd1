-- Finding: seats beside each other, the words that events have, and orders that skip what is over.

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

create table event_words (
    word text primary key,
    constraint event_words_are_words check (char_length(word) between 3 and 40)
);
comment on table event_words is 'Every word that an event has ever had, folded: what a word that no event has may be a typing error of. Kept by triggers, whoever writes events. Words are never removed; who reads them asks whether an event to come has them.';
comment on column event_words.word is 'Letters and digits, lower case, without accents.';
comment on constraint event_words_are_words on event_words is 'Shorter ones turn into each other too easily, and nobody types longer ones.';

create index event_words_alike on event_words using gin (word gin_trgm_ops);
comment on index event_words_alike is 'Finds the words that look like a mistyped one.';

create function words_of(search_text text) returns setof text
    language sql immutable strict parallel safe
    as $$ select distinct word from regexp_split_to_table(search_text, '[^[:alnum:]]+') as word
          where char_length(word) between 3 and 40 $$;
comment on function words_of(text) is 'The words of a folded text that a typing error can be of.';

create function note_event_words() returns trigger language plpgsql as $$
begin
    -- In order, so that two who write events wait for each other at most one way.
    insert into event_words select word from words_of(new.search_text) as word order by word on conflict do nothing;
    return null;
end $$;
comment on function note_event_words() is 'Adds the words of an event that was written.';

create function note_words_of_new_events() returns trigger language plpgsql as $$
begin
    insert into event_words
        select distinct word from new_events, words_of(search_text) as word order by word on conflict do nothing;
    return null;
end $$;
comment on function note_words_of_new_events() is 'Adds the words of all events that one statement inserted.';

create trigger events_note_words after insert on events
    referencing new table as new_events for each statement execute function note_words_of_new_events();
comment on trigger events_note_words on events is 'Once a statement, so that many events are added quickly.';
create trigger events_note_changed_words after update of name, summary, venue, city, category on events
    for each row when (old.search_text <> new.search_text) execute function note_event_words();
comment on trigger events_note_changed_words on events is 'Never for a buyer: only where an event is described anew.';

insert into event_words select distinct word from events, words_of(search_text) as word;

-- The end stands in the orders, so that the month of events that may not be over yet is passed without a look at them.
drop index events_by_date, events_by_city, events_by_category;
create index events_by_date on events (event_date, id, ends_at) include (timezone) where status <> 'draft';
comment on index events_by_date is 'The list sorted by date, paged by key; with the zone the days of a month are counted from it alone.';
create index events_by_city on events (city, event_date, id, ends_at) where status <> 'draft';
comment on index events_by_city is 'The filter by city, and the list of cities.';
create index events_by_category on events (category, event_date, id, ends_at) where status <> 'draft';
comment on index events_by_category is 'The filter by category.';
