// What the widgets share behind the page: examples, the code z, traits.

export function bytes(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return new Uint8Array(value?.buffer ?? 0, value?.byteOffset, value?.byteLength);
}

export const floats = (value) => new Float32Array(bytes(value).slice().buffer);

export async function inflate(deflated) {
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The real pictures that came along, their codes and classes.
export async function openExamples(model) {
  const pixels = await inflate(bytes(model.get("_pixels")));
  const [height, width, channels = 1] = model.get("_shape");
  const size = height * width * channels;
  const count = pixels.length / size;
  const labels = model.get("_labels");
  const codes = floats(model.get("_codes"));
  const dim = codes.length / count || 0;
  const distance = (values, from, i, n, unit) => {
    let sum = 0;
    for (let k = 0, j = i * n; k < n; k++, j++) sum += (values[k] - from[j] / unit) ** 2;
    return sum;
  };
  return {
    count,
    labels,
    dim,
    codes,
    pixels: (i) => Float32Array.from(pixels.subarray(i * size, (i + 1) * size), (v) => v / 255),
    code: (i) => codes.slice(i * dim, (i + 1) * dim),
    name: (i) => (labels.length ? `picture ${i}, a ${labels[i]}` : `picture ${i}`),
    nearestCode(z) {
      let best = { index: -1, distance: Infinity };
      for (let i = 0; i < count; i++) {
        const d = distance(z, codes, i, dim, 1);
        if (d < best.distance) best = { index: i, distance: d };
      }
      return { index: best.index, distance: Math.sqrt(best.distance) };
    },
    // What a picture shows, in words that go on from "it": the classes of the five real pictures that are nearest.
    resembles(picture) {
      if (!labels.length) return `has ${Math.round((100 * picture.reduce((a, b) => a + b, 0)) / size)} % ${channels > 1 ? "light" : "ink"}`;
      const all = labels.map((label, i) => [distance(picture, pixels, i, size, 255), label]);
      const votes = {};
      for (const [, label] of all.sort((a, b) => a[0] - b[0]).slice(0, 5)) votes[label] = (votes[label] ?? 0) + 1;
      const [first, second] = Object.entries(votes).sort((a, b) => b[1] - a[1]);
      return second && first[1] < 4 ? `looks like something between a ${first[0]} and a ${second[0]}` : `looks like a ${first[0]}`;
    },
  };
}

// The code z of all views: drawn at once, told to Python at most every 80 ms and when a hand lifts.
// tellAlso() may set other traits that go with it.
export function openCode(model, redraw, tellAlso = () => {}) {
  const z = Float32Array.from(model.get("z"));
  let timer = 0;
  const tell = () => {
    clearTimeout(timer);
    timer = 0;
    model.set("z", Array.from(z));
    tellAlso();
    model.save_changes();
  };
  const heard = () => {
    if (timer) return; // our own words, come back late: the hand has moved on
    const next = model.get("z");
    if (z.every((v, i) => Math.abs(v - next[i]) < 1e-6)) return;
    z.set(next);
    redraw();
  };
  model.on("change:z", heard);
  const moved = (atOnce) => {
    redraw();
    if (atOnce) tell();
    else timer ||= setTimeout(tell, 80);
  };
  return { z, moved, close: () => model.off("change:z", heard) };
}

// Traits that a hand sets: drawn at once, told to Python when the hand lifts or has rested.
export function openTraits(model, names, redraw, rest = 100) {
  let timer;
  let own = false; // the echo of what we set ourselves needs no second drawing
  const events = names.map((name) => `change:${name}`).join(" ");
  const heard = () => own || redraw();
  model.on(events, heard);
  const change = (name, value, atOnce) => {
    own = true;
    model.set(name, value);
    own = false;
    redraw();
    clearTimeout(timer);
    if (atOnce) model.save_changes();
    else timer = setTimeout(() => model.save_changes(), rest);
  };
  const close = () => {
    clearTimeout(timer);
    model.off(events, heard);
  };
  return { change, close };
}
