import { type APIRequestContext, expect } from "@playwright/test";
import type { Event, Seat } from "./catalogue";

export interface Booking {
  id: string;
  reference: string;
  event_id: string;
  status: string;
  seconds_left: number;
  can_cancel: boolean;
  event: { name: string; availability: { state: string } };
}

/** The bookings of whoever is signed in where this request comes from. */
export class Bookings {
  readonly #request: APIRequestContext;

  constructor(request: APIRequestContext) {
    this.#request = request;
  }

  async holdSeats(event: Event, seats: Seat[]): Promise<Booking> {
    return this.#post("hold", { event_id: event.id, seat_ids: seats.map(({ id }) => id) });
  }

  async holdPlaces(event: Event, quantity: number): Promise<Booking> {
    return this.#post("hold", { event_id: event.id, quantity });
  }

  async confirm({ id }: Booking): Promise<Booking> {
    return this.#post("confirm", { booking_id: id });
  }

  async release({ id }: Booking): Promise<Booking> {
    return this.#post("release", { booking_id: id });
  }

  async cancel({ id }: Booking): Promise<Booking> {
    return this.#post("cancel", { booking_id: id });
  }

  async list(): Promise<Booking[]> {
    const { items } = await this.#get<{ items: Booking[] }>("list");
    return items;
  }

  /** What happened to a booking: `held`, `confirmed`, … */
  async history({ id }: Booking): Promise<string[]> {
    const entries = await this.#get<{ action: string }[]>("history", { booking_id: id });
    return entries.map(({ action }) => action);
  }

  async #get<T>(verb: string, params: Record<string, string> = {}): Promise<T> {
    const reply = await this.#request.get(`/api/v1/bookings/${verb}`, { params });
    expect(reply.status(), await reply.text()).toBe(200);
    return (await reply.json()) as T;
  }

  async #post(verb: string, data: object): Promise<Booking> {
    const reply = await this.#request.post(`/api/v1/bookings/${verb}`, { data });
    expect(reply.status(), await reply.text()).toBe(200);
    return (await reply.json()) as Booking;
  }
}

export function checkoutPath({ id }: Booking): string {
  return `/bookings/${id}/checkout`;
}

export function bookingPath({ id }: Booking): string {
  return `/bookings/${id}`;
}

export function cancelPath({ id }: Booking): string {
  return `/bookings/${id}/cancel`;
}
