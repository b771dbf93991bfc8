// A record as the fragment of an address, and back: version, length, content, checksum.
// Beside the token's way. FORMATS.md describes every byte; a change of them is a new version.
// Must not ask the model anything: whether a record fits it is seen when it is replayed.

import { LinkError } from './link-error.js';
import { DamageError, Reader, Writer, bytesOf, bytesOfHex, checksum, hexOf, lettersOf } from './bytes.js';

/**
 * @typedef {import('./record.js').Record} Record
 * @typedef {import('./record.js').Drawn} Drawn
 * @typedef {import('../state.js').Settings} Settings
 * @typedef {import('../state.js').Stage} Stage
 */

const VERSION = 1;
/** No record takes fewer bytes: length, checksum and hash alone are some ten, and so are three words and a list of stages. */
const SHORTEST = 16;

// ---- writing ----

/** A list in which everything stands once, and where it stands. @template Item @param {(item: Item) => unknown} keyOf */
function table(keyOf) {
  /** @type {Map<unknown, number>} */
  const places = new Map();
  /** @type {Item[]} */
  const items = [];
  return {
    items,
    /** @param {Item} item */
    place(item) {
      const key = keyOf(item);
      if (!places.has(key)) places.set(key, items.push(item) - 1);
      return /** @type {number} */ (places.get(key));
    },
  };
}

/** @param {Settings} settings */
const keyOf = ({ seed, stages }) => `${seed} ${JSON.stringify(stages)}`;

/** Neighbours that were drawn in the same way. @param {Drawn[]} drawn @returns {{ settings: Settings, forced: boolean, ids: number[] }[]} */
function runsOf(drawn) {
  /** @type {ReturnType<typeof runsOf>} */
  const runs = [];
  for (const { id, settings, forced } of drawn) {
    const last = runs.at(-1);
    if (last && last.forced === forced && keyOf(last.settings) === keyOf(settings)) last.ids.push(id);
    else runs.push({ settings, forced, ids: [id] });
  }
  return runs;
}

/** The numbers and biases of a stage; parameters are spelled out, so that a new one needs no new version. @param {Stage} stage */
function partsOf({ name, biases = [], ...parameters }) {
  const values = /** @type {[string, number][]} */ (Object.entries(parameters));
  return { name, biases, parameters: values.filter(([, value]) => value !== undefined) };
}

/** @typedef {ReturnType<typeof table<string>>} Words */

/** @param {Settings[]} all @param {Words} words @returns {Uint8Array} */
function settingsPart(all, words) {
  const out = new Writer();
  const word = (/** @type {string} */ each) => out.whole(words.place(each));
  out.list(all, ({ seed, stages }) => {
    out.whole(seed);
    out.list(stages.map(partsOf), ({ name, parameters, biases }) => {
      word(name);
      out.list(parameters, ([parameter, value]) => [parameter, String(value)].forEach(word));
      out.list(biases, ([id, value]) => {
        out.whole(id);
        word(String(value));
      });
    });
  });
  return out.bytes;
}

/** @param {Record} record @param {Words} words @param {ReturnType<typeof table<Settings>>} all @returns {Uint8Array} */
function textPart({ title, model, drawVersion, cursor, settings, prompt, drawn }, words, all) {
  const out = new Writer();
  const whole = (/** @type {number} */ each) => out.whole(each);
  [title, model.name, model.address].forEach((each) => whole(words.place(each)));
  [drawVersion, cursor, all.place(settings)].forEach(whole);
  out.list(prompt, whole);
  out.list(runsOf(drawn), (run) => {
    whole(all.place(run.settings) * 2 + Number(run.forced));
    out.list(run.ids, whole);
  });
  return out.bytes;
}

/** @param {Record} record @returns {string} "v1.…" */
export function encode(record) {
  const words = table((/** @type {string} */ each) => each);
  const all = table(keyOf);
  const text = textPart(record, words, all);
  const settings = settingsPart(all.items, words);
  const content = new Writer();
  content.raw(bytesOfHex(record.model.hash));
  content.list(words.items, (each) => content.words(each));
  content.raw(settings);
  content.raw(text);
  const out = new Writer();
  out.whole(content.bytes.length);
  out.whole(checksum(content.bytes));
  out.raw(content.bytes);
  return `v${VERSION}.${lettersOf(out.bytes)}`;
}

// ---- reading ----

/** Whether a fragment wants to be a link, of whatever version. @param {string} fragment */
export function isLink(fragment) {
  return /^v\d+\./.test(fragment);
}

/** @param {string} fragment without its # @returns {Record} @throws {LinkError} */
export function decode(fragment) {
  const [, version, letters] = /^v(\d+)\.(.*)$/s.exec(fragment) ?? [];
  if (Number(version) > VERSION) throw new LinkError('newer', `v${version} > v${VERSION}`);
  if (Number(version) !== VERSION) throw new LinkError('unknown');
  try {
    return read(contentOf(letters));
  } catch (error) {
    if (error instanceof DamageError) throw new LinkError('damaged', error.message);
    throw error;
  }
}

/** @param {string} letters */
function contentOf(letters) {
  const reader = new Reader(bytesOf(letters));
  if (reader.left < SHORTEST) throw new LinkError('cutOff');
  const length = reader.whole();
  const sum = reader.whole();
  if (length > reader.left) throw new LinkError('cutOff', `${reader.left}/${length}`);
  const content = reader.raw(length);
  if (reader.left > 0 || checksum(content) !== sum) throw new DamageError('its checksum is another');
  return content;
}

/** @param {Uint8Array} content @returns {Record} */
function read(content) {
  const reader = new Reader(content);
  const whole = () => reader.whole();
  const hash = hexOf(reader.raw(8));
  const words = reader.list(() => reader.words());
  const word = () => reader.oneOf(words);
  const all = reader.list(() => ({ seed: reader.big(), stages: reader.list(() => readStage(reader, word)) }));
  const [title, name, address] = [word(), word(), word()];
  const [drawVersion, cursor, settings] = [whole(), whole(), reader.oneOf(all)];
  const prompt = reader.list(whole);
  const drawn = reader.list(() => readRun(reader, all)).flat();
  if (reader.left > 0) throw new DamageError('it goes on behind its end');
  return { title, model: { hash, name, address }, drawVersion, prompt, drawn, settings, cursor };
}

/** @param {Reader} reader @param {Settings[]} all @returns {Drawn[]} */
function readRun(reader, all) {
  const how = reader.whole();
  const settings = all[Math.floor(how / 2)];
  if (!settings) throw new DamageError('it names what is not there');
  return reader.list(() => ({ id: reader.whole(), settings, forced: how % 2 === 1 }));
}

/** @param {Reader} reader @param {() => string} word @returns {Stage} */
function readStage(reader, word) {
  const number = () => {
    const value = Number(word());
    if (!Number.isFinite(value)) throw new DamageError('a value is no number');
    return value;
  };
  const name = word();
  const parameters = Object.fromEntries(reader.list(() => [word(), number()]));
  const biases = reader.list(() => /** @type {[number, number]} */ ([reader.whole(), number()]));
  return { name, ...parameters, ...(name === 'bias' ? { biases } : {}) };
}
