// The worker that trains, what it is told, and the digits that it is asked for.
import { isLogistic } from "../../engine/layers.js";

export const SIZE = 784;
export const PROBED = 200; // digits that it learns from, whose copies are measured

// What the trainer is told of the settings.
export function asTold(get) {
  const hidden = get("hidden");
  const told = { latent: get("latent_dim"), hidden, bend: get("bend"), loss: get("loss"), variational: get("kl") > 0 };
  const learning = { batch: get("batch_size"), rate: get("lr"), passes: get("passes"), seed: get("seed") };
  return { ...told, ...learning, noise: get("noise"), kl: get("kl"), l1: get("l1") };
}

// Whether a network is built as one that was handed in: { latent_dim, hidden, bend, kl, logistic }, or {}.
export function isBuilt({ latent, hidden, bend, loss, variational }, as) {
  const ends = String(hidden) === String(as.hidden) && variational === as.kl > 0 && isLogistic({ bend, loss }) === as.logistic;
  return latent === as.latent_dim && bend === as.bend && ends;
}

// A worker from a blob's address, since pages opened as files may start no other.
export function openWorker(source, heard, failed) {
  try {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => heard(data);
    worker.onerror = (event) => failed(event.message);
    return worker;
  } catch (error) {
    failed(error.message);
    return null;
  }
}

// Lists of numbers as one.
export function joined(lists) {
  const all = new Float32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

// Some of the digits, of every class if there are that many.
export function few(labels, count, shown) {
  const all = Array.from({ length: count }, (_, i) => i);
  const first = all.filter((i) => labels.length && labels.indexOf(labels[i]) === i).sort((i, j) => labels[i] - labels[j]);
  return [...first, ...all.filter((i) => !first.includes(i))].slice(0, shown);
}

// Lists of pictures one below the other, each list in rows of `columns`.
export function tiled(lists, columns) {
  const pictures = lists.flatMap((list) => Array.from({ length: list.length / SIZE }, (_, i) => list.subarray(i * SIZE, (i + 1) * SIZE)));
  const sheet = new Float32Array(Math.ceil(pictures.length / columns) * columns * SIZE);
  pictures.forEach((picture, n) => {
    const [line, column] = [Math.floor(n / columns), n % columns];
    for (let at = 0; at < SIZE; at++) sheet[(28 * line + Math.floor(at / 28)) * 28 * columns + 28 * column + (at % 28)] = picture[at];
  });
  return sheet;
}
