// The instrument when things are asked while others are on their way: what is shown belongs together.
// The token's way as the page goes it, without a page.
// Must not need ../shared.

import { before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { begin, redraw } from '../web/app/share/replay.js';
import { recordOf } from '../web/app/share/record.js';
import { Model } from '../web/engine/index.js';
import { openInstrument, stepData } from './helpers/instrument.js';
import { randomModel } from './helpers/random-model.js';

/** @typedef {Awaited<ReturnType<typeof openInstrument>>} Opened */

const PROMPT = 'the cat sat on the cat';
const LONG = 'the cat sat on a mat, '.repeat(5);
const MODEL = randomModel();

/** @type {Opened['store']} */
let store;
/** @type {Opened['instrument']} */
let instrument;
/** @type {Model} */
let model;
before(async () => {
  ({ store, instrument } = await openInstrument(MODEL, PROMPT));
  model = await Model.load(MODEL, { threads: 1 });
});

/** The text begins anew with a few tokens. @param {number} steps */
async function begun(steps) {
  await instrument.setPrompt('the mat');
  await instrument.setPrompt(PROMPT);
  for (let i = 0; i < steps; i++) await instrument.step();
  assert.equal(store.state.chips.length, store.state.promptLength + steps);
}

const idsOf = (/** @type {{ token: { id: number } }[]} */ chips) => chips.map(({ token }) => token.id);

/** What a text would be, drawn by a session of its own, and what follows it. @param {Opened['store']['state']} state */
async function replayed(state) {
  const session = model.session();
  const record = recordOf(/** @type {any} */ (state), {});
  await begin(session, record);
  for await (const drawn of redraw(session, record)) assert.ok(drawn.step);
  Object.assign(session, state.settings);
  return { session, next: (await session.step()).id };
}

describe('while another answer is on its way', () => {
  test('going back never takes a token of a prompt that is being read', async () => {
    await begun(2);
    const reading = instrument.setPrompt(LONG);
    await Promise.all([reading, instrument.reset(), instrument.back()]);
    const { chips, promptLength, problem } = store.state;
    assert.equal(problem, null);
    assert.equal(chips.length, promptLength);
  });

  test('a token keeps the settings that it was drawn under, though they have moved since', async () => {
    for (const speed of [0, 50]) {
      await begun(0);
      instrument.show({ speed });
      const playing = instrument.play();
      for (let i = 0; i < 20; i++) {
        instrument.setSeed(BigInt(i));
        await new Promise((resolve) => setTimeout(resolve, i % 4));
      }
      instrument.pause();
      await playing;
      assert.ok(store.state.chips.length > store.state.promptLength);
      await replayed(store.state);
    }
    const [step, branch] = [instrument.step(), instrument.choose(5)];
    instrument.setSeed(99n);
    await Promise.all([step, branch]);
    await replayed(store.state);
  });

  test('a token that is chosen stands where it was chosen, though the text has grown', async () => {
    await begun(1);
    const { cursor } = store.state;
    await Promise.all([instrument.step(), instrument.choose(300)]);
    assert.equal(store.state.chips[cursor].token.id, 300);
    assert.equal(store.state.chips.length, cursor + 1);
    assert.equal(store.state.branches.length, 2);

    const reading = instrument.setPrompt('on');
    await Promise.all([reading, instrument.choose(300)]);
    assert.equal(store.state.problem, null);
    assert.equal(store.state.chips.length, store.state.promptLength, 'it is not put into another text');
  });

  test('a step is not exported with the logits of another position', async () => {
    await begun(3);
    const { promptLength } = store.state;
    instrument.select(promptLength);
    for (let turns = 0; turns < 12; turns++) {
      const state = /** @type {import('../web/app/share/collect.js').Ready} */ (store.state);
      const collecting = stepData(state, instrument);
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      instrument.select(state.cursor === promptLength ? promptLength + 1 : promptLength);
      const data = await collecting;
      if (!data) continue;
      const session = model.session(state.settings);
      await session.feed(state.chips.map(({ token }) => token.id));
      assert.deepEqual(data.logits, await session.logits({ position: data.step.position }));
    }
  });

  test('settings that move while it plays at full speed are shown before the text is full, however slow the page is', async () => {
    await begun(0);
    instrument.show({ speed: 0 });
    const { set } = store;
    const frame = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(store, 'frame'));
    Object.defineProperty(store, 'frame', { ...frame, get: () => 60_000 });
    /** @type {boolean[]} */
    const roomLeft = [];
    store.set = (patch) => {
      set(patch);
      if (patch.step?.stages[1]?.value === 3) roomLeft.push(instrument.canStep);
    };
    const playing = instrument.play();
    instrument.pipeline.setStages([{ name: 'temperature', value: 3 }]);
    await playing;
    store.set = set;
    Object.defineProperty(store, 'frame', frame);
    assert.equal(roomLeft[0], true);
  });

  test('a position that is selected stays, though a token comes after it', async () => {
    await begun(3);
    instrument.show({ speed: 0 });
    const playing = instrument.play();
    while (store.state.chips.length < store.state.promptLength + 5) await new Promise((resolve) => setTimeout(resolve));
    instrument.select(4);
    await playing;
    assert.equal(store.state.cursor, 4);
    while (store.state.step?.position !== 4) await new Promise((resolve) => setTimeout(resolve)); // the text may have been full before
    const step = instrument.step();
    await new Promise((resolve) => setTimeout(resolve));
    instrument.select(3);
    await step;
    assert.equal(store.state.cursor, 3);
  });
});

