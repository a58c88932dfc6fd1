import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIRequestContext } from "@playwright/test";
import { found } from "./catalogue";

const [WIDTH, HEIGHT] = [640, 480];

/** What the camera of this worker's browser sees. */
export const CAMERA_FILE = join(tmpdir(), `evently-camera-${process.env.TEST_PARALLEL_INDEX ?? "0"}.y4m`);

/** A browser whose camera shows that file, and that asks nobody whether it may be used. */
export const CAMERA_ARGS = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${CAMERA_FILE}`];

/** Holds a ticket in front of the camera, as its page shows it to this person. */
export async function showTicket(request: APIRequestContext, ticketId: string): Promise<void> {
  const page = await (await request.get(`/tickets/${ticketId}`, { headers: { accept: "text/html" } })).text();
  const code = found(page.match(/viewBox="-4 -4 (\d+) [^>]* class="qr"[^]*?<path[^>]* d="([^"]+)"/), "code on the ticket's page");
  await writeFile(CAMERA_FILE, film(Number(code[1]), runs(code[2] ?? "")));
}

/** Nothing in front of the camera. */
export async function showNothing(): Promise<void> {
  await writeFile(CAMERA_FILE, film(1, []));
}

interface Run {
  x: number;
  y: number;
  length: number;
}

function runs(path: string): Run[] {
  return [...path.matchAll(/M(\d+) (\d+)h(\d+)v1/g)].map(([, x, y, length]) => ({ x: Number(x), y: Number(y), length: Number(length) }));
}

/** A film of one picture, which repeats: YUV4MPEG2 is a line of text, then the planes as they are. */
function film(size: number, dark: Run[]): Buffer {
  const brightness = Buffer.alloc(WIDTH * HEIGHT, 235);
  const scale = Math.floor(HEIGHT / size);
  for (const { x, y, length } of dark) {
    for (let row = 0; row < scale; row++) {
      const start = ((y + 4) * scale + row) * WIDTH + (WIDTH - size * scale) / 2 + (x + 4) * scale;
      brightness.fill(16, Math.floor(start), Math.floor(start) + length * scale);
    }
  }
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n`), brightness, colour]);
}
