import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ELSEWHERE, type Event } from "./catalogue";

const run = promisify(execFile);
const POSTGRES_BIN = fileURLToPath(new URL("../../../scripts/postgres-bin", import.meta.url));

/** What a made event is like. */
interface Made {
  capacity: number;
  /** When its sale opens, in seconds from now; earlier is open. */
  opensInS: number;
}

/** An event of this test's own, otherwise like one of the demo data: general admission, in a city where nothing else is. */
export async function makeEvent(like: Event, { capacity, opensInS }: Made): Promise<Event> {
  // Ids of the site begin with the time, and with them the codes of tickets.
  const id = `01${randomUUID().slice(2)}`;
  // Others are made at the same time, and some of them stand first in the list.
  const name = `An Evening of Its Own ${id.slice(-6)}`;
  await sql(`
    insert into events (id, name, summary, description, category, venue, address, city, country, timezone, event_date, ends_at,
                        currency, price_minor, total_capacity, available_capacity, has_seat_selection, status, sales_open_at,
                        sales_close_at, places_per_person, created_at, updated_at)
    select '${id}', '${name}', summary, description, category, venue, address, '${ELSEWHERE}', country, timezone, event_date, ends_at,
           currency, price_minor, ${capacity}, ${capacity}, false, 'published', clock_timestamp() + interval '${opensInS} seconds',
           sales_close_at, 10, clock_timestamp(), clock_timestamp()
    from events where id = '${like.id}'`);
  return { ...like, id, name, city: ELSEWHERE, total_capacity: capacity, available_capacity: capacity };
}

/** The same with a map of seats: one section of two rows. */
export async function makeSeatedEvent(like: Event, opensInS: number): Promise<Event> {
  const event = await makeEvent(like, { capacity: 20, opensInS });
  await sql(`
    update events set has_seat_selection = true, together_count = 10 where id = '${event.id}';
    insert into seat_maps (event_id, width, height, stage, stage_label)
      values ('${event.id}', 120, 75, '{20,2,100,2,100,18,20,18}', 'Stage');
    insert into sections (event_id, name, position, price_minor, lowest_price_minor, outline, total_count, available_count, together_count)
      values ('${event.id}', 'Stalls', 0, ${like.price_minor}, ${like.price_minor}, '{5,25,115,25,115,65,5,65}', 20, 20, 10);
    insert into seats (id, event_id, section, "row", number, price_minor, x, y, created_at, updated_at)
      select gen_random_uuid(), '${event.id}', 'Stalls', "row", number::text, ${like.price_minor}, 5 + 10 * number, y, clock_timestamp(), clock_timestamp()
      from (values ('A', 35), ('B', 45)) as rows ("row", y), generate_series(1, 10) as number`);
  return { ...event, has_seat_selection: true };
}

/** Lets the event begin in an hour, so that its door is open. */
export async function beginSoon(event: Event): Promise<void> {
  await sql(`
    update events set event_date = clock_timestamp() + interval '1 hour', ends_at = clock_timestamp() + interval '4 hours',
                      doors_at = null, sales_close_at = clock_timestamp() + interval '1 hour'
    where id = '${event.id}'`);
}

/** No function of the site makes an event, so that a test asks the database it runs on. */
async function sql(statements: string): Promise<void> {
  const url = process.env.DATABASE_URL;
  if (!url) {
    throw new Error("DATABASE_URL names the database that the site under test runs on: scripts/e2e sets it");
  }
  const { stdout: bin } = await run(POSTGRES_BIN);
  await run(`${bin.trim()}/psql`, [url, "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--command", statements]);
}
