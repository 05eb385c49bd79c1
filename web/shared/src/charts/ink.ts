import type { State } from "../clinical/state.ts";
import { token } from "../theme/theme.ts";

/** The colours of a chart, read from the page's tokens each time the theme changes. */
export interface Ink {
  bands: Record<Exclude<State, "unknown">, HTMLCanvasElement | string>;
  line: string;
  point: string;
  paper: string;
  threshold: string;
  extreme: string;
  red: string;
  text: string;
  pointer: string;
}

const HATCH = 7;
const DOTS = 9;

/** Bands differ by pattern as well as by tint: lines where it is extreme, dots at the threshold, plain when optimal. */
export function readInk(): Ink {
  return {
    bands: {
      optimal: token("band-opt"),
      threshold: tile(DOTS, token("band-thr"), (pen) => dot(pen, token("band-hatch-thr"))),
      extreme: tile(HATCH, token("band-ext"), (pen) => stroke(pen, token("band-hatch"))),
    },
    line: token("action"), point: token("ink-1"), paper: token("surface"), threshold: token("thr"),
    extreme: token("ext-line"), red: token("ext-line"), text: token("ink-1"), pointer: token("line-2"),
  };
}

function tile(size: number, ground: string, draw: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  if (pen) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
    draw(pen);
  }
  return canvas;
}

function dot(pen: CanvasRenderingContext2D, colour: string): void {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(DOTS / 2, DOTS / 2, 0.9, 0, 2 * Math.PI);
  pen.fill();
}

/** One diagonal, drawn over the corners too so that tiles join. */
function stroke(pen: CanvasRenderingContext2D, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const shift of [-HATCH, 0, HATCH]) {
    pen.moveTo(shift - 1, HATCH + 1);
    pen.lineTo(shift + HATCH + 1, -1);
  }
  pen.stroke();
}
