// What is drawn of a step, before it is painted: tables, cut-offs, ways, lists and the SVG, for stages of every kind.
// At the end of the token's way: pure functions, so Node suffices; page.test.js looks at the painted page.
// Must not need a model: the steps are made up here, and their numbers computed anew.

import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { geometryOf, measuresOf } from '../web/app/drawing/geometry.js';
import { between, placesOf } from '../web/app/drawing/glide.js';
import { othersScene, sceneOf } from '../web/app/drawing/scene.js';
import { svgOf } from '../web/app/drawing/svg.js';
import { themeOf } from '../web/app/drawing/theme.js';
import { figure } from '../web/app/format.js';
import { scaleOf } from '../web/app/scale.js';
import { pictureOf } from '../web/app/share/picture.js';
import { linesOf } from '../web/app/stage-words.js';
import { stripOf, tableOf } from '../web/app/table.js';
import { wayOf } from '../web/app/way.js';

/** @typedef {import('../web/app/table.js').StageRow} StageRow */

/** A row of a trace, of weights that need not add up to 1. @param {string} name @param {Record<string, number>} values @param {[number, number][]} kept id and logit, likeliest first */
function rowOf(name, values, kept, { keptMass = 1, others = { count: 0, mass: 0 } } = {}) {
  const weights = kept.map(([, logit]) => Math.exp(logit - kept[0][1]));
  const sum = weights.reduce((a, b) => a + b, 0) / (1 - others.mass);
  const probs = weights.map((weight) => weight / sum);
  return /** @type {StageRow} */ (/** @type {unknown} */ ({
    name, value: 0, limit: 0, ...values,
    kept: kept.length + others.count, keptMass, entropy: -probs.reduce((a, p) => a + p * Math.log2(p), 0),
    ids: Uint32Array.from(kept, ([id]) => id), probs: Float32Array.from(probs), logits: Float64Array.from(kept, ([, logit]) => logit),
    otherCount: others.count, otherMass: others.mass,
  }));
}

/** Ten tokens, 10 the likeliest. @type {[number, number][]} */
const TEN = [4, 3, 2.5, 2, 1.5, 1, 0.5, 0, -0.5, -1].map((logit, i) => [10 + i, logit]);
const MODEL = rowOf('logits', {}, TEN);
const never = () => false;

/** @param {StageRow} stage @param {Partial<import('../web/app/table.js').StepLike>} [more] */
const tableWith = (stage, more = {}) => tableOf({ id: Number(stage.ids[0]), stages: [MODEL, stage], ...more }, 10, 100);

describe('tables', () => {
  test('a row keeps its place whatever order a stage gives the tokens, and each stage has a column, twice if it comes twice', () => {
    const turned = rowOf('penalties', { repetition: 1.2 }, [TEN[1], TEN[0], ...TEN.slice(2)]);
    const { rows, columns } = tableOf({ id: 10, stages: [MODEL, turned, turned] }, 10, 100);
    assert.deepEqual(rows.map(({ id }) => id), TEN.map(([id]) => id));
    assert.deepEqual(columns.map(({ name }) => name), ['logits', 'penalties', 'penalties']);
    assert.equal(rows[0].cells[1].prob, turned.probs[1]);
    assert.equal(rows[0].cells[2].before, turned.probs[1]);
  });

  test('the drawn token, the text\'s and those asked for have rows with their ranks; the height stays', () => {
    const watched = [{ id: 77, rows: [{ rank: 61, prob: 0.001, logit: -3 }, { rank: 61, prob: 0, logit: -3 }] }];
    const model = rowOf('logits', {}, TEN, { others: { count: 90, mass: 0.1 } });
    const step = { id: 17, actual: 19, stages: [model, rowOf('top-k', { value: 8 }, TEN.slice(0, 8))], watched };
    const { rows, together, columns } = tableOf(step, 6, 100, [77]);
    assert.deepEqual(rows.map(({ rank }) => rank), [1, 2, 3, 8, 10, 61]);
    assert.deepEqual(rows.map(({ apart }) => apart), [false, false, false, true, true, true]);
    assert.equal(together, 3);
    assert.equal(rows[5].cells[0].prob, 0.001);
    // The others are all tokens without a row, and what they have makes the sum 1.
    assert.equal(columns[0].others.count, 100 - 6);
    assert.ok(Math.abs(columns[0].others.mass + rows.reduce((sum, { cells }) => sum + cells[0].prob, 0) - 1) < 1e-6);
  });
});

