-- Posters: pictures that admins give their events in place of the drawn ones.

alter table events
    add column poster jsonb null,
    add constraint events_poster_names_its_files check (poster is null or (poster ? 'hash' and poster ? 'widths'));
comment on column events.poster is 'Which files of posters show it, and what they show in words: hash, widths, height of the widest, alt_text. Null: its poster is drawn. Here, so that lists and pages need no second table.';
comment on constraint events_poster_names_its_files on events is 'A page names its picture by both.';

create table posters (
    event_id   uuid        not null references events (id) on delete cascade,
    hash       text        not null,
    size       text        not null,
    bytes      bytea       not null,
    created_at timestamptz not null,
    primary key (event_id, hash, size),
    constraint posters_hash_is_hexadecimal check (hash ~ '^[0-9a-f]{32}$'),
    constraint posters_are_not_empty check (octet_length(bytes) > 0)
);
alter table posters alter column bytes set storage external;
comment on table posters is 'The files of uploaded posters, JPEG, each event''s latest only.';
comment on column posters.hash is 'The first half of the SHA-256 of the file as it was uploaded: another picture has another address, so that files may be kept for ever.';
comment on column posters.size is 'Its width in pixels, or share for the one that other sites show.';
comment on column posters.bytes is 'Stored as they are: a JPEG can''t be packed any further.';
comment on constraint posters_hash_is_hexadecimal on posters is 'It stands in an address.';
comment on constraint posters_are_not_empty on posters is 'A file without bytes shows nothing.';
