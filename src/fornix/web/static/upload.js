// Hands in many files: found in what was dropped, sent by tus a few at a time, committed when all are here.
// Nothing is kept in the browser: the server tells what is here, by a key made of each file.
const PARALLEL = 4;
const FIRST_CHUNK_BYTES = 2 * 1024 * 1024; // a chunk is safe once it is whole: over a slow network the first soon is
const CHUNK_BYTES = 16 * 1024 * 1024;
const KEYS_AT_ONCE = 250;
const HEAD_BYTES = 16 * 1024;
const MOST_SHOWN = 100;
const DRAW_MS = 100;
const RETRY_MS = [300, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 30000, 30000];
const OF_THE_SYSTEM = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/;

const form = document.getElementById("upload");
const at = (id) => document.getElementById(id);
const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;

// One file: waiting, active, done, failed or left.
class Item {
  constructor(path, file) {
    Object.assign(this, { path, file, state: "waiting", sent: 0, safe: 0, why: "", address: null, upload: null });
  }
}

const items = [];
const known = new Set();
let delivery = form.dataset.resume || null;
let isRunning = false;
let looked = !delivery;
let isCommitted = false;
let next = 0; // no file before this one waits
let began = 0;
let isDrawing = false;

async function* entriesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((found, refused) => entry.file(found, refused));
    yield [entry.fullPath.replace(/^\//, ""), file];
    return;
  }
  const reader = entry.createReader();
  for (;;) { // a folder is read in portions, until one is empty
    const portion = await new Promise((found, refused) => reader.readEntries(found, refused));
    if (!portion.length) return;
    for (const inner of portion) yield* entriesOf(inner);
  }
}

async function takeDropped(transfer) {
  // The list is emptied once the handler has returned.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return takeFiles(transfer.files);
  for (const entry of entries) {
    for await (const [path, file] of entriesOf(entry)) await add(path, file);
  }
  redraw();
}

async function takeFiles(files) {
  for (const file of files) await add(file.webkitRelativePath || file.name, file);
  redraw();
}

async function add(path, file) {
  if (OF_THE_SYSTEM.test(path)) return;
  const item = new Item(path, file);
  try {
    item.key = await keyOf(item);
  } catch {
    item.key = `unread|${path}`;
    fail(item, "the browser cannot read it");
  }
  if (known.has(item.key)) return;
  known.add(item.key);
  items.push(item);
  if (items.length % 500 === 0) redraw();
}

// The same file has the same key after a reload: its path, size, time, and how it begins (images of a series are alike
// in all else).
async function keyOf({ path, file }) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const words = new TextEncoder().encode(`${path}|${file.size}|${file.lastModified}|`);
  return `${digest(words, head)}-${file.size}`;
}

// Two polynomials modulo primes below 2^32: for telling files apart, not for proving anything.
function digest(...parts) {
  let a = 1;
  let b = 1;
  for (const part of parts) {
    for (const byte of part) {
      a = (a * 257 + byte) % 4294967291;
      b = (b * 65599 + byte) % 4294967279;
    }
  }
  return a.toString(36) + b.toString(36);
}

class Refused extends Error {}

