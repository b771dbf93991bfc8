// Tests of what a training run shows and leaves behind: progress, log, curves, samples, and how it ends.
// Beside model.test.js, which tests the arithmetic; drives the trainer and tests/c/run_test.c on texts made here.
// Must not read ../shared. Skipped without gcc or oneDNN (Debian: libdnnl-dev).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PARTS, SANITIZERS, asFile, compile, makeStories, model, root, skip } from './helpers/trainer.js';

const folder = mkdtempSync(join(tmpdir(), 'logitscope-train-'));
/** @param {string[]} names @returns a path in the tests' own folder */
const inFolder = (...names) => join(folder, ...names);
after(() => rmSync(folder, { recursive: true, force: true }));
/** @param {string[]} names */
const read = (...names) => readFileSync(inFolder(...names), 'utf8');

const SMALL = ['--data', 'data', '--vocab', '300', '--dim', '16', '--layers', '1', '--heads', '2', '--kv-heads', '1',
  '--hidden', '32', '--context', '32', '--batch', '4', '--threads', '1', '--precision', 'fp32', '--dropout', '0',
  '--warmup', '5', '--lr', '5e-3', '--steps', '40', '--log-every', '5', '--validate-every', '10', '--save-every', '10'];

/** @param {string[]} args after SMALL, which they replace where they name the same */
const train = (...args) => spawnSync(inFolder('train'), [...SMALL, ...args], { cwd: folder, encoding: 'utf8' });

/** @param {string[]} args */
function trained(...args) {
  const result = train(...args);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** Runs the parts alone, with sanitizers. @param {string[]} args */
const part = (...args) => spawnSync(inFolder('run_test'), args, { cwd: folder, encoding: 'utf8' });

const COLUMNS = 'step,loss,validation_loss,validation_bpb,learning_rate,grad_norm,tokens_per_second';
/** @typedef {Record<string, number>} Row a column that is empty is NaN */
/** @param {string} text of a log @returns {Row[]} */
function parseLog(text) {
  const [head, ...lines] = text.trim().split('\n');
  assert.equal(head, COLUMNS);
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell === '' ? NaN : Number(cell)])));
}

/**
 * Runs the trainer on a pseudo-terminal, made by util-linux's script.
 *
 * @param {number} columns
 * @param {string[]} args
 * @param {(shown: string) => string | undefined} [answer] what to type, once, after so much was shown
 * @returns {Promise<{ code: number | null, shown: string }>}
 */
