// The view as one list of things to be drawn: heads, tokens, bars, numbers, sums and the draw.
// At the end of the token's way: what scene.js and strip.js draw behind the page's words, with the words in it.
// Must not know canvases or SVG; a pure function of the state, in CSS pixels.

import { geometryOf } from '../drawing/geometry.js';
import { othersScene, sceneOf } from '../drawing/scene.js';
import { stripScene } from '../drawing/strip.js';
import { bits, figure, percent, unit, whole } from '../format.js';
import { scaleOf, ticks } from '../scale.js';
import { drawnShare } from '../sentence.js';
import { stageName } from '../stage-title.js';
import { captionOf } from '../stage-words.js';
import { stripOf, tableOf } from '../table.js';
import { text } from '../text/index.js';
import { plainText } from '../token-text.js';

/**
 * @typedef {import('../drawing/paint.js').Item} Item
 * @typedef {import('../table.js').Table} Table
 * @typedef {import('./collect.js').Ready & { step: NonNullable<import('../state.js').State['step']> }} Shown
 * @typedef {{ list: Item[], width: number, height: number, title: string }} Picture
 */

const MARGIN = 24;
const LABEL = 176;
const COLUMN = 184;
const SIZES = { gap: 20, number: 64, row: 26, above: 6, below: 6 };
const STRIP = 40;
/** From the upper edge of a line of text to its foot. */
const FOOT = 17;
const LINE = 22;
/** About the width of a letter; what would not fit is left out. */
const LETTER = 7.5;

/** @param {Item[]} items @param {number} dx @param {number} dy @returns {Item[]} */
function moved(items, dx, dy) {
  const shift = (/** @type {Item} */ { kind, at }) =>
    kind === 'rect' ? [at[0] + dx, at[1] + dy, at[2], at[3]] : at.map((value, i) => value + (i % 2 ? dy : dx));
  return items.map((item) => ({ ...item, at: shift(item) }));
}

/** @param {string} key @param {string} style @param {number} x @param {number} y @param {string} words @param {Item['align']} [align] @returns {Item} */
const written = (key, style, x, y, words, align = 'start') => ({ kind: 'text', key, style, at: [x, y], text: words, align });

/** @param {Shown['vocabulary']} vocabulary @param {number} id @param {number} width */
function named(vocabulary, id, width) {
  const token = vocabulary.get(id);
  const letters = [...(token ? plainText(token).replaceAll(' ', '␣') : '')];
  const room = Math.floor(width / LETTER);
  return letters.length > room ? `${letters.slice(0, room - 1).join('')}…` : letters.join('');
}

/** Names, captions and scales of the columns. @param {Shown} state @param {Table} table @param {import('../drawing/geometry.js').Track[]} tracks @param {number} y */
function heads({ model, scale }, { columns }, tracks, y) {
  return columns.flatMap((column, i) => {
    const { x, width } = tracks[i];
    return [
      written(`head:${i}`, 'text-head', x, y, stageName(column.name)),
      written(`caption:${i}`, 'text-small', x, y + LINE - 4, captionOf(column, model.stages)),
      ...ticks[scale].map(({ p, label }) => written(`scale:${i}:${label}`, 'text-small', x + scaleOf(scale)(p) * width, y + 2 * LINE, label, scaleOf(scale)(p) === 0 ? 'start' : 'center')),
    ];
  });
}

/** @param {Shown} state @param {Table} table @param {(column: number) => number} numbersAt */
function rowTexts({ vocabulary }, { rows }, numbersAt) {
  return rows.flatMap(({ id, rank, drawn, cut, apart, cells }, row) => {
    const y = row * SIZES.row + FOOT;
    const name = named(vocabulary, id, LABEL - (apart ? 60 : 8));
    return [
      written(`name:${row}`, drawn ? 'text-drawn' : cut ? 'text-cut' : 'text', 0, y, name),
      ...(apart ? [written(`rank:${row}`, 'text-small', LABEL - 8, y, text.stages.rankShort(rank), 'end')] : []),
      ...cells.map(({ prob, before, kept, wasKept }, column) => {
        const style = kept ? (drawn ? 'text-drawn' : 'text') : wasKept ? 'text-cut' : 'text-soft';
        const number = kept ? percent(prob) : wasKept ? percent(before ?? 0) : '–';
        return written(`number:${column}:${row}`, style, numbersAt(column), y, number, 'end');
      }),
    ];
  });
}