test('a drawn token that is too far down to be listed has its part of the strip, where u lies', () => {
  const model = rowOf('logits', {}, TEN, { others: { count: 90, mass: 0.2 } });
  const watched = [{ id: 77, rows: [{ rank: 61, prob: 0.004, logit: -3 }] }];
  const drawn = (/** @type {number} */ id) => stripOf({ id, u: 0.9, stages: [model], watched }, 0.01).segments.filter((segment) => segment.drawn);
  assert.deepEqual(drawn(77), [{ id: 77, start: 0.9, share: 0.004, drawn: true }]);
  assert.equal(drawn(10).length, 1);
  assert.equal(drawn(78).length, 0, 'of one that nothing is known about nothing is shown');
});

describe('cut-offs', () => {
  const cutOff = (/** @type {StageRow} */ stage) => tableWith(stage).columns[1].cutOff;

  test('top-k has a line under row k, xtc one above the first kept, typical both', () => {
    assert.deepEqual(cutOff(rowOf('top-k', { value: 4 }, TEN.slice(0, 4))), { kind: 'lines', after: [4] });
    assert.deepEqual(cutOff(rowOf('xtc', { probability: 1, threshold: 0.1 }, TEN.slice(2))), { kind: 'lines', after: [2, 10] });
    assert.deepEqual(cutOff(rowOf('typical', { value: 0.5 }, TEN.slice(1, 5))), { kind: 'lines', after: [1, 5] });
    assert.deepEqual(cutOff(rowOf('temperature', { value: 0 }, TEN.slice(0, 1))), { kind: 'lines', after: [1] });
    assert.deepEqual(cutOff(rowOf('top-k', { value: 0 }, TEN)), { kind: 'none' });
  });

  test('what is measured against a least probability has a threshold there', () => {
    const at = (/** @type {StageRow} */ stage) => {
      const found = cutOff(stage);
      assert.equal(found.kind, 'threshold');
      return found.at;
    };
    const best = MODEL.probs[0];
    assert.equal(at(rowOf('min-p', { value: 0.1, limit: 0.1 * best }, TEN.slice(0, 3))), 0.1 * best);
    assert.equal(at(rowOf('min-p', { value: 0.1 }, TEN.slice(0, 3))), 0.1 * best);
    assert.equal(at(rowOf('epsilon', { value: 0.02, limit: 0.02 }, TEN.slice(0, 5))), 0.02);
    assert.equal(at(rowOf('eta', { value: 0.02, limit: 0.013 }, TEN.slice(0, 5))), 0.013);
    assert.equal(at(rowOf('mirostat', { tau: 3, limit: 4 }, TEN.slice(0, 5))), 1 / 16);
    // A logit of 2 is the fourth token's: the threshold lies at its probability.
    assert.ok(Math.abs(at(rowOf('top-n-sigma', { value: 1, limit: 2 }, TEN.slice(0, 4))) - MODEL.probs[3]) < 1e-7);
    assert.deepEqual(cutOff(rowOf('top-n-sigma', { value: 0 }, TEN)), { kind: 'none' });
  });

  test('top-p has a staircase of the sums before it, to the limit', () => {
    const found = cutOff(rowOf('top-p', { value: 0.9 }, TEN.slice(0, 4)));
    assert.equal(found.kind, 'staircase');
    let sum = 0;
    for (const [i, step] of found.sums.entries()) assert.ok(Math.abs(step - (sum += MODEL.probs[i])) < 1e-9);
    assert.equal(found.limit, 0.9);
  });
});

