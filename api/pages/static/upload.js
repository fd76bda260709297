// Sends files straight to the object store: hashed here, in parts, with progress. A broken part is sent again to a new
// address (they expire); what failed goes on with the parts that are missing when the button is pressed again.
const PART_BYTES = 8 * 1024 * 1024;
const TRIES = 4;
const AT_ONCE = 2;
const TYPES = { pdf: "application/pdf", jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
const words = document.getElementById("upload-words")?.dataset ?? {};
const language = document.documentElement.lang;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const hex = (digest) => [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (blob) => hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
const parts = (file) => Array.from({ length: Math.max(1, Math.ceil(file.size / PART_BYTES)) },
  (_, place) => file.slice(place * PART_BYTES, (place + 1) * PART_BYTES));

let running = 0;
const waiting = [];

async function inTurn(work) {
  if (running >= AT_ONCE) await new Promise((go) => waiting.push(go));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.isFinal = problem.status < 500 && problem.status !== 429;
    const facts = problem.facts ?? {};
    this.told = facts[`reason_${language}`] ?? problem.titles?.[language] ?? words.failed;
  }
}

class NotPut extends Error {
  // Status 0: the line broke, or the file could not be read.
  constructor(status, told = "") {
    super(status);
    // An address that expired (403) is asked for again, and a line that was too slow is tried again; what else the store
    // refuses, it will refuse again.
    const maySucceed = [403, 408, 429].includes(status) || told.includes("RequestTimeout");
    this.isFinal = status >= 400 && status < 500 && !maySucceed;
  }
}

async function asked(address, body, key) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told);
  return told;
}

function put(part, blob, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", part.url);
    for (const [name, text] of Object.entries(part.headers)) request.setRequestHeader(name, text);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => (request.status < 300 ? done(request.getResponseHeader("ETag")) : failed(new NotPut(request.status, request.responseText)));
    request.onerror = () => failed(new NotPut(0));
    request.send(blob);
  });
}

class Sending {
  static begun = new WeakMap();

  constructor(address, body, blobs) {
    Object.assign(this, { address, body, blobs, key: crypto.randomUUID(), etags: new Map() });
  }

  async sign() {
    this.declared = await asked(this.address, this.body, this.key);
  }

  async signAgain() {
    try {
      await this.sign();
    } catch (error) {
      // A line that is still broken, a desk that is busy: the next try of the part tells.
      if (error.isFinal) throw error;
    }
  }

  async putSurely(number, show) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await put(this.declared.parts[number - 1], this.blobs[number - 1], show.part);
      } catch (error) {
        if (error.isFinal || attempt === TRIES) throw error;
        show.say(words.again);
        await pause(800 * 2 ** attempt);
        await this.signAgain();
      }
    }
  }

  async putAll(show) {
    for (const { number } of this.declared.parts) {
      if (!this.etags.has(number)) this.etags.set(number, await this.putSurely(number, show));
      show.sent += this.blobs[number - 1].size;
      show.part(0);
    }
  }

  complete() {
    const digests = this.body.parts_sha256.length ? this.body.parts_sha256 : [this.body.sha256];
    const sent = [...this.etags].map(([number, etag]) => ({ number, etag, sha256: digests[number - 1] }));
    return asked(`/v1/documents/${this.declared.document_id}/complete`, { parts: sent });
  }
}

class Progress {
  constructor(place, file) {
    this.place = place;
    this.bar = document.createElement("progress");
    this.bar.max = file.size || 1;
    this.text = document.createElement("p");
    place.replaceChildren(this.text, this.bar);
    this.sent = 0;
    this.part = (loaded) => { this.bar.value = this.sent + loaded; };
  }

  say(text) { this.text.textContent = text; }

  fail(text) {
    this.bar.remove();
    this.text.className = "fault";
    this.say(text);
  }
}

async function prepared(form, file, issued_on) {
  const blobs = parts(file);
  const digests = [];
  for (const blob of blobs) digests.push(await sha256(blob));
  const body = {
    kind: form.elements.kind.value,
    person_id: form.elements.person_id.value || null,
    file_name: file.name.slice(0, 255),
    media_type: TYPES[file.name.split(".").pop().toLowerCase()] ?? file.type,
    size_bytes: file.size,
    sha256: blobs.length === 1 ? digests[0] : await sha256(file),
    issued_on,
    parts_sha256: blobs.length === 1 ? [] : digests,
  };
  return new Sending(form.dataset.upload, body, blobs);
}

async function send(form, file, show) {
  show.say(words.reading);
  const issued_on = form.elements.issued_on?.value || null;
  try {
    const before = Sending.begun.get(file);
    const sending = before?.body.issued_on === issued_on ? before : await prepared(form, file, issued_on);
    Sending.begun.set(file, sending);
    await sending.sign();
    show.say(words.sending);
    await sending.putAll(show);
    show.say(words.examining);
    return await sending.complete();
  } catch (error) {
    if (error.isFinal || !(await canBeRead(file))) Sending.begun.delete(file);
    throw error;
  }
}

// A file that was changed or moved since it was chosen can't be read any more, not even its first byte.
const canBeRead = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

async function submitted(event) {
  event.preventDefault();
  const form = event.target;
  const file = form.elements.file.files[0];
  const place = form.querySelector(".progress");
  if (!file) {
    place.textContent = words.empty;
    form.elements.file.focus();
    return;
  }
  const button = form.querySelector("button");
  if (button.getAttribute("aria-busy") === "true") return;
  const show = new Progress(place, file);
  button.setAttribute("aria-busy", "true");
  try {
    const told = await inTurn(() => send(form, file, show));
    show.bar.value = show.bar.max;
    show.say(`${file.name}: ${told.state === "released" ? words.released : words.examining}`);
    arrived(form);
  } catch (error) {
    const unsaid = Sending.begun.has(file) ? words.failed : words.anew;
    show.fail(error instanceof Refused ? error.told : unsaid);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function arrived(form) {
  form.reset();
  if (running === 0 && !waiting.length) {
    const kind = form.elements.kind.value;
    pause(600).then(() => {
      const isIdle = running === 0 && [...document.querySelectorAll("input[type=file]")].every((each) => !each.files.length);
      if (isIdle) { location.hash = `k-${kind}`; location.reload(); }
    });
  }
}

export function begin(forms) {
  if (!globalThis.crypto?.subtle) return;
  for (const form of forms) form.addEventListener("submit", submitted);
}