/** All other tokens, and what is left at every stage. @param {Table} table @param {(column: number) => number} numbersAt */
function footTexts({ columns, others }, numbersAt) {
  /** @type {[string, (column: Table['columns'][number]) => string][]} */
  const lines = [
    [text.stages.others(others), (column) => percent(column.others.mass)],
    [text.stages.kept, ({ stage }) => whole(stage.kept)],
    [text.stages.keptMass, ({ stage }) => percent(stage.keptMass)],
    [text.stages.entropy, ({ stage }) => bits(stage.entropy)],
    [text.stages.choices, ({ stage }) => figure(2 ** stage.entropy)],
  ];
  const keptOthers = columns.flatMap(({ others: { count } }, at) =>
    count < others ? [written(`kept:${at}`, 'text-small', numbersAt(at) - SIZES.number, FOOT, text.stages.othersKept(count), 'end')] : []);
  return keptOthers.concat(lines.flatMap(([label, value], i) => [
    written(`foot:${i}`, 'text-soft', 0, i * SIZES.row + FOOT, label),
    ...columns.map((column, at) => written(`foot:${i}:${at}`, 'text-soft', numbersAt(at), i * SIZES.row + FOOT, value(column), 'end')),
  ]));
}

/** The strip, the needle and what it fell on. @param {Shown} state @param {number} width */
function draw({ step, vocabulary, settings }, width) {
  const strip = stripOf(step);
  const needle = step.u * width;
  return [
    written('draw', 'text-head', 0, FOOT, text.draw.title),
    written('outcome', 'text', 0, FOOT + LINE, text.draw.falls(unit(step.u), named(vocabulary, step.id, 300), percent(drawnShare(step)))),
    written('source', 'text-small', 0, FOOT + 2 * LINE, text.draw.source(String(settings.seed), step.position)),
    ...moved(
      [
        ...stripScene(strip, width, STRIP),
        ...strip.segments
          .filter((segment) => segment.share * width > 4 * LETTER)
          .map(({ id, start, share, drawn }) =>
            written(`segment-name:${id}`, drawn ? 'text-on-accent' : 'text', (start + share / 2) * width, STRIP / 2 + 5, named(vocabulary, id, share * width - 8), 'center')),
        /** @type {Item} */ ({ kind: 'line', key: 'needle', style: 'needle', at: [needle, -6, needle, STRIP + 6] }),
      ],
      0,
      3 * LINE + 12,
    ),
  ];
}

/** @param {import('./collect.js').Ready} state @returns {state is Shown} */
export function hasStep(state) {
  return state.step?.position === state.cursor;
}

/** @param {Shown} state @returns {Picture} */
export function pictureOf(state) {
  const { step, model, rows, wantedRows, scale, watched, vocabulary } = state;
  const table = tableOf(step, wantedRows ?? rows, model.vocab, watched);
  const inner = LABEL + COLUMN * table.columns.length;
  const geometry = geometryOf({ ...SIZES, label: LABEL, width: inner }, table.columns.length);
  const tracks = geometry.tracks.map(({ x, width }) => ({ x: x + LABEL, width }));
  const numbersAt = (/** @type {number} */ column) => tracks[column].x + tracks[column].width + SIZES.number;
  const title = text.share.pictureTitle(step.position, named(vocabulary, step.id, 300), state.title || model.name);

  /** @type {[number, Item[]][]} parts from top to bottom, and their heights */
  const parts = [
    [2 * LINE + 8, [written('title', 'text-head', 0, FOOT, title)]],
    [2 * LINE + 8, heads(state, table, tracks, 0)],
    [table.rows.length * SIZES.row, [...moved(sceneOf(table, geometry, scaleOf(scale)), LABEL, 0), ...rowTexts(state, table, numbersAt)]],
    [5 * SIZES.row + LINE, [...moved(othersScene(table, geometry, scaleOf(scale)), LABEL, 0), ...footTexts(table, numbersAt)]],
    [3 * LINE + STRIP + 24, draw(state, inner)],
  ];
  let height = MARGIN;
  const list = parts.flatMap(([part, items]) => moved(items, MARGIN, (height += part) - part));
  const [width, total] = [inner + 2 * MARGIN, height + MARGIN];
  return { list: [{ kind: 'rect', key: 'ground', style: 'ground', at: [0, 0, width, total] }, ...list], width, height: total, title };
}