describe('the way of a token', () => {
  test('what is kept with too little for a float is not called cut', () => {
    const cold = TEN.map(([id, logit]) => /** @type {[number, number]} */ ([id, logit / 0.002]));
    const step = { id: 10, stages: [MODEL, rowOf('temperature', { value: 0.002 }, cold), rowOf('top-k', { value: 3, limit: 3 }, cold.slice(0, 3))] };
    assert.equal(step.stages[2].probs[2], 0, 'too little');
    const { rows } = tableOf(step, 5, 100);
    assert.deepEqual(rows.map(({ cells }) => cells.map(({ kept }) => kept)), [0, 1, 2, 3, 4].map((rank) => [true, true, rank < 3]));
    assert.deepEqual(rows.map(({ cut }) => cut), [false, false, false, true, true]);
    const [, temperature, topK] = wayOf(step, 12, never);
    assert.deepEqual([temperature.kind, temperature.rankThen, topK.kind, topK.rankThen], ['softmax', 3, 'test', 3]);
    assert.equal(linesOf(topK)[0], 'rank 3 ≤ 3: kept');
  });

  test('its formulas hold, and its words say them', () => {
    const warm = rowOf('temperature', { value: 0.5 }, TEN.map(([id, logit]) => [id, logit / 0.5]));
    const cut = rowOf('top-k', { value: 3, limit: 3 }, TEN.slice(0, 3).map(([id, logit]) => [id, logit / 0.5]), { keptMass: 0.97 });
    const step = { id: 10, stages: [MODEL, warm, cut] };
    const [model, temperature, topK] = wayOf(step, 12, never);
    assert.ok(model.kind === 'softmax' && temperature.kind === 'softmax' && topK.kind === 'test');
    assert.equal(model.logit, 2.5);
    assert.equal(temperature.was, 2.5);
    assert.equal(temperature.logit, 5);
    for (const { weight, logit, greatest, sum, prob } of [model, temperature]) {
      assert.ok(Math.abs(weight - Math.exp(logit - greatest)) < 1e-12);
      assert.ok(Math.abs(weight / sum - prob) < 1e-6);
    }
    assert.deepEqual([topK.rank, topK.kept], [3, true]);
    assert.equal(linesOf(model)[0], 'logit 2.50');
    assert.equal(linesOf(temperature)[0], '2.50 ÷ 0.5 = 5.00');
    assert.equal(linesOf(topK)[0], 'rank 3 ≤ 3: kept');
    assert.deepEqual(linesOf(wayOf(step, 13, never)[2]), ['rank 4 > 3: cut']);
    // Where it was cut before, nothing is left to say; where a stage is off, that.
    const later = { id: 10, stages: [MODEL, cut, rowOf('top-p', { value: 1 }, TEN.slice(0, 3))] };
    assert.equal(wayOf(later, 13, never)[2].kind, 'gone');
    assert.equal(wayOf(later, 10, ({ name }) => name === 'top-p')[2].kind, 'off');
  });
});