describe('branches', () => {
  test('the settings of now hold in a branch that a choice leads back to', async () => {
    await begun(2);
    const { promptLength } = store.state;
    instrument.select(promptLength);
    await instrument.choose(300);
    await instrument.switchBranch(0);
    instrument.pipeline.setStages([{ name: 'temperature', value: 50 }]);
    instrument.select(promptLength);
    await instrument.choose(300);
    assert.equal(store.state.branch, 1);
    const { next } = await replayed(store.state);
    await instrument.step();
    assert.equal(idsOf(store.state.chips).at(-1), next);
  });

  test('a branch that departs within the prompt has a prompt as long as what was given', async () => {
    await begun(2);
    const { promptLength } = store.state;
    instrument.pipeline.setStages([{ name: 'mirostat', tau: 3, eta: 0.5 }]);
    instrument.select(2);
    await instrument.choose(300);
    assert.equal(store.state.promptLength, 2);
    for (let i = 0; i < 3; i++) await instrument.step();
    const { session, next } = await replayed(store.state);
    await instrument.step();
    assert.equal(idsOf(store.state.chips).at(-1), next);
    await instrument.back();
    assert.equal(store.state.chips.length, session.length - 1);
    await instrument.reset();
    assert.equal(store.state.chips.length, 2);
    await instrument.switchBranch(0);
    assert.equal(store.state.promptLength, promptLength);
    instrument.pipeline.setStages([]);
  });

  test('settings that move while a branch begins hold in it', async () => {
    await begun(2);
    instrument.select(store.state.promptLength);
    const branch = instrument.choose(301);
    await Promise.resolve();
    instrument.renameBranch(0, 'trunk');
    instrument.pipeline.setStages([{ name: 'temperature', value: 60 }]);
    await branch;
    assert.deepEqual(store.state.branches.map(({ name }) => name), ['trunk', '']);
    const { next } = await replayed(store.state);
    await instrument.step();
    assert.equal(idsOf(store.state.chips).at(-1), next);
  });
});

