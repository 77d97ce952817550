// Clean, noisy and denoised side by side; only what the learner moves changes.
import { openModels, renewed } from "./models.js";
import { openCode, openExamples } from "./state.js";
import { button, chooser, frame, make, picture, slider } from "./ui.js";
import { KINDS, corrupt, psnr } from "./noise.js";

const decibels = (value) => (Number.isFinite(value) ? `${value.toFixed(1)} dB` : "identical");

async function render({ model, el }) {
  const examples = await openExamples(model);
  const shape = model.get("_shape");
  const { pictures, controls, say, leave } = frame(el, "Noise explorer", model);
  const [clean, noisy, denoised] = ["clean", "noisy", "denoised"].map((name) => picture(pictures, name, shape));
  let x;
  let corrupted;
  let latest;

  const models = openModels(
    model,
    (i, pixels) => {
      latest = pixels.map((v) => Math.min(1, Math.max(0, v)));
      denoised.paint(latest);
      denoised.title(`denoised, ${decibels(psnr(x, latest))}`);
      say(describe);
    },
    say,
  );
  const describe = () => {
    noisy.describe(model.get("kind"));
    denoised.describe(examples.resembles(latest));
    const [before, after] = [psnr(x, corrupted), psnr(x, latest)];
    const same = decibels(after) === decibels(before);
    const verdict = same ? "as near to the clean one" : after > before ? "nearer to the clean one" : "farther from the clean one";
    return `PSNR (the higher, the nearer to the clean one) ${decibels(before)} noisy, ${decibels(after)} denoised: ${verdict}; it ${examples.resembles(latest)}`;
  };
  const code = openCode(model, () => models.decode(code.z));

  const row = make("div", { class: "row" }, controls);
  const label = make("label", {}, row, "noise ");
  const kind = make("select", {}, label);
  for (const name of Object.keys(KINDS)) make("option", {}, kind, name);
  button(row, "draw new noise", () => change("seed", model.get("seed") + 1, true));
  const strength = slider(controls, "strength", { low: 0, high: 1, home: () => 0 }, (value, atOnce) =>
    change("strength", value, atOnce),
  );
  const meaning = make("span", { class: "hint" }, controls);
  const number = chooser(controls, examples, "digit", (i) => change("index", i, true));
  kind.addEventListener("change", () => change("kind", kind.value, true));

  let own = false; // while we set a trait ourselves, its echo needs no second drawing
  function change(name, value, atOnce) {
    own = true;
    model.set(name, value);
    own = false;
    redraw(atOnce);
  }

  function redraw(atOnce) {
    kind.value = model.get("kind");
    strength.show(model.get("strength"));
    number(model.get("index"));
    meaning.textContent = `strength is the ${KINDS[kind.value]}`;
    x = examples.pixels(model.get("index"));
    corrupted = corrupt(x, shape, kind.value, model.get("strength"), model.get("seed"));
    clean.paint(x);
    clean.title(`clean: ${examples.name(model.get("index"))}`);
    clean.describe("the original");
    noisy.paint(corrupted);
    noisy.title(`noisy, ${decibels(psnr(x, corrupted))}`);
    models.encode(corrupted, (z) => {
      code.z.set(z);
      code.moved(atOnce);
    });
  }

  const events = "change:kind change:strength change:seed change:index";
  const heard = () => own || redraw(true);
  model.on(events, heard);
  redraw(false);
  return () => {
    leave();
    model.off(events, heard);
    code.close();
    models.close();
  };
}

export const noiseExplorer = { render: renewed(render) };
export default noiseExplorer;
