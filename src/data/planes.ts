/** Pixels of one image, one after another [H, W, channels], as three channels one after another [3, H, W]; grey in all three. */
export function separatePlanes(pixels: Uint8Array, channels: number): Uint8Array<ArrayBuffer> {
  const area = pixels.length / channels;
  const planes = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const from = channels < 3 ? 0 : channel;
    for (let i = 0; i < area; i++) planes[channel * area + i] = pixels[i * channels + from] ?? 0;
  }
  return planes;
}

/** The way back: [3, H, W] as [H, W, 3]. */
export function interleavePlanes(planes: Uint8Array): Uint8Array<ArrayBuffer> {
  const area = planes.length / 3;
  const pixels = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) pixels[3 * i + channel] = planes[channel * area + i] ?? 0;
  }
  return pixels;
}
