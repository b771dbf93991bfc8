// The lessons: what they compute, what they recognise as done, and what their mistakes make of a step.
// Beside the token's way: their pure parts, in Node, with the model that ships; lessons-page.test.js has the rest.
// Must not take a number from the lessons: each is computed here once more, by plain arithmetic.

import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { RUN, agrees, numberOf, observe, rowOf } from '../web/app/lessons/checks.js';
import { figures, ranges } from '../web/app/lessons/figures.js';
import { formulaNames } from '../web/app/lessons/formulas.js';
import { isDone, keyOf, lessons, nextUndone } from '../web/app/lessons/index.js';
import { drawAt, mistakeNames, mistaken } from '../web/app/lessons/mistakes.js';
import { sample } from '../web/app/lessons/sampler.js';
import { text } from '../web/app/lessons/text/en.js';
import { Model } from '../web/engine/index.js';
import { sampleTwin } from './helpers/sampler-twin.js';

/**
 * @typedef {import('../web/app/lessons/index.js').Task} Task
 * @typedef {import('../web/app/lessons/index.js').Setup} Setup
 * @typedef {import('../web/app/state.js').State} State
 * @typedef {import('../web/app/state.js').Step} Step
 * @typedef {{ name: string, value: number }} Stage
 */

const MODEL = fileURLToPath(new URL('../model/stories.gguf', import.meta.url));

/** @param {ArrayLike<number>} actual @param {number[]} expected @param {number} within @param {string} [what] */
function close(actual, expected, within, what = '') {
  assert.equal(actual.length, expected.length, what);
  for (const [i, wanted] of expected.entries()) {
    assert.ok(Math.abs(actual[i] - wanted) <= within, `${what} item ${i}: ${actual[i]}, expected ${wanted}`);
  }
}

/** @param {string} lesson @param {string} id @returns {Task} */
function taskOf(lesson, id) {
  const task = lessons.find((each) => each.id === lesson)?.tasks.find((each) => each.id === id);
  assert.ok(task, `${lesson}/${id}`);
  return task;
}

