-- The events $1 of the catalogue, numbered from $2 on.
with words as (
    select '{jazz,night,organ,garden,letters,summer,opera,dance,market,stories}'::text[] as common,
           '{ba,ce,di,fo,gu,ka,le,mi,no,pu,ra,se,ti,vo,zu,bel,dor,min,tan,ver}'::text[] as syllables,
           '{music,theatre,comedy,sport,film,talks,family,food,art}'::text[] as categories,
           '{Europe/Berlin,Asia/Tokyo,America/New_York,Europe/Lisbon,Australia/Sydney}'::text[] as zones
), numbered as (
    select id, $2 + n::int as n, ($2 + n::int) * 37 % 8000 as m from unnest($1::uuid[]) with ordinality as given (id, n)
), described as (
    select id, n, categories[1 + n % 9] as category, zones[1 + n % 5] as zone, n % 3 = 0 as seated,
           common[1 + n % 10] as common,
           syllables[1 + n % 20] || syllables[1 + n / 20 % 20] || syllables[1 + n / 400 % 20] as one,
           syllables[1 + m % 20] || syllables[1 + m / 20 % 20] || syllables[1 + m / 400] as other,
           date_trunc('day', now()) - interval '30 days' + (n::bigint * 7919 % 525600) * interval '1 minute' as event_date
    from numbered, words
)
insert into events (id, name, summary, description, category, venue, address, city, country, timezone,
                    event_date, ends_at, currency, price_minor, total_capacity, available_capacity, has_seat_selection,
                    together_count, status, sales_open_at, sales_close_at, places_per_person, hold_length_s,
                    created_at, updated_at)
select id, initcap(common || ' ' || one || ' ' || other), 'An evening with ' || one || ' and ' || other || '.',
       repeat('What one reads before one books. ', 20), category, initcap(other) || ' Hall', 'Street ' || n,
       'City ' || n % 300, 'DE', zone, event_date, event_date + interval '2 hours', 'EUR', n % 90 * 100, 400,
       case when seated then n % 400 else 400 end, seated, case when seated then least(n % 400, n % 13) else 0 end,
       'published', now() - interval '60 days', event_date, 10, 600, now(), now()
from described