describe('another model', () => {
  const SMALL = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (randomModel({ tokenizer: 'gpt2', seed: 3, context: 16 }))]);
  const LARGE = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (MODEL)]);

  /** @param {Blob} from @param {string} [prompt] */
  async function opened(from, prompt = PROMPT) {
    await instrument.setPrompt(prompt);
    await instrument.open(from);
    assert.equal(store.state.problem, null);
  }

  test('is not asked what was meant for the one before', async () => {
    await opened(LARGE);
    for (let i = 0; i < 3; i++) {
      const opening = instrument.open(LARGE);
      /** @type {Promise<unknown>[]} */
      const asked = [opening];
      const { model: before } = store.state;
      while (store.state.model === before) {
        asked.push(instrument.inspectAll([{ watch: [0] }]), instrument.logits(), instrument.back(), instrument.choose(350));
        await new Promise((resolve) => setTimeout(resolve));
      }
      await Promise.all(asked);
      assert.equal(store.state.problem, null);
      assert.equal(store.state.chips.length, store.state.promptLength);
      assert.equal(store.state.step?.position, store.state.cursor);
    }
  });

  test('reads its own text, though one was being read', async () => {
    for (let i = 0; i < 6; i++) {
      await opened(LARGE, 'the cat');
      const opening = instrument.open(LARGE);
      const { model: before } = store.state;
      for (let n = i; store.state.model === before; n++) {
        void instrument.setPrompt(n % 2 ? LONG : PROMPT);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await opening;
      await instrument.step();
      assert.equal(store.state.problem, null);
      assert.equal(store.state.chips.length, store.state.promptLength + 1);
      await replayed(store.state);
    }
  });

  test('that has no room for the text, or is not the one of the link that waits, shows that and nothing else', async () => {
    await opened(LARGE, LONG);
    const record = recordOf(/** @type {any} */ (store.state), {});
    await instrument.open(SMALL);
    assert.equal(store.state.problem, null);
    assert.notEqual(store.state.promptProblem, '');
    assert.deepEqual(await instrument.inspectAll([{}]), []);
    assert.equal((await instrument.logits()).length, 0);
    await opened(SMALL, 'the cat');
    await instrument.replay({ ...record, model: { ...record.model, hash: '0123456789abcdef' } });
    instrument.show({ problem: null });
    await instrument.open(LARGE);
    const problem = /** @type {Opened['store']['state']['problem']} */ (store.state.problem);
    assert.match(String(problem?.details), /^0123456789abcdef/);
    assert.ok(store.state.promptLength > 0);
    assert.equal(store.state.step?.position, store.state.promptLength);
  });

  test('opens a link that comes while its first text is read', async () => {
    await opened(LARGE);
    await instrument.step();
    const record = { ...recordOf(/** @type {any} */ (store.state), {}), title: 'a link' };
    await opened(LARGE, 'on the mat');
    const opening = instrument.open(LARGE);
    const { model: before } = store.state;
    while (store.state.model === before) await new Promise((resolve) => setTimeout(resolve));
    await instrument.replay(record);
    await opening;
    assert.equal(store.state.title, 'a link');
    assert.deepEqual(idsOf(store.state.chips), [...record.prompt, ...record.drawn.map(({ id }) => id)]);
  });

  test('is not held to tokens of the one before', async () => {
    await opened(LARGE, 'the cat');
    const last = /** @type {NonNullable<typeof store.state.model>} */ (store.state.model).vocab - 1;
    instrument.pipeline.setStages([{ name: 'bias', biases: [[last, 3]] }, { name: 'temperature', value: 0.9 }]);
    instrument.setCompare([{ name: 'bias', biases: [[last, 3]] }]);
    await instrument.open(SMALL);
    instrument.watch(last); // was found in the vocabulary before
    await instrument.step();
    assert.equal(store.state.problem, null);
    assert.equal(store.state.chips.length, store.state.promptLength + 1);
    assert.deepEqual(store.state.settings.stages.map(({ name }) => name), ['bias', 'temperature']);
    assert.equal(store.state.compareStep?.position, store.state.cursor);
    instrument.setCompare(null);
  });
});
