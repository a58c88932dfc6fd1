import { type APIRequestContext, expect } from "@playwright/test";

export interface Event {
  id: string;
  name: string;
  category: string;
  city: string;
  currency: string;
  price_minor: number;
  total_capacity: number;
  available_capacity: number;
  has_seat_selection: boolean;
  sales_open_at: string;
  availability: { state: string };
}

export interface Seat {
  id: string;
  section: string;
  row: string;
  number: string;
  price_minor: number;
  status: string;
  kind: string;
  x: number;
  y: number;
}

/** Where the events are that tests make for themselves. */
export const ELSEWHERE = "Elsewhere";

interface Section {
  name: string;
  total_count: number;
  available_count: number;
}

/** What is on, as the demo data has it, found by what it is like and never by its id. */
export class Catalogue {
  readonly #request: APIRequestContext;
  readonly #lane: number;
  readonly #laneCount: number;

  /** Tests that run at the same time take seats from rows of their own: this is lane `lane` of `laneCount`. */
  constructor(request: APIRequestContext, lane: number, laneCount: number) {
    this.#request = request;
    this.#lane = lane;
    this.#laneCount = laneCount;
  }

  /** The first event to come that is like this. */
  async event(what: string, isLikeThis: (event: Event) => boolean): Promise<Event> {
    return found((await this.events()).find(isLikeThis), what);
  }

  /** The events to come, narrowed like the list of events, without those of other tests. */
  async events(narrowed: Record<string, string> = {}): Promise<Event[]> {
    const { items } = await this.#get<{ items: Event[] }>("/api/v1/events/list", { limit: "200", ...narrowed });
    return items.filter(({ city }) => city !== ELSEWHERE);
  }

  /** Places without numbers, for money, enough for everybody. */
  async concert(): Promise<Event> {
    const fits = (event: Event) => isOpen(event) && !event.has_seat_selection && event.price_minor > 0 && event.available_capacity > 200;
    return this.event("general admission with places to spare", fits);
  }

  /** Several hundred seats in stalls, circle and balcony. */
  async theatre(): Promise<Event> {
    const fits = (event: Event) => isOpen(event) && hasSeats(event, 400, 1_000) && event.available_capacity > 200;
    return this.event("theatre with seats to spare", fits);
  }

  /** One that is sold out and has a waitlist. */
  async soldOut(): Promise<Event> {
    return this.event("a sold-out event", ({ availability }) => availability.state === "sold_out");
  }

  /** A small one with hardly a place left, of which no other test takes any. */
  async nearlyGone(): Promise<Event> {
    // It may be sold out while a test has them.
    const isNearlyGone = ({ state }: Event["availability"]) => state === "few_left" || state === "sold_out";
    const fits = (event: Event) => isNearlyGone(event.availability) && !event.has_seat_selection && event.total_capacity <= 100;
    return found((await this.events()).filter(fits)[this.#lane], "event for each lane with hardly a place left");
  }

  async sections(event: Event): Promise<Section[]> {
    const { sections } = await this.#get<{ sections: Section[] }>("/api/v1/seats/map", { event_id: event.id });
    return sections;
  }

  async seats(event: Event, section: string): Promise<Seat[]> {
    const { seats } = await this.#get<{ seats: Seat[] }>("/api/v1/seats/section", { event_id: event.id, section });
    return seats;
  }

  /** So many free seats side by side that no other test takes: in this section, or in the first that has them. */
  async freeSeats(event: Event, count: number, section?: string): Promise<[Seat, ...Seat[]]> {
    const sections = (await this.sections(event)).map(({ name }) => name);
    for (const name of section ? [section] : sections) {
      const own = inRows(await this.seats(event, name)).filter((_, index) => index % this.#laneCount === this.#lane);
      for (const row of own) {
        const seats = sideBySide(row, count);
        if (seats) {
          return seats;
        }
      }
    }
    throw new Error(`${event.name} has no ${count} free seats side by side`);
  }

  async #get<T>(path: string, params: Record<string, string>): Promise<T> {
    const reply = await this.#request.get(path, { params });
    expect(reply.status(), await reply.text()).toBe(200);
    return (await reply.json()) as T;
  }
}

export function isOpen(event: Event): boolean {
  return event.availability.state === "available";
}

/** In how many hours its sale opens, if it opens later. */
export function opensInH({ availability, sales_open_at }: Event): number | undefined {
  return availability.state === "opens_later" ? (Date.parse(sales_open_at) - Date.now()) / 3_600_000 : undefined;
}

/** Whether people choose from so many seats. */
export function hasSeats({ has_seat_selection, total_capacity }: Event, least: number, most: number): boolean {
  return has_seat_selection && least <= total_capacity && total_capacity <= most;
}

/** The seats of a section, row by row: they come in this order. */
function inRows(seats: Seat[]): Seat[][] {
  const rows = new Map<string, Seat[]>();
  for (const seat of seats) {
    rows.set(seat.row, [...(rows.get(seat.row) ?? []), seat]);
  }
  return [...rows.values()];
}

/** Further apart is an aisle. */
const BESIDE_MAX = 18;

function distance(a: Seat, b: Seat): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The first run of ordinary seats that are free. Row F of the stalls belongs to the one test that books F12 and F13. */
function sideBySide(row: Seat[], count: number): [Seat, ...Seat[]] | undefined {
  for (let at = 0; at + count <= row.length; at++) {
    const [first, ...rest] = row.slice(at, at + count);
    const fits = (seat: Seat) => seat.status === "available" && seat.kind === "standard" && !(seat.section === "Stalls" && seat.row === "F");
    const isBeside = (seat: Seat, index: number) => distance([first as Seat, ...rest][index] as Seat, seat) <= BESIDE_MAX;
    if (first && [first, ...rest].every(fits) && rest.every(isBeside)) {
      return [first, ...rest];
    }
  }
  return undefined;
}

/** What was looked for in the demo data, which has to have it. */
export function found<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) {
    throw new Error(`the demo data has no ${what}`);
  }
  return value;
}

/** The seat's short name, as people read it. */
export function labelOf(seat: Seat): string {
  return /\d$/.test(seat.row) ? `${seat.row}-${seat.number}` : `${seat.row}${seat.number}`;
}