/** @param {number[]} logits @param {number} [temperature] */
function softmax(logits, temperature = 1) {
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** A step as the page gets it, of a small distribution. @param {number[]} logits @param {Stage[]} stages @param {number} u @returns {Step} */
function stepOf(logits, stages, u) {
  const { token, rows } = sampleTwin(logits, stages, u);
  const listed = rows.map((row, i) => ({
    ...row,
    value: i === 0 ? 0 : stages[i - 1].value,
    ids: Uint32Array.from(row.ids),
    probs: Float32Array.from(row.probs),
    otherCount: 0,
    otherMass: 0,
  }));
  const step = { position: 0, id: token, u, logprob: 0, entropy: rows[0].entropy, stages: listed };
  return /** @type {Step} */ (/** @type {unknown} */ (step));
}

// ---- words and logic ----

test('every lesson, task, button, choice, figure, formula and mistake has its words, and no words are left over', () => {
  const keys = (/** @type {object | undefined} */ of) => Object.keys(of ?? {}).sort();
  assert.deepEqual(keys(text.chapters), lessons.map(({ id }) => id).sort());
  for (const { id, tasks, figure, formulas = [] } of lessons) {
    /** @type {{ body: unknown[], tasks: Record<string, import('../web/app/elements/ls-lesson-task.js').Words> }} */
    const chapter = text.chapters[/** @type {keyof typeof text.chapters} */ (id)];
    assert.deepEqual(keys(chapter.tasks), tasks.map((task) => task.id).sort(), id);
    for (const task of tasks) {
      const words = chapter.tasks[task.id];
      const at = `${id}/${task.id}`;
      assert.deepEqual(keys(words.setups), keys(task.setups), at);
      assert.deepEqual(keys(words.choices), 'choice' in task ? [...task.choice.choices].sort() : [], at);
      assert.deepEqual(keys(words.why), keys(words.choices), at);
      if ('choice' in task) assert.ok(task.choice.choices.includes(task.choice.right), at);
      else assert.ok(words.done, at);
      if ('question' in task) assert.ok(words.hint && words.unit !== undefined, at);
      if (task.mistake) assert.ok(mistakeNames.includes(task.mistake), at);
    }
    for (const name of formulas) assert.ok(formulaNames.includes(name), name);
    assert.ok(figure === undefined || figure === 'chain' || Object.hasOwn(figures, figure), id);
    const words = chapter.body.flat().join(' ').split(/\s+/).length;
    assert.ok(words <= 200, `${id} has ${words} words`);
  }
  assert.deepEqual(keys(text.figures), keys(figures));
  for (const [name, { names }] of Object.entries(text.figures)) {
    assert.equal(names.length, figures[/** @type {keyof typeof figures} */ (name)].logits.length, name);
  }
  assert.deepEqual(keys(text.formulas), [...formulaNames].sort());
  assert.deepEqual(keys(text.mistakes), [...mistakeNames].sort());
  assert.deepEqual(lessons.flatMap(({ tasks }) => tasks.flatMap(({ mistake }) => mistake ?? [])).sort(), [...mistakeNames].sort());
});

test('what is done decides which lesson comes next', () => {
  const all = new Set(lessons.flatMap(({ id, tasks }) => tasks.map((task) => keyOf(id, task.id))));
  assert.equal(nextUndone(new Set()), lessons[0].id);
  assert.equal(nextUndone(all), lessons[0].id);
  const most = new Set([...all].filter((key) => key !== keyOf('topP', 'adapts')));
  assert.equal(nextUndone(most), 'topP');
  assert.deepEqual(lessons.filter((lesson) => !isDone(lesson, most)).map(({ id }) => id), ['topP']);
});

// ---- worked examples ----

describe('the worked examples, by the engine\'s own sampler', () => {
  /** @param {keyof typeof figures} name */
  const worked = (name) => sample(figures[name].logits, figures[name].pipelines);
  const state = /** @type {State} */ ({});

  test('temperature: the computed figures, which are not the printed ones', async () => {
    const { logits, series } = figures.temperature;
    const steps = await sample(logits, series.values.map((value) => [{ name: series.name, value }]));
    const design = [[0.8438, 0.1142, 0.042], [0.6285, 0.2312, 0.1402], [0.481, 0.2918, 0.2272]];
    for (const [i, step] of steps.entries()) {
      close(step.stages[1].probs, softmax(logits, series.values[i]), 1e-6, `T ${series.values[i]}`);
      close(step.stages[1].probs, design[i], 5e-5);
      assert.ok(series.printed[i].some((figure, id) => Math.abs(figure - step.stages[1].probs[id]) > 0.01));
    }
  });

  test('the exercise: shares after top-k, the nucleus of two, and the answers that are asked for', async () => {
    const steps = await worked('exercise');
    const [, , topK, topP] = steps[0].stages;
    const three = softmax([10, 8, 5]);
    const two = softmax([10, 8]);
    close(topK.probs, three, 1e-6);
    close(topP.probs, two, 1e-6);
    assert.equal(drawAt(topP, figures.exercise.u), 0);
    assert.equal(drawAt(topP, 0.89), 1);
    for (const [id, answer] of /** @type {const} */ ([['cat', 100 * three[0]], ['kept', 2], ['dog', two[0]]])) {
      const task = taskOf('exercise', id);
      assert.ok('question' in task);
      const given = task.question.answer(state, steps);
      assert.ok(Math.abs(given - answer) < 1e-4, `${id}: ${given}`);
      assert.equal(task.question.answer(state, []), NaN, `${id} without its figure`);
    }
    assert.match(text.chapters.exercise.tasks.cat.hint, new RegExp(Math.exp(10).toFixed(2)));
  });

  test('order: temperature first keeps one, last keeps two, as the text says', async () => {
    const [first, last] = await worked('order');
    assert.deepEqual([first.stages[2].kept, last.stages[2].kept], [1, 2]);
    const said = text.chapters.order.body.join(' ');
    assert.match(said, new RegExp(`likeliest token has ${Math.round(100 * softmax([3, 2, 1], 0.5)[0])} %.*sees ${Math.round(100 * softmax([3, 2, 1])[0])} %`));
    close(first.stages[1].probs, softmax([3, 2, 1], 0.5), 1e-6);
  });

  test('top-k, top-p and the draws of the small figures', async () => {
    const [topK] = await worked('topK');
    close(topK.stages[1].probs, [4 / 9, 3 / 9, 2 / 9], 1e-6);
    const [topP] = await worked('topP');
    close(topP.stages[1].probs, [4 / 9, 3 / 9, 2 / 9], 1e-6);
    const [crossing] = await worked('crossing');
    close(crossing.stages[1].probs, [5 / 8, 3 / 8], 1e-6);
    const [greedy, drawn] = (await worked('sampling')).map((step) => drawAt(step.stages[1], figures.sampling.u));
    assert.deepEqual([greedy, drawn], [0, 1]);
  });

  test('every slider\'s ends are values that the sampler takes', async () => {
    for (const [name, { logits, sliders }] of Object.entries(figures)) {
      for (const slider of sliders) {
        const { least, most } = ranges[slider];
        const steps = await sample(logits, [least, most].map((value) => [{ name: slider, value }]));
        for (const { stages } of steps) assert.ok(stages[1].kept >= 1 && !stages[1].probs.includes(NaN), `${name}: ${slider}`);
      }
    }
  });
});

// ---- mistakes ----

describe('mistakes, against samplers written with them', () => {
  const random = Array.from({ length: 80 }, (_, i) => 6 * Math.sin(i * 12.9898) ** 2 - (i % 7) / 3);
  const ranked = random.map((logit, id) => ({ logit, id })).sort((a, b) => b.logit - a.logit || a.id - b.id);
  const stages = [
    { name: 'temperature', value: 0.7 },
    { name: 'top-k', value: 60 },
    { name: 'top-p', value: 0.8 },
    { name: 'min-p', value: 0.05 },
  ];
  const step = stepOf(random, stages, 0.97);

  /**
   * A sampler in the usual sloppy style, over sorted tokens.
   * @param {{ cutTo?: number, drops?: boolean }} mistake
   */
  function sloppy({ cutTo = random.length, drops = false }) {
    const tokens = ranked.slice(0, cutTo);
    const rows = [softmax(tokens.map(({ logit }) => logit)), softmax(tokens.map(({ logit }) => logit), 0.7)];
    const again = (/** @type {number[]} */ probs) => probs.map((p) => p / probs.reduce((sum, each) => sum + each, 0));
    rows.push(again(rows[1].slice(0, 60)));
    let sum = 0;
    const nucleus = rows[2].filter((p) => {
      const before = sum;
      sum += p;
      return drops ? sum < 0.8 : before < 0.8;
    });
    rows.push(again(nucleus));
    rows.push(again(rows[3].filter((p) => p >= 0.05 * rows[3][0])));
    return { rows, ids: tokens.map(({ id }) => id) };
  }

  for (const [name, how] of /** @type {const} */ ([['dropped-crossing', { drops: true }], ['cut-at-50', { cutTo: 50 }]])) {
    test(name, () => {
      const before = structuredClone(step);
      const wrong = mistaken(step, name);
      assert.deepEqual(step, before, 'the right step stays as it was');
      const { rows, ids } = sloppy(how);
      for (const [i, row] of wrong.stages.entries()) {
        close(row.probs, rows[i], 2e-6, `${name} ${row.name}`);
        assert.deepEqual(Array.from(row.ids), ids.slice(0, rows[i].length));
        assert.equal(row.kept, rows[i].length);
        const entropy = rows[i].reduce((sum, p) => sum - p * Math.log2(p), 0);
        assert.ok(Math.abs(row.entropy - entropy) < 1e-5, `${name} ${row.name}: entropy`);
        assert.deepEqual([row.name, row.value, row.otherCount, row.otherMass], [step.stages[i].name, step.stages[i].value, 0, 0]);
      }
      const last = rows[rows.length - 1];
      let sum = 0;
      assert.equal(wrong.id, ids[last.findIndex((p) => (sum += p) > step.u)]);
      assert.equal(wrong.u, step.u);
      assert.equal(/** @type {{ mistake?: string }} */ (wrong).mistake, name);
      assert.notDeepEqual(wrong.stages, step.stages);
      assert.equal(wrong.stages[0].keptMass, 1, 'nothing is missed in the first column');
    });
  }

  test('dropping the crossing token keeps one fewer, and at least one; without a cut nothing changes', () => {
    const logits = [0.5, 0.3, 0.15, 0.05].map(Math.log);
    const at = (/** @type {number} */ p) => mistaken(stepOf(logits, [{ name: 'top-p', value: p }], 0.9), 'dropped-crossing').stages[1];
    assert.deepEqual([0.3, 0.6, 0.9].map((p) => at(p).kept), [1, 1, 2]);
    close(at(0.9).probs, [0.5 / 0.8, 0.3 / 0.8], 1e-6);
    assert.ok(Math.abs(at(0.9).keptMass - 0.8) < 1e-6);
    assert.equal(at(1).kept, 4);
  });

  test('a token of probability zero: the walk stops at the first token of the vocabulary when u is 0', () => {
    const { logits, pipelines } = figures.zero;
    const right = stepOf(logits, /** @type {Stage[]} */ (pipelines[0]), 0);
    assert.notEqual(right.id, 0, 'the right draw never takes it');
    const wrong = mistaken({ ...right, u: 0.9 }, 'zero-drawn');
    assert.equal(wrong.u, 0);
    const last = wrong.stages[1];
    // As such programs do it: all probabilities in the vocabulary's order, zeros included.
    const probs = logits.map((_, id) => (last.ids.includes(id) ? last.probs[last.ids.indexOf(id)] : 0));
    let sum = 0;
    assert.equal(wrong.id, probs.findIndex((p) => (sum += p) >= wrong.u));
    assert.equal(probs[wrong.id], 0);
    assert.equal(mistaken({ ...stepOf([1, 2], [], 0.5), watched: [] }, 'zero-drawn').id, 0);
  });

  test('what is watched, and what is not listed, is wrong in the same way or left alone', () => {
    const [crossing] = step.stages[3].ids.slice(-1);
    const watched = [{ id: crossing, rows: step.stages.map((row) => ({ rank: 1, logit: 0, prob: row.probs[row.ids.indexOf(crossing)] ?? 0 })) }];
    const wrong = mistaken({ ...step, watched }, 'dropped-crossing');
    assert.equal(wrong.watched[0].rows[3].prob, 0);
    assert.equal(wrong.watched[0].rows[2].prob, watched[0].rows[2].prob);
    const short = { ...step, stages: step.stages.map((row) => ({ ...row, ids: row.ids.slice(0, 3), probs: row.probs.slice(0, 3) })) };
    for (const name of ['dropped-crossing', 'cut-at-50']) assert.deepEqual(mistaken(short, name).stages, short.stages);
    assert.equal(mistaken(step, null), step);
    assert.equal(mistaken(step, 'unheard of'), step);
  });
});

test('the right draw takes the first token whose sum exceeds u, and never one without probability', () => {
  const row = { ids: Uint32Array.of(7, 8, 9, 5), probs: Float32Array.of(0, 0.5, 0.25, 0) };
  assert.deepEqual([0, 0.49, 0.5, 0.74, 0.9999].map((u) => drawAt(row, u)), [8, 8, 9, 9, 9]);
});

// ---- answers ----

test('typed numbers are read as people write them', () => {
  assert.deepEqual(['87.56', ' 87,56 % ', '0.88', '4,096', '2'].map((typed) => numberOf(typed, false)), [87.56, 87.56, 0.88, 4.096, 2]);
  assert.deepEqual(['4,096', '4.096', '4 096', '4096', '2'].map((typed) => numberOf(typed, true)), [4096, 4096, 4096, 4096, 2]);
  for (const typed of ['', ' ', 'two', '1.2.3', '%']) assert.ok(Number.isNaN(numberOf(typed, false)), typed);
  assert.ok(agrees(4096, 4096, 0) && !agrees(4095, 4096, 0));
  assert.ok(agrees(87.5, 87.56, 0.001) && !agrees(87, 87.56, 0.001));
});

// ---- deeds, with the model that ships ----

describe('what a learner does with the shipped model', () => {
  /** @type {Awaited<ReturnType<typeof Model.load>>} */
  let model;

  before(async () => void (model = await Model.load(MODEL)));
  after(() => model?.unload());

  /** A hand at an instrument without a page: does as the instrument does, and shows each state to a deed. */
  class Learner {
    #session = model.session();
    /** @type {State} */
    state = /** @type {State} */ (/** @type {unknown} */ ({ model: model.info, chips: [], mistake: null, settings: { seed: 1n, stages: [] } }));
    /** @type {import('../web/app/lessons/checks.js').Watch | undefined} */
    #watch = undefined;
    #deed;
    done = false;

    /** @param {Task} task */
    constructor(task) {
      assert.ok('deed' in task);
      this.#deed = task.deed;
    }

    /** @param {Partial<State>} changes */
    async #see(changes, cursor = this.#session.length) {
      this.state = { ...this.state, ...changes, cursor };
      const { stages, seed } = this.state.settings;
      const step = await this.#session.inspect(cursor, { stages, seed, trace: 'top', top: 4096 });
      this.state = { ...this.state, step };
      const { watch, done } = observe(this.#deed, this.#watch, this.state);
      this.#watch = watch;
      this.done ||= done;
    }

    /** @param {Setup} setup */
    async setUp({ prompt = this.state.prompt, seed = this.state.settings.seed, stages = this.state.settings.stages }) {
      await this.#session.rewind(0);
      const promptLength = await this.#session.feed(prompt);
      await this.#see({ prompt, promptLength, chips: this.#chips(promptLength), settings: { seed, stages } });
      return this;
    }

    /** @param {number} given tokens @returns {State['chips']} */
    #chips(given) {
      const { settings, chips } = this.state;
      const all = Array.from(this.#session.ids, (id, i) => ({ token: { id }, surprisal: 0, settings: i < given ? null : (chips[i]?.settings ?? settings) }));
      return /** @type {State['chips']} */ (/** @type {unknown} */ (all));
    }

    /** @param {Record<string, number>} values */
    async set(values) {
      const stages = this.state.settings.stages.map((stage) => ({ ...stage, value: values[stage.name] ?? stage.value }));
      await this.#see({ settings: { ...this.state.settings, stages } });
    }

    /** @param {number} count */
    async write(count) {
      for (let n = 0; n < count; n++) {
        await this.#session.step({ force: (await this.#session.inspect(this.#session.length, this.state.settings)).id });
        await this.#see({ chips: this.#chips(this.state.promptLength) });
      }
    }

    /** @param {number} [length] */
    async back(length = this.state.promptLength) {
      await this.#session.rewind(length);
      await this.#see({ chips: this.#chips(this.state.promptLength) });
    }

    /** @param {bigint} seed */
    seed(seed) {
      return this.#see({ settings: { ...this.state.settings, seed } });
    }

    swap() {
      const { stages } = this.state.settings;
      return this.#see({ settings: { ...this.state.settings, stages: [...stages].reverse() } });
    }

    /** @param {number} position */
    select(position) {
      return this.#see({}, position);
    }

    /** @param {string | null} mistake */
    mistake(mistake) {
      return this.#see({ mistake });
    }
  }

  /** A learner who has pressed a deed's first button. @param {string} lesson @param {string} id */
  async function begin(lesson, id) {
    const task = taskOf(lesson, id);
    const [setup] = Object.values(task.setups ?? {});
    return new Learner(task).setUp(setup);
  }

  /** @param {Learner} learner @param {() => Promise<void>} act */
  async function notYet(learner, act) {
    await act();
    assert.equal(learner.done, false, 'done too early');
  }

  test('every button leaves its deed to be done', async () => {
    for (const { id, tasks } of lessons) {
      for (const task of tasks) {
        if (!('deed' in task)) continue;
        const learner = await begin(id, task.id);
        await learner.setUp({});
        assert.equal(learner.done, false, `${id}/${task.id}`);
      }
    }
  });

  test('writing five tokens', async () => {
    const learner = await begin('generation', 'write');
    await notYet(learner, () => learner.write(4));
    await learner.write(1);
    assert.ok(learner.done);
  });

  test('what is met from the beginning does not count until it was seen undone', async () => {
    const learner = new Learner(taskOf('topP', 'three'));
    const [{ prompt }] = Object.values(taskOf('topP', 'three').setups ?? {});
    await notYet(learner, async () => void (await learner.setUp({ prompt, stages: [{ name: 'top-p', value: 0.45 }] })));
    assert.equal(rowOf(learner.state.step, 'top-p')?.kept, 3);
    await learner.set({ 'top-p': 0.9 });
    await learner.set({ 'top-p': 0.45 });
    assert.ok(learner.done);
  });

  test('going back and drawing another token', async () => {
    const learner = await begin('autoregression', 'redraw');
    await learner.write(6);
    const { length } = learner.state.chips;
    await notYet(learner, () => learner.back(length - 1));
    await notYet(learner, () => learner.write(1)); // the same again
    await learner.back();
    for (let seed = 2n; seed < 9n && !learner.done; seed++) {
      await learner.back();
      await learner.seed(seed);
      await learner.write(5);
    }
    assert.ok(learner.done);
  });

  test('swaying the model by the prompt', async () => {
    const learner = await begin('autoregression', 'prompt');
    await notYet(learner, () => learner.set({ temperature: 2 }));
    await notYet(learner, () => learner.write(1)); // another likeliest token, but not by the prompt
    await learner.setUp({ prompt: 'He was very' });
    assert.ok(learner.done);

    const same = await new Learner(taskOf('autoregression', 'prompt')).setUp({ prompt: 'Tom was very', stages: [] });
    await notYet(same, () => same.write(1));
    await notYet(same, async () => void (await same.setUp({ prompt: 'Lily was very' }))); // the same token
  });

  test('greedy under two seeds; drawn under two seeds', async () => {
    const greedy = await begin('sampling', 'greedy');
    await greedy.write(RUN);
    await greedy.back();
    await notYet(greedy, () => greedy.write(RUN)); // the same seed
    await greedy.back();
    await greedy.seed(77n);
    await greedy.set({ temperature: 0.1 });
    await notYet(greedy, () => greedy.write(RUN)); // the same text, but drawn
    await greedy.back();
    await greedy.set({ temperature: 0 });
    await notYet(greedy, () => greedy.write(RUN - 1));
    await greedy.write(1);
    assert.ok(greedy.done);

    const drawn = await begin('sampling', 'drawn');
    await drawn.write(RUN);
    await drawn.back();
    await notYet(drawn, () => drawn.write(RUN));
    await drawn.back();
    await drawn.set({ temperature: 3 });
    await notYet(drawn, () => drawn.write(RUN)); // another text, but under the same seed
    await drawn.set({ temperature: 1 });
    for (let seed = 2n; seed < 9n && !drawn.done; seed++) {
      await drawn.back();
      await drawn.seed(seed);
      await drawn.write(RUN);
    }
    assert.ok(drawn.done);
  });

  test('temperatures: above 90 %, below 5 %, within the slider', async () => {
    const sharp = await begin('temperature', 'sharp');
    await notYet(sharp, () => sharp.set({ temperature: 0 }));
    await notYet(sharp, () => sharp.set({ temperature: 0.8 }));
    await notYet(sharp, () => sharp.set({ temperature: 1, 'top-p': 0.4 })); // not by temperature
    await sharp.set({ temperature: 0.4 });
    assert.ok(sharp.done);
    const flat = await begin('temperature', 'flat');
    await notYet(flat, () => flat.set({ temperature: 1.5 }));
    await flat.set({ temperature: 2 });
    assert.ok(flat.done);
  });

  test('the smallest k, found by arithmetic, is the only one that counts', async () => {
    const learner = await begin('topK', 'smallest');
    const probs = rowOf(learner.state.step, 'temperature')?.probs ?? [];
    let k = 0;
    for (let sum = 0; sum < 0.6; k++) sum += probs[k];
    await notYet(learner, () => learner.set({ 'top-k': k - 1 }));
    await notYet(learner, () => learner.set({ 'top-k': k + 1 }));
    await notYet(learner, () => learner.set({ 'top-k': 0 }));
    await learner.set({ 'top-k': k });
    assert.ok(learner.done);
  });

  test('what top-k cut, as a question', async () => {
    const task = taskOf('topK', 'lost');
    const [setup] = Object.values(task.setups ?? {});
    const { state } = await (await begin('topK', 'smallest')).setUp(setup);
    assert.ok('question' in task && state.step);
    const [a, b, c] = state.step.stages[1].probs;
    assert.ok(Math.abs(task.question.answer(state, []) - 100 * (1 - a - b - c)) < 1e-4);
  });

  test('top-p keeping three; one p that keeps one here and ten there', async () => {
    const three = await begin('topP', 'three');
    await notYet(three, () => three.set({ 'top-p': 1, 'top-k': 3 })); // not by p
    await notYet(three, () => three.set({ 'top-k': 0, 'top-p': 0.3 }));
    await three.set({ 'top-p': 0.45 });
    assert.ok(three.done);

    const adapts = await begin('topP', 'adapts');
    await notYet(adapts, () => adapts.select(3));
    await notYet(adapts, () => adapts.set({ temperature: 2 })); // many, but under other settings
    await notYet(adapts, () => adapts.set({ temperature: 1 }));
    await adapts.select(9);
    assert.ok(adapts.done);
  });

  test('another token by the settings alone', async () => {
    const learner = await begin('process', 'settings');
    await notYet(learner, () => learner.seed(5n));
    await notYet(learner, () => learner.seed(2n));
    await notYet(learner, () => learner.write(1));
    await learner.back();
    await learner.set({ temperature: 0 });
    assert.ok(learner.done);
  });

  test('another order, another number of tokens', async () => {
    const learner = await begin('order', 'swap');
    await notYet(learner, () => learner.set({ 'top-p': 0.5 }));
    await notYet(learner, () => learner.set({ 'top-p': 0.8 }));
    await learner.swap();
    assert.ok(learner.done);
  });

  test('a nucleus of two, seen with its second token dropped', async () => {
    const learner = await begin('mistakes', 'crossing');
    await notYet(learner, () => learner.set({ 'top-p': 0.3 })); // two, but nothing is wrong
    assert.equal(rowOf(learner.state.step, 'top-p')?.kept, 2);
    await learner.mistake('dropped-crossing');
    assert.ok(learner.done);
  });

  test('the questions about the model and the step, computed once more', async () => {
    const [{ prompt }] = Object.values(taskOf('mistakes', 'early').setups ?? {});
    const { state } = await (await begin('temperature', 'sharp')).setUp({ prompt, stages: [{ name: 'top-k', value: 30 }] });
    const ask = (/** @type {string} */ lesson, /** @type {string} */ id) => {
      const task = taskOf(lesson, id);
      assert.ok('question' in task);
      assert.equal(task.question.answer({ ...state, model: null, step: null }, []), NaN, `${id} before a model is open`);
      return task.question.answer(state, []);
    };
    const session = model.session();
    await session.feed(prompt ?? '');
    const probs = softmax(Array.from(await session.logits())).sort((a, b) => b - a);
    const near = (/** @type {number} */ given, /** @type {number} */ wanted) => assert.ok(Math.abs(given / wanted - 1) < 1e-4, `${given}, expected ${wanted}`);
    near(ask('generation', 'vocabulary'), probs.length);
    near(ask('mathematics', 'surprisal'), -Math.log2(probs[0]));
    const mass = probs.slice(0, 30).reduce((sum, p) => sum + p, 0);
    near(ask('mathematics', 'choices'), 2 ** probs.slice(0, 30).reduce((sum, p) => sum - (p / mass) * Math.log2(p / mass), 0));
    near(ask('mistakes', 'early'), 1 / probs.slice(0, 50).reduce((sum, p) => sum + p, 0));
  });
});
