// A page of the site in a frame: opened, watched for errors, its first slider moved.
const wait = (ms) => new Promise((then) => setTimeout(then, ms));
const look = (box) => [...box.querySelectorAll("canvas")].map((each) => each.toDataURL()).join() + box.textContent;
export async function answer(name) {
  document.querySelector("iframe")?.remove();
  const frame = document.createElement("iframe");
  Object.assign(frame, { width: 1200, height: 900, src: `/site/${name}.html` });
  const errors = [];
  document.body.append(frame);
  let heard = null;
  for (let i = 0; i < 4000; i++) {
    const { contentWindow: page, contentDocument: text } = frame;
    if (page !== heard && page.location.pathname.startsWith("/site/")) {
      heard = page; // before its deferred scripts run
      page.addEventListener("error", (event) => errors.push(`${event.message}`));
      page.addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
    }
    const boxes = heard ? text.querySelectorAll(".live").length : 1;
    if (heard && text.readyState === "complete" && (!boxes || text.documentElement.dataset.live)) break;
    await wait(i < 200 ? 2 : 20);
  }
  const page = frame.contentDocument;
  const boxes = [...page.querySelectorAll(".live")];
  const slider = boxes.flatMap((box) => [...box.querySelectorAll("input[type=range]")]).find((each) => each.getClientRects().length);
  const box = slider?.closest(".live");
  const before = box && look(box);
  if (slider) {
    slider.value = +slider.min + 0.83 * (slider.max - slider.min);
    slider.dispatchEvent(new frame.contentWindow.Event("input", { bubbles: true }));
    for (let i = 0; i < 100 && look(box) === before; i++) await wait(20);
  }
  return {
    errors,
    title: page.title,
    alive: boxes.filter((each) => each.classList.contains("ready")).length,
    boxes: boxes.length,
    moved: slider ? look(box) !== before : null,
  };
}