function onTerminal(columns, args, answer = () => undefined) {
  const command = `stty cols ${columns}; exec ${[inFolder('train'), ...SMALL, ...args].join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: { ...process.env, TERM: 'xterm' } });
  return new Promise((resolve, reject) => {
    let shown = '';
    let typed = false;
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, shown }));
    child.stdout.on('data', (part) => {
      shown += part;
      const keys = typed ? undefined : answer(shown);
      if (keys) typed = child.stdin.write(keys) || true;
    });
  });
}

/** @param {string} shown @returns what each line drew, without what moves the cursor and erases */
// eslint-disable-next-line no-control-regex
const drawn = (shown) => shown.split(/[\r\n]+/).map((line) => line.replace(/\x1b\[K/g, '')).filter(Boolean);

describe('a training run', { skip }, () => {
  let report = ''; // of the run in plain/

  before(() => {
    compile(inFolder('train'), model('train.c', ...PARTS));
    compile(inFolder('run_test'), [join(root, 'tests/c/run_test.c'), ...model(...PARTS)], ...SANITIZERS);
    mkdirSync(inFolder('data'));
    writeFileSync(inFolder('data', 'train.txt'), asFile(makeStories(100)));
    writeFileSync(inFolder('data', 'validation.txt'), asFile(makeStories(8)));
    report = trained('--out', 'plain').stderr;
  });

  describe('what it shows', () => {
    test('through a pipe: plain lines, as many as the log has rows', () => {
      assert.doesNotMatch(report, /[\r\x1b]/); // eslint-disable-line no-control-regex
      const lines = report.trim().split('\n');
      assert.match(lines[2], /^products in fp32, 1 thread, 1 sequence of 32 tokens at once, 4 such in a step$/);
      const steps = lines.slice(3).map((line) => Number(/^step (\d+)\/40 {2}loss/.exec(line)?.[1]));
      assert.deepEqual(steps, [5, 10, 15, 20, 25, 30, 35, 40]);
      assert.match(lines[4], /ETA \d:\d\d:\d\d {2}validation \d\.\d{4} nats a token, \d\.\d{4} bits per byte$/);
      assert.match(trained('--out', 'two', '--micro', '2', '--threads', '2', '--steps', '1').stderr, /2 threads, 4 sequences of 32 tokens at once, 1 such/);
    });

    test('on a terminal: one line drawn again and again, with all there is room for', async () => {
      const { code, shown } = await onTerminal(120, ['--out', 'wide']);
      assert.equal(code, 0, shown);
      const lines = drawn(shown);
      const last = lines[lines.length - 1];
      assert.match(last, /^40\/40 ━{40} {2}loss \d\.\d{3} {2}bpb \d\.\d{3} {2}ETA 0:00:00 {2}\d+ tok\/s {2}lr \d\.\de-\d\d$/);
      assert.ok(shown.endsWith('\r\n'), 'the line is ended');
      assert.equal(lines.filter((line) => /^step \d+ {2}validation/.test(line)).length, 4);
      assert.match(lines.find((line) => line.startsWith('20/40')) ?? '', /^20\/40 ━{20}─{20} /);
    });

    test('on a narrow terminal nothing reaches the last column, and what matters least is left out', async () => {
      for (const columns of [60, 41, 24, 4]) {
        const { code, shown } = await onTerminal(columns, ['--out', 'narrow', '--fresh']);
        assert.equal(code, 0, shown);
        const redrawn = drawn(shown).filter((line) => /^\d+\/?/.test(line) && !line.includes('parameters'));
        assert.ok(redrawn.length >= 2);
        for (const line of redrawn) assert.ok([...line].length < columns, `${columns}: ${line}`);
        if (columns > 20) assert.match(redrawn[redrawn.length - 1], /^40\/40.* {2}loss \d\.\d{3}/);
      }
    });

    test('without a known width 80 columns are taken, and a dumb terminal gets plain lines', async () => {
      const { shown } = await onTerminal(0, ['--out', 'unknown']);
      const last = drawn(shown).pop() ?? '';
      assert.equal([...last].length, 79, last);
      const dumb = spawnSync('script', ['-qec', `TERM=dumb ${inFolder('train')} ${SMALL.join(' ')} --out dumb`, '/dev/null'], { cwd: folder, encoding: 'utf8' });
      assert.doesNotMatch(dumb.stdout, /\x1b/); // eslint-disable-line no-control-regex
      assert.match(dumb.stdout, /step 5\/40 /);
    });
  });

  describe('what it measures', () => {
    test('log.csv has a row every few steps and validations in nats and in bits per byte', () => {
      const rows = parseLog(read('plain', 'log.csv'));
      assert.deepEqual(rows.map(({ step }) => step), [5, 10, 15, 20, 25, 30, 35, 40]);
      for (const row of rows) {
        assert.equal(Number.isFinite(row.validation_loss), row.step % 10 === 0);
        assert.equal(Number.isFinite(row.validation_bpb), row.step % 10 === 0);
        assert.ok(row.loss > 0 && row.learning_rate > 0 && row.grad_norm > 0 && row.tokens_per_second > 0);
      }
    });

    // Without merges a token is a byte, and <|endoftext|> none: what is counted can be counted here, too.
    test('bits per byte count the bytes of the tokens predicted, and none for <|endoftext|>', () => {
      mkdirSync(inFolder('bytes'));
      const documents = ['eins, zwei', 'drei – vier', 'and so on and on and on and on, and on'];
      writeFileSync(inFolder('bytes', 'train.txt'), asFile(makeStories(20)));
      writeFileSync(inFolder('bytes', 'validation.txt'), asFile(documents));
      for (const micro of ['1', '2']) { // three sequences: with two at once, one place stays empty
        trained('--data', 'bytes', '--out', `bytes-${micro}`, '--vocab', '257', '--context', '16', '--steps', '2', '--micro', micro);
        const [row] = parseLog(read(`bytes-${micro}`, 'log.csv'));
        const tokens = documents.flatMap((text) => [null, ...Buffer.from(text)]);
        const targets = tokens.slice(1).slice(0, Math.floor((tokens.length - 1) / 16) * 16);
        assert.equal(targets.length, 48);
        const bytes = targets.filter((token) => token !== null).length;
        const expected = (row.validation_loss * targets.length) / Math.LN2 / bytes;
        assert.ok(Math.abs(row.validation_bpb / expected - 1) < 1e-7, `${row.validation_bpb} is not ${expected}`);
      }
      const [one, two] = ['bytes-1', 'bytes-2'].map((out) => parseLog(read(out, 'log.csv'))[0].validation_loss);
      assert.ok(Math.abs(one - two) < 1e-4, 'however many sequences are run at once');
    });

    test('on one document of one sequence they are what --score measures', () => {
      const [text] = makeStories(1);
      mkdirSync(inFolder('single'));
      const piece = text.slice(0, 64);
      writeFileSync(inFolder('single', 'train.txt'), asFile(makeStories(20)));
      writeFileSync(inFolder('single', 'validation.txt'), asFile([piece]));
      writeFileSync(inFolder('single', 'piece.txt'), piece);
      trained('--data', 'single', '--out', 'scored', '--vocab', '257', '--context', '64', '--steps', '10');
      const [row] = parseLog(read('scored', 'log.csv')).slice(-1);
      const { stdout } = trained('--out', 'scored', '--score', 'single/piece.txt');
      assert.match(stdout, new RegExp(`step 10: ${row.validation_bpb.toFixed(4)} bits per byte`));
    });

    test('a validation text shorter than a sequence is named, and nothing is validated', () => {
      mkdirSync(inFolder('short'));
      writeFileSync(inFolder('short', 'train.txt'), asFile(makeStories(20)));
      writeFileSync(inFolder('short', 'validation.txt'), asFile(['Hi.']));
      assert.match(trained('--data', 'short', '--out', 'unmeasured').stderr, /validation text is shorter than one sequence of 32 tokens/);
      assert.ok(parseLog(read('unmeasured', 'log.csv')).every((row) => Number.isNaN(row.validation_bpb)));
      assert.match(read('unmeasured', 'bpb.svg'), /There is no point to show yet\./);
    });
  });

  describe('its log, read back', () => {
    const ROWS = ['10,2.5,,,0.001,1.5,100', '20,2.25,2.75,1.25,0.002,1.25,200', '30,2,,,0.001,1,300'];
    /** @param {string} text */
    const logOf = (text) => writeFileSync(inFolder('some.csv'), text);
    const whole = `${[COLUMNS, ...ROWS].join('\n')}\n`;

    test('rows after the step are cut off, and a row that is not whole, too', () => {
      for (const [text, step, kept] of /** @type {[string, number, number][]} */ ([
        [whole, 30, 3], [whole, 29, 2], [whole, 20, 2], [whole, 9, 0], [whole, 0, 0], ['', 20, 0],
        [whole.slice(0, -1), 30, 2], [whole.slice(0, -10), 30, 2], [COLUMNS.slice(0, 9), 20, 0]])) {
        logOf(text);
        const { status, stdout, stderr } = part('log', 'some.csv', String(step));
        assert.equal(status, 0, stderr);
        assert.equal(stdout.trim().split('\n').filter(Boolean).length, kept);
        assert.equal(read('some.csv'), `${[COLUMNS, ...ROWS.slice(0, kept), `${step + 1},1.5,,,0.25,2,100`].join('\n')}\n`);
      }
      logOf(whole);
      assert.match(part('log', 'some.csv', '20').stdout, /^10 2\.5 nan nan 0\.001 1\.5 100\n20 2\.25 2\.75 1\.25 0\.002 1\.25 200\n$/);
    });

    test('a file that is no such log is refused and left as it is', () => {
      const damaged = ['step,loss\n1,2\n', `${COLUMNS}\n\n`, `${COLUMNS}\n1,2,3\n`, `${COLUMNS}\n1,2,3,4,5,6,7,8\n`,
        `${COLUMNS}\nnan,1,,,1,1,1\n`, `${COLUMNS}\n1,inf,,,1,1,1\n`, `${COLUMNS}\n1,1e999,,,1,1,1\n`, `${COLUMNS}\n1,,,,1,1,1\n`,
        `${COLUMNS}\n1, 2,,,1,1,1\n`, `${COLUMNS}\n${ROWS[1]}\n${ROWS[0]}\n`, `${COLUMNS}\n-5,1,,,1,1,1\n`, `${COLUMNS}\n1,\0,,,1,1,1\n`];
      for (const text of damaged) {
        logOf(text);
        const { status, stderr } = part('log', 'some.csv', '1000');
        assert.equal(status, 1, `${JSON.stringify(text)} ${stderr}`);
        assert.match(stderr, /some\.csv: .*(its columns are not this trainer's|is no row of a log)/);
        assert.equal(read('some.csv'), text);
      }
    });
  });

  describe('its curves', () => {
    /**
     * Throws unless text is XML with one root, whose elements and attributes are well-formed.
     *
     * @param {string} text
     */
    function checkXml(text) {
      /** @type {string[]} */
      const open = [];
      const rest = text.replace(/<(\/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<&]*")*)(\/?)>|[^<&]+/g, (all, closing, name, _, empty) => {
        if (!name) return '';
        if (closing) assert.equal(open.pop(), name);
        else if (!empty) open.push(name);
        return '';
      });
      assert.equal(rest, '');
      assert.deepEqual(open, []);
      assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^]*<title id="title">[^<]+<\/title>[^]*<\/svg>\n$/);
    }

    /**
     * Reads a picture back: its axes by their ticks, its lines and dots by their class.
     *
     * @param {string} svg
     */
    function readPicture(svg) {
      const values = [...svg.matchAll(/d="M\d+ ([\d.]+)H640"\/><text [^>]*>([^<]+)</g)].map(([, at, value]) => [Number(at), Number(value)]);
      const steps = [...svg.matchAll(/d="M([\d.]+) 376v5"\/><text [^>]*>([^<]+)</g)].map(([, at, value]) => [Number(at), Number(value.replaceAll(',', ''))]);
      /** @param {number[][]} ticks @param {number} at */
      const invert = (ticks, at) => {
        const [[a, first], [b, last]] = [ticks[0], ticks[ticks.length - 1]];
        return first + ((at - a) / (b - a)) * (last - first);
      };
      /** @param {number} x @param {number} y */
      const point = (x, y) => ({ step: invert(steps, x), value: invert(values, y) });
      return {
        pixel: { step: Math.abs(invert(steps, 1) - invert(steps, 0)), value: Math.abs(invert(values, 1) - invert(values, 0)) },
        /** @param {string} name */
        line: (name) => (new RegExp(`<path class="${name}" d="M([^"]*)"`).exec(svg)?.[1].split('L') ?? []).map((pair) => {
          const [x, y] = pair.split(' ').map(Number);
          return point(x, y);
        }),
        /** @param {string} name */
        dots: (name) => [...svg.matchAll(new RegExp(`<circle class="${name}" cx="([\\d.]+)" cy="([-\\d.]+)"`, 'g'))].map(([, x, y]) => point(Number(x), Number(y))),
      };
    }

    /** @param {{ step: number, value: number }[]} points @param {[number, number][]} expected @param {{ step: number, value: number }} pixel */
    function near(points, expected, pixel) {
      assert.equal(points.length, expected.length);
      points.forEach(({ step, value }, i) => {
        assert.ok(Math.abs(step - expected[i][0]) < 0.2 * pixel.step, `step ${step} is not ${expected[i][0]}`);
        assert.ok(Math.abs(value - expected[i][1]) < 0.2 * pixel.value, `${value} is not ${expected[i][1]}`);
      });
    }

    /** @param {[number, number, (number | '')?, (number | '')?][]} rows step, loss, validation in nats and in bits */
    function draw(rows) {
      const lines = rows.map(([step, loss, nats = '', bits = '']) => `${step},${loss},${nats},${bits},0.1,1,1`);
      writeFileSync(inFolder('drawn.csv'), `${[COLUMNS, ...lines].join('\n')}\n`);
      const { status, stderr } = part('curves', 'drawn.csv', 'loss.svg', 'bpb.svg');
      assert.equal(status, 0, stderr);
      const [loss, bpb] = [read('loss.svg'), read('bpb.svg')];
      for (const svg of [loss, bpb]) {
        checkXml(svg);
        assert.doesNotMatch(svg, /nan|inf/i);
      }
      return { loss, bpb };
    }

    test('show the points of the log', () => {
      const { loss, bpb } = draw([[100, 4.5], [200, 3.75, 4, 1.6], [300, 3.25], [400, 3, 3.5, 1.375]]);
      const losses = readPicture(loss);
      const steps = losses.line('faint');
      near(steps, [[100, 4.5], [200, 3.75], [300, 3.25], [400, 3]], losses.pixel);
      near(losses.line('second'), [[100, 4.5], [200, 3.75], [300, 3.25], [400, 3]], losses.pixel); // too few to smooth
      near(losses.dots('first'), [[200, 4], [400, 3.5]], losses.pixel);
      const bits = readPicture(bpb);
      near(bits.dots('first'), [[200, 1.6], [400, 1.375]], bits.pixel);
      near(bits.line('first'), [[200, 1.6], [400, 1.375]], bits.pixel);
      assert.match(loss, /At step 400 training is 3\.000 nats per token; its lowest is 3\.000 at step 400\. At step 400 validation is 3\.500/);
    });

    test('of thousands of rows are thinned out, keep the spikes and smooth the noise', () => {
      /** @type {[number, number, number | '', number | ''][]} */
      const rows = Array.from({ length: 20000 }, (_, i) => [i + 1, 2 + (i % 2 ? 0.25 : -0.25) + (i === 12345 ? 0.2 : 0), i % 10 ? '' : 2.5, i % 10 ? '' : 1]);
      const { loss } = draw(rows);
      assert.ok(loss.length < 100000, `${loss.length} bytes`);
      const picture = readPicture(loss);
      assert.ok(picture.line('second').every(({ value }) => Math.abs(value - 2) < 0.01));
      const highest = picture.line('faint').reduce((a, b) => (b.value > a.value ? b : a));
      near([highest], [[12346, 2.45]], picture.pixel);
      assert.equal(picture.dots('first').length, 1, 'two thousand dots would hide the line');
    });

    test('of no row, one row, flat lines and losses of any size are pictures, too', () => {
      assert.match(draw([]).loss, /There is no point to show yet\./);
      const one = draw([[10, 2.5]]);
      assert.equal(readPicture(one.loss).dots('second').length, 1);
      assert.match(one.bpb, /There is no point to show yet\./);
      for (const value of [0, 1e-9, 2, 250000000, 1e300, 1e-320]) {
        const picture = readPicture(draw([[10, value, value, value], [20, value, value, value]]).bpb);
        assert.equal(picture.dots('first').length, 2, `${value}`);
      }
      draw([[10, 1e300, -1e308, 1e308], [999999999, 1e-320, 1e-320, 1e-320]]);
    });

    test('are drawn by the run, whole at any moment: a new file takes the place of the old', () => {
      trained('--out', 'pictures', '--steps', '20');
      linkSync(inFolder('pictures', 'loss.svg'), inFolder('older.svg'));
      const before = read('older.svg');
      trained('--out', 'pictures', '--steps', '40');
      assert.equal(read('older.svg'), before);
      checkXml(read('pictures', 'loss.svg'));
      const rows = parseLog(read('pictures', 'log.csv'));
      const bits = readPicture(read('pictures', 'bpb.svg'));
      near(bits.dots('first'), rows.filter((row) => row.validation_bpb).map((row) => [row.step, row.validation_bpb]), bits.pixel);
      assert.deepEqual(readdirSync(inFolder('pictures')).sort(), ['bpb.svg', 'checkpoint.bin', 'log.csv', 'loss.svg', 'samples.txt']);
    });
  });

  describe('its samples', () => {
    test('continue the prompt every few steps and at the end, and change nothing else', () => {
      trained('--out', 'sampled', '--sample-every', '15', '--prompt', '"Once upon"');
      const samples = read('sampled', 'samples.txt');
      assert.deepEqual([...samples.matchAll(/^# step (\d+)$/gm)].map(([, step]) => Number(step)), [15, 30, 40]);
      assert.equal([...samples.matchAll(/^ {4}"Once upon"/gm)].length, 3);
      for (const line of samples.split('\n')) assert.match(line, /^($|# step \d+$| {4})/);
      trained('--out', 'silent', '--sample-every', '0');
      assert.ok(!existsSync(inFolder('silent', 'samples.txt')));
      for (const out of ['silent', 'plain'])
        assert.ok(readFileSync(inFolder(out, 'checkpoint.bin')).equals(readFileSync(inFolder('sampled', 'checkpoint.bin'))), out);
    });

    test('are text: what the model writes that is none shows as a replacement character', () => {
      trained('--out', 'unlearnt', '--steps', '3', '--lr', '0', '--sample-every', '1');
      const bytes = readFileSync(inFolder('unlearnt', 'samples.txt'));
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      assert.match(text, /\ufffd/);
      assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f]/); // eslint-disable-line no-control-regex
      const written = text.split(/^# step \d+$/m).slice(1).map((sample) => sample.trim());
      assert.equal(new Set(written).size, 1, 'the same model, asked again, writes the same');
      assert.ok([...written[0]].length <= 80 * 2 && [...written[0]].length > 20);
    });

    test('are cut back to the step', () => {
      const samples = [10, 20, 30].map((step) => `# step ${step}\n\n    a text\n    # step 5\n\n`);
      for (const [step, kept] of [[30, 3], [29, 2], [20, 2], [9, 0]]) {
        writeFileSync(inFolder('cut.txt'), samples.join(''));
        assert.equal(part('cut', 'cut.txt', String(step)).status, 0);
        assert.equal(read('cut.txt'), samples.slice(0, kept).join(''));
      }
      writeFileSync(inFolder('cut.txt'), `${samples[0]}# step \n# step`);
      assert.equal(part('cut', 'cut.txt', '30').status, 0);
      assert.equal(read('cut.txt'), `${samples[0]}# step \n`);
      assert.equal(part('cut', 'cut.txt', '0').status, 0);
      assert.ok(!existsSync(inFolder('cut.txt')));
      assert.equal(part('cut', 'cut.txt', '10').status, 0, 'no file, nothing to cut');
    });

    test('of a prompt that fills the context are refused before training', () => {
      const { status, stderr } = train('--out', 'full', '--prompt', 'zq'.repeat(40));
      assert.equal(status, 1);
      assert.match(stderr, /--prompt has 80 tokens: the context holds 30 and one to continue them/);
    });
  });

  describe('how it ends', () => {
    /** @param {string} out */
    const files = (out) => ['checkpoint.bin', 'samples.txt', 'loss.svg', 'bpb.svg'].map((name) => readFileSync(inFolder(out, name)));
    /** @param {string} out @returns the log without its last column, the speed */
    const rows = (out) => read(out, 'log.csv').split('\n').map((line) => line.split(',').slice(0, -1).join());

    test('Ctrl-C saves, says how to go on, and going on gives the files of a run in one piece', async () => {
      const args = ['--steps', '400', '--log-every', '1', '--validate-every', '100', '--save-every', '100000', '--sample-every', '50'];
      trained(...args, '--out', 'unbroken');
      const { code, shown } = await onTerminal(100, [...args, '--out', 'broken'], (text) => (/[\r\n](\d+)\/400 /.test(text) ? '\x03' : undefined));
      assert.equal(code, 0, shown);
      const stopped = Number(/stopped at step (\d+) and saved: the same command goes on from there\r\n$/.exec(shown)?.[1]);
      assert.ok(stopped > 0 && stopped < 400, shown);
      assert.match(trained(...args, '--out', 'broken').stderr, new RegExp(`resuming at step ${stopped}\n`));
      assert.deepEqual(rows('broken'), rows('unbroken'));
      assert.deepEqual(files('broken'), files('unbroken'));
    });

    test('a finished run, started again, says so and changes nothing', () => {
      const before = files('plain');
      const { stderr } = trained('--out', 'plain');
      assert.match(stderr, /all 40 steps are done; more of them, with --steps, would go on/);
      assert.deepEqual(files('plain'), before);
    });

    /** As if the loss had been far lower: now it stands above its best from the first step on. @param {string} out */
    const pretendLow = (out) => writeFileSync(inFolder(out, 'log.csv'), read(out, 'log.csv').replace(/^(\d+),[^,]*/gm, '$1,0.5'));

    test('a run that goes on remembers the best loss of before', () => {
      trained('--out', 'memory');
      const before = readFileSync(inFolder('memory', 'checkpoint.bin'));
      pretendLow('memory');
      const { status, stderr } = train('--out', 'memory', '--steps', '400', '--log-every', '1', '--save-every', '1');
      assert.equal(status, 1);
      assert.match(stderr, /the loss, smoothed, is \d\.\d+, more than --max-rise 1 above its best, 0\.500\n/);
      const kept = Number(/The checkpoint of step (\d+) is kept: go on from it with a lower --lr or --clip/.exec(stderr)?.[1]);
      assert.ok(kept >= 40 && kept < 50, stderr);
      assert.equal(readFileSync(inFolder('memory', 'checkpoint.bin')).equals(before), kept === 40);
    });

    test('a loss that rises between two rows of the log is not saved', () => {
      trained('--out', 'between');
      const before = readFileSync(inFolder('between', 'checkpoint.bin'));
      pretendLow('between'); // one row as high as now is not suspect, twenty steps are
      const { status, stderr } = train('--out', 'between', '--steps', '60', '--log-every', '1000', '--validate-every', '1000', '--save-every', '5');
      assert.equal(status, 1);
      assert.match(stderr, /step 60 is not saved, for the loss had been rising\nThe checkpoint of step 40 is kept/);
      assert.ok(readFileSync(inFolder('between', 'checkpoint.bin')).equals(before));
    });

    test('beginning anew leaves nothing of the run before', async () => {
      trained('--out', 'anew');
      const child = spawn(inFolder('train'), [...SMALL, '--out', 'anew', '--fresh', '--steps', '100000', '--save-every', '100000'], { cwd: folder });
      await new Promise((resolve) => {
        child.stderr.on('data', (part) => String(part).includes('step 10/') && child.kill('SIGKILL'));
        child.on('exit', resolve);
      });
      assert.ok(!existsSync(inFolder('anew', 'checkpoint.bin')), 'the old one would be resumed');
      assert.match(trained('--out', 'anew').stderr, /beginning at step 0/);
    });

    test('options that do not go together are refused as such, and --help is no failure', () => {
      for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
        [['--precision', 'fp8'], /auto, fp32 or bf16, not "fp8"/],
        [['--batch', '3', '--threads', '2'], /--batch must be a multiple of --threads times --micro: 3 is none of 2/],
        [['--sample-every', '-1'], /--sample-every must be a whole number from 0/]])) {
        const { status, stderr } = train('--out', 'never', ...args);
        assert.equal(status, 2);
        assert.match(stderr, message);
      }
      assert.ok(!existsSync(inFolder('never')));
      const { status, stdout, stderr } = train('--help');
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /--sample-every +steps between samples/);
    });
  });
});
