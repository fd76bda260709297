// Saves a draft's form while it is being filled in: only what changed, under the version that was read.
const AFTER_MS = 1_200;
const NUMBERS = new Set(["integer", "money_yen"]);
const digits = (text) => text.normalize("NFKC").replaceAll(",", "");

function value(input) {
  const text = input.value.trim();
  if (text === "") return null;
  if (input.dataset.type === "boolean") return text === "yes";
  if (NUMBERS.has(input.dataset.type) && /^[0-9]{1,12}$/.test(digits(text))) return Number(digits(text));
  return text;
}

class Sheet {
  constructor(form) {
    this.form = form;
    this.told = form.querySelector(".saving");
    this.version = form.elements.version;
    this.changed = new Map();
    this.isSaving = false;
    this.isLeaving = null;
    form.addEventListener("input", (event) => this.note(event.target));
    form.addEventListener("focusout", () => this.soon(200));
    window.addEventListener("online", () => this.soon(0));
    form.addEventListener("submit", (event) => this.submitted(event));
  }

  // The button saves everything: what is under way ends first, so that both don't fight over one version.
  submitted(event) {
    clearTimeout(this.timer);
    if (this.isSaving) {
      event.preventDefault();
      this.isLeaving = event.submitter ?? true;
    } else this.form.dataset.sent = "yes";
  }

  note(input) {
    if (!input.dataset.type) return;
    this.changed.set(input.name.slice(2), input);
    this.soon(AFTER_MS);
  }

  soon(wait) {
    clearTimeout(this.timer);
    if (this.changed.size && !this.form.dataset.sent) this.timer = setTimeout(() => this.save(), wait);
  }

  say(word, isBad = false) {
    this.told.textContent = word ? this.told.dataset[word] : "";
    this.told.classList.toggle("bad", isBad);
  }

  async save() {
    if (this.isSaving || this.isLeaving || !this.changed.size) return;
    this.isSaving = true;
    const sent = new Map(this.changed);
    this.changed.clear();
    this.say("saving");
    try {
      await this.send(sent);
    } catch {
      this.again(sent);
      this.say("away", true);
      this.soon(5_000);
    } finally {
      this.isSaving = false;
      if (this.isLeaving) this.form.requestSubmit(this.isLeaving === true ? undefined : this.isLeaving);
      else if (this.changed.size && !this.told.classList.contains("bad")) this.soon(AFTER_MS);
    }
  }

  again(sent) {
    for (const [id, input] of sent) if (!this.changed.has(id)) this.changed.set(id, input);
  }

  async send(sent) {
    const values = Object.fromEntries([...sent].map(([id, input]) => [id, value(input)]));
    const scope = this.form.dataset.scope;
    const body = scope === "application" ? { application: values } : { persons: { [scope]: values } };
    const answer = await fetch(this.form.dataset.autosave, {
      method: "PATCH",
      headers: { "Content-Type": "application/json", "If-Match": `"${this.version.value}"` },
      body: JSON.stringify(body),
    });
    const told = await answer.json();
    if (answer.ok) this.saved(told.version, sent);
    else if (answer.status === 422) await this.refused(told.errors ?? [], sent);
    else if (answer.status === 412) this.say("stale", true);
    else throw new Error(String(answer.status));
  }

  saved(version, sent) {
    this.version.value = version;
    for (const input of sent.values()) this.fault(input, "");
    this.say("saved");
    if (!this.changed.size) this.form.dispatchEvent(new Event("saved"));
  }

  async refused(errors, sent) {
    const language = document.documentElement.lang;
    for (const each of errors) {
      const input = sent.get(each.field);
      if (!input) continue;
      this.fault(input, each[language]);
      sent.delete(each.field);
    }
    if (errors.length && sent.size) await this.send(sent);
    this.say("refused", true);
  }

  fault(input, text) {
    const place = document.getElementById(`${input.id}-fault`);
    place.textContent = text;
    place.hidden = text === "";
    input.toggleAttribute("aria-invalid", text !== "");
    if (text) input.setAttribute("aria-invalid", "true");
    input.closest(".field").classList.toggle("wrong", text !== "");
  }
}

export function begin(forms) {
  for (const form of forms) new Sheet(form);
}