describe('lists of things to be drawn', () => {
  const measures = { width: 520, label: 120, gap: 10, number: 40, row: 20, above: 4, below: 4 };
  const linear = scaleOf('linear');
  const table = tableWith(rowOf('top-k', { value: 4 }, TEN.slice(0, 4)));
  const geometry = geometryOf(measures, 2);

  test('bars begin at their track and are as long as their probabilities', () => {
    const bars = sceneOf(table, geometry, linear).filter(({ kind }) => kind === 'rect');
    assert.deepEqual(geometry.tracks, [{ x: 10, width: 150 }, { x: 210, width: 150 }]);
    for (const { key, at: [x, y, width, height] } of bars) {
      const [, column, row] = key.split(':').map(Number);
      const { prob, before } = table.rows[row].cells[column];
      assert.equal(x, geometry.tracks[column].x);
      assert.ok(Math.abs(width - 150 * (prob || Number(before))) < 1e-9);
      assert.deepEqual([y, height], [row * 20 + 4, 12]);
    }
    assert.deepEqual(bars.filter(({ style }) => style === 'cut').length, 6);
    assert.deepEqual(bars.filter(({ style }) => style === 'drawn').length, 2);
  });

  test('the parts of a table hold what the whole holds', () => {
    const parts = [sceneOf(table, geometry, linear, 0, 4), sceneOf(table, geometry, linear, 4, 10)].flat();
    const bars = (/** @type {import('../web/app/drawing/paint.js').Item[]} */ list) => list.filter(({ key }) => /^(bar|was):/.test(key)).map(({ key }) => key).sort();
    assert.deepEqual(bars(parts), bars(sceneOf(table, geometry, linear)));
    assert.equal(parts.filter(({ key }) => key.startsWith('line:')).length, 2, 'the line lies between them: each draws its half');
    assert.equal(othersScene(table, geometry, linear).filter(({ style }) => style === 'others').length, 2);
  });

  test('what has a key glides from its place to the next, half a way down the time more than half a way', () => {
    /** @type {import('../web/app/drawing/paint.js').Item} */
    const item = { kind: 'rect', key: 'a', style: 'bar', at: [0, 0, 100, 10] };
    const before = placesOf([{ ...item, at: [0, 0, 0, 10] }]);
    const [half] = between(before, [item], 0.5);
    assert.ok(half.at[2] > 50 && half.at[2] < 100);
    assert.deepEqual(between(before, [item], 1), [item]);
    assert.deepEqual(between(new Map(), [item], 0.1), [item]);
  });

  test('lengths of the style sheet come in px and rem', () => {
    /** @type {Record<string, string>} */
    const sheet = { '--label': '9rem', '--gap': '1.25rem', '--number': '0rem', '--row': ' 26px', '--above': '6px', '--below': '6px' };
    assert.deepEqual(measuresOf((name) => sheet[name], 800, 16), { width: 800, label: 144, gap: 20, number: 0, row: 26, above: 6, below: 6 });
  });

  test('the SVG holds every bar, number and name, and is well-formed whatever a token is', () => {
    const step = { id: 10, u: 0.3, position: 5, stages: [MODEL, rowOf('top-p', { value: 0.9 }, TEN.slice(0, 4), { keptMass: 0.93 })] };
    const vocabulary = new Map(TEN.map(([id]) => [id, { id, piece: '', bytes: new TextEncoder().encode(id === 10 ? ' <&"\u0001' : ` t${id}`), type: 'normal' }]));
    const state = { step, rows: 10, scale: 'linear', watched: [], vocabulary, title: '', model: { name: 'm', vocab: 100, stages: [] }, settings: { seed: 1n } };
    const picture = pictureOf(/** @type {any} */ (state));
    const svg = svgOf(picture.list, themeOf((name) => `var(${name})`, 'sans-serif'), picture);
    for (const words of ['Top-p', 'until 90\u00a0%'.replace('\u00a0', ' '), 't12', '93.0 %', 'u = 0.3000', '90 other tokens']) assert.ok(svg.includes(words), words);
    assert.equal(svg.match(/<rect class="(bar|drawn|cut)"/g)?.length, 20 + stripOf(step, 0.003).segments.filter(({ drawn }) => drawn).length);
    assert.ok(svg.includes('&lt;&amp;&quot;'));
    // Every tag that is opened is closed, and nothing stands unescaped.
    assert.equal((svg.match(/<(svg|title|style|defs|pattern|text)\b/g) ?? []).length, (svg.match(/<\/(svg|title|style|defs|pattern|text)>/g) ?? []).length);
    assert.ok(!/&(?!amp;|lt;|gt;|quot;)/.test(svg));
  });
});

test('figures in formulas have three digits, whatever their size', () => {
  assert.deepEqual([0.0743, 1.5234, 12345, 2.061e-9, 0].map(figure), ['0.0743', '1.52', '12,300', '2.06 × 10⁻⁹', '0']);
});
