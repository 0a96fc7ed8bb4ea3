import type { Histogram } from "./histogram.ts";
import type { Picture } from "./picture.ts";
import { bytes, double, fieldsOf, float, packedDoubles, varint } from "./protobuf.ts";
import { framed } from "./records.ts";

/**
 * What event files hold: messages `Event` of tensorflow/core/util/event.proto, and in them `Summary` of
 * tensorflow/core/framework/summary.proto, as TensorBoard and all that read its files know them.
 */
const eventFields = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const valueFields = { tag: 1, scalar: 2, image: 4, histogram: 5 } as const;
const valueOfSummary = 1;

/** When something was, and after how many steps. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly step: number;
}

/** How a file begins, and that whatever was read before of the same run counts no more. */
export function beginning(time: number): Buffer {
  const started = bytes(eventFields.sessionLog, varint(1, 1)); // SessionLog.status START
  return Buffer.concat([
    framed(Buffer.concat([double(eventFields.wallTime, time / 1000), bytes(eventFields.fileVersion, "brain.Event:2")])),
    event({ time, step: 0 }, started),
  ]);
}

/** Numbers by their tags. */
export function scalars(moment: Moment, values: readonly (readonly [tag: string, value: number])[]): Buffer {
  return summary(
    moment,
    values.map(([tag, value]) => [bytes(valueFields.tag, tag), float(valueFields.scalar, value)]),
  );
}

/** Distributions by their tags. */
export function histograms(moment: Moment, values: readonly (readonly [tag: string, histogram: Histogram])[]): Buffer {
  return summary(
    moment,
    values.map(([tag, { least, largest, count, sum, sumOfSquares, limits, counts }]) => {
      const moments = [double(1, least), double(2, largest), double(3, count), double(4, sum), double(5, sumOfSquares)];
      const content = [...moments, packedDoubles(6, limits), packedDoubles(7, counts)];
      return [bytes(valueFields.tag, tag), bytes(valueFields.histogram, ...content)];
    }),
  );
}

export function image(moment: Moment, tag: string, { png, height, width }: Picture): Buffer {
  const content = [varint(1, height), varint(2, width), varint(3, 3), bytes(4, png)]; // 3: colours are RGB
  return summary(moment, [[bytes(valueFields.tag, tag), bytes(valueFields.image, ...content)]]);
}

function summary(moment: Moment, values: readonly (readonly Buffer[])[]): Buffer {
  return event(moment, bytes(eventFields.summary, ...values.map((fields) => bytes(valueOfSummary, ...fields))));
}

function event({ time, step }: Moment, what: Buffer): Buffer {
  const after = step === 0 ? [] : [varint(eventFields.step, step)]; // as what is not said
  return framed(Buffer.concat([double(eventFields.wallTime, time / 1000), ...after, what]));
}

/** What a record tells: of pictures and distributions, which no other file of a run has, or of something else. */
export function toldBy(record: Buffer): { readonly kind: "image" | "histogram" | "other"; readonly step: number } {
  const fields = [...fieldsOf(record)];
  const step = fields.find(({ number }) => number === eventFields.step)?.value ?? 0;
  const told = fields.find(({ number }) => number === eventFields.summary)?.content ?? Buffer.alloc(0);
  const [first] = fieldsOf(told);
  const numbers = first === undefined ? [] : [...fieldsOf(first.content)].map(({ number }) => number);
  if (numbers.includes(valueFields.image)) return { kind: "image", step };
  return { kind: numbers.includes(valueFields.histogram) ? "histogram" : "other", step };
}
