// The settings in the page's address, so that a network can be sent to somebody: #latent_dim=2&kl=1.
// What an address asks for is checked with the ranges that Python checks with.
const written = (value) => (Array.isArray(value) ? value.join("-") || "none" : String(value));
const number = (text) => (/^[\d.e+-]+$/.test(text) ? Number(text) : NaN);
const within = ([low, high, whole], v) => v >= low && v <= high && (!whole || Number.isInteger(v));

// One setting from its text: { value }, or { must }: what it would have to be.
function parsed(name, text, { numbers, words, widths: [most, widest] }) {
  if (words[name]) return words[name].includes(text) ? { value: text } : { must: `one of ${words[name].join(", ")}` };
  if (name === "hidden") {
    const list = text === "none" ? [] : text.split("-").map(number);
    const fits = list.length <= most && list.every((n) => within([1, widest, true], n));
    return fits ? { value: list } : { must: `none or at most ${most} widths up to ${widest}, such as 128-32` };
  }
  const [low, high, whole] = numbers[name];
  const all = name === "pictures" && text === "0";
  if (all || within(numbers[name], number(text))) return { value: number(text) };
  return { must: `${whole ? "a whole number" : "a number"} from ${low} to ${high}` };
}

// home: the settings that the page begins with. An address without "=" names a place on the page.
export function settingsIn(hash, home, ranges) {
  const [values, faults] = [{ ...home }, []];
  if (!hash.includes("=")) return { values, faults };
  for (const pair of hash.replace(/^#/, "").split("&").filter(Boolean)) {
    const [name, text] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)].map((part) => part.slice(0, 40));
    if (!Object.hasOwn(home, name)) {
      faults.push(`The address asks for ${name || pair.slice(0, 40)}, which is no setting here.`);
      continue;
    }
    const { value, must } = parsed(name, text, ranges);
    if (must) faults.push(`The address asks for ${name}=${text}; it must be ${must}, so it is ${written(home[name])}.`);
    else values[name] = value;
  }
  return { values, faults };
}

// What differs from home, as an address.
export function asAddress(values, home) {
  const other = Object.keys(home).filter((name) => written(values[name]) !== written(home[name]));
  return other.map((name) => `${name}=${written(values[name])}`).join("&");
}

// read() gives the settings of the address as it is; follow(settings) hears when it becomes another.
export function openAddress(names, get, ranges, follow) {
  const now = () => Object.fromEntries(names.map((name) => [name, get(name)]));
  const home = now();
  const read = () => settingsIn(location.hash, home, ranges);
  const moved = () => location.hash.includes("=") && follow(read());
  const write = () => {
    const hash = asAddress(now(), home);
    if (!hash && !location.hash.includes("=")) return;
    try {
      history.replaceState(history.state, "", `#${hash}`);
    } catch {
      // some browsers refuse it in a frame: the page works without
    }
  };
  addEventListener("hashchange", moved);
  return { read, write, close: () => removeEventListener("hashchange", moved) };
}
