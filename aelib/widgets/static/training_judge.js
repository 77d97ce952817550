// Which digit a drawn picture is, or none: what the real digits that are nearest say, if it is as near
// to them as real digits are to each other, and no fog.
import { PIXELS } from "../../engine/trainer.js";

const SIDE = 28;
const MOST = 1000; // real digits that are asked
const TRIED = 60; // held-out digits that say how near is near
const ASKED = 5;
const AGREE = 4; // of those asked
const SHARE = 0.95; // of real digits that lie so near
const DARK = 0.4; // of its ink, on average: real digits have 0.8, fog has 0.3

// labels: of train, then of test. Returns a function of pictures (0 to 1): a label or null for each.
export function openJudge(train, test, labels) {
  const count = Math.min(MOST, train.length / PIXELS);
  const real = Float32Array.from({ length: count * PIXELS }, (_, i) => train[i] / 255);
  const own = Float32Array.from({ length: Math.min(TRIED, test.length / PIXELS) * PIXELS }, (_, i) => test[i] / 255);
  let limit;

  // The five that are nearest, the nearest first.
  function nearest(picture) {
    const found = Array.from({ length: ASKED }, () => ({ distance: Infinity, label: null }));
    for (let i = 0; i < count; i++) {
      const distance = between(picture, real, i, found.at(-1).distance);
      if (distance >= found.at(-1).distance) continue;
      found[ASKED - 1] = { distance, label: labels[i] };
      found.sort((a, b) => a.distance - b.distance);
    }
    return found;
  }

  function read(picture) {
    const asked = nearest(picture);
    const votes = asked.filter(({ label }) => label === asked[0].label).length;
    const sharp = asked[0].distance <= limit && darkness(picture) >= DARK;
    return sharp && votes >= AGREE ? asked[0].label : null;
  }

  return (pictures) => {
    limit ??= quantile(each(own, (picture) => nearest(picture)[0].distance), SHARE);
    return each(pictures, read);
  };
}

const each = (pictures, f) => Array.from({ length: pictures.length / PIXELS }, (_, i) => f(pictures.subarray(i * PIXELS, (i + 1) * PIXELS)));

const quantile = (values, share) => values.sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];

// Their squared distance; given up row by row once it is `enough`.
function between(picture, real, i, enough) {
  let sum = 0;
  for (let p = 0, at = i * PIXELS; p < PIXELS && sum < enough; ) {
    for (const end = p + SIDE; p < end; p++, at++) sum += (picture[p] - real[at]) ** 2;
  }
  return sum;
}

// How dark the ink is where there is ink: each pixel counts as much as it is dark.
function darkness(picture) {
  let [ink, squares] = [0, 0];
  for (const p of picture) [ink, squares] = [ink + p, squares + p * p];
  return ink ? squares / ink : 0;
}