async function ask(method, address, body) {
  const answer = await fetch(address, {
    method,
    headers: { "X-CSRFToken": csrf, Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  throw new Refused(wordsOf(answer.status, await answer.text()));
}

function wordsOf(status, text) {
  if (status === 401) return "you are logged out: log in, and choose the same files again under Upload";
  try {
    const { error } = JSON.parse(text);
    return error.detail || error.title;
  } catch {
    return status ? `the server answered ${status}` : "the network is gone";
  }
}

async function open() {
  const said = new FormData(form);
  const wanted = { source: "browser" };
  for (const name of ["project", "subject", "session"]) wanted[name] = said.get(name) ?? "";
  delivery = (await ask("POST", form.dataset.deliveries, wanted)).id;
}

// Which of the files are here, after a break.
async function look() {
  for (let begin = 0; begin < items.length; begin += KEYS_AT_ONCE) {
    const asked = new Map(items.slice(begin, begin + KEYS_AT_ONCE).map((item) => [item.key, item]));
    const told = await ask("POST", `${form.dataset.deliveries}/${delivery}/look`, { keys: [...asked.keys()] });
    for (const line of told.items) {
      const item = asked.get(line.key);
      item.sent = item.safe = line.offset;
      item.address = line.address;
      if (line.is_finished && item.state === "waiting") item.state = "done";
    }
  }
  looked = true;
}

async function run() {
  if (isRunning || !items.length) return;
  isRunning = true;
  began = began || performance.now();
  form.classList.add("is-sending");
  for (const field of form.querySelectorAll("input[name]:not([type=hidden])")) field.readOnly = true;
  try {
    if (!delivery) await open();
    if (!looked) await look();
    await Promise.all(Array.from({ length: PARALLEL }, sendNext));
    isRunning = false;
    redraw();
    if (items.some((item) => item.state === "waiting")) return run(); // chosen in the last moment
    if (!items.some((item) => item.state === "failed")) await commit();
  } catch (error) {
    isRunning = false;
    form.classList.remove("is-sending");
    for (const field of form.querySelectorAll("input[name]")) field.readOnly = false;
    at("chosen").textContent = sentence(error instanceof Refused ? error.message : "the network is gone: try again");
  }
}

async function sendNext() {
  for (;;) {
    while (next < items.length && items[next].state !== "waiting") next += 1;
    const item = items[next];
    if (!item) return;
    item.state = "active";
    await send(item);
    redraw();
  }
}

function send(item) {
  return new Promise((ended) => {
    item.upload = new tus.Upload(item.file, {
      endpoint: `${form.dataset.deliveries}/${delivery}/files`,
      uploadUrl: item.address,
      chunkSize: FIRST_CHUNK_BYTES,
      uploadDataDuringCreation: true, // a small file is one request
      storeFingerprintForResuming: false,
      removeFingerprintOnSuccess: true,
      retryDelays: RETRY_MS,
      headers: { "X-CSRFToken": csrf, Accept: "application/json" },
      metadata: { filename: item.path, key: item.key },
      onShouldRetry: (error) => isPassing(error.originalResponse?.getStatus() ?? 0),
      onProgress: (sent) => { item.sent = sent; redraw(); },
      onChunkComplete: (length, safe) => {
        item.safe = safe;
        item.upload.options.chunkSize = Math.min(2 * item.upload.options.chunkSize, CHUNK_BYTES);
      },
      onSuccess: () => { Object.assign(item, { state: "done", sent: item.file.size, safe: item.file.size, upload: null }); ended(); },
      onError: (error) => {
        const answer = error.originalResponse;
        item.address = item.upload.url && answer?.getStatus() !== 460 ? item.upload.url : null;
        fail(item, wordsOf(answer?.getStatus() ?? 0, answer?.getBody() ?? ""));
        ended();
      },
    });
    item.upload.start();
  });
}

// What another try can mend: no answer, too much at once, somebody else's byte, an error of the server.
function isPassing(status) {
  return status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);
}

function fail(item, why) {
  Object.assign(item, { state: "failed", why, upload: null });
}

function retry() {
  for (const item of items) if (item.state === "failed") Object.assign(item, { state: "waiting", why: "" });
  next = 0;
  run();
}

async function leaveOut() {
  await look().catch(() => null); // what was begun, and never told of
  for (const item of items) {
    if (item.state !== "failed") continue;
    if (item.address) await ask("DELETE", item.address).catch(() => null);
    item.state = "left";
  }
  await commit();
}

async function commit() {
  try {
    await ask("POST", `${form.dataset.deliveries}/${delivery}/commit`);
  } catch (error) {
    at("chosen").textContent = sentence(error.message);
    return;
  }
  isCommitted = true;
  location.assign(form.dataset.page.replace("ID", delivery));
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  for (const unit of ["kB", "MB", "GB", "TB"]) {
    value /= 1000;
    if (value < 999.95 || unit === "TB") return `${value.toFixed(1)} ${unit}`;
  }
}

const plural = (number, word) => `${number.toLocaleString("en-GB")} ${word}${number === 1 ? "" : "s"}`;

function redraw() {
  if (isDrawing) return;
  isDrawing = true;
  setTimeout(() => { isDrawing = false; draw(); }, DRAW_MS);
}

function draw() {
  const total = items.reduce((sum, item) => sum + item.file.size, 0);
  const sent = items.reduce((sum, item) => sum + item.sent, 0);
  const safe = items.reduce((sum, item) => sum + item.safe, 0);
  const by = (state) => items.filter((item) => item.state === state);
  const done = by("done").length;
  if (!isRunning && !done && !by("failed").length) {
    at("chosen").textContent = items.length ? `${plural(items.length, "file")}, ${size(total)}` : "";
    return;
  }
  at("progress").hidden = false;
  at("chosen").textContent = "";
  at("meter").value = total ? sent / total : 1;
  at("sum").textContent = `${done.toLocaleString("en-GB")} of ${plural(items.length, "file")}, ${size(sent)} of ${size(total)} sent, ${size(safe)} safe`;
  at("rest").textContent = isRunning ? remaining(sent, total) : "";
  list(at("files"), by("active").map((item) => line(item, "")));
  const failed = by("failed");
  at("failed").hidden = isRunning || !failed.length;
  at("failed-words").textContent = `${plural(failed.length, "file")} could not be sent. The others are here, and wait for your decision.`;
  list(at("failed-files"), failed.slice(0, MOST_SHOWN).map((item) => line(item, item.why)));
}

function remaining(sent, total) {
  const seconds = (performance.now() - began) / 1000;
  if (seconds < 3 || !sent) return "";
  const left = Math.round((total - sent) / (sent / seconds));
  return left > 90 ? `about ${Math.round(left / 60)} min left` : `about ${left} s left`;
}

function line(item, why) {
  const row = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = item.path;
  const told = document.createElement("span");
  told.className = why ? "bad" : "quiet";
  told.textContent = why || `${Math.floor((100 * item.sent) / (item.file.size || 1))} %`;
  row.append(name, told);
  return row;
}

function list(parent, rows) {
  parent.replaceChildren(...rows);
}

at("plain-file").remove();
form.querySelector(".drop-words").hidden = false;
at("pick-files").addEventListener("click", () => at("many-files").click());
at("pick-folder").addEventListener("click", () => at("whole-folder").click());
for (const id of ["many-files", "whole-folder"]) {
  at(id).addEventListener("change", async (event) => {
    await takeFiles([...event.target.files]);
    event.target.value = "";
  });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (items.length) run();
  else at("chosen").textContent = "Choose some files first.";
});
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => { event.preventDefault(); at("drop").classList.add("is-over"); });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) at("drop").classList.remove("is-over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  at("drop").classList.remove("is-over");
  takeDropped(event.dataTransfer);
});
at("retry").addEventListener("click", retry);
at("leave-out").addEventListener("click", leaveOut);
addEventListener("online", () => { if (!isRunning && items.some((item) => item.state === "failed")) retry(); });
addEventListener("beforeunload", (event) => { if (isRunning && !isCommitted) event.preventDefault(); });
