import { type Locator, type Page, expect } from "@playwright/test";
import type { Seat } from "../support/catalogue";

/** The drawing of all sections, which can be panned and zoomed. */
export class SectionMap {
  readonly frame: Locator;
  readonly view: Locator;
  readonly mini: Locator;
  readonly named: Locator;

  constructor(readonly page: Page) {
    this.frame = page.getByRole("group", { name: /^Map of the sections/ });
    this.view = page.locator(".map-view");
    this.mini = page.locator(".map-mini");
    this.named = page.locator(".map-named");
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The part of the map that is seen: x, y, width, height in its units. */
  async seen(): Promise<[number, number, number, number]> {
    const box = (await this.frame.locator(".section-map").getAttribute("viewBox")) ?? "";
    return box.split(" ").map(Number) as [number, number, number, number];
  }

  /** Where in the window a seat is drawn. */
  async placeOf({ x, y }: Pick<Seat, "x" | "y">): Promise<{ x: number; y: number }> {
    const frame = (await this.frame.boundingBox()) as { x: number; y: number; width: number; height: number };
    const [left, top, width, height] = await this.seen();
    const scale = Math.min(frame.width / width, frame.height / height);
    return {
      x: frame.x + (frame.width - width * scale) / 2 + (x - left) * scale,
      y: frame.y + (frame.height - height * scale) / 2 + (y - top) * scale,
    };
  }

  /** Zooms in on a seat until it is drawn, by the wheel with the control key, as a touchpad pinches. */
  async zoomTo(seat: Seat): Promise<void> {
    await this.frame.scrollIntoViewIfNeeded();
    await expect(async () => {
      const { x, y } = await this.placeOf(seat);
      await this.page.mouse.move(x, y);
      await this.page.keyboard.down("Control");
      await this.page.mouse.wheel(0, -120);
      await this.page.keyboard.up("Control");
      await this.rest();
      expect((await this.seen())[2]).toBeLessThan(400);
    }).toPass();
    await expect(this.view).toHaveClass(/map-seats-shown/);
  }

  /** Where a place that is so far from the frame's middle is in the window. */
  async #fromMiddle({ x, y }: { x: number; y: number }): Promise<{ x: number; y: number }> {
    const frame = (await this.frame.boundingBox()) as { x: number; y: number; width: number; height: number };
    return { x: frame.x + frame.width / 2 + x, y: frame.y + frame.height / 2 + y };
  }

  async dragByMouse(places: { x: number; y: number }[]): Promise<void> {
    for (const [index, place] of places.entries()) {
      const { x, y } = await this.#fromMiddle(place);
      await this.page.mouse.move(x, y);
      if (index === 0) {
        await this.page.mouse.down();
      }
    }
    await this.page.mouse.up();
  }

  /** Fingers from place to place, each step with the places of all of them, counted from the frame's middle. */
  async touch(steps: { x: number; y: number }[][]): Promise<void> {
    const client = await this.page.context().newCDPSession(this.page);
    for (const [index, fingers] of steps.entries()) {
      const places = await Promise.all(fingers.map((finger) => this.#fromMiddle(finger)));
      const touchPoints = places.map((place, id) => ({ ...place, id }));
      await client.send("Input.dispatchTouchEvent", { type: index === 0 ? "touchStart" : "touchMove", touchPoints });
    }
    await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }

  /** A pinch on a touchpad comes as the wheel with the control key. */
  async pinchOnTouchpad(pixels: number): Promise<void> {
    const { x, y } = await this.#fromMiddle({ x: 0, y: 0 });
    await this.page.mouse.move(x, y);
    await this.page.keyboard.down("Control");
    await this.page.mouse.wheel(0, -pixels);
    await this.page.keyboard.up("Control");
  }

  /** Waits until the map has been drawn for where it lies. */
  async rest(): Promise<void> {
    await expect(this.view).not.toHaveClass(/map-moving/);
  }

  /** The colour of a seat as it is drawn. */
  async colourOf({ x, y }: Pick<Seat, "x" | "y">): Promise<string> {
    const [left, top, width, height] = await this.seen();
    return this.frame.locator("canvas").evaluate(
      (canvas: HTMLCanvasElement, { across, down }) => {
        // The canvas goes beyond what is seen by three tenths on each side.
        const at = (part: number, size: number) => Math.round(((part + 0.3) / 1.6) * size);
        // Through a canvas of its own: reading the map's would slow it down, and the browser says so.
        const one = new OffscreenCanvas(1, 1).getContext("2d");
        one?.drawImage(canvas, at(across, canvas.width), at(down, canvas.height), 1, 1, 0, 0, 1, 1);
        return [...(one?.getImageData(0, 0, 1, 1).data ?? [])].join(" ");
      },
      { across: (x - left) / width, down: (y - top) / height },
    );
  }
}
